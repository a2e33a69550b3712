# Builds libgenerative.so as Embedded Swift: the library that ships, without the Swift runtime. SwiftPM builds
# the same sources as ordinary Swift, for the Swift tests and gen.
#
#   make -f Sources/Embedded/build.mk -j2                     into .build/embedded/x86_64
#   make -f Sources/Embedded/build.mk -j2 ARCH=aarch64 ...    cross-builds; see the target arm64 in Makefile
#
# Embedded Swift inlines across modules, so each module needs those below it, and is one compilation.

ARCH ?= x86_64
# Objects and modules, and where the library goes.
OUT ?= .build/embedded/$(ARCH)
LIBRARY ?= $(OUT)
# The standard library's triple.
TARGET ?= $(ARCH)-unknown-linux-gnu
CC = clang
OBJCOPY = objcopy
ABI := $(shell sed -n 's/^.define GEN_ABI_VERSION \([0-9]*\)/\1/p' include/generative.h)

SWIFTC = swiftc -target $(TARGET) -enable-experimental-feature Embedded -wmo -parse-as-library -swift-version 6 \
  -package-name generative -O -Xfrontend -function-sections -Xfrontend -trap-function -Xfrontend shim_trap \
  -I $(OUT) -I include \
  -I Sources/Embedded/Glibc -Xcc -fmodule-map-file=Sources/Embedded/CShims/module.modulemap \
  -Xcc -ISources/CShims/include -module-cache-path $(OUT)/modules $(SWIFT_FLAGS)

all: $(LIBRARY)/libgenerative.so $(LIBRARY)/libgenerative.so.$(ABI)

HEADERS = $(wildcard include/* Sources/CShims/include/* Sources/Embedded/*/*)

# module NAME, FOLDER, MODULES IT IMPORTS, FLAGS
define module
MODULES += $1
$(OUT)/$1.o: $$(filter-out $5,$$(shell find -L $2 -name '*.swift')) $3 $$(HEADERS) | $(OUT)
	$$(SWIFTC) $4 -module-name $1 $$(filter %.swift,$$^) -emit-module -emit-module-path $(OUT)/$1.swiftmodule -c -o $$@
endef
object = $(1:%=$(OUT)/%.o)

KERNELS = Sources/Kernels
$(eval $(call module,KernelTemplate,$(KERNELS)/Template,,-Ounchecked,$(KERNELS)/Template/Kernels/%))
$(eval $(call module,KernelsBaseline,$(KERNELS)/Baseline,$(call object,KernelTemplate),-Ounchecked))
AVX2 = -Xcc -mavx2 -Xcc -mfma
AVX512 = -Xcc -mavx512f -Xcc -mavx512vnni -Xcc -mfma -Xcc -mprefer-vector-width=512
$(eval $(call module,KernelsAVX2,$(KERNELS)/AVX2,$(call object,KernelTemplate),-Ounchecked $(if $(filter x86_64,$(ARCH)),$(AVX2))))
$(eval $(call module,KernelsAVX512,$(KERNELS)/AVX512,$(call object,KernelTemplate),-Ounchecked $(if $(filter x86_64,$(ARCH)),$(AVX512))))
$(eval $(call module,Kernels,$(KERNELS)/Dispatch,$(call object,KernelsBaseline KernelsAVX2 KernelsAVX512)))
$(eval $(call module,Tensors,Sources/Tensors,$(call object,Kernels)))
$(eval $(call module,Networks,Sources/Networks,$(call object,Tensors)))
$(eval $(call module,Checkpoints,Sources/Checkpoints,$(call object,Tensors)))
$(eval $(call module,Datasets,Sources/Datasets,$(call object,Tensors)))
$(eval $(call module,Statistics,Sources/Statistics,$(call object,Datasets)))
$(eval $(call module,Evaluation,Sources/Evaluation,$(call object,Statistics)))
$(eval $(call module,Models,Sources/Models,$(call object,Networks Statistics Checkpoints)))
$(eval $(call module,GenerativeABI,Sources/GenerativeABI,$(call object,Models Evaluation)))

SHIMS = $(patsubst %.c,$(OUT)/%.c.o,$(notdir $(wildcard Sources/CShims/*.c)) platform.c)
$(OUT)/%.c.o: Sources/CShims/%.c $(HEADERS) | $(OUT)
	$(CC) -target $(TARGET) -O2 -fPIC -fvisibility=hidden -ffunction-sections -ISources/CShims/include $(C_FLAGS) -c $< -o $@
$(OUT)/%.c.o: Sources/Embedded/%.c | $(OUT)
	$(CC) -target $(TARGET) -O2 -fPIC -fvisibility=hidden -ffunction-sections $(C_FLAGS) -c $< -o $@

$(OUT):
	mkdir -p $@ $(LIBRARY)

# Each object has copies of the runtime, compiled with its own flags. Those of the kernels' objects, which drop checks and may hold
# instructions that this processor lacks, are made local, so that no other object can come to use them.
$(OUT)/%.local.o: $(OUT)/%.o
	ld.bfd -r --force-group-allocation -o $@ $<
	$(OBJCOPY) --wildcard --keep-global-symbol='*$**' $@

$(OUT)/globals.c: $(call object,$(MODULES))
	Sources/Embedded/globals.sh $^ >$@
$(OUT)/globals.o: $(OUT)/globals.c
	$(CC) -target $(TARGET) -O2 -fPIC -fvisibility=hidden $(C_FLAGS) -c $< -o $@

VARIANTS = KernelTemplate KernelsBaseline KernelsAVX2 KernelsAVX512
OBJECTS = $(call object,$(filter-out $(VARIANTS),$(MODULES)) $(VARIANTS:%=%.local) globals) $(SHIMS)
UNICODE = $(dir $(shell which swiftc))../lib/swift/embedded/$(TARGET)/libswiftUnicodeDataTables.a
$(LIBRARY)/libgenerative.so: $(OBJECTS)
	$(CC) -target $(TARGET) -shared -o $@ $^ $(UNICODE) -lpng -ljpeg -lz -lm $(LINK_FLAGS) -Wl,--gc-sections \
	  -Wl,--wrap=posix_memalign -Wl,--wrap=free \
	  -Wl,--no-undefined -Wl,--as-needed -Wl,-soname=libgenerative.so.$(ABI) -Wl,-z,nodelete -Wl,-z,now -Wl,-z,relro \
	  -Wl,--version-script=Sources/GenerativeABI/exports.map
$(LIBRARY)/libgenerative.so.$(ABI): $(LIBRARY)/libgenerative.so
	ln -sf libgenerative.so $@

.PHONY: all
