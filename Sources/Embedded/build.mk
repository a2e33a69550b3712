# Builds libgenerative.so, the library that ships, with Embedded Swift, without the Swift runtime. SwiftPM
# builds the same sources as ordinary Swift, for the Swift tests and gen.
#
#   make -f Sources/Embedded/build.mk -j2                     into .build/embedded/x86_64
#   make -f Sources/Embedded/build.mk -j2 ARCH=aarch64 ...    cross-builds; see the target arm64 in Makefile
#   make -f Sources/Embedded/build.mk -j2 CODECS=static LIBRARY=... all archive
#       with libpng, libjpeg and zlib inside, hidden; and libgenerative.a, for programs that link it statically
#
# Embedded Swift inlines across modules, so each module needs the modules below it, and is compiled as a
# whole.

ARCH ?= x86_64
# Folders for objects and modules, and for the library.
OUT ?= .build/embedded/$(ARCH)
LIBRARY ?= $(OUT)
# The target triples of Swift, with its standard library, and of clang.
TARGET = $(ARCH)-unknown-linux-gnu
C_TARGET = $(TARGET)
# Swift's own clang, linker and objcopy are in the folder of swiftc.
TOOLCHAIN := $(dir $(realpath $(shell which swiftc)))
CC = $(TOOLCHAIN)clang -target $(C_TARGET)
ifeq ($(ARCH),aarch64)
# Swift has no Embedded standard library for arm64 Linux. This uses the one for arm64 without an operating
# system, with Linux's C headers and libraries, which arm64-sysroot.sh puts here.
SYSROOT ?= .build/arm64-sysroot
TARGET = aarch64-none-none-elf
C_TARGET = aarch64-unknown-linux-gnu --sysroot=$(SYSROOT)
SWIFT_FLAGS += -Xcc -fPIC \
  $(foreach folder,include include/aarch64-linux-gnu,-Xcc -isystem -Xcc $(SYSROOT)/usr/$(folder))
endif
ABI := $(shell sed -n 's/^.define GEN_ABI_VERSION \([0-9]*\)/\1/p' include/generative.h)

# Swift calls this function to release an object whose initializer throws. Swift's own version leaks the
# object. platform.c replaces it, which requires that calls to it are not inlined. Each module has a copy of
# Swift's own version, which is renamed here.
PARTIAL = swift_deallocPartialClassInstance
RENAME_PARTIAL = -e '/^define .*@$(PARTIAL)(/s/@$(PARTIAL)(/@original_$(PARTIAL)(/' \
  -e '$$a declare void @$(PARTIAL)(ptr, ptr, i64, i64)'

