# Two commands matter: `make book` and `make test`. Both set up what they need.
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
ifneq ($(DATA),)
export CXRSTUDY_DATA := $(abspath $(DATA))
endif

# An executed notebook depends on what it says, on what it calls, and on what it is asked for.
RUN      := runs/executed/$(COHORT)-$(PROFILE)$(if $(SEEDS),-$(SEEDS))
SETTINGS := -p profile $(PROFILE) -p cohort $(COHORT) $(if $(SEEDS),-p seeds $(SEEDS))
CODE     := $(shell find cxrstudy -name '*.py') $(wildcard profiles/*.yaml claims/*.yaml) \
            $(wildcard results/*/*/*) \
            $(wildcard data_manifests/*.csv data_manifests/*.yaml data_manifests/cohorts/*.yaml)
STUDIES  := $(filter-out notebooks/00_% notebooks/10_%,$(wildcard notebooks/*.ipynb))
PLAIN    := $(patsubst notebooks/%,$(RUN)/%,$(wildcard notebooks/00_*.ipynb))
EXECUTED := $(STUDIES:notebooks/%=$(RUN)/%)
PAGES    := $(shell find book -path book/_build -prune -o -path book/experiments -prune -o -type f -print)
PAPERMILL := $(BIN)/papermill --log-level WARNING $(if $(CI),--no-progress-bar)

# A notebook that failed is kept under another name, with its error, to be looked at. One that did
# not says at its end how it was made.
define execute
@echo "papermill $< $@ $(1)"
@$(PAPERMILL) $< $@ $(1) || { mv $@ $(@:.ipynb=.failed.txt); \
	echo "It is $(@:.ipynb=.failed.txt); to look at it, name it .ipynb and: $(BIN)/jupyter lab"; exit 1; }
@$(BIN)/cxrstudy results stamp $@ >/dev/null; rm -f $(@:.ipynb=.failed.txt)
endef

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: book
book: book/_build/html/.$(subst /,-,$(RUN)) ## run the study (PROFILE, COHORT, SEEDS, DATA) and build the book
	@echo "The book is at book/_build/html/index.html ($$(( $$(date +%s) - $(STARTED) )) s)."

.PHONY: test
test: .venv/test ## check style and types, and run the tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pytest -n 2 --dist loadfile -m "not book"

.PHONY: test-book
test-book: .venv/test ## test the pages of the book that was built last
	$(BIN)/pytest -m book

.PHONY: compare
compare: .venv/book ## compare the quick study with its committed results: notice what moved
	$(BIN)/cxrstudy results write --profile quick --cohort phantom --seeds 1 --to runs/results
	$(BIN)/cxrstudy compare results/phantom/quick runs/results

.PHONY: lock
lock: .venv/book ## choose the pinned versions anew
	$(BIN)/uv pip compile -q --upgrade --all-extras --universal --no-header --no-annotate \
		pyproject.toml -o requirements.lock

.PHONY: clean
clean: ## delete the built book and executed notebooks; records and pixels stay
	rm -rf book/_build book/experiments runs/executed

# uv installs what pip would, several times as fast; 6 GB of packages make that worth it.
.venv/bin/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -q -c requirements.lock uv

.venv/book: pyproject.toml requirements.lock | .venv/bin/uv
	$(BIN)/uv pip install -q -c requirements.lock -e '.[book,weights]'
	@touch $@

.venv/test: .venv/book
	$(BIN)/uv pip install -q -c requirements.lock -e '.[book,weights,dicom,explorer,dask,slurm,test]'
	@touch $@

$(RUN)/00_%.ipynb: notebooks/00_%.ipynb $(CODE) | .venv/book
	@mkdir -p $(@D)
	$(call execute)

$(RUN)/10_%.ipynb: notebooks/10_%.ipynb $(EXECUTED) | .venv/book
	$(call execute,-p executed $(@D))

$(RUN)/%.ipynb: notebooks/%.ipynb $(CODE) | .venv/book
	@mkdir -p $(@D)
	$(call execute,$(SETTINGS))

# A folder of executed notebooks a cohort and profile; the book holds one of them at a time.
book/_build/html/.$(subst /,-,$(RUN)): $(PLAIN) $(EXECUTED) $(RUN)/10_provenance.ipynb _config.yml $(PAGES) | .venv/book
	rm -rf book/experiments && cp -rp $(RUN) book/experiments
	$(BIN)/jupyter-book build book --path-output book --config _config.yml --quiet --warningiserror
	@rm -f book/_build/html/.runs-*
	@touch $@
