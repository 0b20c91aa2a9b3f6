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

.PHONY: run test lint types bench check lock clean

run: $(RUN_STAMP)  ## start the bot: embedded defaults, or what .env says
	@exec $(BIN)/wirewatch run

test: $(TEST_STAMP)  ## run all tests
	$(BIN)/python -m pytest -n $(WORKERS)

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

lock:  ## pin everything anew (needs uv on the PATH)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--group build pyproject.toml -o requirements.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--group dev pyproject.toml -c requirements.lock -o requirements-dev.lock

clean:
	rm -rf $(VENV) data