# The compiler does not notice a new header in a folder, so the module cache depends on the list of headers.
MODULE_CACHE = $(OUT)/modules-$(firstword $(shell echo $(wildcard Sources/CShims/include/*) | cksum))

SWIFTC = swiftc -target $(TARGET) -enable-experimental-feature Embedded -wmo -parse-as-library -swift-version 6 \
  -package-name generative -O -Xfrontend -function-sections -Xfrontend -trap-function -Xfrontend shim_trap \
  -Xllvm -force-attribute=$(PARTIAL):noinline \
  -I $(OUT) -I include \
  -I Sources/Embedded/Glibc -Xcc -fmodule-map-file=Sources/Embedded/CShims/module.modulemap \
  -Xcc -ISources/CShims/include -module-cache-path $(MODULE_CACHE) $(SWIFT_FLAGS)

all: $(LIBRARY)/libgenerative.so $(LIBRARY)/libgenerative.so.$(ABI)

HEADERS = $(firstword $(MAKEFILE_LIST)) $(wildcard include/* Sources/CShims/include/* Sources/Embedded/*/*)

# In the modules above Tensors, closures are called rather than compiled into a specialized copy of each
# function. That makes the code one twentieth smaller, and not slower. Convolutions would be slower.
SHARED = -Xllvm -sil-disable-pass=closure-specialize
# For modules that mostly call functions of other modules: one twelfth less code, and not slower. Not for
# arm64, where the compiled code would read strings incorrectly.
SMALL = $(if $(filter x86_64,$(ARCH)),-Osize)

# module NAME, FOLDER, MODULES IT IMPORTS, FLAGS, FILES TO LEAVE OUT: builds the module's interface, and its
# optimized code as LLVM IR text.
define module
MODULES += $1
$(OUT)/$1.ll: $$(filter-out $5,$$(shell find -L $2 -name '*.swift')) $(3:%=$(OUT)/%.ll) $$(HEADERS) | $(OUT)
	$$(SWIFTC) $4 -module-name $1 $$(filter %.swift,$$^) -emit-module -emit-module-path $(OUT)/$1.swiftmodule \
	  -emit-ir -o $$@
endef
object = $(1:%=$(OUT)/%.o)

# Adds unwind tables and frame pointers, which the Embedded compiler leaves out. Debuggers, profilers and a
# host's backtrace() need them to walk through the library's frames. The compiler makes exported functions
# protected symbols, whose address a host that is not a position-independent executable cannot take. They
# become default symbols here, bound at link time.
$(OUT)/%.o: $(OUT)/%.ll
	sed -e 's/^\(attributes #[0-9]* = {\)/\1 uwtable "frame-pointer"="non-leaf"/' -e '/@gen_[a-z0-9_]*(/s/^define protected /define /' \
	  $(RENAME_PARTIAL) $< | \
	  $(TOOLCHAIN)clang -target $(TARGET) -O2 -Xclang -disable-llvm-passes -fPIC -ffunction-sections -x ir - -c -o $@

KERNELS = Sources/Kernels
$(eval $(call module,KernelTemplate,$(KERNELS)/Template,,-Ounchecked,$(KERNELS)/Template/Kernels/%))
$(eval $(call module,KernelsBaseline,$(KERNELS)/Baseline,KernelTemplate,-Ounchecked))
VARIANTS = KernelsBaseline
AVX2 = -Xcc -mavx2 -Xcc -mfma
AVX512 = -Xcc -mavx512f -Xcc -mavx512vnni -Xcc -mfma -Xcc -mprefer-vector-width=512
AVX512BF16 = $(AVX512) -Xcc -mavx512vl -Xcc -mavx512bf16
ifeq ($(ARCH),x86_64)
VARIANTS += KernelsAVX2 KernelsAVX512 KernelsAVX512BF16
$(eval $(call module,KernelsAVX2,$(KERNELS)/AVX2,KernelTemplate,-Ounchecked $(AVX2)))
$(eval $(call module,KernelsAVX512,$(KERNELS)/AVX512,KernelTemplate,-Ounchecked $(AVX512)))
$(eval $(call module,KernelsAVX512BF16,$(KERNELS)/AVX512BF16,KernelTemplate,-Ounchecked $(AVX512BF16)))
endif
$(eval $(call module,Kernels,$(KERNELS)/Dispatch,$(VARIANTS)))

$(eval $(call module,Tensors,Sources/Tensors,Kernels,$(SHARED)))
$(eval $(call module,Options,Sources/Options,Tensors,$(SHARED) $(SMALL)))
$(eval $(call module,LinearAlgebra,Sources/LinearAlgebra,Tensors,$(SHARED)))
$(eval $(call module,Ranks,Sources/Ranks,Tensors,$(SHARED) $(SMALL)))
$(eval $(call module,Networks,Sources/Networks,Ranks,$(SHARED)))
$(eval $(call module,Exports,Sources/Exports,Networks Checkpoints,$(SHARED) $(SMALL)))
$(eval $(call module,Checkpoints,Sources/Checkpoints,Tensors,$(SHARED)))
$(eval $(call module,Datasets,Sources/Datasets,Tensors,$(SHARED) $(SMALL)))
$(eval $(call module,Statistics,Sources/Statistics,Datasets LinearAlgebra Ranks,$(SHARED)))
$(eval $(call module,Evaluation,Sources/Evaluation,Statistics,$(SHARED) $(SMALL)))
$(eval $(call module,Training,Sources/Training,Networks Options Checkpoints Datasets,$(SHARED) $(SMALL)))
$(eval $(call module,Models,Sources/Models,Training Statistics,$(SHARED) $(SMALL)))
$(eval $(call module,GenerativeABI,Sources/GenerativeABI,Models Exports Evaluation,$(SHARED) $(SMALL)))

COMPILE_C = $(CC) -O2 -fPIC -fvisibility=hidden -ffunction-sections $(C_FLAGS)
# With static codecs, the library needs only the C library, from version 2.27 on, and never conflicts with the
# host's own zlib or libpng.
CODECS ?= shared
EMBEDDED_C = $(filter-out $(if $(filter shared,$(CODECS)),%/codecs.c) %/older_glibc.c,\
  $(wildcard Sources/Embedded/*.c))
SHIMS = $(patsubst %.c,$(OUT)/%.c.o,$(notdir $(wildcard Sources/CShims/*.c) $(EMBEDDED_C)))
$(OUT)/%.c.o: Sources/CShims/%.c $(HEADERS) | $(OUT)
	$(COMPILE_C) -ISources/CShims/include -c $< -o $@
$(OUT)/%.c.o: Sources/Embedded/%.c | $(OUT)
	$(COMPILE_C) -c $< -o $@

$(OUT):
	mkdir -p $@

# Each object has copies of the runtime, compiled with its own flags. The kernels' objects drop checks and may
# use instructions that this processor lacks. Their copies are made local, so that no other object can use
# them.
$(OUT)/%.local.o: $(OUT)/%.o
	$(TOOLCHAIN)ld.lld -r --force-group-allocation -o $@ $<
	$(TOOLCHAIN)llvm-objcopy --wildcard --keep-global-symbol='*$**' $@

$(OUT)/globals.c: $(call object,$(MODULES))
	Sources/Embedded/globals.sh $^ >$@
$(OUT)/globals.o: $(OUT)/globals.c
	$(COMPILE_C) -c $< -o $@

LOCAL = KernelTemplate $(VARIANTS)
OBJECTS = $(call object,$(filter-out $(LOCAL),$(MODULES)) $(LOCAL:%=%.local) globals) $(SHIMS)
STATIC = $(foreach name,png16 jpeg z,$(OUT)/lib$(name).a)
LIBRARIES = $(if $(filter static,$(CODECS)),$(STATIC),-lpng -ljpeg -lz) -lm
# Not for a program with a C library inside. glibc before 2.34 has these functions in libpthread and libdl.
OLDER = $(if $(filter static,$(CODECS)),$(OUT)/older_glibc.c.o)
OLDER_LIBRARIES = $(if $(OLDER),-Xlinker --no-as-needed -l:libpthread.so.0 -l:libdl.so.2 -Xlinker --as-needed)
$(OUT)/lib%.a: $(shell $(CC) -print-file-name=libz.a) | $(OUT)
	$(TOOLCHAIN)llvm-objcopy --redefine-sym stderr=codecs_stderr $(dir $<)lib$*.a $@
# See Sources/CShims/reserve.c.
WRAPPED = posix_memalign free
# The linker merges identical functions.
LINK = $(CC) -fuse-ld=lld -Wl,--gc-sections -Wl,--icf=all -Wl,--as-needed $(LINK_FLAGS)
$(LIBRARY)/libgenerative.so: $(OBJECTS) $(OLDER) $(if $(filter static,$(CODECS)),$(STATIC))
	@mkdir -p $(LIBRARY)
	$(LINK) -shared -o $@ $(filter %.o,$^) $(LIBRARIES) $(OLDER_LIBRARIES) $(WRAPPED:%=-Wl,--wrap=%) \
	  -Wl,--no-undefined -Wl,-soname=libgenerative.so.$(ABI) -Wl,-Bsymbolic-functions -Wl,-z,nodelete -Wl,-z,now -Wl,-z,relro \
	  -Wl,--version-script=Sources/GenerativeABI/exports.map
$(LIBRARY)/libgenerative.so.$(ABI): $(LIBRARY)/libgenerative.so
	ln -sf libgenerative.so $@

# One object, in which only the functions of the header are global. GNU ld drops unused functions and the
# modules' duplicates from a relocatable output; lld keeps them all, which makes it four times as large.
EXPORTED = $(shell sed -n 's/^GEN_API [^()]*[ *]\(gen_[a-z0-9_]*\)[()].*/\1/p' include/generative.h)
archive: $(LIBRARY)/libgenerative.a
$(LIBRARY)/libgenerative.a: $(OBJECTS) $(STATIC)
	@mkdir -p $(LIBRARY)
	ld.bfd -r --gc-sections --force-group-allocation $(EXPORTED:%=--require-defined=%) $(WRAPPED:%=--wrap=%) \
	  -o $(OUT)/libgenerative.o $^
	$(TOOLCHAIN)llvm-objcopy --strip-debug --wildcard --keep-global-symbol='gen_*' $(OUT)/libgenerative.o
	strip --strip-unneeded $(OUT)/libgenerative.o
	rm -f $@
	$(TOOLCHAIN)llvm-ar rcsD $@ $(OUT)/libgenerative.o

# A program that compares the kernels with Double on the machine that it is built for. Its module is not part
# of the library: the library's rule above has already expanded its list of modules.
$(eval $(call module,KernelCases,Tests/EmbeddedKernels,Kernels))
kernel-cases: $(OUT)/kernel-cases
$(OUT)/kernel-cases: $(call object,$(LOCAL:%=%.local) Kernels KernelCases) $(SHIMS)
	$(LINK) -o $@ $^ $(LIBRARIES)

.PHONY: all archive kernel-cases
