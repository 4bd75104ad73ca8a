# make run: set everything up and serve. make test, make check, make bench: for developers.
SHELL := /bin/sh
BIN := .venv/bin
TEST := LIBRECHAT_ENV=test DATA_DIR=$(CURDIR)/.test-data
NPM := PATH="$(CURDIR)/.venv/node/bin:$$PATH" npm --prefix static

.PHONY: run test check fix bench reliability lock messages clean

run:
	@sh deploy/setup.sh run
	@exec $(BIN)/python manage.py serve

check:
	@sh deploy/setup.sh dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	LIBRECHAT_ENV=test $(BIN)/mypy
	LIBRECHAT_ENV=test $(BIN)/lint-imports
	$(TEST) $(BIN)/python manage.py makemigrations --check --dry-run
	$(TEST) $(BIN)/python manage.py check --fail-level WARNING
	sh deploy/check_production.sh
	$(TEST) $(BIN)/python manage.py spectacular --fail-on-warn --validate --file .test-data/schema.yml
	sh deploy/check_schema.sh
	$(BIN)/djlint templates --lint --check --quiet
	$(NPM) run --silent check
	$(BIN)/codespell

test:
	@sh deploy/setup.sh dev
	sh deploy/test.sh

fix:
	@sh deploy/setup.sh dev
	-$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	-$(BIN)/djlint templates --reformat --quiet
	$(NPM) run --silent fix
	$(TEST) $(BIN)/python manage.py spectacular --file .test-data/schema.yml
	cd static && PATH="$(CURDIR)/.venv/node/bin:$$PATH" npm exec --silent -- openapi-typescript ../.test-data/schema.yml -o src/api/schema.ts

bench:
	@sh deploy/setup.sh dev
	$(TEST) $(BIN)/pytest -m bench -s tests/benchmarks

reliability:
	@sh deploy/setup.sh dev
	$(TEST) $(BIN)/pytest -m services tests/reliability tests/librechat tests/agents tests/billing tests/relay tests/clients

lock:
	sh deploy/lock.sh

messages:
	$(TEST) $(BIN)/python manage.py makemessages --all --no-obsolete --ignore .venv --ignore static

clean:
	rm -rf .venv static/node_modules static/dist .test-data
