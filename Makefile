# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# netstate's build; `make help` lists the targets. `make trace` and `make check` install what they need; all else only builds.

# make CROSS=aarch64-linux-gnu- builds for that machine, with its libraries (Debian: libbpf-dev:arm64 ...), beside the native build.
ifdef CROSS
O ?= build/$(CROSS:%-=%)
CC := $(CROSS)gcc
AR := $(CROSS)ar
endif
O ?= build
PREFIX ?= /usr/local
DESTDIR ?=
CC ?= cc
CLANG ?= clang
BPFTOOL ?= $(firstword $(wildcard /usr/sbin/bpftool /usr/bin/bpftool) bpftool)
PKG_CONFIG ?= pkg-config
CFLAGS ?= -O2 -g
# Emulated programs (CROSS) run without: the address sanitizer does not fit under qemu-user.
SANITIZE = $(if $(CROSS),,-fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
# Of the builds that only tests run: lines for a backtrace, no variables. It takes two thirds of the time that -O2 -g would.
TEST_CFLAGS = -O1 -g1 $(SANITIZE)

# `make trace`, `make check` and the like build with all processors, unless -j says otherwise.
JOBS = $(if $(findstring jobserver,$(MAKEFLAGS)),,-j$(shell nproc))

ifeq ($(V),1)
Q :=
say := @:
else
Q := @
say = @printf '  %-8s %s\n'
MAKEFLAGS += --no-print-directory
endif

LIBS := -lbpf -lelf -lz -lncursesw -ltinfo -ljson-c -lseccomp -lpthread -ldl
WARNINGS := -Wall -Wextra -Wstrict-prototypes -Wmissing-prototypes -Wshadow -Wvla -Wformat=2 -Wno-unused-parameter
# libbpf reads the kernel's BTF through src/kernel/kernel_btf.c (where it is an archive; a shared libbpf reads its own way).
LINK_FLAGS = $(LDFLAGS) -Wl,--wrap=btf__load_vmlinux_btf
CPPFLAGS += -D_GNU_SOURCE -Iinclude -Isrc -I$(O)/bpf
ALL_CFLAGS = -std=gnu11 $(WARNINGS) $(CFLAGS) $(if $(WERROR),-Werror)

# The machine that the compiler builds for decides which registers the kernel side reads arguments from.
TARGET_ARCH_x86_64 := x86
TARGET_ARCH_aarch64 := arm64
MACHINE := $(firstword $(subst -, ,$(shell $(CC) -dumpmachine 2>/dev/null || uname -m)))
BPF_ARCH := $(TARGET_ARCH_$(MACHINE))
ifeq ($(BPF_ARCH)$(filter clean dist help format,$(MAKECMDGOALS)),)
$(error netstate runs on x86_64 and aarch64; $(CC) builds for $(MACHINE), whose system calls it does not know)
endif
BPF_CFLAGS := -std=gnu11 -g -O2 -target bpf -mcpu=v3 -D__TARGET_ARCH_$(BPF_ARCH) -Ivmlinux -Iinclude -Ibpf \
	-idirafter /usr/include/$(MACHINE)-linux-gnu -Wall -Werror -Wno-missing-declarations

SOURCES := $(sort $(wildcard src/*/*.c src/*/*/*.c))
OBJECTS := $(SOURCES:src/%.c=$(O)/obj/%.o)
SAN_OBJECTS := $(SOURCES:src/%.c=$(O)/san/obj/%.o)
BPF_PROGRAMS := $(patsubst bpf/%.bpf.c,%,$(wildcard bpf/*.bpf.c))
SKELETONS := $(BPF_PROGRAMS:%=$(O)/bpf/%.skel.h)
LIGHT_SKELETONS := sockets # loaded by a program in the kernel (5.17): 2 ms and no memory, where libbpf takes 16 ms and 12 MB
UNIT_TESTS := $(patsubst tests/%.c,$(O)/san/tests/%,$(sort $(wildcard tests/unit/*/test_*.c tests/unit/*/*/test_*.c tests/golden/test_*.c)))
TEST_TOOLS := $(patsubst tests/%.c,$(O)/tests/%,$(sort $(wildcard tests/integration/tools/*.c tests/bench/*.c)))
# Runs the sanitizers' build thousands of times: see tests/integration/damage.py.
SAN_TOOLS := $(O)/san/tests/integration/tools/fork_server
FUZZERS := $(patsubst tests/%.c,$(O)/fuzz/%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))

# Changes only when a source comes or goes: an archive must not keep the object of one that went.
ifneq ($(SOURCES),$(file <$(O)/sources))
$(shell mkdir -p $(O) && echo '$(SOURCES)' > $(O)/sources)
endif

# Likewise the version: the file VERSION, and in a checkout the commit.
VERSION := $(shell packaging/version)
ifneq ($(VERSION),$(file <$(O)/version))
$(shell mkdir -p $(O)/bpf && printf '%s' '$(VERSION)' > $(O)/version && \
	printf '#define NETSTATE_VERSION "%s"\n' '$(VERSION)' > $(O)/bpf/version.h)
endif

.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: all help trace check check-long check-unit bench fuzz clean format lint lint-packages build-packages test-packages

all: $(O)/netstate $(O)/netstat
	@: # nothing to do is nothing to say

help:
	@echo 'make                build $(O)/netstate and $(O)/netstat'
	@echo 'make trace          build and run netstate trace (root); ARGS="--json --port 443" are its arguments'
	@echo 'make check          run the tests except the long ones; TESTS="unit test_doctor" chooses (see tests/run)'
	@echo 'make check-long     run all tests, the fuzzers for a few seconds each included'
	@echo 'make check-unit     run the unit and golden tests and the checks of the source; no root'
	@echo 'make lint           clang-format, cppcheck, clang-tidy'
	@echo 'make format         format the source with clang-format'
	@echo 'make fuzz           run each fuzzer for SECONDS ($(SECONDS))'
	@echo 'make fuzz-minimise  keep of each corpus what covers the code, with what make fuzz found'
	@echo 'make fuzz-coverage  lines of the code behind the fuzzers that their corpora reach'
	@echo 'make soak           churn for MINUTES ($(MINUTES)) under both builds; fails on growth'
	@echo 'make bench          run the benchmarks; BENCH="trace" chooses'
	@echo 'make install        install below $$(DESTDIR)$$(PREFIX) ($(PREFIX))'
	@echo 'make clean          remove $(O)/'
	@echo 'Variables: O=build  V=1 (show commands)  WERROR=1  CC  CLANG  CFLAGS'

# ---------------------------------------------------------------- the two commands of the README

trace: build-packages
	$(Q)$(MAKE) $(JOBS) all
	$(Q).ci/run-as-root $(O)/netstate trace $(ARGS)

# The stripped program beforehand: tests that install run at the same time.
check: test-packages
	$(Q)$(MAKE) $(JOBS) WERROR=1 all test-programs $(O)/netstate.stripped
	$(Q)O=$(O) tests/run $(TESTS)

check-long: test-packages
	$(Q)$(MAKE) $(JOBS) WERROR=1 all test-programs fuzz-programs $(O)/netstate.stripped
	$(Q)O=$(O) tests/run --long $(if $(CI),--again)

# With CROSS: what needs no kernel of that machine, under qemu-user.
check-unit:
	$(Q)$(MAKE) $(JOBS) WERROR=1 all test-programs
	$(Q)O=$(O) $(if $(CROSS),RUNNER="qemu-$(MACHINE)-static -L /") tests/run unit golden $(if $(CROSS),,check)

build-packages:
	$(Q).ci/packages build

test-packages:
	$(Q).ci/packages test

# ---------------------------------------------------------------- the program

# With the libraries inside where this system has them as archives: the program then starts as quickly as netstat does
# (0.9 ms, not 1.2) and runs where they are not installed. The question is asked by a link, once, when it is time.
ARCHIVES := -Wl,-Bstatic -lbpf -lelf -lz -lncursesw -ltinfo -ljson-c -lseccomp -Wl,-Bdynamic -lpthread -ldl
PROGRAM_LIBS = $(shell echo 'int main(void) { return 0; }' | $(CC) -x c -o /dev/null - -Wl,-u,bpf_object__open \
	-Wl,-u,initscr $(ARCHIVES) 2>/dev/null && echo '$(ARCHIVES)' || echo '$(LIBS)')

$(O)/netstate: $(O)/obj/main.o $(O)/libnetstate.a
	$(say) LINK $@
	$(Q)$(CC) $(ALL_CFLAGS) $(LINK_FLAGS) -o $@ $^ $(PROGRAM_LIBS)

$(O)/netstat: $(O)/netstate
	$(Q)ln -sf netstate $@

$(O)/libnetstate.a: $(OBJECTS) $(O)/sources
	$(say) AR $@
	$(Q)rm -f $@ && $(AR) rcs $@ $(filter %.o,$^)

$(O)/obj/%.o: src/%.c | $(SKELETONS)
	$(say) CC $<
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# ---------------------------------------------------------------- kernel side

$(O)/bpf/%.bpf.o: bpf/%.bpf.c
	$(say) BPF $<
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(BPF_CFLAGS) -MMD -MP -c -o $@ $<

# The kernel shows programs, maps and the object (of .bss, .rodata) as netstate_...: for C each skeleton has its own name, without that.
SKELETON_WORDS = -e 's/(^|[^"a-z_])netstate_([a-z0-9])/\1\2/g' -e 's/netstate__/$*_bpf__/g' -e 's/struct netstate\b/struct $*_bpf/g' \
	-e 's/__NETSTATE_SKEL_H__/__$*_SKEL_H__/g' -e 's/(^|[^"a-z_.])netstate([^a-z_."])/\1$*_bpf\2/g'

$(O)/bpf/%.skel.h: $(O)/bpf/%.bpf.o
	$(say) SKEL $@
	$(Q)$(BPFTOOL) gen skeleton $(if $(filter $*,$(LIGHT_SKELETONS)),-L) $< name netstate > $@.full
	$(Q)sed -E $(SKELETON_WORDS) $@.full > $@ && rm $@.full

# ---------------------------------------------------------------- tests

test-programs: $(UNIT_TESTS) $(TEST_TOOLS) $(SAN_TOOLS) $(O)/san/netstate
.PHONY: test-programs

$(O)/san/netstate: $(O)/san/obj/main.o $(O)/san/libnetstate.a
	$(say) LINK $@
	$(Q)$(CC) $(ALL_CFLAGS) $(SANITIZE) $(LINK_FLAGS) -o $@ $^ $(LIBS)

$(O)/san/libnetstate.a: $(SAN_OBJECTS) $(O)/sources
	$(say) AR $@
	$(Q)rm -f $@ && $(AR) rcs $@ $(filter %.o,$^)

$(O)/san/obj/%.o: src/%.c | $(SKELETONS)
	$(say) "CC san" $<
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(ALL_CFLAGS) $(TEST_CFLAGS) -MMD -MP -c -o $@ $<

$(O)/san/tests/%: tests/%.c $(O)/san/libnetstate.a
	$(say) TEST $<
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) -Itests $(ALL_CFLAGS) $(TEST_CFLAGS) $(LINK_FLAGS) -MMD -MP -o $@ $< $(O)/san/libnetstate.a -lcmocka $(LIBS)

$(O)/tests/%: tests/%.c $(O)/libnetstate.a
	$(say) TOOL $<
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) -Itests $(ALL_CFLAGS) $(LINK_FLAGS) -MMD -MP -o $@ $< $(O)/libnetstate.a -luring $(LIBS)

# Fuzzers: clang's libFuzzer, with their own objects of all stages.
SECONDS ?= 600
FUZZ_SECONDS ?= $(SECONDS)
FUZZ_OBJECTS := $(SOURCES:src/%.c=$(O)/fuzz/obj/%.o)

$(O)/fuzz/obj/%.o: src/%.c | $(SKELETONS)
	$(say) "CC fuzz" $<
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(CPPFLAGS) $(ALL_CFLAGS) $(TEST_CFLAGS) -fsanitize=fuzzer-no-link -MMD -MP -c -o $@ $<

$(O)/fuzz/libnetstate.a: $(FUZZ_OBJECTS) $(O)/sources
	$(Q)rm -f $@ && $(AR) rcs $@ $(filter %.o,$^)

$(O)/fuzz/fuzz/%: tests/fuzz/%.c $(O)/fuzz/libnetstate.a
	$(say) FUZZER $<
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(CPPFLAGS) -Itests $(ALL_CFLAGS) $(TEST_CFLAGS) -fsanitize=fuzzer $(LINK_FLAGS) -MMD -MP -o $@ $< $(O)/fuzz/libnetstate.a $(LIBS)

fuzz-programs: $(FUZZERS)
.PHONY: fuzz-programs

fuzz: test-packages
	$(Q)$(MAKE) $(JOBS) fuzz-programs
	$(Q)O=$(O) FUZZ_SECONDS=$(FUZZ_SECONDS) tests/fuzz/run

fuzz-minimise: test-packages
	$(Q)$(MAKE) $(JOBS) fuzz-programs
	$(Q)O=$(O) tests/fuzz/run --minimise

# The same with clang's source-based coverage in place of the sanitizers.
COVERAGE := -O1 -g -fprofile-instr-generate -fcoverage-mapping
COVERAGE_OBJECTS := $(SOURCES:src/%.c=$(O)/coverage/obj/%.o)

$(O)/coverage/obj/%.o: src/%.c | $(SKELETONS)
	$(say) "CC cover" $<
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(CPPFLAGS) $(ALL_CFLAGS) $(COVERAGE) -MMD -MP -c -o $@ $<

$(O)/coverage/libnetstate.a: $(COVERAGE_OBJECTS) $(O)/sources
	$(Q)rm -f $@ && $(AR) rcs $@ $(filter %.o,$^)

$(O)/coverage/%: tests/fuzz/%.c $(O)/coverage/libnetstate.a
	$(say) COVER $<
	$(Q)$(CLANG) $(CPPFLAGS) -Itests $(ALL_CFLAGS) $(COVERAGE) -fsanitize=fuzzer $(LINK_FLAGS) -MMD -MP -o $@ $< $(O)/coverage/libnetstate.a $(LIBS)

fuzz-coverage: test-packages
	$(Q)$(MAKE) $(JOBS) $(FUZZERS:$(O)/fuzz/fuzz/%=$(O)/coverage/%)
	$(Q)O=$(O) tests/fuzz/coverage
.PHONY: fuzz-minimise fuzz-coverage

# Churn for minutes under the release build and the sanitizers' one, beside trace, live, stalls, list.
MINUTES ?= 10
soak: test-packages
	$(Q)$(MAKE) $(JOBS) WERROR=1 all test-programs
	$(Q)O=$(O) .ci/run-as-root tests/soak/run $(MINUTES)
.PHONY: soak

# The same program on kernels of distributions, in emulated machines, then where something is lacking: not part of check, but for a
# short list.
check-kernels: test-packages
	$(Q)$(MAKE) $(JOBS) WERROR=1 all test-programs
	$(Q)O=$(O) tests/kernels/run $(KERNELS)
	$(Q)$(if $(KERNELS),,O=$(O) tests/kernels/lacking)
.PHONY: check-kernels

bench: test-packages
	$(Q)$(MAKE) $(JOBS) all test-programs
	$(Q)O=$(O) tests/bench/run $(BENCH)

# ---------------------------------------------------------------- the rest

include packaging/packaging.mk

# The lists of options, fields and keys in the man pages, from the program's tables and the docs.
man: all
	$(Q)docs/man/update $(O)/netstate
.PHONY: man

clean:
	$(Q)rm -rf $(O)

C_FILES = $(shell git ls-files '*.c' '*.h')

format:
	$(Q)clang-format -i $(C_FILES)

# cppcheck knows neither the cleanup attribute (leaks) nor libbpf's macros, and takes a lookup's answer for its argument. The reasons
# for what clang-tidy leaves out are in .clang-tidy.
# LINT_DEPTH=deep lets its analyzer search longer, which takes many times as long.
LINT_DEPTH ?= shallow
TIDY_FLAGS := -std=gnu11 -D_GNU_SOURCE -Iinclude -Isrc -I$(O)/bpf -Xclang -analyzer-config -Xclang mode=$(LINT_DEPTH)

lint: lint-packages
	$(Q)$(MAKE) $(JOBS) $(SKELETONS)
	$(say) FORMAT src
	$(Q)clang-format --dry-run -Werror $(C_FILES)
	$(say) CPPCHECK src
	$(Q)cppcheck --quiet --error-exitcode=1 --std=c11 --enable=warning,portability --inline-suppr \
		--suppress=missingIncludeSystem --suppress=preprocessorErrorDirective \
		--suppress=memleak --suppress=resourceLeak --suppress=unknownMacro --suppress=returnDanglingLifetime \
		-j $(shell nproc) -D_GNU_SOURCE -Iinclude -Isrc $(SOURCES) src/main.c
	$(say) TIDY src
	$(Q)printf '%s\n' $(SOURCES) src/main.c | xargs -P $(shell nproc) -n 8 \
		sh -c 'clang-tidy --quiet "$$@" -- $(TIDY_FLAGS) || exit 255' clang-tidy 2>$(O)/lint.err || \
		{ grep -v 'warnings\? generated' $(O)/lint.err; exit 1; }

lint-packages:
	$(Q).ci/packages lint

-include $(shell [ -d $(O) ] && find $(O) -path '$(O)/deb' -prune -o -path '$(O)/rpm' -prune -o -type f -name '*.d' -print)
