# Every target prepares what it needs by itself: from a fresh clone with Python 3.11+ any of them may be the first.
PYTHON ?= python3
PREPARE = exec $(PYTHON) tools/prepare.py

.PHONY: run test browsers soak check bench setup lock

run: ## start the whole system with a demo district on http://127.0.0.1:$PORT (default 8000)
	@$(PREPARE) run

test: ## the test suite; ARGS="tests/cases -k dispatch" narrows it
	@$(PREPARE) test $(ARGS)

browsers: ## Chromium and a Chinese font from Debian's packages, for the browser tests (as root)
	@exec sh tools/browsers.sh

soak: ## the long tests, resumable; ONLY=name runs one part, LIST=1 lists all with their latest results
	@$(PREPARE) soak $(if $(LIST),--list,$(ONLY))

check: ## format, lint, types, templates, translations, imports, migrations, deployment
	@$(PREPARE) check $(ONLY)

bench: ## the benchmarks, one JSON line per figure; ONLY=name runs one (sweep_due_peer, case_peer: only so), SQL=1 prints the floor's statement
	@$(PREPARE) bench $(if $(ONLY),--only $(ONLY)) $(if $(SQL),--sql)

setup: ## install everything, start nothing
	@$(PREPARE) setup

lock: ## pin the dependencies of pyproject.toml anew; ARGS=--upgrade moves them to the newest versions
	@$(PREPARE) lock $(ARGS)
