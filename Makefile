# Everything here needs only make and a Python ≥ 3.11; local/setup.sh brings the rest, once.

.DEFAULT_GOAL := help
SHELL := /bin/sh
BIN := .venv/bin

# make has an AS of its own (the assembler), and toolchains export one: only `make token AS=2` counts.
ifneq ($(origin AS),command line)
AS :=
endif

# Bytecode is what makes the second start quick; the packages are installed without it.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help
help: ## Say what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: setup
setup:
	@local/setup.sh

.PHONY: run
run: setup ## Serve the whole template on this machine [PORT=8000] [DETACH=1] [FRESH=1] [PARAMS="LockSeconds=5 …"]
	@$(BIN)/python -m local.run $(if $(PORT),--port '$(PORT)') $(if $(filter 1,$(DETACH)),--detach) $(if $(filter 1,$(FRESH)),--fresh) $(foreach parameter,$(PARAMS),--parameter '$(parameter)')

.PHONY: stop
stop: setup ## End all of what `make run` started; sessions, runs and evidence are kept
	@$(BIN)/python -m local.stop

.PHONY: token
token: setup ## Print a bearer token, as in `make -s token AS=2` [SCOPE=onboarding.admin] [TTL=3600]
	@$(BIN)/python -m local.print_token $(if $(AS),--user '$(AS)') $(if $(SCOPE),--scope '$(SCOPE)') $(if $(TTL),--ttl='$(TTL)')

.PHONY: logs
logs: setup ## Print what the functions logged since the start
	@$(BIN)/python -m local.print_logs

.PHONY: demo
demo: setup ## Carry a tenant through a whole onboarding, over HTTP
	@$(BIN)/python -m local.demo

.PHONY: scenarios
scenarios: setup ## Print what an operator sees of each scenario [ONLY="no_licence slow"]; needs `make run`
	@$(BIN)/python -m local.scenarios $(ONLY)

.PHONY: test
test: setup ## Run all tests, with coverage, side by side where there are processors
	@$(BIN)/pytest --cov --numprocesses auto --maxprocesses 4

.PHONY: pictures
pictures: setup ## Take the pictures of the page that the README shows
	@$(BIN)/pytest -q -p no:cacheprovider tests/browser/test_onboarding.py tests/browser/test_my_tenants.py tests/browser/test_evidence.py
	@mkdir -p docs/images && cd .cache/screenshots && cp queue.png verification.png lock-banner.png report.png ../../docs/images

.PHONY: verify
verify: setup ## Prove that tables are consistent: the running deployment's, or [SESSIONS=… RUNS=… EVIDENCE=… AUDIT=… ENDPOINT=… REGION=…]
	@$(BIN)/python -m local.verify $(if $(SESSIONS),--sessions '$(SESSIONS)') $(if $(RUNS),--runs '$(RUNS)') $(if $(EVIDENCE),--evidence '$(EVIDENCE)') $(if $(AUDIT),--audit '$(AUDIT)') $(if $(ENDPOINT),--endpoint '$(ENDPOINT)') $(if $(REGION),--region '$(REGION)')

.PHONY: model
model: setup ## Search the model of the protocol to its last state, and every variant until it is caught
	@$(BIN)/python -m tests.model

.PHONY: simulate
simulate: setup ## Live through so many histories of the whole service [SEEDS=1000]
	@PYTHONPATH=functions:. $(BIN)/python -m tests.simulation.simulate --seeds '$(or $(SEEDS),1000)'

.PHONY: histories
histories: setup ## Hold the store model, and what racing clients saw, against DynamoDB Local
	@PYTHONPATH=functions:. $(BIN)/python -W ignore -m tests.simulation.agreement --operations 10000
	@PYTHONPATH=functions:. $(BIN)/python -W ignore -m tests.simulation.record_histories --tenants 200

.PHONY: shape
shape: setup ## Write down what items today's code leaves, for later code to read [NAME=2026-11-28-completed]
	@PYTHONPATH=functions:. $(BIN)/python -m tests.shapes.record '$(NAME)'

.PHONY: mutants
mutants: setup ## Take the protocol's promises out one by one, and see each caught
	@PYTHONPATH=functions:. $(BIN)/python -m tests.simulation.mutants

.PHONY: controls
controls: setup ## Take the controls of the service's security out one by one, and see each missed
	@$(BIN)/python -m tests.security.removal

