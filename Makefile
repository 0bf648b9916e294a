# Everything a fresh clone needs. `make try` shows the main job, `make test` runs every test.
.DEFAULT_GOAL := help
SHELL := /bin/bash
VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= python3
RUNTIME := $(VENV)/.runtime-installed
DEV := $(VENV)/.dev-installed

.PHONY: help install setup editors try test test-python test-vscode test-neovim lint format fit \
	bench bench-router bench-learning replay soak fuzz vsix clean

help: ## List the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(RUNTIME): pyproject.toml | $(BIN)/python
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	@$(BIN)/python -m compileall -q server/tierwise >/dev/null
	@touch $@

$(DEV): pyproject.toml | $(BIN)/python
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@$(BIN)/python -m compileall -q server/tierwise >/dev/null
	@touch $@ $(RUNTIME)

install: $(RUNTIME) ## Install only the server: .venv/bin/tierwise

try: $(RUNTIME) ## Run the main job in a terminal, on a temporary copy of real files
	@$(BIN)/tierwise try

setup: $(DEV) editors ## Set everything up: Python, Node, Neovim, Chromium

clean: ## Remove everything the other targets made
	rm -rf $(VENV) .tools vscode-client/node_modules vscode-client/dist
