# Everything runs from here: `make help`. Needs git, make and Python 3.11 or newer; what else is needed goes into .venv.
.DEFAULT_GOAL := help
.PHONY: help setup demo test check bench prove up down lock clean

PEOPLE ?= 2000
COMPOSE ?= docker compose
CONTAINERS = $(COMPOSE) --env-file deploy/hub.env --file deploy/compose.yaml
BIN := .venv/bin
PIP := $(BIN)/pip --disable-pip-version-check --no-input
PYTEST := $(BIN)/python -m pytest
# Two at a time, each with servers of its own; one at a time on a broker of yours, where the hub has but one group.
AT_ONCE = --numprocesses $(if $(HUB_TEST_KAFKA_BOOTSTRAP),0,2) --dist loadfile --no-loadscope-reorder
FETCH := $(BIN)/python -m deploy.servers fetch
QUICK_TESTS = $(wildcard tests/unit tests/contract tests/guards)
LOCK_WITH := uv==0.13.9
LOCK = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-annotate --no-header

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-7s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .venv/dev.installed ## put everything needed to work on the hub into .venv

demo: .venv/$(if $(FULL),servers,run).installed ## two agencies share a caseload; PEOPLE=n, KEEP=1 stays up, FULL=1 on PostgreSQL and Kafka
	@$(if $(FULL),$(FETCH))
	@$(BIN)/python -m deploy.demo --people $(PEOPLE) $(if $(KEEP),--keep) $(if $(FULL),--full)

test: .venv/dev.installed ## every test, two at a time, on real PostgreSQL and Kafka that it starts and stops
	@$(FETCH)
	@HYPOTHESIS_PROFILE=full $(PYTEST) $(AT_ONCE) tests --ignore=tests/bench --ignore=tests/prove

check: .venv/dev.installed ## under a minute: format, lint, types, import rules, quick tests
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@HYPOTHESIS_PROFILE=quick $(PYTEST) --quiet $(AT_ONCE) -m "not servers" $(QUICK_TESTS)

bench: .venv/dev.installed ## the budgets, as ratios measured in one run
	@$(FETCH)
	@$(BIN)/python -m tests.bench

prove: .venv/dev.installed ## the tests with the large numbers; takes hours and can be resumed
	@$(FETCH)
	@$(BIN)/python -m tests.prove

up: ## start the hub, PostgreSQL and Kafka in containers
	@test -f deploy/hub.env || { echo "Copy deploy/hub.env.example to deploy/hub.env and fill it in." >&2; exit 1; }
	@$(CONTAINERS) up --build --detach --wait

down: ## stop the containers; their data stays
	@$(CONTAINERS) down

lock: | .venv/bin/pip ## resolve the dependencies in pyproject.toml anew
	@$(PIP) install --quiet $(LOCK_WITH)
	@$(LOCK) pyproject.toml --upgrade --extra dev --output-file requirements-dev.lock
	@$(LOCK) pyproject.toml --constraint requirements-dev.lock --group editable --output-file requirements.lock
	@$(LOCK) pyproject.toml --constraint requirements-dev.lock --group editable --extra servers --output-file requirements-servers.lock

clean: ## remove what the tools left behind; .venv stays
	@rm -rf .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	@find . -path ./.venv -prune -o -type d -name __pycache__ -exec rm -rf {} +

.venv/bin/pip:
	@for candidate in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11; do \
		if $$candidate -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then found=$$candidate; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
		echo "Python 3.11 or newer is needed; none was found. Name yours: make PYTHON=/path/to/python3 ..." >&2; exit 1; \
	fi; \
	$$found -m venv .venv || { echo "$$found has no venv; some systems package it apart (python3-venv)." >&2; exit 1; }

define install
	@echo "Installing $(1) into .venv"
	@$(PIP) install --quiet --require-hashes --requirement $(1)
	@$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@
endef

.venv/run.installed: requirements.lock pyproject.toml | .venv/bin/pip
	$(call install,requirements.lock)

.venv/servers.installed: requirements-servers.lock pyproject.toml | .venv/bin/pip
	$(call install,requirements-servers.lock)

.venv/dev.installed: requirements-dev.lock pyproject.toml | .venv/bin/pip
	$(call install,requirements-dev.lock)
