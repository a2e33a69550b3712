#include "crc32c.h"

#include <pthread.h>
#include <string.h>

/* tables[k][b] is the CRC of byte b followed by k zero bytes, so that eight bytes are looked up at
   a time (Kounavis & Berry, "A systematic approach to building high performance software-based CRC
   generators", ISCC 2005). */
static uint32_t tables[8][256];
static pthread_once_t tables_once = PTHREAD_ONCE_INIT;

static void fill_tables(void) {
  for (uint32_t byte = 0; byte < 256; byte++) {
    uint32_t crc = byte;
    for (int bit = 0; bit < 8; bit++)
      crc = (crc >> 1) ^ (crc & 1 ? 0x82F63B78u : 0);
    tables[0][byte] = crc;
  }
  for (int k = 1; k < 8; k++)
    for (int byte = 0; byte < 256; byte++) {
      uint32_t crc = tables[k - 1][byte];
      tables[k][byte] = (crc >> 8) ^ tables[0][crc & 0xFF];
    }
}

uint32_t shim_crc32c_portable(uint32_t crc, const void *bytes, int64_t count) {
  const uint8_t *p = bytes;
  pthread_once(&tables_once, fill_tables);
  crc = ~crc;
  for (; count >= 8; count -= 8, p += 8) {
    crc ^= (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
    crc = tables[7][crc & 0xFF] ^ tables[6][crc >> 8 & 0xFF] ^ tables[5][crc >> 16 & 0xFF] ^
          tables[4][crc >> 24] ^ tables[3][p[4]] ^ tables[2][p[5]] ^ tables[1][p[6]] ^
          tables[0][p[7]];
  }
  for (; count > 0; count--)
    crc = (crc >> 8) ^ tables[0][(crc ^ *p++) & 0xFF];
  return ~crc;
}

#if defined(__x86_64__)
#include <nmmintrin.h>

__attribute__((target("sse4.2"))) static uint32_t crc32c_sse42(uint32_t crc, const void *bytes,
                                                               int64_t count) {
  const uint8_t *p = bytes;
  uint64_t wide = (uint32_t)~crc;
  for (; count >= 8; count -= 8, p += 8) {
    uint64_t word;
    memcpy(&word, p, 8);
    wide = _mm_crc32_u64(wide, word);
  }
  crc = (uint32_t)wide;
  for (; count > 0; count--)
    crc = _mm_crc32_u8(crc, *p++);
  return ~crc;
}

uint32_t shim_crc32c(uint32_t crc, const void *bytes, int64_t count) {
  return __builtin_cpu_supports("sse4.2") ? crc32c_sse42(crc, bytes, count)
                                          : shim_crc32c_portable(crc, bytes, count);
}

#elif defined(__ARM_FEATURE_CRC32)
#include <arm_acle.h>

uint32_t shim_crc32c(uint32_t crc, const void *bytes, int64_t count) {
  const uint8_t *p = bytes;
  crc = ~crc;
  for (; count >= 8; count -= 8, p += 8) {
    uint64_t word;
    memcpy(&word, p, 8);
    crc = __crc32cd(crc, word);
  }
  for (; count > 0; count--)
    crc = __crc32cb(crc, *p++);
  return ~crc;
}

#else

uint32_t shim_crc32c(uint32_t crc, const void *bytes, int64_t count) {
  return shim_crc32c_portable(crc, bytes, count);
}

#endif
