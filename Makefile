# Everything a fresh machine with Python 3.11 or later needs: `make run` and `make test`.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: env run test lint format lock quality quality-record ablations fuzz bench chaos picture settings

env: .venv/.made ## the environment, from the locked requirements

.venv/.made: requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed; this is " + sys.version.split()[0])'
	$(PYTHON) -m venv --clear .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-dev.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

run: env ## replays the seeds on a server of its own in about a minute, and shows the alerts as they come
	rm -rf build/run
	$(BIN)/monitor replay seeds --speed 1400 --data build/run

test: env ## the whole suite
	$(BIN)/pytest

quality: env ## how well it reads and groups, against ../shared/eval
	$(BIN)/python -m scripts.quality

quality-record: env ## the same with all of the slow set, kept in docs/quality.json and docs/quality.md
	$(BIN)/python -m scripts.quality --all --record

fuzz: env ## spoiled texts through extraction and matching for ten minutes; nothing may raise
	$(BIN)/python -m scripts.fuzz

ablations: env ## what each rule is worth, into docs/quality.md; about two minutes
	$(BIN)/python -m scripts.quality.ablations --record

bench: env ## how fast it is, and how much memory it takes
	$(BIN)/python -m scripts.bench
	$(BIN)/python -m bench.delivery

chaos: env ## fifty runs that kill dispatcher, server and receiver at random moments
	MONITOR_CHAOS_RUNS=50 $(BIN)/pytest tests/crash/test_delivery_chaos.py

picture: env ## docs/alerts.svg, from a replay of the seeds
	$(BIN)/python scripts/picture.py

settings: env ## the table of settings in README.md, from the settings
	$(BIN)/python scripts/settings.py

lint: env ## formatting, lint and strict types, as CI runs them
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

format: env
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: ## renews both lock files; needs uv
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --quiet --custom-compile-command 'make lock' pyproject.toml -o requirements.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --quiet --custom-compile-command 'make lock' --group dev pyproject.toml -o requirements-dev.lock
