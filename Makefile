# `make run` puts a demonstration DJ on air; `make serve` waits for yours; `make check` before a commit.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.DEFAULT_GOAL := help
.PHONY: help run serve install test check format lint types imports benchmark train evaluate clean

help:  ## Show what can be made
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 14

run: $(VENV)/.serve  ## Start the server with a demonstration DJ on air
	$(BIN)/djuniverse serve --demonstration

serve: $(VENV)/.serve  ## Start the server and wait for a DJ
	$(BIN)/djuniverse serve

install: $(VENV)/.serve  ## Install what serving needs

test: $(VENV)/.dev .system  ## Install what the tests need and run them
	$(BIN)/python -m pytest

check: $(VENV)/.dev .system lint types imports  ## Everything that must pass before a commit
	$(BIN)/python -m pytest

format: $(VENV)/.dev  ## Format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lint: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(VENV)/.dev
	$(BIN)/mypy

imports: $(VENV)/.dev
	$(BIN)/lint-imports

train: $(VENV)/.dev  ## Render data, train the judge and export its models
	$(BIN)/python -m training

evaluate: $(VENV)/.dev  ## Prove what the judge can do; writes docs/evaluation
	$(BIN)/python -m training.evaluation

benchmark: $(VENV)/.dev  ## Measure every claim against its peer
	$(BIN)/python -m benchmarks

clean:  ## Remove the environment and caches; recordings and the database in var/ stay
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis build *.egg-info

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; name it with PYTHON=..."; exit 2; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.serve: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "Installing what serving needs (once, a minute or two) ..."
	$(PIP) --editable .
	@touch $@

$(VENV)/.dev: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "Installing what the tests need (once, a few minutes) ..."
	$(PIP) --editable '.[dev]'
	@touch $@ $(VENV)/.serve

.PHONY: .system
.system:
	@sh .ci/system-packages
