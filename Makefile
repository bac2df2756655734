# Everything starts here: a clean clone needs Python 3.12 or newer and make, nothing else.
#
#   make run       set up, run the baseline scenario, say where its curves are
#   make test      set up with the test tools, then lint, types and all tests but the long ones
#   make long      the tests that take minutes each
#   make bench     measure speed; the last line is one JSON object
#   make validate  the long tests, then experiments: a large sweep, many kills, recovery, hindcasts,
#                  claims, a million inputs to all that reads (alone: python -m validation.fuzz),
#                  mistakes made on purpose (validation.mutants), branches (validation.branches)
#   make faults    attempts to break the command, counted: about forty minutes
#   make lint      ruff's rules and its layout, without changing a file
#   make format    let ruff mend what it can
#   make types     mypy, strict
#   make golden    renew the golden baseline; refuses while the model version stands still
#   make forecasts write the dated forecasts of today into docs/forecasts, once
#   make docs      renew what the documents take from tables, runs and examples
#   make site      build the pages and the interface as a site with search, in build/site
#   make lock      renew the lock files from pyproject.toml
#   make clean     remove .venv, caches and build leftovers; results/ stays
#
# PYTHON=/path/to/python chooses another interpreter for .venv.

VENV := .venv
BIN  := $(VENV)/bin
PIP  := $(BIN)/python -m pip --disable-pip-version-check -qq

# Each stamp is touched when its step is done, so that the next call skips it.
MADE  := $(VENV)/.stamp-made
READY := $(VENV)/.stamp-ready
TOOLS := $(VENV)/.stamp-tools
PAGES := $(VENV)/.stamp-pages

# Tried in this order; python3 is what .python-version selects where pyenv is in use.
CANDIDATES := $(if $(PYTHON),$(PYTHON),python3 python3.13 python3.12 python3.14)

.DEFAULT_GOAL := run
.DELETE_ON_ERROR:
.PHONY: run test long compiled bench validate faults lint format types golden forecasts docs site \
        lock clean

run: $(READY)
	@$(BIN)/sim run baseline

# Cheapest check first. Then the types on one core, while a small run compiles the rules on the
# other: each test process would else compile them by itself. Two workers: the shared cores of a
# small machine; each keeps to whole files while it can, so that what a file sets up is set up once.
test: lint
	@$(MAKE) --no-print-directory --jobs 2 types compiled
	@$(BIN)/python -m pytest -n 2 --dist worksteal -m "not long"

# What takes minutes each: fits, kills of real processes, attempts to break the command, examples of
# pages; and the site, whose tools no other test needs. `make validate` begins with them.
long: $(TOOLS) $(PAGES) compiled
	@$(BIN)/python -m pytest -n 2 --dist worksteal -m long

compiled: $(READY)
	@$(BIN)/python -c 'import sim; sim.run("baseline", runs=1, until="2023-02")'

bench: $(TOOLS)
	@$(BIN)/python -m benchmarks

validate: long
	@$(BIN)/python -m validation

faults: $(TOOLS)
	@$(BIN)/python -m benchmarks.faults --save

lint: $(TOOLS)
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check

format: $(TOOLS)
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

types: $(TOOLS)
	@$(BIN)/mypy

# A selector such as pyenv may fall back in silence to an old Python, so each candidate is asked
# for its version; the message names everything that was found.
$(MADE):
	@chosen=; seen=; \
	for candidate in $(CANDIDATES); do \
	  version=$$("$$candidate" -c 'import platform; print(platform.python_version())' 2>/dev/null) || continue; \
	  seen="$$seen $$candidate is $$version."; \
	  if "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 12))' 2>/dev/null; then \
	    chosen=$$candidate; break; \
	  fi; \
	done; \
	if [ -z "$$chosen" ]; then \
	  echo "This project needs Python 3.12 or newer. Found:$${seen:- none.} Name one with: make PYTHON=/path/to/python3" >&2; \
	  exit 1; \
	fi; \
	if ! "$$chosen" -c 'import ensurepip, venv' 2>/dev/null; then \
	  echo "Python $$version ($$chosen) has no venv module with pip; on Debian: apt-get install python3-venv" >&2; \
	  exit 1; \
	fi; \
	echo "Setting up $(VENV) with Python $$version. This takes a minute or two, once."; \
	"$$chosen" -m venv --clear $(VENV)
	@touch $@

# The locked packages first, checked against their hashes; then the project itself, linked to this
# folder, built with the locked build tools.
$(READY): $(MADE) requirements.lock pyproject.toml
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(TOOLS): $(READY) requirements-dev.lock
	@$(PIP) install --no-deps --require-hashes -r requirements-dev.lock
	@touch $@

$(PAGES): $(READY) requirements-site.lock
	@$(PIP) install --no-deps --require-hashes -r requirements-site.lock
	@touch $@

golden: $(READY)
	@$(BIN)/python -m making.golden

forecasts: $(READY)
	@$(BIN)/python -m making.forecasts

docs: $(TOOLS)
	@$(BIN)/python -m making

site: $(PAGES)
	@$(BIN)/python -m making.site

# What every command needs, and what builds the package.
RUN := --extra build --extra explorer --extra export

# pyam judges tables in one test. The database client that it asks for beside that is left out, and
# its upper bounds give way: the versions of requirements.lock hold in the tests too.
PYAM := build/lock/pyam

# uv writes the locks from a place of its own, so that it never becomes a dependency. The locks
# hold hashes and no address of a registry.
LOCK := build/lock/bin/uv pip compile --quiet --universal --python-version 3.12 \
        --generate-hashes --no-emit-index-url --no-header pyproject.toml $(RUN)
lock: $(MADE)
	@$(BIN)/python -m venv build/lock
	@build/lock/bin/python -m pip --disable-pip-version-check -qq install uv
	@$(LOCK) --upgrade --output-file requirements.lock
	@printf 'ixmp4\n' > $(PYAM)-excludes.txt
	@printf 'matplotlib\nnumpy\n' > $(PYAM)-overrides.txt
	@$(LOCK) --upgrade --constraint requirements.lock --excludes $(PYAM)-excludes.txt \
	  --overrides $(PYAM)-overrides.txt --extra dev --extra cluster --output-file requirements-dev.lock
	@$(LOCK) --upgrade --constraint requirements-dev.lock --extra site --output-file requirements-site.lock

clean:
	@rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
	@find sim tests benchmarks making validation -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
