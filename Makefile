# Two commands are all the set-up: `make run` and `make test`.
# The first Python that runs and is new enough: a name in PATH may be a shim of a version that is not installed.
PYTHON ?= $(or $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	if $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then echo $$name; break; fi; done),python3)
VENV := .venv
BIN := $(VENV)/bin
FLASK := $(BIN)/flask --app wsgi
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r
CATALOGUES := $(wildcard app/translations/*/LC_MESSAGES/messages.po)
# Some tests wait for a browser or for a promise to run out: one more worker than processors keeps these busy.
WORKERS ?= $(shell echo $$(($$(getconf _NPROCESSORS_ONLN) + 1)))

# Where `make test-long` looks.
LONG ?= tests

.PHONY: run test test-packages test-servers test-long soak soak-faults soak-walls soak-tests audit audit-code check check-style demo named backup verify restore upgrade requirements translations zh-hant budget screens migration clean bench bench-experts

run: $(VENV)/run.stamp $(CATALOGUES:.po=.mo)
	@exec $(BIN)/python -m app.cli.starting

test: $(VENV)/venv.stamp
	@$(MAKE) --no-print-directory -j2 test-packages test-servers
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup -m "not long and not soak" tests

# The packages of Python and of Debian come at the same time: half of what a fresh machine waits for is the network.
test-packages: $(VENV)/dev.stamp $(CATALOGUES:.po=.mo)

test-servers:
	@deploy/install-test-servers

# What needs PostgreSQL, and other tests that take long: some four minutes more.
test-long: $(VENV)/dev.stamp $(CATALOGUES:.po=.mo)
	@deploy/install-test-servers all
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup -m "long and not soak" $(LONG)

# Every test and every fault at length, some two hours; prints its seeds, and ends with an error where a number is wrong.
soak: $(VENV)/check.stamp $(CATALOGUES:.po=.mo)
	@deploy/install-test-servers all
	@$(MAKE) --no-print-directory --keep-going soak-faults soak-walls soak-tests

soak-faults:
	$(BIN)/python -m bench.faults

soak-walls:
	$(BIN)/python -m bench.walls

soak-tests:
	SOAK=1 $(BIN)/python -m pytest -q -n $(WORKERS) --dist loadgroup tests

bench: $(VENV)/dev.stamp $(CATALOGUES:.po=.mo)
	$(BIN)/python -m bench --plot

# The ranking over a Stack Exchange dump: make bench-experts DUMP=<folder>
bench-experts: $(VENV)/run.stamp
	$(BIN)/python -m bench.experts "$(DUMP)"

check-style: $(VENV)/check.stamp
	$(BIN)/ruff check .
	$(BIN)/mypy app

# Risky calls in our own code; each that stays is explained where it stands.
audit-code: $(VENV)/check.stamp
	$(BIN)/bandit -q -c pyproject.toml -r app

# Known holes in what the forum depends on. Asks the package index, which must know about holes: a mirror may not.
audit: audit-code
	$(BIN)/pip-audit --strict --disable-pip --require-hashes -r requirements.txt

check: check-style $(CATALOGUES:.po=.mo)
	$(BIN)/python -m pytest -q -n $(WORKERS) --dist loadgroup tests/architecture tests/kernel tests/domains

demo: $(VENV)/run.stamp $(CATALOGUES:.po=.mo)
	$(FLASK) demo

# FILE=/backups/huzhu.zip; REPLACE=1 moves a forum that is there aside; BACKUPS= the folder of an upgrade's backup.
named:
	@test -n "$(FILE)" || { echo "FILE= is missing: make $(firstword $(MAKECMDGOALS)) FILE=/backups/huzhu.zip" >&2; exit 2; }

backup: named $(VENV)/run.stamp
	@$(FLASK) backup "$(FILE)"

verify: named $(VENV)/run.stamp
	@$(FLASK) backup --verify "$(FILE)"

restore: named $(VENV)/run.stamp
	@$(FLASK) restore $(if $(REPLACE),--replace )"$(FILE)"

upgrade: $(VENV)/run.stamp
	@$(FLASK) upgrade$(if $(BACKUPS), --backups "$(BACKUPS)")

$(VENV)/venv.stamp: deploy/make-venv
	@deploy/make-venv $(PYTHON) $(VENV)
	@touch $@

# A new Python of the machine breaks an old environment: it is made again here, or left where it is whole.
$(VENV)/run.stamp: requirements.txt | $(VENV)/venv.stamp
	@deploy/make-venv $(PYTHON) $(VENV)
	@echo "Installing packages (about a minute) ..."
	@$(INSTALL) requirements.txt
	@touch $@

$(VENV)/dev.stamp: $(VENV)/run.stamp requirements-dev.txt
	@echo "Installing what the tests need ..."
	@$(INSTALL) requirements-dev.txt
	@touch $@

$(VENV)/check.stamp: $(VENV)/dev.stamp requirements-check.txt
	@echo "Installing what the checks need ..."
	@$(INSTALL) requirements-check.txt
	@touch $@

%.mo: %.po | $(VENV)/run.stamp
	@$(BIN)/pybabel -q compile -i $< -o $@

# For whoever changes the project -------------------------------------------------------------------------------

requirements: $(VENV)/dev.stamp
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes requirements.in -o requirements.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes requirements-dev.in -o requirements-dev.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes requirements-check.in -o requirements-check.txt

translations: $(VENV)/run.stamp
	$(BIN)/pybabel -q extract --ignore-dirs='.*' -F app/translations/babel.cfg -k _l -k _ln:1,2 -k lazy_gettext --no-location --sort-output -o app/translations/messages.pot .
	$(BIN)/pybabel -q update -i app/translations/messages.pot -d app/translations --no-fuzzy-matching --ignore-obsolete --no-wrap

# What the first sight of a question costs on a weak phone, against the budget; every page as a picture, in screens/.
budget: $(VENV)/dev.stamp $(CATALOGUES:.po=.mo)
	$(BIN)/python -m bench.face

screens: $(VENV)/dev.stamp $(CATALOGUES:.po=.mo)
	$(BIN)/python -m bench.screens

# Traditional characters out of the simplified ones; what app/translations/zh_Hant/ corrects by hand wins.
zh-hant: $(VENV)/dev.stamp
	$(BIN)/python deploy/zh_hant.py

migration: $(VENV)/run.stamp
	$(FLASK) db revision "$(m)"

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache
