#include "inflate.h"

#include <zlib.h>

struct shim_inflater {
  z_stream stream;
  struct shim_allocator allocator;
  const uint8_t *end;
  int finished;
};

/* zlib counts in 32 bits, so it gets the data in pieces. */
static unsigned piece(int64_t count) { return count < (1 << 30) ? (unsigned)count : 1 << 30; }

static void *allocate(void *opened, unsigned count, unsigned size) {
  const struct shim_inflater *inflater = opened;
  return shim_block_allocate(&inflater->allocator, (size_t)count * size);
}

static void release(void *opened, void *block) {
  const struct shim_inflater *inflater = opened;
  shim_block_free(&inflater->allocator, block);
}

void *shim_inflater_create(const uint8_t *bytes, int64_t count, int is_bare,
                           struct shim_allocator allocator) {
  struct shim_inflater *inflater = shim_block_allocate(&allocator, sizeof *inflater);
  if (!inflater)
    return NULL;
  *inflater = (struct shim_inflater){
      .stream = {.zalloc = allocate, .zfree = release, .opaque = inflater}, .allocator = allocator};
  inflater->stream.next_in = (uint8_t *)bytes;
  inflater->end = bytes + count;
  /* 16: only a gzip header is accepted; negative: no header. */
  if (inflateInit2(&inflater->stream, is_bare ? -MAX_WBITS : 16 + MAX_WBITS) != Z_OK) {
    shim_block_free(&allocator, inflater);
    return NULL;
  }
  return inflater;
}

enum shim_inflate_status shim_inflater_read(void *opened, uint8_t *into, int64_t count,
                                            int64_t *got) {
  struct shim_inflater *inflater = opened;
  z_stream *stream = &inflater->stream;
  *got = 0;
  while (*got < count && !inflater->finished) {
    stream->avail_in = piece(inflater->end - stream->next_in);
    stream->avail_out = piece(count - *got);
    stream->next_out = into + *got;
    uint8_t *before = stream->next_out;
    int result = inflate(stream, Z_NO_FLUSH);
    *got += stream->next_out - before;
    if (result == Z_STREAM_END) {
      /* Several members may follow one another; the content is their concatenation. */
      inflater->finished = stream->next_in == inflater->end;
      if (inflateReset(stream) != Z_OK)
        return SHIM_INFLATE_FORMAT;
    } else if (result == Z_BUF_ERROR ||
               (result == Z_OK && stream->next_in == inflater->end && stream->avail_out > 0)) {
      return SHIM_INFLATE_TRUNCATED;
    } else if (result == Z_MEM_ERROR) {
      return SHIM_INFLATE_MEMORY;
    } else if (result != Z_OK) {
      return SHIM_INFLATE_FORMAT;
    }
  }
  return SHIM_INFLATE_OK;
}

void shim_inflater_destroy(void *opened) {
  struct shim_inflater *inflater = opened;
  if (!inflater)
    return;
  inflateEnd(&inflater->stream);
  struct shim_allocator allocator = inflater->allocator;
  shim_block_free(&allocator, inflater);
}

uint32_t shim_crc32(uint32_t sum, const uint8_t *bytes, int64_t count) {
  while (count > 0) {
    unsigned some = piece(count);
    sum = (uint32_t)crc32(sum, bytes, some);
    bytes += some;
    count -= some;
  }
  return sum;
}
