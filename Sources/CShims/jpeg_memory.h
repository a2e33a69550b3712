/* libjpeg's memory manager, implemented with a caller's allocator. Its default manager uses malloc,
   which is not accounted: the coefficients of a progressive image may take several times as much
   memory as its pixels. */
#ifndef SHIM_JPEG_MEMORY_H
#define SHIM_JPEG_MEMORY_H

#include "allocator.h"

#include <stdio.h>

#include <jpeglib.h>

struct jpeg_block;

struct jpeg_memory {
  /* The first member, where libjpeg finds it. */
  struct jpeg_memory_mgr manager;
  struct jpeg_memory_mgr *original;
  const struct shim_allocator *allocator;
  struct jpeg_block *pools[JPOOL_NUMPOOLS];
  jvirt_sarray_ptr sample_arrays;
  jvirt_barray_ptr block_arrays;
};

/* Installs the manager in a newly created codec, whose original manager keeps a few kilobytes.
   Destroying the codec frees everything. */
void jpeg_memory_install(struct jpeg_memory *memory, j_common_ptr codec,
                         const struct shim_allocator *allocator);

#endif
