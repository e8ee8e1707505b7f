# From nothing but git, make and Python 3.11 or newer. Every target makes what it needs.
#
#   make demo            tell the story of two schools, then serve the site (ONCE=1: the story only)
#   make test            the test suite (ARGS="-k join" chooses, JOBS=1 runs in one process)
#   make test-dates      the test suite with the machine's date moved (needs Debian's faketime; DATES="+45 leap-day" chooses)
#   make lint            style, types, layers, migrations, templates
#   make bench           what publishing, registering, attendance and webhooks cost, in tables (ARGS="lessons" chooses)
#   make messages        bring the translations up to date with the code (needs gettext); then fill in what is new
#
# These work as environment or as make variables: PORT, SIMULATOR_PORT, ZOOM_API_URL, ZOOM_OAUTH_URL, DATABASE_URL,
# CACHE_URL, TASKS_BACKEND, DJANGO_SECRET_KEY, ZOOM_ENCRYPTION_KEYS. VENV, PYTHON and PINS (constraints for pip, as
# "-c FILE" or as requirements) choose another environment.

VENV ?= .venv
PINS ?=
JOBS ?= auto
ARGS ?=
BIN := $(VENV)/bin

PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then echo $$python; break; fi; done)

.PHONY: help demo test test-dates bench lint format docs messages screenshots clean

help:
	@sed -n 's/^#  *\(make .*\)/\1/p' Makefile

$(VENV)/pyvenv.cfg:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed, and none was found. PYTHON=/path/to/python says where it is."; exit 1; }
	$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

# Two stamps, because who only wants to look needs neither browser driver nor linters.
$(VENV)/.demo: $(VENV)/pyvenv.cfg setup.cfg pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[demo]" $(PINS)
	@touch $@

$(VENV)/.develop: $(VENV)/pyvenv.cfg setup.cfg pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[demo,test,lint]" $(PINS)
	@touch $@ $(VENV)/.demo

demo: $(VENV)/.demo
	@exec $(BIN)/python -m example_site.demo

test: $(VENV)/.develop
	@exec $(BIN)/python -m pytest -n $(JOBS) --dist worksteal $(ARGS)

test-dates: $(VENV)/.develop
	@JOBS=$(JOBS) ARGS="$(ARGS)" $(BIN)/python scripts/test_at_dates.py

# The packages that are measured beside this one are nobody else's business. One that cannot be installed is left out of
# the table, and said there.
$(VENV)/.bench: $(VENV)/.develop
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[bench]" $(PINS) \
		|| for each in gunicorn zoomus pyzoom zoom-python-client; do \
			$(BIN)/python -m pip install --quiet --disable-pip-version-check $$each || true; done
	@touch $@

bench: $(VENV)/.bench
	@exec $(BIN)/python -m benchmarks $(ARGS)

lint: $(VENV)/.develop
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	@! grep -rnE 'auto_now(_add)? *=' --include='*.py' wagtail_zoom example_site tests || { echo 'A column takes its time from clock.py: default=clock.now.'; exit 1; }
	$(BIN)/mypy
	$(BIN)/lint-imports
	DATABASE_URL=sqlite://:memory: $(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/djlint --lint --quiet wagtail_zoom/templates wagtail_zoom/contrib example_site/templates
	$(BIN)/python scripts/check_docs.py

format: $(VENV)/.develop
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(VENV)/.develop
	$(BIN)/python scripts/check_docs.py

# What is new, and what was guessed from a similar sentence, is printed at the end: both want a translator.
messages: $(VENV)/.develop
	cd wagtail_zoom && $(abspath $(BIN))/django-admin makemessages --all --no-location --no-wrap --no-obsolete --ignore 'simulator/*'
	cd wagtail_zoom && $(abspath $(BIN))/django-admin compilemessages
	@for catalogue in wagtail_zoom/locale/*/LC_MESSAGES/django.po; do \
		msgattrib --untranslated $$catalogue; msgattrib --only-fuzzy $$catalogue; done

screenshots: $(VENV)/.develop
	$(BIN)/python scripts/take_screenshots.py

clean:
	rm -rf .venv .venv-* build dist demo *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .coverage htmlcov
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
