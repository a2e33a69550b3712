/* Compressed streams in memory, through zlib. */
#ifndef SHIM_INFLATE_H
#define SHIM_INFLATE_H

#include "allocator.h"

#include <stdint.h>

enum shim_inflate_status {
  SHIM_INFLATE_OK,
  SHIM_INFLATE_FORMAT,
  SHIM_INFLATE_TRUNCATED,
  SHIM_INFLATE_MEMORY
};

/* Starts reading the gzip stream of `count` bytes, or bare deflated data, as in zip files. The
   bytes must outlive the inflater. Returns NULL if there is no memory. */
void *shim_inflater_create(const uint8_t *bytes, int64_t count, int is_bare,
                           struct shim_allocator allocator);

/* Inflates up to `count` more bytes. `*got` is smaller only at the end of the last member. */
enum shim_inflate_status shim_inflater_read(void *inflater, uint8_t *into, int64_t count,
                                            int64_t *got);

void shim_inflater_destroy(void *inflater);

/* CRC-32 as used in zip files, of bytes that follow those of `sum`; 0 at the start. */
uint32_t shim_crc32(uint32_t sum, const uint8_t *bytes, int64_t count);

#endif
