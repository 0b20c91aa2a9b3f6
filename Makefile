# Two commands: `make run` and `make test`. Both set up what they need (Python 3.11+ with venv).
SHELL := /bin/bash
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	"$$p" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$p"; break; }; done)
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet --quiet
WORKERS ?= auto
RUN_STAMP := $(VENV)/.run-stamp
TEST_STAMP := $(VENV)/.test-stamp
SHARED ?= ../shared

.PHONY: run test servers lint types check lock clean \
	bench-check bench-match bench-quotes bench-summary bench-stories bench-ingest

run: $(RUN_STAMP)  ## start the bot: embedded defaults, or what .env says
	@exec $(BIN)/wirewatch run

test: $(TEST_STAMP) servers  ## run all tests
	$(BIN)/python -m pytest -n $(WORKERS)

# Servers that tests talk to. One that cannot be had is said so, and its tests are skipped.
servers: $(TEST_STAMP)
	@PYTHON=$(BIN)/python sh tests/servers/synapse.sh || \
		echo "Synapse could not be installed: the tests of the Matrix chat are skipped"

lint: $(TEST_STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(TEST_STAMP)
	$(BIN)/mypy

check: lint types test

$(BIN)/python:
	@[ -n "$(PYTHON)" ] || { echo "Wirewatch needs Python 3.11 or newer with venv; set PYTHON=/path/to/python3" >&2; exit 2; }
	@echo "Setting up $(VENV) with $$($(PYTHON) --version) (once; about a minute) ..."
	@$(PYTHON) -m venv $(VENV)

$(RUN_STAMP): requirements.lock pyproject.toml | $(BIN)/python
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --no-index -e .
	@touch $@

$(TEST_STAMP): requirements-dev.lock $(RUN_STAMP)
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@

LOCK := uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header
lock:  ## pin everything anew (needs uv on the PATH)
	$(LOCK) --group build pyproject.toml -o requirements.lock
	$(LOCK) --group dev pyproject.toml -c requirements.lock -o requirements-dev.lock
	echo "matrix-synapse==1.163.2" | $(LOCK) - -o requirements-synapse.lock

clean:
	rm -rf $(VENV) .venv-synapse .slack-server data
