# Everything a fresh clone needs. `make try` shows the main job, `make test` runs every test.
.DEFAULT_GOAL := help
SHELL := /bin/bash
VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= python3
MINUTES ?= 60
RUNTIME := $(VENV)/.runtime-installed
DEV := $(VENV)/.dev-installed
CLIENT := vscode-client
NODE := $(CLIENT)/node_modules/.installed
VSCE := --no-dependencies --allow-missing-repository --no-rewrite-relative-links
PLUGIN := neovim-plugin
LUA := .tools/lua/.installed
NVIM := .tools/neovim/wheel/bin/nvim

.PHONY: help install setup editors try test test-fast lint format fit fit-same bench bench-prompts bench-router bench-learning replay soak fuzz clean

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

$(NODE): $(CLIENT)/package-lock.json
	@cd $(CLIENT) && npm ci --ignore-scripts --silent
	@touch $@

$(LUA): tests/editors/install_lua_tools.sh
	@tests/editors/install_lua_tools.sh
	@touch $@

$(NVIM):
	@tests/editors/install_neovim.sh

install: $(RUNTIME) ## Install only the server: .venv/bin/tierwise

try: $(RUNTIME) ## Run the main job in a terminal, on a temporary copy of real files
	@$(BIN)/tierwise try

setup: $(DEV) $(NODE) editors clients postgres ## Set everything up: Python, the editors and an agent

.PHONY: postgres test-postgres
postgres: ## Find or install the PostgreSQL server that tests start
	@tests/postgres/install.sh

test-postgres: $(DEV) postgres ## Run the tests of ledger and budget on PostgreSQL as well
	@$(BIN)/python -m pytest -p no:cacheprovider -q -n 2 --store postgres tests/unit/store tests/unit/budget

.PHONY: team-try
team-try: $(DEV) postgres ## Try a whole team on this machine: PostgreSQL, two gateways, a race, a revocation, the sums
	@$(BIN)/python -m tests.postgres.team_try

.PHONY: bench-postgres
bench-postgres: $(DEV) postgres ## Time reserve and settle on PostgreSQL: latency, 10 ms of it, 5,000,000 rows
	@$(BIN)/python -m tests.bench.bench_postgres

.PHONY: test-purses
test-purses: $(DEV) postgres ## Hold the server's purse against the Python purse on 10,000 generated lives
	@$(BIN)/python -m tests.soak.soak_purses --cases 10000

editors: ## Install the editors the tests drive, under .tools
	@tests/editors/install_neovim.sh
	@tests/editors/install_vscode.sh
	@tests/editors/install_plain_editors.sh

test: setup ## Run every test
	@cd $(CLIENT) && npm run --silent test
	@$(BIN)/python -m pytest -p no:cacheprovider -q -n 2 --maxschedchunk=8 -m "not editors"
	@$(BIN)/python -m pytest -p no:cacheprovider -q -n 2 -m editors --ignore tests/editors/vscode
	@$(BIN)/python -m pytest @tests/editors/vscode/pytest.args

test-fast: $(DEV) postgres ## Run the tests that need no editor
	@$(BIN)/python -m pytest -p no:cacheprovider -q -n 2 --maxschedchunk=8 -m "not editors"

lint: $(DEV) $(NODE) $(LUA) $(NVIM) ## Run the checkers
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/python -m tests.dead_code
	@cd $(CLIENT) && npm run --silent lint
	@cd $(PLUGIN) && ../.tools/lua/luacheck --quiet --config .luacheckrc .
	@$(BIN)/python -m tests.lua_types
	@node tests/editors/neovim/stylua.mjs --check

format: $(DEV) $(LUA) $(NVIM) ## Format everything, and write the parts of the help that are made
	@$(BIN)/ruff check --fix --quiet .
	@$(BIN)/ruff format .
	@node tests/editors/neovim/stylua.mjs
	@$(NVIM) --clean -l $(PLUGIN)/scripts/doc.lua

.PHONY: vsix
vsix: $(DEV) $(NODE) ## Build vscode-client/tierwise.vsix, which carries the server
	@rm -rf $(CLIENT)/server && mkdir -p $(CLIENT)/server
	@$(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps -w $(CLIENT)/server .
	@cd $(CLIENT) && npm run --silent build && npx vsce package $(VSCE) -o tierwise.vsix >/dev/null
	@ls -l $(CLIENT)/tierwise.vsix

.PHONY: dist
dist: $(DEV) $(NODE) $(NVIM) ## Make wheel, sdist, VSIX and plugin archive in dist/, each tried in a clean place
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dist]'
	@$(BIN)/python -m tests.packages.make_dist

