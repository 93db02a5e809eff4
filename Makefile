# The targets that people and CI call. `make` alone lists them.
.DEFAULT_GOAL := help
.PHONY: help environment up down test test-unit test-engine test-nightly check fmt lint lock generate wheel bench

RUN := .venv/bin

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

environment:
	@tools/bootstrap

up: ## from a fresh clone to a running `pulumi up` on an embedded control plane
	@started=$$(date +%s); tools/bootstrap && $(RUN)/aerofleet local up --apply --started $$started

down: environment ## remove what `make up` started and wrote
	@$(RUN)/aerofleet local down --destroy

test: environment ## the whole suite, from unit tests to the real engine
	@$(RUN)/pytest --numprocesses 2 --dist loadgroup

test-unit: environment ## the tests without the engine and without long random input: seconds
	@$(RUN)/pytest -m "not engine and not soak"

test-engine: environment ## only the tests that need the engine and a control plane: minutes
	@$(RUN)/pytest -m engine

test-nightly: environment ## long random runs, and 50 engine runs that end with kill -9
	@$(RUN)/pytest -m nightly

check: lint ## all checks except the tests: lint, types, layers, definitions, generated files up to date
	@$(RUN)/aerofleet generate --check
	@$(RUN)/aerofleet check

lint: environment ## ruff, mypy, import-linter
	@$(RUN)/ruff check
	@$(RUN)/ruff format --check
	@$(RUN)/mypy
	@$(RUN)/lint-imports

fmt: environment ## format the code, and apply the corrections of ruff
	@$(RUN)/ruff format
	@$(RUN)/ruff check --fix

lock: environment ## write the wheel's own pins anew, after a change of uv.lock
	@$(RUN)/python -m tools.derive.requirements

generate: environment ## write the generated files: schemas, reference pages, allocations, CODEOWNERS
	@$(RUN)/aerofleet generate

wheel: environment ## build the wheel into dist/, and print its hash for the pins of projects
	@$(RUN)/python -m hatchling build --target wheel
	@sha256sum dist/*.whl

bench: environment ## measure the speed of the engine, of rendering, verdicts and sizing (minutes)
	@$(RUN)/python -m bench
