/* The memory of libpng, libjpeg and zlib comes from their caller, so that it is accounted, limited
   and refused like all other memory. */
#ifndef SHIM_ALLOCATOR_H
#define SHIM_ALLOCATOR_H

#include <stddef.h>
#include <stdint.h>

/* An allocator may be written in Swift: its functions return before a codec jumps. */
struct shim_allocator {
  /* Memory aligned to 64 bytes, or NULL. */
  void *(*allocate)(int64_t byte_count, void *owner);
  void (*release)(void *memory, int64_t byte_count, void *owner);
  void *owner;
};

/* Allocates blocks that store their size, as codecs need them. Returns NULL if there is no
   memory. */
void *shim_block_allocate(const struct shim_allocator *allocator, size_t count);

/* Returns a larger block with the content of the old one, which is freed. If it returns NULL, the
   old block is kept. */
void *shim_block_grow(const struct shim_allocator *allocator, void *block, size_t count);

/* The block may be NULL. */
void shim_block_free(const struct shim_allocator *allocator, void *block);

/* Returns free memory that the C library keeps to the system. */
void shim_trim_memory(void);

#endif
