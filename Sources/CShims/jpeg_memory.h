/* libjpeg's memory manager over a caller's allocator. Its own one takes from malloc, out of sight:
   a progressive picture's coefficients alone may be several times its pixels. */
#ifndef SHIM_JPEG_MEMORY_H
#define SHIM_JPEG_MEMORY_H

#include "allocator.h"

#include <stdio.h>

#include <jpeglib.h>

struct jpeg_block;

struct jpeg_memory {
  /* First, where libjpeg finds it. */
  struct jpeg_memory_mgr manager;
  struct jpeg_memory_mgr *original;
  const struct shim_allocator *allocator;
  struct jpeg_block *pools[JPOOL_NUMPOOLS];
  jvirt_sarray_ptr sample_arrays;
  jvirt_barray_ptr block_arrays;
};

/* Puts the manager into a codec that was just created, of which the original keeps a few
   kilobytes. Destroying the codec gives back everything. */
void jpeg_memory_install(struct jpeg_memory *memory, j_common_ptr codec,
                         const struct shim_allocator *allocator);

#endif
