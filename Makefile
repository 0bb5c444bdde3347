# Everything runs from .venv, which the first target that needs it makes from the locked requirements.
# `make` alone lists the targets.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory
# Else each worker, and each command that a test runs, compiles everything anew.
unexport PYTHONDONTWRITEBYTECODE

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input -q
IMAGE ?= vendorstatus
VERSION = $(shell sed -n 's/^version = "\(.*\)"$$/\1/p' pyproject.toml)
ARGS ?=
AT = $(if $(PORT),--port $(PORT))

# Nothing that is not in the requirements is fetched: the build of the package itself is not isolated.
LOCKED := install --require-hashes --only-binary :all:
# setuptools warns about every editable install of more than one package.
ITSELF := install --no-deps --no-build-isolation -e .

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo; echo '  ARGS="..." is handed to the command, as in: make demo ARGS="--help"; PORT=9200 is the port of demo and run'

.PHONY: demo
demo: $(VENV)/.stamp-run ## show the product on simulated vendors, offline
	@$(BIN)/monitor demo $(AT) $(ARGS)

.PHONY: demo-grafana
demo-grafana: $(VENV)/.stamp-run ## the demo in Prometheus and Grafana, with 90 days (needs Debian's prometheus; a Grafana or a container engine)
	@$(BIN)/python -m grafana.demo $(ARGS)

.PHONY: run
run: $(VENV)/.stamp-run ## poll real status pages and serve metrics (`monitor serve`)
	@$(BIN)/monitor serve $(AT) $(ARGS)

.PHONY: quick
quick: $(VENV)/.stamp-dev ## for each save: ruff, and the tests of rules alone, without stores, pages and commands
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	files=$$($(BIN)/python -m tests.unit_files) && $(BIN)/pytest -q -n auto -m "not slow and not integration and not measure and not chaos" $$files $(ARGS)

.PHONY: test
test: lint types ## what every change is tried on: lint, format, types, layers, the tests that are not slow
	$(BIN)/pytest -n auto -m "not slow and not integration and not measure and not chaos" $(ARGS)

.PHONY: slow
slow: $(VENV)/.stamp-dev ## the tests that take most of the time (the gate runs them too)
	$(BIN)/pytest -n auto -m "slow and not integration and not measure and not chaos" $(ARGS)

.PHONY: chaos
chaos: $(VENV)/.stamp-dev ## do harm to a running monitor, for minutes (a full disk needs root; a frozen server VENDORSTATUS_TEST_POSTGRES)
	$(BIN)/pytest -n 0 -m "" -rs --durations=0 tests/chaos $(ARGS)

.PHONY: hours
hours: $(VENV)/.stamp-dev ## run what reads the clock under simulated ones (ARGS="few", ARGS="2027-11-07"; needs faketime)
	@PYTHON_OF_TESTS=$(BIN)/python bash .ci/hours.sh $(or $(ARGS),all)

.PHONY: lint
lint: $(VENV)/.stamp-dev ## ruff, the formatter's check and the import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

.PHONY: types
types: $(VENV)/.stamp-dev ## mypy --strict
	$(BIN)/mypy --strict

.PHONY: fmt
fmt: $(VENV)/.stamp-dev ## format, and fix what ruff can fix
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

