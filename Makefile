# Headgate. `make` alone lists the targets.
SHELL := /bin/bash
.DEFAULT_GOAL := help

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)
# Compiled modules and tests are kept, so that no process compiles them again.
unexport PYTHONDONTWRITEBYTECODE

# `make ... NAME=test` chooses a deployment. The name reaches the shell as one quoted word, and the scripts validate it.
# The environment's NAME does not count: WSL sets it to the machine's name.
quoted_name = $(if $(filter command line,$(origin NAME)),'$(subst ','\'',$(value NAME))')
named = $(if $(quoted_name),--name $(quoted_name))

# A line `##@ name` begins a group of `make help`; `target: ## text` is a line of it. tests/integration/docs/test_makefile.py checks that none is missing.

##@ Start here
.PHONY: help setup lock demo

help: ## list the targets
	@awk 'BEGIN {FS = ":.*## "} \
	  /^##@ / {printf "\n%s\n", substr($$0, 5)} \
	  /^[a-z][a-z0-9-]*:.*## / {printf "  \033[36m%-20s\033[0m %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(VENV)/.ready ## install the locked packages into .venv and find Terraform

$(VENV)/lint/.ready: requirements/lint.lock scripts/packages/tool_environment.sh | $(VENV)/.ready
	@scripts/packages/tool_environment.sh $(VENV) requirements/lint.lock $(VENV)/lint

$(VENV)/dbt/.ready: requirements/dbt.lock scripts/packages/tool_environment.sh | $(VENV)/.ready
	@scripts/packages/tool_environment.sh $(VENV) requirements/dbt.lock $(VENV)/dbt --beside

$(VENV)/neighbours/.ready: requirements/neighbours.lock scripts/packages/tool_environment.sh | $(VENV)/.ready
	@scripts/packages/tool_environment.sh $(VENV) requirements/neighbours.lock $(VENV)/neighbours --beside

$(VENV)/.ready: requirements/dev.lock requirements/model.lock requirements/setup.lock pyproject.toml scripts/setup.sh
	@PYTHON=$(PYTHON) scripts/setup.sh $(VENV)

lock: ## write the hashes of all versions in requirements/*.lock, after a version there was changed or added
	@scripts/packages/lock.sh $(VENV)

demo: setup ## take half a million real invoice lines through the whole lake on this machine; KEEP=1 leaves it running until make clean-localstack NAME=demo
	@python scripts/demo.py $(if $(KEEP),--keep)

##@ Check and test
# Two files of tests at a time: a file's fixtures are made once. Tests with a deployment or a browser wait half of their time, so
# there are four files at a time of all that are not unit tests. The files with the longest tests are named first.
BY_FILE := --dist loadfile --no-loadscope-reorder

# Two test processes have both processors: models take one thread each, and none that spins while it waits for work.
test test-unit test-faults: export OMP_NUM_THREADS := 1
test test-unit test-faults: export OMP_WAIT_POLICY := PASSIVE

.PHONY: check check-fast check-terraform check-console console wheel screenshots test test-weekly test-unit test-faults check-drafts fuzz sbom audit-packages audit-terraform docs clean

check: setup ## run the three checks below and audit-terraform, two at a time, the longest first
	@$(MAKE) --no-print-directory -j 2 --output-sync check-console check-fast check-terraform audit-terraform

check-fast: setup ## check lint, format, types, import layers and plain English, in seconds after the first time
	ruff check .
	ruff format --check .
	mypy
	lint-imports
	python scripts/plain_english.py

check-terraform: setup ## check the format of Terraform's files, validate them and run their tests
	python scripts/terraform_cli.py check

check-console: setup ## check types, lint, format and unit tests of the console's source
	python scripts/console.py check

console: setup ## build the web console into build/console; Node 20 comes from PATH or from PyPI
	@python scripts/console.py build

wheel: setup ## build a wheel that deploys lakes without this clone, into build/dist
	@python scripts/packages/release.py

screenshots: setup ## take the README's screenshots of the console with Chromium into docs/images
	@python -m tests.console.screenshots

