# Bunri: everything a person types. `make help` lists the targets.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
CITY   ?= yasu
SETUP  := tools/setup_environment.py packages-debian.txt pyproject.toml requirements.txt

.DEFAULT_GOAL := help
.PHONY: help demo test lint bench render verify clean

help:  ## この一覧 / this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV)/ready  ## 主な仕事を最初から最後まで / the main job from beginning to end
	$(BIN)/bunri demo inventory/$(CITY)

test: $(VENV)/ready-dev lint  ## すべての検査 / every check
	$(BIN)/pytest -n 2 --dist loadgroup --durations 15

lint: $(VENV)/ready-dev  ## 書式と型だけ / format and types only
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/yamllint --strict inventory playbooks roles
	@for book in playbooks/*.yml; do $(BIN)/ansible-playbook --syntax-check $$book >/dev/null || exit 1; done

bench: $(VENV)/ready-dev  ## 速さの目標を測る(検査には含まない) / measure the speed targets (not part of test)
	@for bench in tests/benchmark/bench_*.py; do $(BIN)/python $$bench || exit 1; done

render: $(VENV)/ready  ## 設計どおりの設定を書き出す / write the intended configurations
	$(BIN)/bunri render inventory/$(CITY)

verify: $(VENV)/ready  ## 三つのネットワークの分離を証明する / prove that the three networks stay apart
	$(BIN)/bunri verify inventory/$(CITY)/intended

clean:  ## 作業用のファイルを消す(在庫と記録は残る) / remove working files (inventory and records stay)
	rm -rf $(VENV) .mypy_cache .ruff_cache .hypothesis build *.egg-info

$(VENV)/ready: $(SETUP)
	@$(PYTHON) tools/setup_environment.py $(VENV) requirements.txt $@

$(VENV)/ready-dev: $(SETUP) requirements-dev.txt
	@$(PYTHON) tools/setup_environment.py $(VENV) requirements-dev.txt $@
	@touch $(VENV)/ready
