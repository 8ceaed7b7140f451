.DEFAULT_GOAL := help
PYTHON ?= python3
PHOTO ?= samples/portrait.jpg
STYLE ?= watercolor
VIDEO ?=
OUT ?= out/
VERB ?= status
LEVEL ?= quick
SEED ?= 1
INTO ?= bench/results
DEMO := .venv/.demo
DEV := .venv/.dev
PEERS := .venv/peers/.installed
PROOFS := build/proofs.json
# Compiled once and kept, whatever the machine says: compiling our libraries at each start of a process takes longer than most
# tests, and the tests start hundreds.
export PYTHONDONTWRITEBYTECODE :=

# uv is quick; where it cannot be had, plain pip reads the same hash-locked files.
define install
	@test -x .venv/bin/python || $(PYTHON) -m venv .venv
	@.venv/bin/python -m pip install --quiet --disable-pip-version-check uv 2>/dev/null || true
	@if [ -x .venv/bin/uv ]; then .venv/bin/uv --system-certs pip install --quiet --python .venv/bin/python --require-hashes -r $(1); \
	else .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(1); fi
	@touch $(2)
endef

.PHONY: help demo ops once run test stress chaos cluster image check lock previews bench bench-growth policy messages lighthouse mutate-policy

help: ## this list
	@grep -E '^[a-z-]+:.*## ' Makefile | sed 's/:.*## /\t/' | expand -t 16

$(DEMO): requirements-demo.txt
	$(call install,requirements-demo.txt,$(DEMO))

$(DEV): requirements-dev.txt
	$(call install,requirements-dev.txt,$(DEV))

# What stands beside ours in the figures has an environment of its own.
$(PEERS): requirements-bench.txt $(DEV)
	@.venv/bin/python -m venv .venv/peers
	@if [ -x .venv/bin/uv ]; then .venv/bin/uv --system-certs pip install --quiet --python .venv/peers/bin/python --require-hashes -r $<; \
	else .venv/peers/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<; fi
	@touch $@

demo: $(DEMO) ## the whole service on this machine, with a chat page; Ctrl-C ends it
	@.venv/bin/python -m ops demo

ops: $(DEMO) ## a verb of the staff in the demo that runs: make ops VERB="status --watch"
	@. var/demo/settings.env && .venv/bin/python -m ops $(VERB)

once: $(DEMO) ## one photo in, one result out: make once PHOTO=… STYLE=… OUT=… or with VIDEO=zoom
	@.venv/bin/python -m ops once --photo "$(PHOTO)" --style "$(STYLE)" --video "$(VIDEO)" --out "$(OUT)"

run: $(DEMO) ## the service against the real Telegram and Gemini, with the settings of .env
	@.venv/bin/python -m ops run

test: $(DEV) ## every test, and the linters
	@rm -f $(PROOFS)
	@.venv/bin/python -m tests.parts
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@mkdir -p build; .venv/bin/mypy . >build/types.txt & types=$$!; \
	.venv/bin/python -m pytest -n 4 --dist loadfile -m "not alone" --proofs=$(PROOFS); tests=$$?; \
	wait $$types || { cat build/types.txt; exit 1; }; exit $$tests
	@.venv/bin/python -m pytest -m alone --proofs=$(PROOFS) $$(grep -rl --include='test_*.py' mark.alone tests)

stress: $(DEV) ## ten thousand random lives of the books, two thousand people over eight years (some ten minutes)
	@MIOMIO_EXAMPLES=10000 .venv/bin/python -m pytest tests/billing/test_billing_books.py -q
	@MIOMIO_PEOPLE=2000 .venv/bin/python -m pytest tests/privacy/test_retention_travel.py -q

image: $(DEV) ## the Dockerfile built without Docker, looked at, and the main job done in it (root; five minutes, the first time)
	@sh deploy/build-without-docker.sh

cluster: $(DEV) ## two workers' hosts, one for rights, one website, and their cables are cut (root; three minutes)
	@.venv/bin/python -m deploy.cluster

chaos: $(DEV) ## everything goes wrong at once, then nothing may be lost: make chaos LEVEL=quick|full SEED=1
	@.venv/bin/python -m chaos $(LEVEL) $(SEED) --into $(INTO)

mutate-policy: $(DEV) ## break the policy's promises one at a time, in a copy, and see each caught
	@.venv/bin/python -m tests.mutate

bench: $(DEV) $(PEERS) ## the figures beside other libraries, with a page of plots in bench/results/ (quarter of an hour)
	@.venv/bin/python -m bench $(NAMES)

bench-growth: $(DEV) ## the same acts among a hundred times as many rows (some 40 minutes, 10 GB of disk)
	@.venv/bin/python -m bench.growth

lighthouse: $(DEV) ## the points of / and /privacy in Lighthouse (needs npm)
	@.venv/bin/python -m tests.lighthouse

previews: $(DEMO) ## real style previews, with a key in .env
	@.venv/bin/python -m ops previews

policy: $(DEMO) ## the privacy policy as Markdown in build/, in three languages, for lawyers
	@.venv/bin/python -m ops policy write --out build

messages: $(DEV) ## the catalogues in line with the sources, for translators
	@.venv/bin/python -m ops messages

lock: $(DEV) ## lock the requirements again
	@for f in requirements-dev requirements-demo requirements requirements-bench; do \
	.venv/bin/uv --system-certs pip compile -q --generate-hashes --universal --python-version 3.11 --no-header \
	$$([ $$f = requirements-dev ] || echo -c requirements-dev.txt) $$f.in -o $$f.txt || exit 1; done