test: setup ## run every tier of tests: unit, faults, integration, e2e (emulator, databases and browser start and stop by themselves)
	python -m pytest tests/unit tests/domains tests/integration -m unit -q -n 2 $(BY_FILE)
	python -m pytest tests/e2e tests/faults tests/console tests/integration tests/domains tests/unit/analytics tests/unit/facts tests/unit/merge -m "not unit and not weekly" -q -n 4 $(BY_FILE)

test-weekly: setup ## lose and restore tables, buckets, the ledger and a region, deploy from a wheel in an empty folder, run a pipeline, run dbt on a shop, and draw more examples for property tests; twenty minutes
	python -m pytest tests/e2e -m weekly -q -n 2 $(BY_FILE)
	HYPOTHESIS_PROFILE=weekly python -m pytest tests/unit tests/domains tests/integration -m "unit and hypothesis" -q -n 2 $(BY_FILE)
	HYPOTHESIS_PROFILE=weekly python -m pytest tests/faults/test_deliveries.py -q -n 2

test-unit: setup ## run the unit tests only
	python -m pytest tests/unit tests/domains tests/integration -m unit -q -n 2 $(BY_FILE)

test-faults: setup ## stop, throttle and cut off the gate at every call; FAULTS=all sends every file to the emulator
	python -m pytest tests/faults -m faults -q -n 2

check-drafts: setup ## draft a contract from every file below DATA and check the file against it
	@python -m benchmarks.contracts.drafts $(DATA)

fuzz: setup ## send mutated files through the gate: COUNT=1000000, SEED=0, FIRST=0, WORKERS=2, DATA=folder
	@COUNT=$(COUNT) SEED=$(SEED) FIRST=$(FIRST) python -m benchmarks.gate.fuzz $(DATA)

sbom: setup ## write the locked packages with their licences to build/sbom.json (CycloneDX) and build/licences.md
	@mkdir -p build
	@python scripts/packages/package_list.py > build/sbom.json
	@python scripts/packages/package_list.py --markdown > build/licences.md