.PHONY: test-pythons
test-pythons: ## Run the fast tests on every Python from 3.11 that is installed; PYTHONS=... names them
	@tests/packages/test_pythons.sh $(PYTHONS)

.PHONY: coverage
coverage: $(DEV) ## Measure which lines the tests without editors run, against a floor per room; COVERAGE=--resume goes on
	@$(BIN)/python -m tests.coverage_floors $(COVERAGE)

.PHONY: plugin-wheel
plugin-wheel: $(DEV) ## Put the server's wheel beside the Neovim plugin, whose folder may then stand alone
	@rm -rf $(PLUGIN)/server && mkdir -p $(PLUGIN)/server
	@$(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps -w $(PLUGIN)/server .
	@ls $(PLUGIN)/server/*.whl

.PHONY: pictures
pictures: $(DEV) $(NVIM) ## Take the pictures of Neovim in docs/ anew; needs tmux and the font DejaVu Sans Mono
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[pictures]'
	@$(BIN)/python -m tests.editors.neovim.screenshots docs/pictures preview chat several side why

$(VENV)/.gateway-installed: pyproject.toml | $(BIN)/python
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[gateway]'
	@touch $@

.PHONY: gateway
gateway: $(VENV)/.gateway-installed ## Serve agents in rehearsal, without a key: prints where, and a call to try
	@$(BIN)/tierwise gateway --rehearsal

.PHONY: bench-gateway
bench-gateway: $(DEV) ## Measure the gateway: bytes, what it adds to the first byte, 50 streams, memory, start
	@$(BIN)/python -m tests.bench.bench_gateway

.PHONY: clients test-clients
clients: ## Install the agents that tests drive, under .tools/clients
	@tests/clients/install.sh

test-clients: $(DEV) ## Drive every client that installs here through the gateway
	@tests/clients/install.sh 2.1.332 2.1.197
	@tests/clients/install_matrix.sh $(BIN)/python
	@TIERWISE_CLIENTS=all $(BIN)/python -m pytest -p no:cacheprovider -q tests/clients

.PHONY: docs docs-reference
docs: $(DEV) ## Build the documentation as a site, into build/site; a link that leads nowhere is an error
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[docs]'
	@rm -rf build/docs && mkdir -p build && cp -r docs build/docs
	@for page in *.md; do sed 's#](docs/#](#g' $$page > build/docs/$$page; done && rm build/docs/README.md
	@for page in docs/*.md; do sed 's#](\.\./\([A-Z]*\.md\)#](\1#g' $$page > build/$$page; done
	@$(BIN)/zensical build --clean --strict -f mkdocs.yml

docs-reference: $(DEV) ## Make docs/reference from the program: commands, configuration, JSON schema
	@$(BIN)/python -m tierwise.cli.reference commands > docs/reference/commands.md
	@$(BIN)/python -m tierwise.cli.reference configuration > docs/reference/configuration.md
	@$(BIN)/python -m tierwise.cli.reference schema > docs/reference/config.schema.json

.PHONY: types
types: $(DEV) $(NODE) ## Make what is generated from the server: types, actions, protocol reference
	@$(BIN)/python -m tierwise.lsp.reference.typescript > $(CLIENT)/src/server/messages.ts
	@$(BIN)/python -m tierwise.lsp.reference.markdown > docs/protocol.md
	@$(BIN)/python -m tierwise.lsp.reference.actions ts > $(CLIENT)/src/server/actions.ts
	@$(BIN)/python -m tierwise.lsp.reference.actions lua > $(PLUGIN)/lua/tierwise/actions.lua
	@cd $(CLIENT) && npm run --silent l10n

fit: $(DEV) ## Fit the router's weights from the shared data
	@OPENBLAS_NUM_THREADS=1 $(BIN)/python -W ignore -m tierwise.routing.fit

fit-same: $(DEV) ## Fit again and fail where a byte of what ships differs; take the fit as it is first
	@OPENBLAS_NUM_THREADS=1 $(BIN)/python -W ignore -m tierwise.routing.fit > /dev/null
	@git diff --exit-code --stat -- server/tierwise/routing/weights.json server/tierwise/routing/weights.packed \
		server/tierwise/routing/talk.json server/tierwise/tasks/learning/demo_week.tsv

bench: $(DEV) $(NVIM) ## Measure the server beside a bare one, the ledger, and the Neovim plugin
	@$(BIN)/python -m tests.bench.bench_start --pyright
	@$(BIN)/python -m tests.bench.bench_server
	@$(BIN)/python -m tests.bench.bench_streams
	@$(BIN)/python -m tests.bench.bench_ledger --seconds 20
	@$(BIN)/python -m tests.bench.bench_sums
	@$(BIN)/python -m tests.bench.bench_edits
	@$(BIN)/python -m tests.bench.checks.bench_checks
	@$(BIN)/python -m tests.bench.bench_neovim
	@$(BIN)/python -m tests.bench.bench_panel
	@$(BIN)/python -m tests.bench.bench_large_file
	@$(BIN)/python -m tests.bench.bench_activation

bench-project: $(DEV) ## Do forty whole-project tasks on the Python projects in TREES=DIR
	@$(BIN)/python -m tests.bench.project_edits.bench_project_edits --trees $(TREES)

.PHONY: bench-report
bench-report: $(DEV) ## Measure the report of 100,000 tasks: time, size, first paint, accessibility
	@$(BIN)/python -m tests.bench.bench_report

.PHONY: bench-queue
bench-queue: $(DEV) ## Measure the night queue: queueing, an idle worker, the copy that tests run in
	@$(BIN)/python -m tests.bench.bench_queue

.PHONY: bench-growth
bench-growth: $(DEV) ## Measure how work grows with lines, files, proposals, tasks and turns
	@$(BIN)/python -m tests.bench.bench_growth

bench-prompts: $(DEV) ## Count the tokens of prompts, part by part, beside those of an older commit
	@$(BIN)/python -m tests.bench.prompts --against 06a9b5f

.PHONY: bench-index
bench-index: $(DEV) ## Measure the project index on made-up projects and the folders in TREES: recall, time, memory, size
	@$(BIN)/python -m tests.bench.bench_index $(TREES)
	@$(BIN)/python -m tests.bench.bench_index_server

bench-learning: $(DEV) ## Measure what learning brings, in simulated worlds and on real outcomes
	@$(BIN)/python -m tests.bench.learning.bench_learning

replay: $(DEV) ## Replay the real outcomes, frozen and learning
	@$(BIN)/python -m tests.bench.learning.replay_outcomes

bench-router: $(DEV) .tools/peers/.installed ## Judge the router beside peers, into docs/routing.md
	@OPENBLAS_NUM_THREADS=1 $(BIN)/python -W ignore -m tests.bench.router

.tools/peers/.installed: tests/bench/router/peers.txt
	@$(PYTHON) -m venv .tools/peers
	@.tools/peers/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	@touch $@

TREES ?= server/tierwise/core server/tierwise/edits server/tierwise/budget
soak: $(DEV) $(NVIM) postgres ## Run the long tests: MINUTES of four editors (60), and kills of the ledger's processes
	@$(BIN)/python -m tests.soak.soak_server --minutes $(MINUTES)
	@$(BIN)/python -m tests.soak.soak_ledger --races 1000 --kills 500
	@$(BIN)/python -m tests.soak.soak_gateway --races 1000
	@$(BIN)/python -m tests.soak.soak_team --runs 200
	@$(BIN)/python -m tests.soak.soak_cuts --cuts 200
	@$(BIN)/python -m tests.soak.soak_sent --kills 300
	@$(BIN)/python -m tests.soak.soak_index --kills 200 --switches 50
	@$(BIN)/python -m tests.soak.soak_upgrade
	@$(BIN)/python -m tests.soak.soak_chaos --runs 1000
	@$(BIN)/python -m tests.soak.soak_model_process --kills 100
	@$(BIN)/python -m tests.soak.soak_queue --kills 200
	@$(BIN)/python -m tests.soak.soak_workers --kills 24
	@$(BIN)/python -m tests.soak.soak_night $(TREES)
	@$(BIN)/python -m tests.soak.soak_apply --groups 20
	@$(BIN)/python -m tests.soak.soak_edits --sequences 20000
	@$(BIN)/python -m tests.soak.soak_neovim --rounds 20
	@$(BIN)/python -m tests.soak.soak_vscode --rounds 20

.PHONY: test-wires
test-wires: $(DEV) ## Try 2,000 lying usages, 500 mistaken configurations and 50 cancels by each way
	@$(BIN)/python -m tests.soak.soak_usage --streams 2000
	@$(BIN)/python -m tests.soak.soak_config --mistakes 500
	@$(BIN)/python -m tests.soak.soak_cancel --cancels 50

fuzz: $(DEV) ## Send 50,000 generated messages to the real server
	@$(BIN)/python -m tests.soak.fuzz --messages 50000

clean: ## Remove everything the other targets made
	rm -rf $(VENV) .tools build dist $(CLIENT)/node_modules $(CLIENT)/dist $(CLIENT)/server $(PLUGIN)/server
