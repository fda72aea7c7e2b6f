# The one door. Everything here is thin: CMake builds, and the programs under tools/ do the rest.
BUILD ?= build
PREFIX ?= /usr/local

.DEFAULT_GOAL := help
.PHONY: help setup configure build demo test test-pythons wheel check fmt bench bench-python recordings faults crash soak fuzz install docs tables clean
.PHONY: check-setup check-format check-tidy check-coroutines check-asan check-tsan check-clang check-shared check-embedded check-python

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Install the packages that building and testing need
	@tools/setup build test

configure: setup
	@test -f $(BUILD)/build.ninja || cmake --preset release -B $(BUILD)

build: configure ## Build everything
	@cmake --build $(BUILD)

demo: configure ## Run the three example programs against the simulator (REAL=1: the real service; MODEL=provider/name)
	@cmake --build $(BUILD) --target demo_programs
	@REAL=$(REAL) MODEL=$(MODEL) tools/demo $(BUILD)

test: configure ## Build and run every test; ends with "N passed, M failed"
	@tools/run_tests --build $(BUILD)

test-pythons: configure ## Run the Python package's tests with every Python that this machine has
	@cmake --build $(BUILD) --target _core fastccg-sim
	@tools/python_versions $(BUILD)

wheel: setup ## Make a source distribution, and a wheel that carries what it needs, in dist/
	@tools/python_wheel dist

recordings: configure ## Compare the library with recorded provider traffic (FASTCCG_RECORDINGS: where it is)
	@cmake --build $(BUILD) --target recordings
	@$(BUILD)/tests/recordings/recordings

faults: configure ## Print what callers get from every fault with every protocol
	@cmake --build $(BUILD) --target fault_matrix
	@$(BUILD)/tests/faults/fault_matrix

crash: configure ## Kill a process that autosaves COUNT times (default 300; SEED=n to repeat a run), and count what is lost
	@cmake --build $(BUILD) --target crash
	@$(BUILD)/tests/crash/crash --writer $(BUILD)/tests/crash/crash_writer --count $(or $(COUNT),300) $(if $(SEED),--seed $(SEED))

soak: configure ## Mixed traffic with faults, SOAK_STREAMS at a time (default 2000) for SOAK_SECONDS (default 60); memory must stay flat
	@cmake --build $(BUILD) --target soak
	@$(BUILD)/tests/soak/soak --seconds $(or $(SOAK_SECONDS),60) --streams $(or $(SOAK_STREAMS),2000)

docs: configure ## Compile the code blocks of README.md and docs/
	@tools/run_tests --build $(BUILD) --label docs

tables: configure ## Write the generated tables of docs/providers.md anew
	@cmake --build $(BUILD) --target test_protocols
	@FASTCCG_UPDATE_DOCS=1 $(BUILD)/tests/test_protocols --gtest_brief=1 --gtest_filter='ProvidersPage.*'

bench: configure ## Run the benchmarks
	@tools/setup bench
	@cmake -S . -B $(BUILD) >/dev/null
	@cmake --build $(BUILD) --target bench

bench-python: configure ## Measure the Python package beside the official SDK, which comes from PyPI
	@cmake --build $(BUILD) --target _core fastccg-sim
	@tools/python_env $(BUILD)/python-bench bench
	@PYTHONPATH=$(BUILD)/python $(BUILD)/python-bench/bin/python bench/python_side_by_side.py $(BUILD)/simulator/fastccg-sim

install: configure ## Install the library and the simulator into PREFIX (default /usr/local)
	@cmake --build $(BUILD) --target fastccg fastccg_simulator fastccg-sim
	@cmake --install $(BUILD) --prefix $(PREFIX)

fmt: ## Format all sources
	@tools/setup check
	@tools/check format --fix

check: check-format check-coroutines check-tidy check-asan check-tsan check-clang check-shared check-embedded check-python fuzz ## All of the checks below
check-setup:
	@tools/setup build test check
check-format: check-setup ## Formatting
	@tools/check format
check-coroutines: check-setup ## Coroutine shapes that g++ 12 compiles wrongly
	@tools/check coroutines
check-tidy: check-setup ## clang-tidy
	@tools/check tidy
check-asan: check-setup ## All tests with the address and undefined-behaviour sanitizers, g++ and clang
	@tools/check preset asan asan-clang
check-tsan: check-setup ## All tests with the thread sanitizer, g++ and clang
	@tools/check preset tsan tsan-clang
check-clang: check-setup ## All tests built by clang
	@tools/check preset clang
check-shared: check-setup ## All tests against a shared library
	@tools/check preset shared
check-embedded: check-setup ## A project that takes the library in with add_subdirectory
	@tools/check embedded
check-python: configure ## Formatting, lint and type checks of the Python package, its tests and its users' programs
	@cmake --build $(BUILD) --target _core
	@tools/check python $(BUILD)
fuzz: check-setup ## Let each fuzzer run for FUZZ_SECONDS (default 30)
	@tools/check fuzz $(FUZZ_SECONDS)

clean: ## Remove everything that was built
	@rm -rf $(BUILD) build-*
