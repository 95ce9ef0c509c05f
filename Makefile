# Every routine of the project. `make demo` and `make test` need nothing but Python 3.10 or newer.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test test-fast mutations editors vscode-picture lint types layers docs docs-pages man bench fuzz update-cases schema clean

.venv/installed: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch $@

.venv/docs: .venv/installed
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[docs]'
	touch $@

demo: .venv/installed ## format and check the samples
	@echo '$$ composefmt format --diff samples/before.yaml samples/messy.yaml'
	@$(BIN)/composefmt format --diff samples/before.yaml samples/messy.yaml || test $$? -eq 1
	@echo
	@echo '$$ composefmt check samples/mistakes.yaml samples/before.yaml'
	@$(BIN)/composefmt check samples/mistakes.yaml samples/before.yaml || test $$? -eq 1

test: lint types layers ## run all checks and tests, fast tests first
	$(BIN)/pytest -n auto -m 'not slow'
	$(BIN)/pytest -n auto -m slow

test-fast: .venv/installed
	$(BIN)/pytest -n auto -m 'not slow'

editors: .venv/installed ## install the editors used by tests, and the tools for the VS Code extension
	tools/install-editors

# Needs Node 24, Chromium, and some minutes for code-server, where CODE_SERVER is not a folder that has it.
CODE_SERVER ?= build/code-server
vscode-picture: editors ## run the extension in VS Code, and take docs/images/vscode.png
	npm --prefix editors/vscode run package
	test -d $(CODE_SERVER)/node_modules/code-server || npm --prefix $(CODE_SERVER) install code-server playwright-core
	COMPOSEFMT=$(CURDIR)/$(BIN)/composefmt node editors/vscode/test/browser.mjs $(CODE_SERVER) docs/images/vscode.png

lint: .venv/installed
	$(BIN)/ruff check --quiet .
	$(BIN)/ruff format --check --quiet .

types: .venv/installed
	$(BIN)/mypy --no-error-summary

layers: .venv/installed
	$(BIN)/lint-imports --no-cache > .venv/layers.log || { cat .venv/layers.log; exit 1; }

docs: .venv/docs ## build the documentation site in build/site; a warning is an error
	$(BIN)/python tools/site.py
	$(BIN)/python -m zensical build --strict --clean

docs-pages: .venv/installed ## rewrite the generated pages of docs/: rules, settings, commands, editor settings
	$(BIN)/python tools/doc_pages.py

man: .venv/installed ## generate the manual page build/composefmt.1
	$(BIN)/python tools/man.py

.PHONY: playground screenshots
playground: .venv/installed ## build the playground, which make docs adds to the site
	$(BIN)/python tools/playground.py

screenshots: editors playground docs ## take the pictures of the documentation; look at each before committing it
	$(BIN)/python tools/screenshots.py

CORPUS ?=

bench: .venv/installed ## compare the speed with the installed peers; CORPUS=DIRECTORY adds your Compose files
	$(BIN)/python benchmarks/run.py $(if $(CORPUS),--corpus $(CORPUS))
	$(BIN)/python benchmarks/rules.py --top 10 $(CORPUS)
	$(BIN)/python benchmarks/lsp.py

fuzz: .venv/installed ## run the property tests with many more examples
	COMPOSEFMT_EXAMPLES=10000 $(BIN)/pytest tests/test_promises.py

.PHONY: oracle test-oracle record-projects
oracle: build/oracle ## build the reference program, tests/oracle, with Go

build/oracle: tests/oracle/main.go tests/oracle/go.mod tests/oracle/go.sum
	cd tests/oracle && go build -o ../../build/oracle .

test-oracle: .venv/installed oracle ## run the tests that compare with the reference
	COMPOSEFMT_ORACLE=$(CURDIR)/build/oracle $(BIN)/pytest tests/test_oracle.py tests/test_reference.py tests/test_fixes_corpus.py \
	    tests/test_schema_gate.py tests/test_parser.py tests/test_project_corpus.py tests/test_project_pairs.py tests/test_merge_matrix.py tests/test_rules_of_others.py

record-projects: .venv/installed oracle ## rewrite the reference's models in tests/cases/project; review the diff
	$(BIN)/python tests/record_project.py build/oracle

COUNT ?= 30000

mutations: .venv/installed oracle ## mutate real files and compare with the reference; CORPUS=DIRECTORY
	$(BIN)/python tools/mutations.py $(CORPUS) build/oracle --count $(COUNT)

K ?=

update-cases: .venv/installed ## rewrite the expectations of the cases and the generated pages; K=NAME selects cases; review the diff
	COMPOSEFMT_UPDATE_CASES=1 $(BIN)/pytest $(if $(K),-k '$(K)') tests/test_cases.py tests/test_lsp_cases.py tests/test_edit_cases.py
	$(BIN)/python tools/doc_pages.py

schema: .venv/installed ## check the pinned schema; FILE=... VERSION=... replaces it
	$(BIN)/python tools/update_schema.py $(FILE) $(VERSION)

clean:
	rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
