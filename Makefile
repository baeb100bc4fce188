# Two commands matter: `make book` and `make test`. Both install what they need.
PYTHON  ?= python3
PROFILE ?= quick
COHORT  ?= phantom
SEEDS   ?=
DATA    ?=

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

BIN := .venv/bin
STARTED := $(shell date +%s)
# Places are those that commands, notebooks and workers find: see cxrstudy/base/places.py.
export CXRSTUDY_PROJECT := $(CURDIR)
home = $(patsubst ~/%,$(HOME)/%,$(1))
RUNS := $(call home,$(or $(CXRSTUDY_RUNS),runs))
ifneq ($(DATA),)
export CXRSTUDY_DATA := $(abspath $(call home,$(DATA)))
endif

# The executed notebooks depend on their source, on the code that they call, and on the parameters.
RUN       := $(RUNS)/executed/$(COHORT)-$(PROFILE)$(if $(SEEDS),-$(SEEDS))
NOTEBOOKS := $(wildcard notebooks/*.ipynb)
CODE      := $(shell find cxrstudy -name '*.py') $(wildcard profiles/*.yaml claims/*.yaml) \
             $(wildcard results/*/*/*) \
             $(wildcard data_manifests/*.csv data_manifests/*.yaml data_manifests/cohorts/*.yaml)
PAGES     := $(shell find book -path book/_build -prune -o -path book/experiments -prune -o -type f -print)

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: book
book: book/_build/html/.$(subst /,-,$(RUN)) ## run the study (PROFILE, COHORT, SEEDS, DATA) and build the book
	@echo "The book is at book/_build/html/index.html ($$(( $$(date +%s) - $(STARTED) )) s)."

.PHONY: test
test: .venv/test types ## check style and types, and run the tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pytest -n 2 --dist loadfile -m "not book and not slow"

# The front end of the explorer is JavaScript with types in comments; a test runs the compiler.
.PHONY: types
types: .venv/test ## install the TypeScript compiler that checks the front end's types, where there is npm
	@if ! command -v npm >/dev/null; then \
		echo "The types of the front end are not checked: npm is not installed."; \
	elif ! cmp -s cxrstudy/explorer/assets/package.json .venv/node/package.json; then \
		mkdir -p .venv/node && cp cxrstudy/explorer/assets/package.json .venv/node/ && \
		npm install --prefix .venv/node --no-package-lock --no-audit --no-fund --silent || \
		{ rm -f .venv/node/package.json; echo "The types of the front end are not checked: npm installed no compiler."; }; \
	fi

.PHONY: test-slow
test-slow: .venv/test ## simulate studies, to test that intervals keep their level
	$(BIN)/pytest -n 2 --dist worksteal -m slow

.PHONY: test-book
test-book: .venv/test ## test the pages of the book that was built last
	$(BIN)/pytest -m book

.PHONY: compare
compare: .venv/book ## compare the quick study with its committed results
	$(BIN)/cxrstudy results write --profile quick --cohort phantom --seeds 1 --to $(RUNS)/results
	$(BIN)/cxrstudy compare results/phantom/quick $(RUNS)/results

.PHONY: registered
registered: .venv/book ## check that results which name a registration came after it, from git alone
	$(BIN)/cxrstudy registration check

.PHONY: lock
lock: .venv/book ## update the pinned versions
	$(BIN)/uv pip compile -q --upgrade --all-extras --universal --no-header --no-annotate \
		pyproject.toml -o requirements.lock

.PHONY: clean
clean: ## delete the built book and executed notebooks; records and pixels stay
	rm -rf book/_build book/experiments $(RUNS)/executed

# uv installs the same as pip, but several times as fast, which matters for 6 GB of packages.
.venv/bin/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -q -c requirements.lock uv

.venv/book: pyproject.toml requirements.lock | .venv/bin/uv
	$(BIN)/uv pip install -q -c requirements.lock -e '.[train,book,weights]'
	@touch $@

.venv/test: .venv/book
	$(BIN)/uv pip install -q -c requirements.lock -e '.[train,book,weights,dicom,explorer,dask,slurm,trackers,test]'
	@touch $@

# If only notebooks changed, only those are executed again, and the chapter that reads all of them.
CHANGED = $(if $(filter-out notebooks/%,$?),,$(sort $(basename $(notdir $?)) 10_provenance))
$(RUN)/.executed: $(NOTEBOOKS) $(CODE) | .venv/book
	$(BIN)/cxrstudy run $(CHANGED) --profile $(PROFILE) --cohort $(COHORT) $(if $(SEEDS),--seeds $(SEEDS))
	@touch $@

# One folder of executed notebooks per cohort and profile; the book contains one of them at a time.
book/_build/html/.$(subst /,-,$(RUN)): $(RUN)/.executed _config.yml $(PAGES) | .venv/book
	rm -rf book/experiments && cp -rp $(RUN) book/experiments
	$(BIN)/jupyter-book build book --path-output book --config _config.yml --quiet --warningiserror
	@rm -f book/_build/html/.*-executed-*
	@touch $@
