# The few verbs of the project. CI and people call the same ones. `make` alone lists them.
.DEFAULT_GOAL := help
.PHONY: help environment up down test test-unit test-engine test-nightly check fmt lint generate bench

RUN := .venv/bin

help: ## list the verbs
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

environment:
	@tools/bootstrap

up: ## from a fresh clone to a running `pulumi up` on an embedded control plane
	@started=$$(date +%s); tools/bootstrap && $(RUN)/python -m aerofleet.cli.up up --started $$started

down: environment ## remove all that `make up` made
	@$(RUN)/python -m aerofleet.cli.up down

test: environment ## the whole suite, from unit tests to the real engine
	@$(RUN)/pytest --numprocesses 2 --dist loadgroup

test-unit: environment ## without the engine and minutes of random input: seconds
	@$(RUN)/pytest -m "not engine and not soak"

test-engine: environment ## only what needs the engine and a control plane: minutes
	@$(RUN)/pytest -m engine

test-nightly: environment ## long random runs, among them 50 times kill -9
	@$(RUN)/pytest -m nightly

check: lint ## everything but the tests: lint, types, layers, definitions, generated files up to date
	@$(RUN)/aerofleet generate --check
	@$(RUN)/aerofleet check

lint: environment ## ruff, mypy, import-linter
	@$(RUN)/ruff check
	@$(RUN)/ruff format --check
	@$(RUN)/mypy
	@$(RUN)/lint-imports

fmt: environment ## format, and mend what ruff can mend
	@$(RUN)/ruff format
	@$(RUN)/ruff check --fix

generate: environment ## write schemas and reference pages anew
	@$(RUN)/aerofleet generate

bench: environment ## how fast: the engine's own floor, rendering, verdicts, sizing (minutes)
	@$(RUN)/python -m bench
