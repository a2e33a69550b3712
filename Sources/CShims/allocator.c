#include "allocator.h"

#include <malloc.h>
#include <string.h>

/* Precedes each block. It is as large as its alignment. */
struct header {
  _Alignas(64) int64_t byte_count;
};

void *shim_block_allocate(const struct shim_allocator *allocator, size_t count) {
  if (count > (size_t)INT64_MAX - sizeof(struct header))
    return NULL;
  int64_t byte_count = count + sizeof(struct header);
  struct header *header = allocator->allocate(byte_count, allocator->owner);
  if (!header)
    return NULL;
  header->byte_count = byte_count;
  return header + 1;
}

void *shim_block_grow(const struct shim_allocator *allocator, void *block, size_t count) {
  void *larger = shim_block_allocate(allocator, count);
  if (larger && block) {
    const struct header *header = (struct header *)block - 1;
    memcpy(larger, block, header->byte_count - sizeof *header);
    shim_block_free(allocator, block);
  }
  return larger;
}

void shim_block_free(const struct shim_allocator *allocator, void *block) {
  if (!block)
    return;
  struct header *header = (struct header *)block - 1;
  allocator->release(header, header->byte_count, allocator->owner);
}

void shim_trim_memory(void) { malloc_trim(0); }