audit-packages: setup ## compare the locked packages with known vulnerabilities (pip-audit, which needs the network)
	@for lock in requirements/*.lock; do uvx pip-audit --disable-pip --require-hashes -r $$lock || exit 1; done

# Checkov evaluates each resource once, not once for each key of its for_each: half the time, and no other check fails.
audit-terraform: export CHECKOV_ENABLE_FOREACH_HANDLING := False
audit-terraform: export CHECKOV_ENABLE_MODULES_FOREACH_HANDLING := False
audit-terraform: $(VENV)/lint/.ready ## check Terraform with checkov, and its policies with parliament; .checkov.yaml and scripts/policy_lint.py have the reason of each check that is left out
	@$(VENV)/lint/bin/checkov --config-file .checkov.yaml
	@echo "checkov: ok"
	@python scripts/policy_lint.py

docs: setup ## write docs/data-dictionary.md from the contracts, docs/openapi.json from the API's types, and the console's types from it
	@python -m headgate.contracts.dictionary > docs/data-dictionary.md
	@python scripts/openapi.py > docs/openapi.json
	@python scripts/console.py types

clean: ## remove build products and caches; a running emulator and its state stay
	rm -rf build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

##@ Deploy and use
.PHONY: samples localstack-up deploy-localstack test-localstack destroy-localstack clean-localstack bootstrap-aws plan-aws deploy-aws test-aws destroy-aws clean-aws logs query

samples: setup ## deploy the lake of samples/ to the emulator as NAME=records, and create the records of its files
	@HEADGATE_PROJECT=samples $(MAKE) --no-print-directory deploy-localstack NAME=records YES=1
	@mkdir -p build/samples
	@for file in valid duplicates invalid projects without_ids; do \
	  HEADGATE_PROJECT=samples headgate onboard --file samples/$$file.csv --submit --deployment records \
	    --failed build/samples/$$file.failed.csv || [ $$? = 3 ] || exit 1; \
	done

localstack-up: setup ## start the emulator that deploy-localstack uses, if none answers yet
	@python scripts/emulator/emulator.py start $(named)

deploy-localstack: setup ## deploy to a LocalStack-compatible emulator, the running one or a new one; YES=1 does not ask, NAME=test deploys beside local, EXPORT=1 enables the export of the source database
	@python scripts/deploy.py apply emulator $(named) $(if $(YES),--yes) $(if $(EXPORT),--export)

test-localstack: setup ## check that deployment in a minute: events, gate, query, runs, dead letters; no row enters the lake
	@python scripts/smoke_test.py $(or $(quoted_name),local)

destroy-localstack: setup ## destroy that deployment and stop the emulator; YES=1 does not ask, NAME=demo is the lake of make demo KEEP=1
	@python scripts/deploy.py destroy emulator $(named) $(if $(YES),--yes)

clean-localstack: setup ## destroy that deployment without asking, list what is left, and stop the emulator; NAME=demo as above
	@python scripts/deploy.py destroy emulator $(named) --yes

bootstrap-aws: setup ## create the bucket for the Terraform state, with locking, in this shell's AWS account and region
	@python scripts/bootstrap.py

plan-aws: setup ## show what a deployment to AWS would change and cost; GB_PER_DAY=0.033 FILES_PER_DAY=33 TABLES_AGE_H=1 names the cheapest settings
	@python scripts/deploy.py plan aws $(named) $(if $(EXPORT),--export)

deploy-aws: setup ## deploy to AWS with the credentials of this shell; YES=1 does not ask, EXPORT=1 enables the export of the source database
	@python scripts/deploy.py apply aws $(named) $(if $(YES),--yes) $(if $(EXPORT),--export)

test-aws: setup ## check the deployment on AWS in a minute, as test-localstack
	@python scripts/smoke_test.py $(or $(quoted_name),aws)

destroy-aws: setup ## destroy the deployment on AWS; YES=1 does not ask
	@python scripts/deploy.py destroy aws $(named) $(if $(YES),--yes)

clean-aws: setup ## as destroy-aws; fails if a listing of the account still has something of the lake
	@python scripts/deploy.py destroy aws $(named) $(if $(YES),--yes)

logs: setup ## print what functions and jobs of the newest deployment wrote
	@headgate logs

query: setup ## ask Athena: make query SQL="select count(*) from ecommerce_curated.orders"
	@headgate query "$(SQL)"

##@ Measure the gate and the command line
.PHONY: bench-cli bench-gate bench-rules bench-pollock bench-pan bench-formats bench-matching bench-domain bench-first-load bench-open comparison bench-latency bench-parallel bench-api bench-console

bench-cli: setup ## processor time until `headgate --help` ends and `headgate files` sends its first request
	@python -m benchmarks.interfaces.cli

bench-gate: setup ## the gate against hand-written DuckDB SQL on one and ten million orders; DATA=csv of that form, ROUNDS=5
	@ROUNDS=$(ROUNDS) python -m benchmarks.gate.gate $(DATA)

bench-rules: setup ## the compiled rules against the same Great Expectations suite; DATA=csv of generated orders, ROWS=1000000
	@ROWS=$(ROWS) python -m benchmarks.gate.rules $(DATA)

bench-pollock: setup ## how well Pollock's polluted CSV files load without configuration; DATA=folder or archive with csv/ and clean/
	@python -m benchmarks.gate.pollock $(DATA)

bench-pan: setup ## recall, precision and time of the search for card numbers in text; DATA=csv with text,is_pan
	@python -m benchmarks.gate.pan $(DATA)

bench-formats: setup ## formats inferred from samples in mixed locales, and what three formatted columns cost the gate; MIXES=1000 ROWS=300000
	@MIXES=$(MIXES) ROWS=$(ROWS) ROUNDS=$(ROUNDS) python -m benchmarks.gate.formats

bench-matching: setup ## confidence and accuracy of mapping columns to contracts
	@python -m benchmarks.contracts.matching

bench-domain: setup ## words of domains in the engine, what the example domain needs, a push of SQL, and a lake without the retail domain; five minutes
	@python -m benchmarks.contracts.domain

# dlt's exact versions of the benchmark; its environment is no part of the package's.
DLT_PACKAGES := "dlt[duckdb,filesystem,parquet]==1.31.0" duckdb==2.0.1 openpyxl==3.1.5 pandas==3.1.1 pyarrow==26.0.1

bench-first-load: setup ## fifteen files of five formats from upload to an answer in SQL, against dlt into DuckDB, on an emulator of its own; SCALE=1.0
	@test -d .headgate/peers-dlt || { $(PYTHON) -m venv .headgate/peers-dlt && .headgate/peers-dlt/bin/pip install --quiet $(DLT_PACKAGES); }
	@SCALE=$(SCALE) python -m benchmarks.deployed.first_load

# The exact versions of independent readers; their environment is no part of the package's.
ICEBERG_READERS := pyiceberg==0.12.0 pyiceberg-core==0.11.0 datafusion==54.1.0 polars==2.1.0 daft==0.7.26 pyarrow==25.0.1 duckdb==1.5.5 \
  duckdb-extension-avro==1.5.5 duckdb-extension-httpfs==1.5.5 duckdb-extension-iceberg==1.5.5

bench-open: setup ## five tables in six versions each, read as Iceberg tables by independent engines, on an emulator of their own; dlt sources; PostgreSQL against ConnectorX; fifty questions of an agent
	@test -d .headgate/peers-iceberg || { $(PYTHON) -m venv .headgate/peers-iceberg && .headgate/peers-iceberg/bin/pip install --quiet $(ICEBERG_READERS); }
	@test -d .headgate/peers || { $(PYTHON) -m venv .headgate/peers && .headgate/peers/bin/pip install --quiet connectorx awswrangler pymysql; }
	@python -m benchmarks.open_lake

# dlt, dbt and Great Expectations in one environment, which is no part of the package's.
PEER_TOOLS := "dlt[duckdb,filesystem,parquet]==1.31.0" dbt-core==1.11.16 dbt-duckdb==1.11.1 great_expectations==1.24.1 openpyxl==3.1.5 \
  pandas==2.3.3 lxml

comparison: setup ## bring five sources from a clone to a chart, and through dlt, dbt and Great Expectations; writes the table of docs/comparison.md
	@test -d .headgate/peers-open || { $(PYTHON) -m venv .headgate/peers-open && .headgate/peers-open/bin/pip install --quiet $(PEER_TOOLS); }
	@python -m benchmarks.open_lake.comparison

# The lake of these two is destroyed before the figures are printed, so the figures come last.
bench-latency: setup ## seconds from an upload to its record, on an emulator of its own; FILES=100
	@$(call on_own_lake,latency)

bench-api: setup ## milliseconds of the deployed HTTP API, on an emulator of its own: p50, p99, cold start, a table's page
	@$(call on_own_lake,api)

bench-console: setup ## size, time until usable, accessibility and a grid of a million rows of the console in Chromium; ROWS=1000000
	@python -m benchmarks.interfaces.console $(ROWS)

bench-parallel: setup ## files per minute from 16 uploaders, and lost files, on an emulator of its own; FILES=200
	@$(call on_own_lake,parallel)

define on_own_lake
python scripts/deploy.py apply emulator --name bench --own && \
  { FILES=$(FILES) python -m benchmarks.deployed.$(1) > .headgate/bench-$(1).out; result=$$?; \
    python scripts/deploy.py destroy emulator --name bench --yes; cat .headgate/bench-$(1).out; exit $$result; }
endef

##@ Experiments
.PHONY: experiments-localstack experiments-aws experiments-aws-safe compare-experiments

experiments-localstack: setup ## experiments A to H on an emulator of their own, in 15 minutes: JSON and a page in build/experiments; ONLY=BFG
	@python -m benchmarks.experiments run emulator $(if $(ONLY),--only $(ONLY))

experiments-aws: setup ## experiments B to H on the deployment on AWS; asks, and refuses above CEILING_USD=5
	@python -m benchmarks.experiments run aws $(named) --ceiling-usd $(or $(CEILING_USD),5)

experiments-aws-safe: setup ## as experiments-aws, without broken messages, changed permissions, large files and more than 16 files at once
	@python -m benchmarks.experiments run aws $(named) --safe --ceiling-usd $(or $(CEILING_USD),5)

compare-experiments: setup ## both runs side by side, with the fidelity of the emulator by category
	@python -m benchmarks.experiments compare

.PHONY: drill-day
drill-day: setup ## a day of faults on a lake of its own, with a restart in the middle: rows equal to a quiet run; FILES=200
	@FILES=$(FILES) python -m benchmarks.deployed.drill_day

##@ Measure systems, models and the export
.PHONY: bench-aws bench-fresh-rows bench-cost bench-backlog bench-card-audit bench-systems bench-increment bench-scale bench-export bench-export-shapes bench-forecast bench-next-year bench-clv bench-fraud bench-churn bench-intents

bench-aws: setup ## tasks of each role with its rights, sizes of policies with 200 datasets more, linters, and fakes of what the emulator lacks
	@python -m benchmarks.operations.aws

bench-cost: setup ## dollars a month of four workloads on AWS, from measured usage and list prices; LINES=500000, COPIES=4, KEEP=1 keeps what was measured, KEPT=1 measures nothing, DAY=1 a further day only
	@python -m benchmarks.operations.cost $(if $(KEEP),--keep) $(if $(KEPT),--kept) $(if $(DAY),--day)

bench-backlog: setup ## simulate a day of trickling files and slow runs: started, finished, pending; EVERY_S=120, RUN_S=900, HOURS=24
	@python -m benchmarks.operations.backlog

bench-card-audit: setup ## time of the card-data audit on a lake of audited objects and a few new ones; AUDITED=20000, NEW=20
	@python -m benchmarks.operations.card_audit

bench-systems: setup ## all five systems over Online Retail II on two cores; DATA=csv in its layout
	@python -m benchmarks.systems.systems

bench-fresh-rows: setup ## minutes until rows of a new file are in SQL without a run, on an emulator of its own; FILES=20, EVERY_S=15
	@python -m benchmarks.deployed.fresh_rows

bench-increment: setup ## one more day of a shop of thirty days against a full run, all tables compared; LINES=16000000, PART_ROWS=262144, SYSTEMS=market-intelligence-hub, STEPS=day,late,reverted,erased, FRESH=0 deploys nothing
	@python -m benchmarks.systems.increment

bench-scale: setup ## all five systems over ten million generated order lines, and on Spark; LINES=10000000, SPARK_LINES=1000000
	@python -m benchmarks.systems.scale

bench-export: setup ## the MySQL export against awswrangler and ConnectorX on one MariaDB
	@test -d .headgate/peers || { $(PYTHON) -m venv .headgate/peers && .headgate/peers/bin/pip install --quiet connectorx awswrangler pymysql; }
	@python -m benchmarks.export.export --peers $${HEADGATE_BENCH:-../shared/bench}/export_peers.py --peers-python .headgate/peers/bin/python

bench-export-shapes: setup ## certified export of narrow, wide and text tables against ConnectorX, which certifies nothing
	@test -d .headgate/peers || { $(PYTHON) -m venv .headgate/peers && .headgate/peers/bin/pip install --quiet connectorx awswrangler pymysql; }
	@python -m benchmarks.export.export_shapes --peers $${HEADGATE_BENCH:-../shared/bench}/export_peers.py --peers-python .headgate/peers/bin/python

bench-forecast: setup ## forecast error on public data; DATA=<path> measures on yours
	@python -m benchmarks.models.forecast

bench-next-year: setup ## all tables built at past days against what followed and naive rules; DATA=invoices of one or two years: CSV with commas and the columns Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country; ORIGINS=2, SHOPS=online-retail, LIBRARY=olist
	@python -m benchmarks.models.next_year

bench-clv: setup ## customer value error on public data; DATA=<path> measures on yours
	@python -m benchmarks.models.clv

bench-fraud: setup ## fraud ranking on public data; DATA=<path> measures on yours
	@python -m benchmarks.models.fraud

bench-churn: setup ## churn ranking on public data; DATA=<path> measures on yours
	@python -m benchmarks.models.churn

bench-intents: setup ## grouping of searches on public data; DATA=<path> measures on yours
	@python -m benchmarks.models.intents
