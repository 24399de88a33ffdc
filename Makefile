# Two commands set up everything: `make demo` runs the main job, `make test` checks and tests it all.
# Both end quickly when nothing changed, and then work without a network.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO_HOME ?= .demo
export PIP_DISABLE_PIP_VERSION_CHECK := 1

# What the wheels need of a bare Debian: Qt and OpenCV's shared libraries, fonts for three languages,
# and venv itself; the xcb set is for a real window.
DEBIAN := python3-venv ca-certificates libgl1 libegl1 libglib2.0-0 libxkbcommon0 libdbus-1-3 \
	libfontconfig1 fonts-inter fonts-dejavu-core fonts-noto-cjk libxkbcommon-x11-0 libxcb-cursor0 \
	libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0 libxcb-render-util0 \
	libxcb-shape0 libxcb-xinerama0 libxcb-xkb1
# What only the tests need: the other store, and a second program that reads the exports.
DEBIAN_DEV := postgresql hledger

.PHONY: help demo test lint unit mutation setup setup-dev system clean lock

help:
	@echo 'make demo   set up, enrol the sample shopper, pay, print the receipt, audit'
	@echo 'make test   set up, lint, type-check and test'
	@echo 'make mutation   how many small faults in the core of the book its tests find (an hour)'
	@echo 'make clean  remove the virtual environment, caches and the demo home'

# ---- the machine -------------------------------------------------------------------------------

# dpkg answers from its own database, so a machine that has all of it asks no network
system:
	@command -v dpkg-query >/dev/null || { \
	  echo 'This is not Debian: install the counterparts of: $(DEBIAN)'; exit 0; }; \
	missing=''; \
	for package in $(DEBIAN); do \
	  dpkg-query -W -f='$${Status}' "$$package" 2>/dev/null | grep -q 'ok installed' \
	    || missing="$$missing $$package"; \
	done; \
	if [ -z "$$missing" ]; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ]; then \
	  echo "Installing Debian packages:$$missing"; \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
	    apt-get install -qq -y --no-install-recommends $$missing >/dev/null; \
	else \
	  echo "Missing Debian packages:$$missing"; \
	  echo "Install them with:  sudo apt-get install -y$$missing"; \
	  $(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || exit 1; \
	  echo 'Going on without them; what needs one will say so.'; \
	fi

# ---- the virtual environment -------------------------------------------------------------------

$(BIN)/python: | system
	@echo 'Creating the virtual environment'
	@rm -rf $(VENV)
	@$(PYTHON) -c 'import sys; sys.exit("Facetill needs Python 3.11 or newer; this is " \
	  + sys.version.split()[0] + ". Name another: make PYTHON=python3.11 …") \
	  if sys.version_info < (3, 11) else None'
	@$(PYTHON) -m venv $(VENV) || { \
	  echo 'No virtual environment could be made: sudo apt-get install -y python3-venv'; exit 1; }

# --require-hashes refuses any file that is not the one the lock names
define install
	@echo 'Installing the pinned packages of $(1)'
	@$(BIN)/python -m pip install --progress-bar off --require-hashes --no-deps -r $(1) \
	  | sed -un 's/^Collecting \([^ ]*\).*/  \1/p'
	@$(BIN)/python -m pip install -q --no-deps --no-build-isolation --no-index -e .
	@touch $@
endef

$(VENV)/.runtime: requirements.txt pyproject.toml $(BIN)/python
	$(call install,requirements.txt)

$(VENV)/.dev: requirements-dev.txt $(VENV)/.runtime
	$(call install,requirements-dev.txt)

setup: system $(VENV)/.runtime
setup-dev: DEBIAN += $(DEBIAN_DEV)
setup-dev: system $(VENV)/.dev

# ---- the main job ------------------------------------------------------------------------------

demo: setup
	@$(BIN)/facetill demo --home $(DEMO_HOME)

# ---- the checks --------------------------------------------------------------------------------

lint: setup-dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

unit: setup-dev
	@QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest --ignore tests/ledger
	@$(BIN)/coverage run -m pytest tests/ledger
	@$(BIN)/coverage report

test: lint unit

# faults put into the ledger's core one by one; 95 of 100 must be found
mutation: setup-dev
	@$(BIN)/python tests/ledger/mutation.py

clean:
	rm -rf $(VENV) .cache $(DEMO_HOME) .mypy_cache .ruff_cache .pytest_cache .hypothesis

# `make lock` renews the pins; the result names no registry
lock: setup-dev
	$(BIN)/python -m pip install -q pip-tools
	for out in requirements.txt requirements-dev.txt; do \
	  extra=''; [ $$out = requirements.txt ] || extra='--extra dev -c requirements.txt'; \
	  $(BIN)/pip-compile -q --generate-hashes --allow-unsafe --strip-extras --no-header \
	    --no-emit-index-url --no-emit-find-links --no-emit-trusted-host \
	    --build-deps-for editable $$extra -o $$out pyproject.toml; \
	done
