# Everything here needs Python 3.11 or later, make and a shell; the rest is set up in .venv.
# PYTHON=python3.13 chooses the Python, ARGS='…' is handed on: make test ARGS='-k merge'

.DEFAULT_GOAL := help
.PHONY: help up test chaos lint format lock schema setup clean

help: ## show this list
	@sed -n 's/^\([a-z]*\):.*## /\1 /p' Makefile | while read -r name text; do printf '  make %-8s %s\n' "$$name" "$$text"; done

up: ## set up and run everything on http://127.0.0.1:8000 (PORT=… for another); Ctrl-C ends it
	@exec scripts/setup .venv/bin/luminous up $(ARGS)

test: ## set up and run the whole suite
	@exec scripts/setup --dev .venv/bin/python -m pytest $(ARGS)

chaos: ## set up, kill everything for eight minutes under load, and count what was lost (ARGS='--seed 7')
	@exec scripts/setup .venv/bin/luminous chaos $(ARGS)

lint: setup ## style, types and the floors of the house
	@failed=''; \
	for check in 'ruff check' 'ruff format --check' 'basedpyright' 'lint-imports'; do \
	  echo "── $$check"; .venv/bin/$$check || failed="$$failed, $$check"; \
	done; \
	[ -z "$$failed" ] || { echo "Failed: $${failed#, }" >&2; exit 1; }

format: setup ## put the code into its usual form
	@.venv/bin/ruff check --fix-only --quiet && .venv/bin/ruff format

COMPILE = .venv/bin/uv pip compile --quiet --generate-hashes --no-header --no-annotate --universal --python-version 3.11 $(ARGS)

lock: setup ## write the lock files anew from pyproject.toml (ARGS=--upgrade for newer versions)
	$(COMPILE) --no-emit-index-url pyproject.toml --group build -o requirements.lock
	$(COMPILE) --no-emit-index-url pyproject.toml --group build --group dev -c requirements.lock -o requirements-dev.lock
	$(COMPILE) --group postgres -o requirements-postgres.lock

schema: setup ## write supabase/schema.sql anew from the migrations
	@.venv/bin/python scripts/schema.py

setup: ## set up .venv with the tools for developing
	@exec scripts/setup --dev

clean: ## remove .venv and caches; the database in .luminous stays
	@[ ! -x .venv/bin/luminous ] || .venv/bin/luminous db stop || true
	@rm -rf .venv .pytest_cache .ruff_cache .hypothesis .import_linter_cache dist
	@find src tests scripts -name __pycache__ -type d -prune -exec rm -rf {} +
