# Helpdesk. `make help` lists what there is. Everything sets itself up and may be repeated.

PYTHON ?= python3
TEST_WORKERS ?= 2

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
DEV := $(BIN)/python -m helpdesk.dev
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard locale/*/LC_MESSAGES/*.po))
SLOW := tests/e2e tests/faults
TEMPLATES = $(shell find templates -name '*.html')

MAKEFLAGS += --no-builtin-rules --no-print-directory
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo demo-stop demo-reset test faults check lint docs bench judge shots hostile shell setup packages

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))
	@echo
	@echo "  Variables: PYTHON (3.11 or newer), WEB_PORT 8000, SMTP_PORT 1025, TEST_WORKERS 2, FAULT_ROUNDS 3 (100 in 'make faults'),"
	@echo "  PAGES (for 'make shots': their names, such as \"queue ticket\"; --demo among them fills the desk with the demo's studio);"
	@echo "  SEARCH=elasticsearch (for 'make demo': search by a real Elasticsearch, not by PostgreSQL);"
	@echo "  with DATABASE_URL, REDIS_URL and ELASTICSEARCH_URL set, those servers are used instead of the built-in ones."

demo: $(READY) $(CATALOGUES) ## the whole desk with a studio's two months in it, on 127.0.0.1:8000; Ctrl-C ends it
	@exec $(DEV) up

demo-stop: $(READY) ## end a demo that runs in another terminal
	@$(DEV) stop

demo-reset: $(READY) ## throw the demo's data away; the next `make demo` makes a fresh studio
	@$(DEV) reset

test: $(READY) packages check $(CATALOGUES) ## all checks and all tests, on a PostgreSQL and a Valkey of their own; names the ten slowest
	@exec $(DEV) run-with-servers -- sh -c '\
	  $(BIN)/pytest -q --durations=10 -n $(TEST_WORKERS) $(addprefix --ignore=,$(SLOW)) && $(BIN)/pytest -q --durations=10 $(SLOW)'

faults: FAULT_ROUNDS := $(or $(FAULT_ROUNDS),100)
faults: $(READY) $(CATALOGUES) ## kill and starve a running desk, 100 rounds of each fault; takes its time
	@exec $(DEV) run-with-servers -- env FAULT_ROUNDS=$(FAULT_ROUNDS) $(BIN)/pytest -q tests/faults

check: export HELPDESK_ENV = test
check: $(READY) ## linters, types, floors, dead code, migrations
	@$(BIN)/ruff check -q .
	@$(BIN)/ruff format -q --check . || { echo 'Some files are not formatted: make lint'; exit 1; }
	@$(BIN)/djade --check --target-version 5.2 $(TEMPLATES) || { echo 'Some templates are not formatted: make lint'; exit 1; }
	@$(BIN)/mypy helpdesk players tickets tests
	@$(BIN)/lint-imports
	@DJANGO_SETTINGS_MODULE=helpdesk.settings $(BIN)/python -m tests.house.dead_code
	@$(BIN)/python -W ignore manage.py makemigrations --check --dry-run -v 1

lint: $(READY) ## mend what the linters can mend by themselves
	@$(BIN)/ruff check -q --fix . || true
	@$(BIN)/ruff format .
	@$(BIN)/djade --target-version 5.2 $(TEMPLATES) || true

docs: $(READY) ## docs/events.md, written out of the kinds of events that the code declares
	@HELPDESK_ENV=test $(BIN)/python manage.py document_events > docs/events.md.new && mv docs/events.md.new docs/events.md

bench: $(READY) $(CATALOGUES) ## measure against the budgets, with 100,000 tickets or BENCH_TICKETS=1000000; prints a table
	@exec $(DEV) run-with-servers -- $(BIN)/python -m tests.bench

judge: $(READY) $(CATALOGUES) ## does the search find what is meant? 120 judged queries over the demo's tickets, on both engines; prints a table
	@exec $(DEV) run-with-servers -- $(BIN)/python -m tests.judged

shots: $(READY) packages $(CATALOGUES) ## every page in every look, as contact sheets in .local/shots; ends with what is wrong with them
	@exec $(BIN)/python -m tests.shots $(PAGES)

hostile: $(READY) ## mails made to hurt, each read within its budget of 3 s and 300 MB; then a thousand of them poured into a running desk
	@$(BIN)/python -m tests.bench.hostile
	@$(BIN)/python -m tests.bench.flood

shell: $(READY) ## a Python prompt in the running demo
	@exec $(DEV) within -- $(BIN)/python manage.py shell

setup: $(READY) $(CATALOGUES) ## only the virtual environment and the texts

packages: $(READY) # Debian packages that the tests need: installed where we may, named in one line where not
	@$(DEV) packages

$(READY): requirements/dev.txt helpdesk/dev/venv.sh
	@sh helpdesk/dev/venv.sh $(PYTHON) $(VENV) requirements/dev.txt
	@touch $@

%.mo: %.po $(READY)
	@$(BIN)/pybabel -q compile -i $< -o $@
	@test -s $@ || { echo '$< is marked fuzzy as a whole, so nothing was compiled: remove that mark above its header.'; exit 1; }
