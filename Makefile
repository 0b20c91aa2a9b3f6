# Two commands: `make run` and `make test`. Both set up what they need (Python 3.11+ with venv).
SHELL := /bin/bash
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	"$$p" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$p"; break; }; done)
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet --quiet
# Half as many again as there are processors: much of a test is waiting for a server it started.
WORKERS ?= $(shell n=$$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2); echo $$(( (n * 3 + 1) / 2 )))
RUN_STAMP := $(VENV)/.run-stamp
TEST_STAMP := $(VENV)/.test-stamp
BENCH_STAMP := $(VENV)/.bench-stamp

.PHONY: run test torture servers lint types check lock clean \
	bench-check bench-match bench-backtest bench-quotes bench-summary bench-stories bench-ingest \
	bench-replay bench-cluster

run: $(RUN_STAMP)  ## start the bot: embedded defaults, or what .env says
	@exec $(BIN)/wirewatch run

test: $(TEST_STAMP) servers  ## run all tests
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

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

torture: $(TEST_STAMP)  ## the delivery guarantee, thousands of kills and faults; takes hours
	nice -n 10 $(BIN)/python -m tests.crash.torture

# --- benchmarks -------------------------------------------------------------------------------
# Those that compare with judges or peers print what they cannot do here and why.

bench-check: $(TEST_STAMP)  ## the fast ones, for their answers and not for their speed
	$(BIN)/python bench/match.py --quick
	$(BIN)/python -m bench.backtest --articles 1000

$(BENCH_STAMP): requirements-bench.lock $(TEST_STAMP)
	@$(PIP) install --require-hashes -r requirements-bench.lock
	@touch $@

bench-match: $(BENCH_STAMP)
	$(BIN)/python bench/match.py

bench-backtest: $(BENCH_STAMP)
	$(BIN)/python -m bench.backtest

bench-quotes: $(BENCH_STAMP)
	$(BIN)/python -m bench.quotes

bench-summary: $(BENCH_STAMP)
	$(BIN)/python -m bench.summary

bench-stories: $(BENCH_STAMP)
	PYTHONHASHSEED=0 $(BIN)/python -m bench.stories

bench-replay: $(BENCH_STAMP)  ## what stories cost: invented news, 100,000 articles in the look-back
	PYTHONHASHSEED=0 $(BIN)/python -m bench.stories --replay 150000

bench-cluster: $(TEST_STAMP)
	$(BIN)/python -m bench.cluster

# Peers in an environment of their own: `reader` needs other versions.
PEERS := .venv-peers
$(PEERS)/.stamp: requirements-peers.lock
	@$(BIN)/python -m venv $(PEERS)
	@$(PEERS)/bin/python -m pip --disable-pip-version-check -qq install --require-hashes -r requirements-peers.lock
	@touch $@

bench-ingest: $(BENCH_STAMP) $(PEERS)/.stamp
	$(BIN)/python bench/ingest.py --peers $(PEERS)/bin/python

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
	$(LOCK) --group build --extra cluster --extra otel pyproject.toml -c requirements.lock -o requirements-cluster.lock
	$(LOCK) --group bench pyproject.toml -c requirements-dev.lock -o requirements-bench.lock
	printf "reader==3.26\nsgmllib3k\nrequests\nfeedparser\n" | $(LOCK) - -o requirements-peers.lock
	echo "matrix-synapse==1.163.2" | $(LOCK) - -o requirements-synapse.lock

clean:
	rm -rf $(VENV) .venv-synapse .venv-peers .slack-server data
