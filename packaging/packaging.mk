# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# make install, uninstall, install-debug, dist. Included by ../Makefile.

STRIP ?= $(CROSS)strip
OBJCOPY ?= $(CROSS)objcopy
sbindir ?= $(PREFIX)/sbin
datadir ?= $(PREFIX)/share
debugdir ?= $(PREFIX)/lib/debug
RELEASE := $(file <VERSION)

MAN_PAGES := $(sort $(wildcard docs/man/*.[1-9]))
DOCUMENTS := README.md CHANGELOG LICENSE $(sort $(wildcard docs/*.md))
# source:place under DESTDIR
COMPLETIONS :=
INSTALLED = $(sbindir)/netstate $(foreach page,$(MAN_PAGES),$(call man_path,$(page))) \
	$(foreach row,$(COMPLETIONS),$(lastword $(subst :, ,$(row)))) $(DOCUMENTS:%=$(datadir)/doc/netstate/%)
man_path = $(datadir)/man/man$(patsubst .%,%,$(suffix $(1)))/$(notdir $(1))

.PHONY: install install-debug uninstall dist

$(O)/netstate.stripped: $(O)/netstate
	$(Q)$(OBJCOPY) --only-keep-debug $< $(O)/netstate.debug
	$(Q)$(STRIP) -o $@ $<
	$(Q)$(OBJCOPY) --add-gnu-debuglink=$(O)/netstate.debug $@

install: all $(O)/netstate.stripped
	$(Q)install -D -m 755 $(O)/netstate.stripped $(DESTDIR)$(sbindir)/netstate
	$(Q)$(foreach page,$(MAN_PAGES),install -D -m 644 $(page) $(DESTDIR)$(call man_path,$(page)) &&) :
	$(Q)$(foreach row,$(COMPLETIONS),install -D -m 644 $(subst :, $(DESTDIR),$(row)) &&) :
	$(Q)$(foreach page,$(DOCUMENTS),install -D -m 644 $(page) $(DESTDIR)$(datadir)/doc/netstate/$(page) &&) :

# The symbols, where gdb looks for those of the installed program.
install-debug: $(O)/netstate.stripped
	$(Q)install -D -m 644 $(O)/netstate.debug $(DESTDIR)$(debugdir)$(sbindir)/netstate.debug

uninstall:
	$(Q)rm -f $(addprefix $(DESTDIR),$(INSTALLED) $(debugdir)$(sbindir)/netstate.debug)
	$(Q)rmdir --ignore-fail-on-non-empty -p $(DESTDIR)$(datadir)/doc/netstate/docs 2>/dev/null || :

dist:
	$(Q)O=$(O) packaging/dist $(O)/netstate-$(RELEASE).tar.gz
	$(say) DIST $(O)/netstate-$(RELEASE).tar.gz
