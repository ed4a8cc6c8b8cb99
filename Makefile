# Headgate. `make` alone lists what there is to do.
SHELL := /bin/bash
.DEFAULT_GOAL := help

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: help setup check test test-unit test-faults demo deploy-localstack destroy-localstack plan-aws deploy-aws destroy-aws logs query docs bench-pollock bench-gate bench-rules bench-pan bench-latency bench-parallel clean

help: ## list what there is to do
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  \033[36m%-20s\033[0m %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(VENV)/.ready ## a virtual environment with the locked packages; Terraform found or told how to get

$(VENV)/.ready: requirements/dev.lock requirements/model.lock pyproject.toml scripts/setup.sh
	@PYTHON=$(PYTHON) scripts/setup.sh $(VENV)

check: setup ## lint, format, types, import layers, Terraform format, validation and tests
	ruff check .
	ruff format --check .
	mypy
	lint-imports
	python scripts/terraform_cli.py check

test: setup ## every tier of tests: unit, faults, integration, e2e (the emulator and databases start and stop by themselves)
	python -m pytest -m unit -q -n 2
	python -m pytest -m faults -q -n 2
	python -m pytest -m "integration or e2e" -q

test-unit: setup ## the pure tests only: seconds
	python -m pytest -m unit -q -n 2

test-faults: setup ## the gate stopped, throttled and cut off at every call it makes: minutes; FAULTS=all sends every file to the emulator
	python -m pytest -m faults -q -n 2

demo: setup ## half a million real invoice lines through the whole lake, on this machine; KEEP=1 leaves it running
	@python scripts/demo.py $(if $(KEEP),--keep)

deploy-localstack: setup ## deploy to a LocalStack-compatible emulator: the one that answers, else one of our own
	@python scripts/deploy.py apply emulator

destroy-localstack: setup ## take that deployment down and stop our emulator; YES=1 does not ask
	@python scripts/deploy.py destroy emulator $(if $(YES),--yes)

plan-aws: setup ## what a deployment to AWS would change
	@python scripts/deploy.py plan aws

deploy-aws: setup ## deploy to AWS with the credentials of this shell; YES=1 does not ask
	@python scripts/deploy.py apply aws $(if $(YES),--yes)

destroy-aws: setup ## take the deployment on AWS down; YES=1 does not ask
	@python scripts/deploy.py destroy aws $(if $(YES),--yes)

logs: setup ## what the functions and jobs of the newest deployment wrote
	@headgate logs

query: setup ## ask Athena: make query SQL="select count(*) from ecommerce_curated.orders"
	@headgate query "$(SQL)"

docs: setup ## write docs/data-dictionary.md anew from the contracts
	@python -m headgate.contracts.dictionary > docs/data-dictionary.md

bench-pollock: setup ## how well Pollock's polluted CSV files load with nothing given; DATA=folder or archive with csv/ and clean/
	@python benchmarks/pollock.py $(DATA)

bench-gate: setup ## the gate against hand-written DuckDB SQL on a million orders; and on ten million; DATA=csv of that form, ROUNDS=5
	@ROUNDS=$(ROUNDS) python benchmarks/gate.py $(DATA)

bench-rules: setup ## the compiled rules against the same Great Expectations suite; DATA=csv of synthetic orders, ROWS=1000000
	@ROWS=$(ROWS) python benchmarks/rules.py $(DATA)

bench-pan: setup ## how card numbers are found in text, and what else is; DATA=csv with text,is_pan
	@python benchmarks/pan.py $(DATA)

# On a lake of its own, which is gone before the figures are printed: they come last.
bench-latency: setup ## from putting a file into raw to its record, on an emulator of its own; FILES=100
bench-parallel: setup ## files a minute from 16 uploaders, and whether one is lost, on an emulator of its own; FILES=200
bench-latency bench-parallel: bench-%:
	@python scripts/deploy.py apply emulator --name bench --own
	@FILES=$(FILES) python -m benchmarks.$* > .headgate/bench-$*.out; result=$$?; \
	  python scripts/deploy.py destroy emulator --name bench --yes; cat .headgate/bench-$*.out; exit $$result

clean: ## remove what was built; a running emulator and its state stay
	rm -rf build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

.PHONY: bench-forecast bench-clv bench-fraud bench-churn bench-intents
bench-forecast bench-clv bench-fraud bench-churn bench-intents: bench-%: setup ## how good a model is on public data; DATA=<path> measures on yours
	@PYTHONPATH=. python benchmarks/$*.py

.PHONY: bench-matching
bench-matching: setup ## how sure the matching of columns to contracts is: accuracy at the threshold, wrongly accepted files
	@python benchmarks/matching.py

.PHONY: bench-export
bench-export: setup ## how fast the export is against awswrangler and ConnectorX on one MariaDB
	@test -d .headgate/peers || { $(PYTHON) -m venv .headgate/peers && .headgate/peers/bin/pip install --quiet connectorx awswrangler pymysql; }
	@PYTHONPATH=. python benchmarks/export.py --peers $${HEADGATE_BENCH:-../shared/bench}/export_peers.py --peers-python .headgate/peers/bin/python

.PHONY: fuzz
fuzz: setup ## mutated files through the gate, on every core: what crashes, what leaks; COUNT=1000000, SEED=0, FIRST=0, WORKERS=2, DATA=folder
	@PYTHONPATH=. COUNT=$(COUNT) SEED=$(SEED) FIRST=$(FIRST) python benchmarks/fuzz.py $(DATA)

.PHONY: bench-systems bench-scale
bench-systems: setup ## all five systems over Online Retail II on two cores; DATA=csv in its layout
	@PYTHONPATH=. python benchmarks/systems.py

bench-scale: setup ## all five systems over ten million generated order lines, and the same tables from Spark; LINES=10000000, SPARK_LINES=1000000
	@PYTHONPATH=. python benchmarks/scale.py
