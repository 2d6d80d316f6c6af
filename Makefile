# The project's commands. `make run` starts it, `make test` proves it; docs/development.md says more.

.DEFAULT_GOAL := run
SHELL := /bin/bash

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check

# Hashes keep out what was not reviewed; wheels only, so that no build step fetches anything unpinned.
PIP_INSTALL := $(PIP) install --quiet --require-hashes --only-binary :all:

# Empty for root, who needs none (a bare container has no sudo).
SUDO := $(if $(filter 0,$(shell id -u)),,sudo)
APT := $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get
APT_INSTALL := $(APT) install --yes --no-install-recommends

# One pytest process a core. A file stays in one process: its module-wide fixtures are built once. In the order of the
# folders: by the number of their tests the browser's few long ones came last, one process idle.
TEST_WORKERS ?= $(shell nproc 2>/dev/null || echo 2)
PYTEST := $(BIN)/python -m pytest -n $(TEST_WORKERS) --dist loadfile --no-loadscope-reorder
TYPED := $(wildcard config.py models analytics)

UV := uv==0.13.9
LOCK := $(VENV)-lock/bin/uv pip compile --quiet --python-version 3.11 --generate-hashes \
	--annotation-style line --custom-compile-command 'make lock' --system-certs $(LOCK_FLAGS)

.PHONY: install run test test-slow pictures bench lint format words lock browser pdf clean

install: $(VENV)/.runtime

run: install
	$(BIN)/python run.py

# pytest comes last: the output ends with its count.
test: lint browser
	$(PYTEST) -m "not slow"

# Few and long: whoever is done takes from whoever is not.
test-slow: $(VENV)/.tests browser
	$(PYTEST) --dist worksteal -m slow

# Takes the pictures of docs/ anew, by the browser tests, in the whole Chromium: only its date fields are Chinese.
pictures: BROWSER = chromium chromium-l10n $(DRAWS)
pictures: $(VENV)/.tests browser
	PICTURES=1 CHROMIUM=/usr/bin/chromium $(PYTEST) tests/browser

bench: $(VENV)/.tests
	$(BIN)/python -m tests.bench

lint: $(VENV)/.tests
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy --strict $(TYPED)
	$(BIN)/lint-imports --no-logo

format: $(VENV)/.tests
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

# The catalogue's headers are marked fuzzy, hence -f.
words: install
	$(BIN)/pybabel compile --use-fuzzy --domain 'messages click' --directory admin/translations

# Keeps every pin that still fits; `make lock LOCK_FLAGS=--upgrade` takes the newest versions.
lock:
	test -x $(VENV)-lock/bin/uv || $(PYTHON) -m venv $(VENV)-lock
	$(VENV)-lock/bin/python -m pip install --quiet --disable-pip-version-check $(UV)
	$(LOCK) requirements.in --output-file requirements.txt
	$(LOCK) requirements-pdf.in --output-file requirements-pdf.txt
	$(LOCK) requirements-test.in --output-file requirements-test.txt

clean:
	rm -rf $(VENV) $(VENV)-lock build dist .coverage htmlcov .hypothesis .schemathesis
	rm -rf .import_linter_cache .mypy_cache .pytest_cache .ruff_cache test-results
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Debian's python3 comes without ensurepip until python3-venv is there.
$(BIN)/python:
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { $(APT) update && $(APT_INSTALL) python3-venv; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements.txt | $(BIN)/python
	$(PIP_INSTALL) -r requirements.txt
	@touch $@

$(VENV)/.tests: requirements-test.txt $(VENV)/.runtime
	$(PIP_INSTALL) -r requirements.txt -r requirements-test.txt
	$(PIP) check
	@touch $@

# The extra for PDF: WeasyPrint, Pango that it draws with, and a CJK font.
PANGO := libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-cjk
pdf: install
	@dpkg -s $(PANGO) >/dev/null 2>&1 || { $(APT) update && $(APT_INSTALL) $(PANGO); }
	$(PIP_INSTALL) -r requirements.txt -r requirements-pdf.txt

# The browser tests drive Debian's headless Chromium: the engine without a desktop browser's windows takes two thirds of
# the work. Without a CJK font its pictures show boxes, without libatomic1 Playwright's own driver does not start, and
# Pango is for the PDFs. CHROMIUM=/path names another browser, and then nothing is installed.
DRAWS := fonts-noto-cjk libatomic1 libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0
BROWSER := chromium-headless-shell $(DRAWS)
browser:
ifndef CHROMIUM
	@dpkg -s $(BROWSER) >/dev/null 2>&1 || { $(APT) update && $(APT_INSTALL) $(BROWSER); }
endif
