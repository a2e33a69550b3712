/* Vector operations that Swift's SIMD types lack or compile to calls: conversions between element
 * types, high halves of products, products of pairs. One macro defines them for three widths. Each
 * function is inlined with the instructions of the target that imports it. */
#ifndef SHIM_VECTORS_H
#define SHIM_VECTORS_H

#include <stdint.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wpsabi"

#define SHIM_INLINE static inline __attribute__((always_inline))

/* widen: floats to doubles. narrow: doubles to floats. square_root: the root of each lane.
 * from_int: 32-bit integers to floats. from_bytes: n bytes in memory, 0 to 255, to floats.
 * nearest_bytes: 255 x rounded to the nearest integer in 0 to 255. are_bytes: all bits set in the
 * lanes where x is within one unit in the last place of such a number / 255. store_bytes: integers
 * in 0 to 255 to memory. multiply_high, multiply_low: the halves of the unsigned 64-bit products,
 * computed so that they share the products. */
#define SHIM_VECTORS(n, half)                                                                      \
  typedef float shim_f##n __attribute__((ext_vector_type(n)));                                     \
  typedef double shim_d##n __attribute__((ext_vector_type(n)));                                    \
  typedef int32_t shim_i##n __attribute__((ext_vector_type(n)));                                   \
  typedef uint32_t shim_u##n __attribute__((ext_vector_type(n)));                                  \
  typedef uint8_t shim_b##n __attribute__((ext_vector_type(n), aligned(1)));                       \
  typedef uint64_t shim_q##n __attribute__((ext_vector_type(half)));                               \
  SHIM_INLINE shim_d##n shim_widen##n(shim_f##n x) {                                               \
    return __builtin_convertvector(x, shim_d##n);                                                  \
  }                                                                                                \
  SHIM_INLINE shim_f##n shim_narrow##n(shim_d##n x) {                                              \
    return __builtin_convertvector(x, shim_f##n);                                                  \
  }                                                                                                \
  SHIM_INLINE shim_f##n shim_square_root##n(shim_f##n x) { return __builtin_elementwise_sqrt(x); } \
  SHIM_INLINE shim_f##n shim_from_int##n(shim_i##n x) {                                            \
    return __builtin_convertvector(x, shim_f##n);                                                  \
  }                                                                                                \
  SHIM_INLINE shim_f##n shim_from_bytes##n(const uint8_t *bytes) {                                 \
    shim_b##n x = *(const shim_b##n *)bytes;                                                       \
    return __builtin_convertvector(__builtin_convertvector(x, shim_i##n), shim_f##n);              \
  }                                                                                                \
  SHIM_INLINE shim_i##n shim_nearest_bytes##n(shim_f##n x) {                                       \
    const float whole = 0x1.8p23f; /* Near it, floats have no fraction. */                         \
    shim_f##n least = 0, most = 255;                                                               \
    shim_f##n byte = __builtin_elementwise_min((x * 255 + whole) - whole, most);                   \
    return __builtin_convertvector(__builtin_elementwise_max(byte, least), shim_i##n);             \
  }                                                                                                \
  SHIM_INLINE shim_i##n shim_are_bytes##n(shim_f##n x, shim_i##n bytes) {                          \
    shim_f##n exact = __builtin_convertvector(bytes, shim_f##n) * (1 / 255.0f);                    \
    return __builtin_elementwise_abs(x - exact) <= exact * 0x1p-23f;                               \
  }                                                                                                \
  SHIM_INLINE void shim_store_bytes##n(shim_i##n x, uint8_t *bytes) {                              \
    *(shim_b##n *)bytes = __builtin_convertvector(x, shim_b##n);                                   \
  }                                                                                                \
  SHIM_INLINE shim_d##n shim_widen_int##n(shim_i##n x) {                                           \
    return __builtin_convertvector(x, shim_d##n);                                                  \
  }                                                                                                \
  SHIM_INLINE shim_q##n shim_even_products##n(shim_u##n x, shim_u##n y) {                          \
    return ((shim_q##n)x & 0xffffffffu) * ((shim_q##n)y & 0xffffffffu);                            \
  }                                                                                                \
  SHIM_INLINE shim_q##n shim_odd_products##n(shim_u##n x, shim_u##n y) {                           \
    return ((shim_q##n)x >> 32) * ((shim_q##n)y >> 32);                                            \
  }                                                                                                \
  SHIM_INLINE shim_u##n shim_multiply_high##n(shim_u##n x, shim_u##n y) {                          \
    return (shim_u##n)((shim_even_products##n(x, y) >> 32) |                                       \
                       (shim_odd_products##n(x, y) & 0xffffffff00000000u));                        \
  }                                                                                                \
  SHIM_INLINE shim_u##n shim_multiply_low##n(shim_u##n x, shim_u##n y) {                           \
    return (shim_u##n)((shim_even_products##n(x, y) & 0xffffffffu) |                               \
                       (shim_odd_products##n(x, y) << 32));                                        \
  }

SHIM_VECTORS(4, 2)
SHIM_VECTORS(8, 4)
SHIM_VECTORS(16, 8)

#undef SHIM_VECTORS

/* bytes: n bytes in memory as 32-bit integers. multiply_pairs: the sums of the products of adjacent
 * signed 16-bit numbers, two per lane. The products must lie within -255*255 and 255*255. */
#define SHIM_PAIRS(n)                                                                              \
  SHIM_INLINE shim_i##n shim_bytes##n(const uint8_t *bytes) {                                      \
    return __builtin_convertvector(*(const shim_b##n *)bytes, shim_i##n);                          \
  }                                                                                                \
  SHIM_INLINE shim_i##n shim_multiply_pairs_portably##n(shim_i##n x, shim_i##n y) {                \
    return ((x << 16) >> 16) * ((y << 16) >> 16) + (x >> 16) * (y >> 16);                          \
  }

SHIM_PAIRS(4)
SHIM_PAIRS(8)
SHIM_PAIRS(16)
#undef SHIM_PAIRS

SHIM_INLINE shim_i4 shim_multiply_pairs4(shim_i4 x, shim_i4 y) {
#if defined(__SSE2__)
  return (shim_i4)_mm_madd_epi16((__m128i)x, (__m128i)y);
#else
  return shim_multiply_pairs_portably4(x, y);
#endif
}

SHIM_INLINE shim_i8 shim_multiply_pairs8(shim_i8 x, shim_i8 y) {
#if defined(__AVX2__)
  return (shim_i8)_mm256_madd_epi16((__m256i)x, (__m256i)y);
#else
  return shim_multiply_pairs_portably8(x, y);
#endif
}

/* sum + the products of the four unsigned bytes of x and the signed bytes of y in each lane. */
SHIM_INLINE shim_i16 shim_add_byte_products16(shim_i16 x, shim_i16 y, shim_i16 sum) {
#if defined(__AVX512VNNI__)
  return (shim_i16)_mm512_dpbusd_epi32((__m512i)sum, (__m512i)x, (__m512i)y);
#else
  for (int place = 0; place < 32; place += 8)
    sum += ((x >> place) & 0xff) * ((y << (24 - place)) >> 24);
  return sum;
#endif
}

/* Prefetches a cache line that will be read soon. Any address is allowed. */
SHIM_INLINE void shim_prefetch(const void *address) { __builtin_prefetch(address, 0, 3); }
/* Prefetches past the first-level cache. */
SHIM_INLINE void shim_prefetch_far(const void *address) { __builtin_prefetch(address, 0, 2); }

#pragma clang diagnostic pop
#endif