.PHONY: crashes
crashes: setup ## Die before and after every call to AWS, and break every answer
	@SOAK=1 $(BIN)/pytest -q -p no:cacheprovider tests/crashes

.PHONY: races
races: setup ## Race ten thousand times over what matters most [SEED=1]
	@SOAK=1 SEED='$(or $(SEED),1)' $(BIN)/pytest -q -p no:cacheprovider tests/races

.PHONY: poison
poison: setup ## Feed the workers a hundred thousand broken messages [SEED=1]
	@SOAK=1 SEED='$(or $(SEED),1)' $(BIN)/pytest -q -p no:cacheprovider tests/integration/test_poison.py

.PHONY: bench
bench: setup ## Measure ours beside the peers, and write docs/performance.md; QUICK=1 fails if ours got worse [QUICK=1] [OURS=1] [PAGE=1] [ONLY="growth load"]
	@PYTHONPATH=functions:. $(BIN)/python -W ignore -m bench $(if $(filter 1,$(QUICK)),--quick) $(if $(filter 1,$(OURS)),--ours) $(if $(filter 1,$(PAGE)),--page) $(if $(ONLY),--only $(ONLY))

.PHONY: fuzz
fuzz: setup ## Make up a hundred thousand requests and messages that are wrong in some way [SEED=1]
	@SOAK=1 SEED='$(or $(SEED),1)' $(BIN)/pytest -q -p no:cacheprovider --numprocesses auto --maxprocesses 4 tests/security/test_fuzz.py

.PHONY: load
load: setup ## Let more and more people onboard at once on a deployment of their own, and verify it [SEED=1]
	@PYTHONPATH=functions:. $(BIN)/python -m bench.load --seed '$(or $(SEED),1)'

.PHONY: soak
soak: setup ## Try for an hour what `make test` tries for minutes
	@$(MAKE) model simulate histories mutants controls crashes races poison fuzz

.PHONY: check
check: setup ## Judge code, types, imports, template, pins and licences: exactly what CI runs
	$(BIN)/uv lock --check --quiet
	$(BIN)/python -m local.build --check-pins
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy functions cli local tests bench docs
	PYTHONPATH=functions $(BIN)/lint-imports
	PYTHONPATH=functions $(BIN)/python -m docs.reason_codes --check
	PYTHONPATH=functions $(BIN)/python -m docs.openapi --check
	$(BIN)/python -m docs.command_line --check
	PYTHONPATH=functions:. $(BIN)/python -m docs.event_schemas --check
	$(BIN)/python -m docs.licences --check
	SAM_CLI_TELEMETRY=0 $(BIN)/sam validate --lint --region us-east-1

.PHONY: docs
docs: setup ## Write what follows from the code: pages, and the OpenAPI document
	@PYTHONPATH=functions $(BIN)/python -m docs.reason_codes
	@PYTHONPATH=functions $(BIN)/python -m docs.openapi
	@$(BIN)/python -m docs.command_line
	@PYTHONPATH=functions:. $(BIN)/python -m docs.event_schemas

.PHONY: licences
licences: setup ## Write down under which licences everything is that is not ours
	@$(BIN)/python -m docs.licences

.PHONY: sbom
sbom: setup ## Write a bill of what is shipped, in CycloneDX, into .aws-sam
	@$(BIN)/python -m local.shipped

.PHONY: build
build: setup ## Build the page, and functions and layer with bytecode into .aws-sam/build
	@$(BIN)/python -m local.build

.PHONY: deploy
deploy: setup ## Deploy to an AWS account with the settings of samconfig.toml [STAGE=dev]
	@$(BIN)/python -m local.placeholders '$(or $(STAGE),dev)'
	@$(BIN)/python -m local.build --architecture arm64 --with-page
	@SAM_CLI_TELEMETRY=0 $(BIN)/sam deploy --config-env '$(or $(STAGE),dev)' $(if $(filter true,$(CI)),--no-confirm-changeset)

.PHONY: rehearse
rehearse: setup ## Show the change set of a first deployment, made by the local deployment [STAGE=prod]; needs `make run`
	@$(BIN)/python -m local.rehearsal '$(or $(STAGE),prod)'

.PHONY: clean
clean: ## Remove what was built; environments and the local deployment's data stay
	@rm -rf layers/page/page web/dist .aws-sam .cache .coverage .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
