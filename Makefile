# The whole project from an empty Debian 12 machine. `make help` lists what there is.
SHELL := /bin/bash
EDGE := ./edge
VENV := .venv/.installed
# Tests start `edge` a thousand times; compiled modules are kept for them.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup setup-all up down plan verify test check lint unit e2e test-labs test-versions test-causes test-docker go-test audit clean

help: ## this list
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

# Python packages, exactly the ones in the requirement files, by hash.
$(VENV): requirements/dev.txt
	@command -v python3 >/dev/null || { echo "make: python3 is not there; install Python 3.11 or newer"; exit 1; }
	@echo "setup: Python packages"
	@rm -rf .venv && python3 -m venv .venv || { echo "make: python3 -m venv failed; apt-get install python3-venv"; exit 1; }
	@.venv/bin/pip install -q --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

setup: $(VENV) ## Python packages, Debian packages and the lab's binaries
	@$(EDGE) setup

setup-all: $(VENV) ## the same, with the binaries of every stack and of the tests
	@$(EDGE) setup --all

up: $(VENV) ## the lab, the dev stack on it, and the proof
	@$(EDGE) up -s dev --verify

plan: $(VENV) ## what `up` would do; touches nothing
	@$(EDGE) plan -s dev

verify: $(VENV) ## prove what is deployed
	@$(EDGE) verify -s dev

down: $(VENV) ## everything gone: namespaces, mounts, processes, state
	@$(EDGE) down -s dev

test: setup-all lint go-test unit e2e ## what each change has to pass; CI runs it

check: lint ## before each commit: lint, and the tests that need no lab and are quick
	.venv/bin/python -m pytest -m "not lab and not docker and not versions and not slow" -n auto

lint: $(VENV) ## ruff, mypy --strict, import-linter, shellcheck
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy config effective failures diagnosis rules transport engine components probes lab cli policy drills controllers tests benchmarks __main__.py
	PYTHONPATH=. .venv/bin/lint-imports
	.venv/bin/shellcheck $$(git ls-files '*.sh') edge .ci/run

go-test: ## the node runner, and what stands between agents and Envoy
	for part in noderunner envoybridge ociruntime; do ( cd lab/$$part && test -z "$$(gofmt -l .)" && go vet ./... && go test ./... ) || exit 1; done

unit: $(VENV) ## tests that need no lab
	.venv/bin/python -m pytest -m "not lab and not docker and not versions" -n auto

AUDIT := .edge/audit
audit: ## known vulnerabilities of the pinned Python packages and Go modules; asks the public databases
	@test -x $(AUDIT)/bin/pip-audit || { python3 -m venv $(AUDIT) && \
		$(AUDIT)/bin/pip install -q --disable-pip-version-check --require-hashes -r requirements/audit.txt; }
	$(AUDIT)/bin/pip-audit --disable-pip --require-hashes -r requirements/dev.txt
	$(AUDIT)/bin/pip-audit --disable-pip --require-hashes -r requirements/controller.txt
	for part in noderunner envoybridge; do ( cd lab/$$part && go run golang.org/x/vuln/cmd/govulncheck@v1.9.0 ./... ) || exit 1; done

# A lab waits more than it works: two of them fit on two cores where nobody measures.
LABS := lab and not versions and not corpus
e2e: $(VENV) ## tests on the lab: each feature once, as each change has to pass it
	.venv/bin/python -m pytest -m "$(LABS) and not alone and not thorough" -n 2 --dist loadscope --durations=15
	.venv/bin/python -m pytest -m "$(LABS) and alone and not thorough" --durations=15

test-labs: setup-all ## each test on a lab but those of test-causes and test-versions: also faults, cuts, long drills (55 minutes)
	.venv/bin/python -m pytest -m "$(LABS) and not alone" -n 2 --dist loadscope
	.venv/bin/python -m pytest -m "$(LABS) and alone"

test-causes: $(VENV) ## seventy-five faults and two hundred healthy rounds on one lab (30 minutes)
	@$(EDGE) setup
	.venv/bin/python -m pytest tests/e2e/test_causes.py

test-versions: $(VENV) ## the stacks on the newest patches of Cilium's later minor versions and rules on each release (builds them: 40 minutes)
	.venv/bin/python -m pytest -m versions

test-docker: $(VENV) ## the stacks of containers, on a Docker engine in namespaces (makes its images: 10 minutes)
	@$(EDGE) setup --docker
	.venv/bin/python -m pytest -m docker

clean: ## remove the environment and everything that was built
	-@[ -d .venv ] && $(EDGE) down -s dev
	rm -rf .venv .edge
