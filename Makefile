# Everything a user or developer runs, one line each. 'make help' lists it.

SWIFT ?= swift
TRACER ?= 1
CHECKED ?= 0
KERNEL_SCRATCH := $(if $(filter 1,$(CHECKED)),.build-kernel-checked,$(if $(filter 0,$(TRACER)),.build-kernel-untraced,.build-kernel))
# Said outright: the default depends on whether the output is a terminal, and a change of it rebuilds everything.
BUILD_FLAGS := --no-color-diagnostics
# SwiftPM does not build anew when a header of C has changed; a flag that follows their text makes it.
HEADERS_FLAG := -Xswiftc -DAPUS_HEADERS_$(shell cat Sources/CMachine/include/*.h | cksum | cut -d' ' -f1)
KERNEL_FLAGS := $(BUILD_FLAGS) $(HEADERS_FLAG) --triple x86_64-unknown-none-elf --toolset Tools/toolset.json --product Kernel -c release \
  --scratch-path $(KERNEL_SCRATCH) $(if $(filter 0,$(TRACER)),-Xcc -DAPUS_NO_TRACER -Xswiftc -DAPUS_NO_TRACER) \
  $(if $(filter 1,$(CHECKED)),-Xcc -DAPUS_CHECKED -Xswiftc -DAPUS_CHECKED)
GUEST_FLAGS := $(BUILD_FLAGS) --triple x86_64-unknown-none-elf --toolset Tools/program.json -c release --scratch-path .build-guest
BIN := .build/release
PREFIX ?= /usr/local

.DEFAULT_GOAL := help
.PHONY: help setup kernel checked guest tools install c-kernel run shell bench sanitize soak test test-host test-boot test-link probes pictures samples lint format clean

help: ## Show this list
	@echo "Apus: watch your kernel as you watch a process in htop."
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | awk -F'\t' '{printf "  make %-10s %s\n", $$1, $$2}'

setup: ## Install what is missing (asks first on a terminal)
	@Tools/setup

kernel: setup ## Build the kernel (TRACER=0: without any probes; CHECKED=1: lock order is checked)
	@APUS_BUILD=kernel $(SWIFT) build $(KERNEL_FLAGS)

guest: setup ## Build the benchmark program that runs in guests
	@APUS_BUILD=kernel $(SWIFT) build $(GUEST_FLAGS) --product Bench

tools: setup ## Build ktop, kflame, kbench and apus
	@$(SWIFT) build $(BUILD_FLAGS) -c release --product apus
	@$(SWIFT) build $(BUILD_FLAGS) -c release --product ktop
	@$(SWIFT) build $(BUILD_FLAGS) -c release --product kflame
	@$(SWIFT) build $(BUILD_FLAGS) -c release --product kbench

run: kernel tools ## Boot Apus with a shell workload and watch it in ktop (q leaves)
	@$(BIN)/ktop run

install: kernel tools ## Tools, kernel, manual pages and completions below PREFIX (/usr/local; DESTDIR is put before it)
	@Tools/install $(BIN) $(PREFIX) $(DESTDIR)

c-kernel: tools ## Build the sample kernel in C (samples/c-kernel) and watch it in ktop
	@samples/c-kernel/run $(BIN)

shell: kernel tools ## An interactive BusyBox shell on Apus
	@$(BIN)/apus shell

bench: kernel guest tools ## The benchmark suite on Linux and on Apus, in exact instructions
	@$(BIN)/kbench run --quick

checked: setup ## Build the kernel that checks the order of its locks
	@$(MAKE) --no-print-directory CHECKED=1 kernel

test: kernel checked guest ## All tiers of tests
	@Tools/test

test-host: setup ## Kernel logic, tracer and tools, on the host
	@Tools/test host

soak: kernel checked ## Half an hour of stress on several CPUs, and of probes switched meanwhile
	@APUS_SOAK=1800 APUS_TEST_LIMIT=20000 Tools/test ProcessorTests

test-boot: kernel checked guest ## Real programs in QEMU
	@Tools/test boot

sanitize: setup ## The kernel's logic on the host with the address and the thread sanitizer
	@Tools/test sanitize

test-link: kernel ## Format, and what the linked kernel must and must not hold
	@Tools/test link

probes: kernel tools ## The probe sites, their disassembly check, and what "off" costs
	@$(MAKE) --no-print-directory TRACER=0 kernel
	@$(BIN)/apus probes

lint: ## Check the format
	@$(SWIFT) format lint --strict --recursive Package.swift Sources Tests

format: ## Format the sources
	@$(SWIFT) format --in-place --recursive Package.swift Sources Tests

pictures: tools ## Draw the README's pictures of ktop anew, from the recordings of samples/
	@Tools/pictures $(BIN)

samples: kernel tools ## Run the workloads of samples/ and record them and their flame graphs anew
	@Tools/samples $(BIN)

clean: ## Remove what was built
	@rm -rf .build .build-guest .build-kernel .build-kernel-untraced .build-kernel-checked
