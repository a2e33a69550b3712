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

/* bfloat16: x rounded to it, to nearest even, in the lower half of each lane. Magnitudes below
 * 2^-56 become 0. NaN stays NaN. */
#define SHIM_BFLOAT16(n)                                                                           \
  SHIM_INLINE shim_u##n shim_bfloat16_portably##n(shim_f##n x) {                                   \
    shim_u##n bits = (shim_u##n)x;                                                                 \
    shim_u##n nearest = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;                                \
    shim_u##n number = x == x ? nearest : (bits >> 16) | 0x40;                                     \
    return __builtin_elementwise_abs(x) < 0x1p-56f ? (shim_u##n)0 : number;                        \
  }

SHIM_BFLOAT16(4)
SHIM_BFLOAT16(16)
#undef SHIM_BFLOAT16

SHIM_INLINE shim_u4 shim_bfloat16_4(shim_f4 x) {
#if defined(__AVX512BF16__)
  __mmask8 counts =
      _mm_cmp_ps_mask((__m128)__builtin_elementwise_abs(x), _mm_set1_ps(0x1p-56f), _CMP_NLT_UQ);
  return (shim_u4)_mm_cvtepu16_epi32((__m128i)_mm_maskz_cvtneps_pbh(counts, (__m128)x));
#else
  return shim_bfloat16_portably4(x);
#endif
}

SHIM_INLINE shim_u16 shim_bfloat16_16(shim_f16 x) {
#if defined(__AVX512BF16__)
  __mmask16 counts =
      _mm512_cmp_ps_mask(_mm512_abs_ps((__m512)x), _mm512_set1_ps(0x1p-56f), _CMP_NLT_UQ);
  return (shim_u16)_mm512_cvtepu16_epi32((__m256i)_mm512_maskz_cvtneps_pbh(counts, (__m512)x));
#else
  return shim_bfloat16_portably16(x);
#endif
}

/* Eight floats in memory as four pairs of bfloat16, the first of each in the upper half. */
SHIM_INLINE shim_u4 shim_bfloat16_pairs4(const float *x) {
#if defined(__AVX512BF16__)
  __m256 all = _mm256_loadu_ps(x), size = _mm256_castsi256_ps(_mm256_set1_epi32(0x7fffffff));
  __mmask8 counts =
      _mm256_cmp_ps_mask(_mm256_and_ps(all, size), _mm256_set1_ps(0x1p-56f), _CMP_NLT_UQ);
  return (shim_u4)_mm_rol_epi32((__m128i)_mm256_maskz_cvtneps_pbh(counts, all), 16);
#else
  shim_f4 first = {x[0], x[2], x[4], x[6]}, second = {x[1], x[3], x[5], x[7]};
  return shim_bfloat16_4(first) << 16 | shim_bfloat16_4(second);
#endif
}

/* 16 floats as eight pairs of bfloat16, the first of each in the upper half. */
SHIM_INLINE shim_u8 shim_bfloat16_pairs8(shim_f16 x) {
#if defined(__AVX512BF16__)
  __mmask16 counts =
      _mm512_cmp_ps_mask(_mm512_abs_ps((__m512)x), _mm512_set1_ps(0x1p-56f), _CMP_NLT_UQ);
  return (shim_u8)_mm256_rol_epi32((__m256i)_mm512_maskz_cvtneps_pbh(counts, (__m512)x), 16);
#else
  shim_u16 y = shim_bfloat16_16(x);
  return y.even << 16 | y.odd;
#endif
}

/* sum + the product of the upper halves, then + that of the lower halves, as bfloat16 numbers. */
SHIM_INLINE shim_f16 shim_add_pair_products16(shim_f16 x, shim_f16 y, shim_f16 sum) {
#if defined(__AVX512BF16__)
  return (shim_f16)_mm512_dpbf16_ps((__m512)sum, (__m512bh)x, (__m512bh)y);
#else
  shim_u16 a = (shim_u16)x, b = (shim_u16)y;
  sum += (shim_f16)(a & 0xffff0000u) * (shim_f16)(b & 0xffff0000u);
  return sum + (shim_f16)(a << 16) * (shim_f16)(b << 16);
#endif
}

/* Prefetches a cache line that will be read soon. Any address is allowed. */
SHIM_INLINE void shim_prefetch(const void *address) { __builtin_prefetch(address, 0, 3); }
/* Prefetches past the first-level cache. */
SHIM_INLINE void shim_prefetch_far(const void *address) { __builtin_prefetch(address, 0, 2); }

#pragma clang diagnostic pop
#endif
