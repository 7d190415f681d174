# The commands of Breather. `make` alone lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
ARGS ?=
BIN := .venv/bin

.PHONY: help
help:  ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 14

.PHONY: environment
environment:
	@.ci/environment

.PHONY: test-environment
test-environment:
	@.ci/environment test

.PHONY: demo
demo: environment  ## a fictional clinic, planned, played until mid-day and served on http://127.0.0.1:8000
	@$(BIN)/breather demo $(ARGS)

.PHONY: serve
serve: environment  ## serve your own centre (data in ./data, or BREATHER_DATABASE_URL)
	@$(BIN)/breather serve $(ARGS)

.PHONY: test
test: test-environment lint  ## everything: lint, types, import contracts, all tests with coverage
	@tools="$$(.ci/test-tools)" && eval "$$tools" && \
	$(BIN)/python -m pytest -n 2 --dist loadgroup --cov --cov-report=term $(ARGS)

.PHONY: test-fast
test-fast: test-environment lint  ## lint, types and the tests that take milliseconds
	@$(BIN)/python -m pytest -q -n 2 -m "not slow and not browser and not postgres" $(ARGS)

.PHONY: lint
lint: test-environment  ## style, types and import contracts
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports --no-cache | tail -n 9

.PHONY: bench
bench: environment  ## every benchmark, one after another
	@for one in imports rosters edits floor kills day look_ahead pages simulation bank; do $(BIN)/python -m bench.$$one $(ARGS) || exit 1; done

.PHONY: pictures
pictures: test-environment  ## the README's screenshots, from the demo
	@tools="$$(.ci/test-tools)" && eval "$$tools" && $(BIN)/python docs/pictures.py $(ARGS)
