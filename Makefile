# Two commands matter: `make book` and `make test`. Both install what they need.
PYTHON  ?= python3
PROFILE ?= quick
COHORT  ?= phantom
SEEDS   ?=
DATA    ?=
COUNT   ?= 100
SEED    ?= 1

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

# Modules, not scripts: a script names the Python of the checkout that it was installed in.
VENV := .venv
PY = $(VENV)/bin/python -m
# What is executed and built, and where, is decided by the command alone: cxrstudy/pages/executed.py.
export CXRSTUDY_PROJECT := $(CURDIR)
# Where Python may not keep what it compiled, every process compiles PyTorch anew, which takes 10 s.
unexport PYTHONDONTWRITEBYTECODE
# As a shell does it, and not every shell in DATA=~/radiographs; spaces stay.
ifneq ($(DATA),)
export CXRSTUDY_DATA := $(subst //begin//,,$(subst //begin//~/,$(HOME)/,//begin//$(DATA)))
endif

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: book
book: .venv/book ## run the study (PROFILE, COHORT, SEEDS, DATA) and build the book
	$(PY) cxrstudy.cli book --profile $(PROFILE) --cohort $(COHORT) $(if $(SEEDS),--seeds $(SEEDS))

# With the system's Chromium; not part of `make book`, because it takes a minute.
.PHONY: pdf
pdf: .venv/book ## print the book that was built last as one PDF
	$(PY) cxrstudy.pages.pdf

# Two processes test side by side. With a thread each they wait for no core: that is a third faster.
ONE_THREAD := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
# So that a test that became slow is seen.
SLOWEST := --durations 12 --durations-min 5
# Where memory has room for it, what tests write lies there, because some disks take a millisecond to
# delete a file; and it goes as each test passes, so that it never takes much of the memory.
ROOM := 4000000
IN_MEMORY := $(shell [ -w /dev/shm ] && df -Pk /dev/shm | awk 'NR == 2 && $$4 > $(ROOM) { print "TMPDIR=/dev/shm" }')
KEPT := $(if $(IN_MEMORY),-o tmp_path_retention_policy=failed)
# In the order of tests/conftest.py, so that what takes longest begins first.
TEST = $(IN_MEMORY) $(ONE_THREAD) $(PY) pytest -n 2 --dist loadfile --no-loadscope-reorder $(SLOWEST) $(KEPT)
# Where only some folders have tests of a kind, they are named, so that no others are imported.

.PHONY: test
test: .venv/test types ## check style and types, and run the tests
	$(PY) ruff format --check .
	$(PY) ruff check .
	$(PY) mypy & types=$$!; failed=0; $(TEST) -m "not book and not slow and not sweep and not browser" || failed=$$?; \
	wait $$types; exit $$failed

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

.PHONY: test-pages
test-pages: .venv/test ## drive the pages that answer in a Chromium
	$(TEST) -m "browser and not slow" tests/explorer tests/pages

.PHONY: test-slow
test-slow: .venv/test ## the long tests: simulated studies, clusters, the wheel in an empty folder
	$(TEST) -m "slow and not weekly"

.PHONY: test-weekly
test-weekly: .venv/test ## what takes longest and shows on a tiny study what .ci/run shows on the whole one
	$(TEST) -m weekly tests/journey tests/pages

.PHONY: sweep
sweep: .venv/test ## try what is promised of any network on many of timm's; not part of CI
	$(ONE_THREAD) $(PY) pytest -n 2 --dist worksteal -m sweep

.PHONY: search
search: .venv/test ## run the property tests on examples of another draw, thirty times as many
	$(ONE_THREAD) $(PY) pytest -n 2 --dist loadfile -m "hypothesis and not slow and not sweep" --hypothesis-profile search

.PHONY: mutants
mutants: .venv/mutants ## plant COUNT faults, one at a time, and write down which the tests notice
	$(PY) benchmarks.mutants $(COUNT) --seed $(SEED)

.PHONY: test-book
test-book: .venv/test ## test the pages of the book that was built last
	$(PY) pytest -m book tests/book

.PHONY: locales
locales: .venv/book ## run a quick study under other locales, after `make book`
	bash .ci/locales

.PHONY: compare
compare: .venv/book ## compare the quick study with its committed results
	$(PY) cxrstudy.cli results write --profile quick --cohort phantom --seeds 1 --to book/_build/results
	$(PY) cxrstudy.cli compare results/phantom/quick book/_build/results

# An environment of its own, with what reading and judging need and nothing else: no PyTorch.
.PHONY: review
review: VENV := .venv-review
review: .venv-review/base ## check all recorded results without PyTorch: hashes, registrations, numbers
	$(PY) cxrstudy.cli review

# In an environment of its own: one of the tools brings types of pandas, which mypy would then ask for.
VALIDATORS := mlcroissant==1.1.1 roc-validator==0.13.0 rocrate==0.16.0
.PHONY: validate
validate: VENV := .venv-validators
validate: .venv/book .venv-validators/bin/uv ## check a release of the book with the validators of its standards
	@$(AS_PIP); $(PY) uv pip install -q --python $(VENV)/bin/python $(VALIDATORS)
	rm -rf book/_build/release && mkdir -p book/_build/release
	.venv/bin/python -m cxrstudy.cli release --to book/_build/release/release.zip --by "the validators"
	$(VENV)/bin/python -m zipfile -e book/_build/release/release.zip book/_build/release/unpacked
	$(VENV)/bin/python .ci/validate.py book/_build/release/unpacked

.PHONY: registered
registered: .venv/book ## check that results which name a registration came after it, from git alone
	$(PY) cxrstudy.cli registration check

.PHONY: lock
lock: .venv/book ## update the pinned versions
	$(PY) uv pip compile -q --upgrade --all-extras --universal --no-header --no-annotate \
		pyproject.toml -o requirements.lock

.PHONY: clean
clean: ## delete the built book and executed notebooks; records and pixels stay
	@[ ! -x .venv/bin/python ] || $(PY) cxrstudy.cli clean

# What is installed is decided by content: this folder, what the project needs, and the pinned
# versions. In a copy of a checkout, .venv still leads to the first one until it is installed here.
STATE := { pwd; cat pyproject.toml requirements.lock; }
define install
@$(STATE) | cmp -s - $@ || { $(AS_PIP); $(VENV)/bin/python .ci/moved.py $(VENV); \
	$(PY) uv pip install -q -c requirements.lock -e '.$(1)'; $(STATE) > $@; }
endef

.PHONY: always
.venv/book: always | .venv/bin/uv
	$(call install,[train$(comma)book$(comma)weights$(comma)dicom])

.venv/test: always | .venv/book
	$(call install,[train$(comma)book$(comma)weights$(comma)dicom$(comma)explorer$(comma)dask$(comma)slurm$(comma)trackers$(comma)test])

.venv-review/base: VENV := .venv-review
.venv-review/base: always | .venv-review/bin/uv
	$(call install,)

.venv/mutants: always | .venv/test
	$(call install,[train$(comma)book$(comma)weights$(comma)dicom$(comma)explorer$(comma)dask$(comma)slurm$(comma)trackers$(comma)test$(comma)mutants])

.venv/bin/uv .venv-review/bin/uv .venv-validators/bin/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	$(PYTHON) -m venv $(VENV)
	$(PY) pip install -q -c requirements.lock uv

# uv installs the same as pip, but several times as fast, which matters for 6 GB of packages. It reads
# none of pip's variables and files, so it is told the indexes, folders and certificates that pip
# uses, and to take the best version of all of them, as pip does, not of the first that has any.
comma := ,
pip = $$($(PY) pip config get global.$(1) 2>/dev/null || true)
AS_PIP = use() { [ -z "$$2" ] || export "$$1=$$2"; }; \
	use UV_DEFAULT_INDEX "$${UV_DEFAULT_INDEX:-$${UV_INDEX_URL:-$${PIP_INDEX_URL:-$(call pip,index-url)}}}"; \
	use UV_INDEX "$${UV_INDEX:-$${UV_EXTRA_INDEX_URL:-$${PIP_EXTRA_INDEX_URL:-$(call pip,extra-index-url)}}}"; \
	use UV_INDEX_STRATEGY "$${UV_INDEX_STRATEGY:-unsafe-best-match}"; \
	use UV_FIND_LINKS "$${UV_FIND_LINKS:-$$(echo $${PIP_FIND_LINKS:-$(call pip,find-links)} | tr ' ' ,)}"; \
	use UV_INSECURE_HOST "$${UV_INSECURE_HOST:-$${PIP_TRUSTED_HOST:-$(call pip,trusted-host)}}"; \
	use SSL_CERT_FILE "$${SSL_CERT_FILE:-$${PIP_CERT:-$(call pip,cert)}}"
