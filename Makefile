# make demo: the program at work.  make test: everything continuous integration runs.  make help: the rest.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
.NOTPARALLEL:
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

BIN := .venv/bin
DEMO := out/nct07295132
SAY = @printf '\n== %s\n'
# small enough for numba's compiler to be switched off, so that coverage sees into the kernels
UNCOMPILED := tests/unit/numerics tests/unit/analysis

.PHONY: help demo test check fix bench docs canary lock clean static uncompiled suite coverage venv-run venv-test

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 12

demo: venv-run ## invent a trial, run it, write its report to out/nct07295132/report.html
	@$(BIN)/trialwright demo --out $(DEMO)
	test -s $(DEMO)/report.html

test: venv-test static docs uncompiled suite coverage ## everything continuous integration runs
	@tail -n 1 out/suite.log

check: venv-test static ## style, types, floors, sizes, words; no other tests
	@$(BIN)/pytest -q tests/house

fix: venv-test ## mend what can be mended by machine
	@$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/python -m docs.generated

bench: venv-test ## measure speed and recovery against peers run in the same process
	@$(BIN)/python -m benchmarks

docs: venv-test ## build the manual into docs/_build/html
	$(SAY) "manual"
	@rm -rf docs/_build
	$(BIN)/sphinx-build -W --keep-going -q -b html docs docs/_build/html
	echo "docs/_build/html/index.html"

canary: venv-test ## break named lines one at a time; each must turn tests red
	@$(BIN)/python -m tests.canary

lock: ## resolve the requirements anew
	@python3 -m venv out/lock-venv
	out/lock-venv/bin/python -m pip install --quiet --disable-pip-version-check uv
	compile="out/lock-venv/bin/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header"
	$$compile --upgrade --group build --group test --output-file requirements/test.txt
	$$compile --group build --constraint requirements/test.txt --output-file requirements/run.txt

clean: ## remove what was built, but not .venv
	@rm -rf out docs/_build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find src tests benchmarks -name __pycache__ -prune -exec rm -rf {} +

venv-run:
	@.ci/venv run

venv-test:
	@.ci/venv test

static:
	$(SAY) "style"
	@$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	printf '\n== types\n'
	$(BIN)/mypy
	printf '\n== floors\n'
	COLUMNS=100 $(BIN)/lint-imports --no-cache | tail -n +10

uncompiled:
	$(SAY) "tests of the kernels, uncompiled, for coverage"
	@mkdir -p out/coverage
	rm -f out/coverage/data*
	NUMBA_DISABLE_JIT=1 $(BIN)/coverage run -m pytest -q -n 2 -m "not slow" $(UNCOMPILED)

# the examples of a page of the manual build on each other, so a file is one worker's
# tests/conftest.py says which tests are traced
suite:
	$(SAY) "tests, doctests, examples of the manual"
	@mkdir -p out/coverage
	$(BIN)/coverage run -m pytest -n 2 --dist loadfile --durations 10 2>&1 | tee out/suite.log

coverage:
	$(SAY) "coverage"
	@$(BIN)/coverage combine -q
	$(BIN)/coverage report
	printf '\n'
