# The commands of the project. Each sets up what it needs; only the first set-up needs the package registries.
#
#   make demo     a workbench with a station in it     (PORT=8123 chooses the port, MODE=beside the other way to run)
#   make test     every test but the benchmarks        (on SQLite; the office also on PostgreSQL where one is given)
#   make check    style, types, walls, migrations
#   make bench    the benchmarks, with their figures
#   make fmt      format the code
#   make clean    forget compiled code (after editing what a compiled loop calls)
#   make help     this list

PYTHON ?= python3
PORT ?= 8000
MODE ?= alone

UV := .tools/bin/uv
SYNCED := .venv/.synced
# One file of tests on each processor, so that what a file sets up once stays with it.
PARALLEL := -n auto --dist loadfile
# No look at the network and none at the lock: what make has set up is what runs.
RUN := $(UV) run --no-sync --offline

# The machine's own certificates, and the Python that is there rather than a downloaded one.
export UV_SYSTEM_CERTS := 1
export UV_NATIVE_TLS := 1
export UV_PYTHON_DOWNLOADS := never
unexport VIRTUAL_ENV DJANGO_SETTINGS_MODULE

.DEFAULT_GOAL := help
.PHONY: help demo test test-postgres check bench fmt clean setup

help:
	@sed -n 's/^#   //p' Makefile

$(UV):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "Diansuo needs Python 3.11 or newer, and '$(PYTHON)' is: $$($(PYTHON) --version 2>&1)." >&2; \
	  echo "Install a newer one, or name the one you have: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; \
	  exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "'$(PYTHON)' cannot make virtual environments: the Debian package python3-venv is missing." >&2; \
	  echo "Install it (sudo apt-get install python3-venv), then say again: make $(MAKECMDGOALS)" >&2; \
	  exit 1; }
	$(PYTHON) -m venv .tools
	.tools/bin/python -m pip install --quiet --disable-pip-version-check 'uv>=0.9'

$(SYNCED): $(UV) pyproject.toml uv.lock
	$(UV) sync --locked
	@touch $@

setup: $(SYNCED)

demo: $(SYNCED)
	env -u DATABASE_URL DIANSUO_HOME="$${DIANSUO_HOME:-$(CURDIR)/.demo}" $(RUN) diansuo demo --port $(PORT) --mode $(MODE)

test: $(SYNCED)
	env -u DATABASE_URL $(RUN) pytest tests $(PARALLEL)
	@$(MAKE) --no-print-directory test-postgres

# The office and the guards of its tables once more, where DIANSUO_TEST_DATABASE_URL names a PostgreSQL.
test-postgres: $(SYNCED)
	@if [ -n "$$DIANSUO_TEST_DATABASE_URL" ]; then \
	  echo "The office tests again, on PostgreSQL:"; \
	  DATABASE_URL="$$DIANSUO_TEST_DATABASE_URL" $(RUN) pytest tests/office tests/health $(PARALLEL); \
	else \
	  case ",$$DIANSUO_REQUIRE," in \
	    *,postgres,*) echo "PostgreSQL is required here, and DIANSUO_TEST_DATABASE_URL does not name one." >&2; exit 1;; \
	    *) echo "Not tested on PostgreSQL: DIANSUO_TEST_DATABASE_URL does not name one.";; \
	  esac; \
	fi

check: $(SYNCED)
	$(RUN) ruff check .
	$(RUN) ruff format --check .
	$(RUN) mypy
	$(RUN) lint-imports
	@home=$$(mktemp -d) && trap 'rm -rf "$$home"' EXIT && \
	  env -u DATABASE_URL DIANSUO_HOME="$$home" DJANGO_SETTINGS_MODULE=diansuo.office.config.settings \
	  $(RUN) python -m django makemigrations --check --dry-run

bench: $(SYNCED)
	env -u DATABASE_URL $(RUN) pytest tests/speed -s

fmt: $(SYNCED)
	$(RUN) ruff format .
	$(RUN) ruff check --fix .

clean:
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +
