# Needs python3 >= 3.11 and make. `make help` lists the targets; ARGS="..." goes to the program.
# Every path is relative to this folder: from elsewhere use make -C /path/to/tongfa.

MAKEFLAGS += --no-print-directory
SHELL := /bin/sh
PYTHON := .venv/bin/python
ARGS ?=
export UV_PYTHON_DOWNLOADS = never
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.PHONY: help setup demo test serve work check bench lock clean faults browse journeys
.DEFAULT_GOAL := help

help: ## Show this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1	\2/p' Makefile | expand -t 16

setup: ## Make .venv from the hash-checked lock, compile the translations
	@sh .ci/setup

demo: setup ## Run the main job on an embedded PostgreSQL
	@$(PYTHON) manage.py demo $(ARGS)

test: setup ## Run the tests; the slow ones are in `make journeys`, `make faults` and `make browse`
	@$(PYTHON) -m pytest -n 2 --dist worksteal --ignore=tests/journeys --ignore=tests/faults --ignore=tests/browser $(ARGS)

journeys: setup ## Run the tests of whole months by commands, of the demo, of upgrades, and of every page with hostile values
	@$(PYTHON) -m pytest -n 2 --dist worksteal tests/journeys $(ARGS)

faults: setup ## Run the tests that kill processes, servers and machines
	@$(PYTHON) -m pytest -n 2 --dist worksteal tests/faults $(ARGS)

browse: setup ## Run the tests in a real browser (Chromium)
	@$(PYTHON) -m pytest -n 2 --dist loadfile tests/browser $(ARGS)

serve: setup ## Serve the web pages on the demo's data
	@$(PYTHON) manage.py serve $(ARGS)

work: setup ## Work off the jobs that were asked for (a worker, and its broker)
	@$(PYTHON) -m config.worker $(ARGS)

check: setup ## Check style, types, layers and architecture
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m ruff format --check .
	@$(PYTHON) -m mypy
	@.venv/bin/lint-imports
	@$(PYTHON) -m pytest -q tests/architecture

bench: setup ## Measure the main job against the raw limit and against a peer
	@$(PYTHON) -m benchmarks $(ARGS)

lock: setup ## Write requirements.lock anew from pyproject.toml (ARGS=--upgrade takes newer versions)
	@sh .ci/setup lock $(ARGS)

clean: ## Delete .venv, the caches and the instances in this folder, with their data
	@sh .ci/setup clean
