/* Where the memory of libpng, libjpeg and zlib comes from: whoever calls them, so that it is
   accounted, limited and refused like all other. */
#ifndef SHIM_ALLOCATOR_H
#define SHIM_ALLOCATOR_H

#include <stddef.h>
#include <stdint.h>

/* An allocator may be written in Swift: its functions return before any codec jumps. */
struct shim_allocator {
  /* Memory aligned to 64 bytes, or NULL. */
  void *(*allocate)(int64_t byte_count, void *owner);
  void (*release)(void *memory, int64_t byte_count, void *owner);
  void *owner;
};

/* Blocks that know their size, as codecs want them; NULL when there is no memory. */
void *shim_block_allocate(const struct shim_allocator *allocator, size_t count);

/* A larger block with the old one's content, which is then gone; after NULL it stays. */
void *shim_block_grow(const struct shim_allocator *allocator, void *block, size_t count);

/* NULL is fine. */
void shim_block_free(const struct shim_allocator *allocator, void *block);

/* Gives free memory that the C library keeps back to the system. */
void shim_trim_memory(void);

#endif
