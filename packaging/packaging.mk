# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# make install, uninstall, install-debug, dist, static, deb, rpm. Included by ../Makefile.

STRIP ?= $(CROSS)strip
OBJCOPY ?= $(CROSS)objcopy
sbindir ?= $(PREFIX)/sbin
datadir ?= $(PREFIX)/share
debugdir ?= $(PREFIX)/lib/debug
RELEASE := $(file <VERSION)
# What install installs; builders of packages, who strip it themselves, say $(O)/netstate.
PROGRAM = $(O)/netstate.stripped

MAN_PAGES := $(sort $(wildcard docs/man/*.[1-9]))
PAGES := README.md $(sort $(wildcard docs/*.md docs/images/*))
DOCUMENTS = $(PAGES) CHANGELOG LICENSE
EXAMPLES := $(sort $(wildcard packaging/units/*.service))
# The completions: source:place under DESTDIR. "words" knows what there is to choose from, the others are layers for a shell.
wordsdir = $(datadir)/netstate
COMPLETIONS = words.sh:$(wordsdir)/words.sh netstate.bash:$(datadir)/bash-completion/completions/netstate \
	_netstate:$(datadir)/zsh/site-functions/_netstate netstate.fish:$(datadir)/fish/vendor_completions.d/netstate.fish
INSTALLED = $(sbindir)/netstate $(foreach page,$(MAN_PAGES),$(call man_path,$(page))) \
	$(foreach row,$(COMPLETIONS),$(lastword $(subst :, ,$(row)))) $(DOCUMENTS:%=$(datadir)/doc/netstate/%) \
	$(EXAMPLES:packaging/units/%=$(datadir)/doc/netstate/examples/%)
man_path = $(datadir)/man/man$(patsubst .%,%,$(suffix $(1)))/$(notdir $(1))

# The filter's words and states, from the tables of the parser.
FILTER_TABLE := src/filter/condition.c src/filter/condition_state.c
FILTER_WORDS = $(shell sed -n 's/^\t{"\([a-z]*\)", condition_.*/\1/p' $(FILTER_TABLE))
FILTER_STATES = established syn-sent syn-recv fin-wait-1 fin-wait-2 time-wait closed close-wait last-ack listening closing \
	$(shell sed -n 's/^\t{"\([a-z]*\)", [A-Z].*},$$/\1/p' src/filter/condition_state.c)

.PHONY: install install-debug uninstall dist

# They hold where they will be found, so they are made in their place: other installs have other places.
define install_completion
	$(Q)install -d $(dir $(DESTDIR)$(2))
	$(Q)sed -e 's,@WORDS@,$(wordsdir)/words.sh,' -e 's,@FILTER_WORDS@,$(FILTER_WORDS),' -e 's,@STATES@,$(FILTER_STATES),' \
		packaging/completions/$(1).in > $(DESTDIR)$(2)
	$(Q)chmod 644 $(DESTDIR)$(2)

endef

# Whole at once: an install beside this one may copy it.
$(O)/netstate.stripped: $(O)/netstate
	$(Q)$(OBJCOPY) --only-keep-debug $< $(O)/netstate.debug
	$(Q)$(STRIP) -o $@.new $<
	$(Q)$(OBJCOPY) --add-gnu-debuglink=$(O)/netstate.debug $@.new
	$(Q)mv $@.new $@

install: all $(PROGRAM)
	$(Q)install -D -m 755 $(PROGRAM) $(DESTDIR)$(sbindir)/netstate
	$(Q)$(foreach page,$(MAN_PAGES),install -D -m 644 $(page) $(DESTDIR)$(call man_path,$(page)) &&) :
	$(foreach row,$(COMPLETIONS),$(call install_completion,$(firstword $(subst :, ,$(row))),$(lastword $(subst :, ,$(row)))))
	$(Q)$(foreach page,$(DOCUMENTS),install -D -m 644 $(page) $(DESTDIR)$(datadir)/doc/netstate/$(page) &&) :
	$(Q)$(foreach unit,$(EXAMPLES),install -D -m 644 $(unit) $(DESTDIR)$(datadir)/doc/netstate/examples/$(notdir $(unit)) &&) :

# The symbols, where gdb looks for those of the installed program.
install-debug: $(O)/netstate.stripped
	$(Q)install -D -m 644 $(O)/netstate.debug $(DESTDIR)$(debugdir)$(sbindir)/netstate.debug

uninstall:
	$(Q)rm -f $(addprefix $(DESTDIR),$(INSTALLED) $(debugdir)$(sbindir)/netstate.debug)
	$(Q)for folder in $(sort $(wordsdir) $(dir $(DOCUMENTS:%=$(datadir)/doc/netstate/%)) $(datadir)/doc/netstate/examples); do \
		rmdir --ignore-fail-on-non-empty -p $(DESTDIR)$$folder 2>/dev/null || :; done

dist:
	$(Q)O=$(O) packaging/dist $(O)/netstate-$(RELEASE).tar.gz
	$(say) DIST $(O)/netstate-$(RELEASE).tar.gz

# ---------------------------------------------------------------- one file

.PHONY: static

# Everything inside, glibc included: runs where nothing is installed. Names come from files and DNS, see src/static_names.c.
static: $(O)/netstate-static

$(O)/netstate-static: $(O)/obj/main.o $(O)/obj/static_names.o $(O)/libnetstate.a
	$(say) LINK $@
	$(Q)$(CC) $(ALL_CFLAGS) $(LINK_FLAGS) -static -Wl,--no-warnings -s -o $@ $^ $(LIBS)

# ---------------------------------------------------------------- packages

.PHONY: deb rpm deb-source

# The sources of the Debian package, as dpkg-source wants them: the archive, and beside it the unpacked tree with debian/.
deb-source: dist
	$(Q)rm -rf $(O)/deb && mkdir -p $(O)/deb
	$(Q)cp $(O)/netstate-$(RELEASE).tar.gz $(O)/deb/netstate_$(RELEASE).orig.tar.gz
	$(Q)tar -xf $(O)/netstate-$(RELEASE).tar.gz -C $(O)/deb
	$(Q)cp -a $(O)/deb/netstate-$(RELEASE)/packaging/debian $(O)/deb/netstate-$(RELEASE)/

# MAKEFLAGS: dpkg-buildpackage's make is not a part of this one.
deb:
	$(Q).ci/packages deb
	$(Q)$(MAKE) deb-source
	$(Q)cd $(O)/deb/netstate-$(RELEASE) && env -u O MAKEFLAGS= MAKEOVERRIDES= dpkg-buildpackage -us -uc $(DEB_FLAGS) > ../build.log 2>&1 || \
		{ tail -30 ../build.log; exit 1; }
	$(Q)ls $(O)/deb/*.deb $(O)/deb/*.dsc

rpm:
	$(Q).ci/packages rpm
	$(Q)$(MAKE) dist
	$(Q)rm -rf $(O)/rpm && mkdir -p $(O)/rpm/SOURCES && cp $(O)/netstate-$(RELEASE).tar.gz $(O)/rpm/SOURCES
	$(Q)env -u O MAKEFLAGS= MAKEOVERRIDES= rpmbuild -ba $(if $(wildcard /etc/debian_version),--nodeps) --define '_topdir $(abspath $(O)/rpm)' \
		packaging/rpm/netstate.spec > $(O)/rpm/build.log 2>&1 || { tail -30 $(O)/rpm/build.log; exit 1; }
	$(Q)find $(O)/rpm -name '*.rpm'
