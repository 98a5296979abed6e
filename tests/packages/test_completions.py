#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The installed completions in the shells themselves: commands, options, filter words, names of interfaces, namespaces, services."""
import os
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
BUILD = os.path.join(ROOT, os.environ.get("O", "build"))
NETNS = "netstate-words"

# Command line, words that must be offered, words that must not.
CASES = [
    ("netstate st", ["stalls"], ["trace", "list"]),
    ("netstate ", ["doctor", "list", "live", "stalls", "trace"], []),
    ("netstate --rou", ["--route"], []),
    ("netstate trace --co", ["--color", "--count"], ["--json"]),
    ("netstate trace --color ", ["auto", "always", "never"], ["state"]),
    ("netstate list --fields state,recv", ["state,recv_q"], []),
    ("netstate list s", ["src", "sport", "state"], ["dport"]),
    ("netstate list state clos", ["close-wait", "closing", "closed"], ["established"]),
    ("netstate list dport = htt", ["http", "https"], ["ssh"]),
    (f"netstate list --netns {NETNS[:-2]}", [NETNS], []),
    (f"netstate list netns {NETNS[:-2]}", [NETNS], []),
    ("netstate doctor --j", ["--json"], []),
]

BASH = """
source "$ROOT/share/bash-completion/completions/netstate"
COMP_LINE=$1 COMP_POINT=${#1}
compopt() { :; }
_netstate
line=${1##*[[:space:]]}; front=; [[ $line == *[=:]* ]] && front=${line%"${line##*[=:]}"}
for word in "${COMPREPLY[@]}"; do printf '%s\\n' "$front$word"; done
"""
FISH = 'source $ROOT/share/fish/vendor_completions.d/netstate.fish; complete -C $argv[1]'
# A pseudo terminal, since zsh completes nowhere else; the list of matches is caught where it is added.
ZSH = """
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell 'PS1= RPS1= PROMPT_EOL_MARK=; unsetopt zle_bracketed_paste; fpath=($ROOT/share/zsh/site-functions $fpath); autoload -Uz compinit; compinit -u -d $DUMP
compadd() { local -A dashed; local a; if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\\ * ]]; then builtin compadd "$@"; return; fi; local -a hits; builtin compadd -O hits "$@"; for a in $hits; do print -r -- "<$a>" >>$CAUGHT; done; builtin compadd "$@"; }
bindkey "^I" complete-word; zle -C complete-word complete-word _main_complete; print ready'
zpty -r shell line '*ready*ready*'
zpty -w -n shell "$1"$'\\t'
repeat 60; do sleep 0.1; [[ -s $CAUGHT ]] && break; done
sleep 0.3
zpty -d shell
sed -n 's/^<\\(.*\\)>$/\\1/p' $CAUGHT
"""
SHELLS = {"bash": ["bash", "--norc", "-c", BASH, "bash"], "fish": ["fish", "--no-config", "-c", FISH],
          "zsh": ["zsh", "-f", "-c", ZSH, "zsh"]}

count = failed = 0


def result(name, problem="", skip=""):
    global count, failed
    count += 1
    failed += bool(problem)
    print(f"{'not ok' if problem else 'ok'} {count} - {name}{f' # SKIP {skip}' if skip else ''}")
    if problem:
        print(f"# {problem}", flush=True)


def offered(shell, line, folder):
    caught = os.path.join(folder, "caught")
    open(caught, "w").close()
    environment = dict(os.environ, ROOT=folder, CAUGHT=caught, DUMP=os.path.join(folder, "dump"), HOME=folder, TERM="dumb",
                       PATH=f"{folder}/sbin:{os.environ['PATH']}")
    done = subprocess.run([*SHELLS[shell], line], env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL,
                          timeout=60)
    return [row.split("\t")[0] for row in done.stdout.splitlines()], done.stderr.strip()


def try_case(shell, line, wanted, unwanted, folder):
    words, said = offered(shell, line, folder)
    words = [word.strip() for word in words]
    lacking = [word for word in wanted if word not in words]
    extra = [word for word in unwanted if word in words]
    problem = f"lacks {lacking}, has {extra}: {words[:20]} {said}" if lacking or extra else ""
    result(f"{shell}: {line!r}", problem)


def main():
    with tempfile.TemporaryDirectory(prefix="netstate-words.") as folder:
        subprocess.run(["make", "-s", "-C", ROOT, f"O={BUILD}", "install", f"PREFIX={folder}"], check=True, stdout=subprocess.DEVNULL)
        named = subprocess.run(["ip", "netns", "add", NETNS], capture_output=True).returncode == 0
        try:
            for shell in SHELLS:
                if not shutil.which(shell):
                    result(f"{shell}: completions", skip=f"{shell} is not installed")
                    continue
                for line, wanted, unwanted in CASES:
                    if NETNS in wanted and not named:
                        result(f"{shell}: {line!r}", skip="no network namespace can be made here")
                    else:
                        try_case(shell, line, wanted, unwanted, folder)
        finally:
            subprocess.run(["ip", "netns", "delete", NETNS], capture_output=True)
    print(f"1..{count}")
    return 1 if failed else 0


sys.exit(main())
