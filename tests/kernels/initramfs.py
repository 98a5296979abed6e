# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Files of a root folder -> an archive that a kernel boots from: programs with their libraries, trees, kernel modules."""
import glob
import lzma
import os
import re
import stat
import subprocess

ELF_MACHINES = {62: "x86_64", 183: "aarch64"}
FOLDERS = ("/lib", "/usr/lib", "/lib64", "/usr/lib64")
MODULES_AT = "/modules"


class Initramfs:
    """What the guest finds, as {path: content}; content: bytes, ("link", target), or None for a folder."""

    def __init__(self, root="/"):
        self.root = root.rstrip("/")
        self.entries = {}
        self.modules = []

    def put(self, path, content, mode=0o755):
        parts = path.strip("/").split("/")
        for depth in range(1, len(parts)):
            self.entries.setdefault("/" + "/".join(parts[:depth]), (None, 0o755))
        self.entries[path] = (content, mode)

    def folders(self, *paths):
        for path in paths:
            self.put(path, None)

    def file(self, source, path):
        """A file of this machine, without what it needs."""
        with open(source, "rb") as file:
            self.put(path, file.read(), stat.S_IMODE(os.stat(source).st_mode))

    def tree(self, source, path, leave_out=()):
        for folder, names, files in os.walk(source):
            names[:] = [name for name in names if name not in ("__pycache__", *leave_out)]
            inside = path + folder[len(source):]
            self.put(inside, None)
            for name in files:
                self.entry(os.path.join(folder, name), f"{inside}/{name}")

    def entry(self, source, path):
        if os.path.islink(source):
            self.put(path, ("link", os.readlink(source)))
        elif os.path.isfile(source):
            self.file(source, path)

    def program(self, path, source=None):
        """A program below the root with its interpreter and libraries; False where there is none."""
        source = source or self.root + path
        if not os.path.exists(source):
            return False
        if path not in self.entries:
            self.file(source, path)
            self.needs(source)
        return True

    def needs(self, source):
        """The libraries of an ELF file and theirs, found as the loader would."""
        said = subprocess.run(["readelf", "-Wld", source], capture_output=True, text=True, errors="replace").stdout
        with open(source, "rb") as file:
            machine = ELF_MACHINES.get(int.from_bytes(file.read(20)[18:], "little"), "*")
        for loader in re.findall(r"Requesting program interpreter: (\S+?)\]", said):
            self.program(loader)
        for name in re.findall(r"\(NEEDED\)\s+Shared library: \[(.*?)\]", said):
            places = [f"{folder}{below}/{name}" for folder in FOLDERS for below in (f"/{machine}-linux-gnu", "")]
            found = [hit for place in places for hit in sorted(glob.glob(self.root + place))]
            if found:
                self.program(found[0][len(self.root):])

    def module(self, folder, name):
        """A module below the folder, behind those that it needs; none where it is built in or not shipped."""
        name = name.replace("_", "-")
        files = [path for path in glob.glob(f"{folder}/**/*.ko*", recursive=True)
                 if os.path.basename(path).split(".ko")[0].replace("_", "-") == name]
        if not files or name in self.modules:
            return
        with open(files[0], "rb") as file:
            content = file.read()
        content = lzma.decompress(content) if files[0].endswith(".xz") else content
        for needed in re.search(rb"\0depends=([^\0]*)", content)[1].decode().split(","):
            if needed:
                self.module(folder, needed)
        self.put(f"{MODULES_AT}/{len(self.modules):02}-{name}.ko", content)
        self.modules.append(name)

    def write(self, path):
        """As an archive of cpio's format "newc"."""
        with open(path, "wb") as file:
            for number, (name, (content, mode)) in enumerate(sorted(self.entries.items()), 1):
                kind, data = stat.S_IFREG, content
                if content is None:
                    kind, data = stat.S_IFDIR, b""
                elif isinstance(content, tuple):
                    kind, data = stat.S_IFLNK, content[1].encode()
                member(file, number, name.lstrip("/"), kind | mode, data)
            member(file, 0, "TRAILER!!!", 0, b"")


def member(file, number, name, mode, data):
    name = name.encode() + b"\0"
    fields = [number, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name), 0]
    header = b"070701" + b"".join(b"%08x" % field for field in fields) + name
    for part in (header, data):
        file.write(part + b"\0" * (-len(part) % 4))
