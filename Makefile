# The habits of the house. `make report` and `make test` need nothing but Python 3.11+, make and a package index.
SHELL := /bin/sh
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

.PHONY: setup report test audit check lab docs bench soak schema suites audit-deps clean
.DEFAULT_GOAL := report

# What a run needs.
$(VENV)/.core: pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer was not found; name one: make $(MAKECMDGOALS) PYTHON=/path/to/python3"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) -e .
	@touch $@

# What tests and checks need besides.
$(VENV)/.dev: $(VENV)/.core
	$(PIP) -e '.[dev]'
	@touch $@

setup: $(VENV)/.dev

report: $(VENV)/.core
	@$(BIN)/kpi run

check: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python tools/check_repository.py

test: $(VENV)/.dev
	@sh tools/ensure_chromium.sh
	$(MAKE) check
	$(BIN)/python -m pytest -n 2 --dist worksteal

# axe-core and our own checks on every page of a full run, half an hour to an hour on two cores; `make test` takes a sample of every kind.
audit: $(VENV)/.dev
	@sh tools/ensure_chromium.sh
	KPI_AUDIT=1 $(BIN)/python -m pytest tests/browser

# Editors complete catalogue entries with it; `make check` says when it is behind the models.
schema: $(VENV)/.core
	@$(BIN)/python -c "from pathlib import Path; from kpi.schema import write_schema; print(write_schema(Path('data/catalogue')))"

# What a format says of itself, in its suite; what is written by hand stays. `make check` says when it is behind.
suites: $(VENV)/.core
	@$(BIN)/python -c "from pathlib import Path; from kpi.sources.suites import write_suites; print(*write_suites(Path('expectations')), sep='\n')"

lab: $(VENV)/.core
	@$(BIN)/kpi lab

# The documentation as a site; a link that leads nowhere is an error.
$(VENV)/.docs: $(VENV)/.core
	$(PIP) -e '.[docs]'
	@touch $@

docs: $(VENV)/.docs
	$(BIN)/sphinx-build --quiet --fail-on-warning --keep-going docs build/docs
	@echo build/docs/index.html

# Against papermill, plain pandas and a plain script, side by side: some twelve minutes on a quiet machine, all in temporary copies of
# the project. Writes benchmarks/results.json and the tables of docs/performance.md; `make bench SIZE=--quick` is a taste that
# writes nothing, SIZE=--long goes to five thousand pages. A missed bar ends it with an error, once all is written.
bench: $(VENV)/.dev
	@$(BIN)/python -m benchmarks.all $(SIZE)

# Known vulnerabilities of the locked versions. Asks an advisory service on the network, so it is no part of `make test`.
audit-deps: $(VENV)/.core
	@test -x $(BIN)/pip-audit || { echo "pip-audit is not installed: $(BIN)/python -m pip install pip-audit"; exit 1; }
	@$(BIN)/pip-audit --disable-pip --no-deps -r constraints.txt

# Hundreds of runs with changes, kills and overlaps: about half an hour.
soak: $(VENV)/.dev
	@$(BIN)/python benchmarks/soak.py

clean:
	rm -rf $(VENV) data/tidy reports/releases reports/site reports/failed
