# Flags of the programs in these folders. Against an installed library: make. Against the build folder of this
# repository: make LIBRARY=../../.build/library; OUT is the folder to write to.
OUT ?= .
CFLAGS ?= -O2
STANDARD ?= -std=c99
WARNINGS = -pedantic -Wall -Wextra -Werror

ifdef LIBRARY
FLAGS = -I../../include
LIBS = -L$(LIBRARY) -Wl,-rpath,$(abspath $(LIBRARY)) -lgenerative
else
FLAGS = $(shell pkg-config --cflags generative)
LIBS = $(shell pkg-config --libs generative)
endif