.PHONY: bench
bench: $(VENV)/.stamp-dev ## run the measurements in bench/
	@for file in $(filter-out bench/mutants.py bench/shape.py,$(wildcard bench/*.py)); do echo "== $$file"; $(BIN)/python "$$file"; done

.PHONY: shape
shape: $(VENV)/.stamp-dev ## measure file length, complexity, density and names (ARGS="--list" names the places)
	@$(BIN)/python -m bench.shape $(ARGS)

# Each mutant is tried on the tests that run its function. What lives is listed: run `mutmut show NAME` for its change.
.PHONY: mutants
mutants: $(VENV)/.stamp-dev ## change rules in small ways, and count which changes a test notices (ARGS="monitor.ratios*")
	$(BIN)/python -m mutmut run $(ARGS)
	@$(BIN)/python -m mutmut results | grep -v 'not checked' || true
	@$(BIN)/python -m bench.mutants

.PHONY: alerts
alerts: $(VENV)/.stamp-dev ## write the Grafana-managed alert rules from grafana/alerts/vendorstatus.rules.yaml
	$(BIN)/python -m grafana.alerts.generate

.PHONY: statements
statements: $(VENV)/.stamp-run ## write monitor/glance/statements.py from the store's statements
	$(BIN)/python -m monitor.store.statements

.PHONY: dashboards
dashboards: $(VENV)/.stamp-dev ## write grafana/dashboards from grafana/generate
	$(BIN)/python -m grafana.generate

.PHONY: platforms
platforms: $(VENV)/.stamp-run ## write the table in docs/platforms.md from the platform modules
	sed -i '/^| platform/,$$d' docs/platforms.md
	$(BIN)/monitor vendors --platforms --format markdown >> docs/platforms.md

.PHONY: bars
bars: $(VENV)/.stamp-dev ## draw docs/bars.png again, from a real Prometheus (needs one on PATH)
	VENDORSTATUS_REQUIRE_INTEGRATION=1 VENDORSTATUS_PROMETHEUS_DIRS= VENDORSTATUS_BARS=docs/bars.png \
		$(BIN)/pytest -q -m integration tests/integration/test_dashboards_picture.py

.PHONY: pictures
pictures: $(VENV)/.stamp-dev ## draw docs/pictures again: the pages, the dashboards in Grafana's words (needs prometheus, npm, chromium)
	VENDORSTATUS_REQUIRE_INTEGRATION=1 VENDORSTATUS_PROMETHEUS_DIRS= VENDORSTATUS_PICTURES=docs/pictures \
		$(BIN)/pytest -q -n 0 -m integration tests/integration/test_dashboards_pictures.py \
		tests/integration/test_page_days.py tests/integration/test_pages_browser.py -k 'looked_at or drawn'

.PHONY: picture
picture: $(VENV)/.stamp-run ## draw the README's picture of the report again
	PYTHONPATH=. $(BIN)/python docs/picture.py

.PHONY: docker
docker: ## build the container image (needs a container engine)
	docker build --build-arg VERSION=$(VERSION) -t $(IMAGE) .

.PHONY: man
man: $(VENV)/.stamp-run ## write docs/man/monitor.1 again from the commands
	$(BIN)/python -m docs.manpage

.PHONY: clean
clean: ## remove .venv, caches and build results; never data
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache mutants
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Pins already in the files stay as long as they satisfy pyproject.toml; ARGS=--upgrade takes the newest of everything.
COMPILE := $(BIN)/pip-compile -q --generate-hashes --strip-extras --allow-unsafe --no-header --no-emit-options \
	--no-emit-index-url --no-emit-trusted-host --no-emit-find-links -c .ci/constraints.txt $(ARGS)
DEV_GROUP := import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["dependency-groups"]["dev"], sep="\n")

.PHONY: lock
lock: $(VENV)/.stamp-dev ## write the requirements files again from pyproject.toml (with Python 3.11, the oldest)
	@$(BIN)/python -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11) and "lock with Python 3.11: make clean, then make lock PYTHON=python3.11")'
	@$(COMPILE) --extra postgresql --extra remote-write --extra parquet -o requirements.txt pyproject.toml
	@$(COMPILE) --only-build-deps --build-deps-for editable --build-deps-for wheel -o requirements-build.txt pyproject.toml
	@$(BIN)/python -c '$(DEV_GROUP)' | $(COMPILE) --extra postgresql --extra remote-write --extra parquet --extra mcp -c requirements.txt -c requirements-build.txt \
		-o requirements-dev.txt pyproject.toml -
	@sed -i -e 's/-r -$$/pyproject.toml, group dev/' -e '1i # Written by `make lock` from pyproject.toml; do not edit.' requirements*.txt

# The stamps: an environment is brought up to date when a file it was made from changes.
$(BIN)/python:
	@bash .ci/venv.sh "$(PYTHON)" "$(VENV)"

$(VENV)/.stamp-run: requirements.txt requirements-build.txt pyproject.toml | $(BIN)/python
	@echo "setting up $(VENV) from requirements.txt ..."
	@$(PIP) $(LOCKED) -r requirements.txt -r requirements-build.txt
	@PYTHONWARNINGS=ignore $(PIP) $(ITSELF)
	@echo "the command is $(BIN)/monitor; README.md says how it gets on your PATH"
	@touch $@

$(VENV)/.stamp-dev: requirements.txt requirements-build.txt requirements-dev.txt pyproject.toml | $(BIN)/python
	@echo "setting up $(VENV) from requirements-dev.txt ..."
	@$(PIP) $(LOCKED) -r requirements-dev.txt -r requirements-build.txt
	@PYTHONWARNINGS=ignore $(PIP) $(ITSELF)
	@touch $@ $(VENV)/.stamp-run

.PHONY: soak
soak: $(VENV)/.stamp-dev ## run vendors and readers through simulated time: SEEDS=10000 worlds, from FROM=0
	VENDORSTATUS_SEEDS=$(or $(FROM),0):$(or $(SEEDS),10000) $(BIN)/pytest -q -n $(or $(WORKERS),2) --tb=short --show-capture=no \
		tests/timeline/test_laws.py $(ARGS)
