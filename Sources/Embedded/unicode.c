/* Unicode data for Swift's strings. With these answers, two strings are equal if their UTF-8 bytes
 * are equal, and each scalar is a character. Nothing is normalized, and the tables for
 * normalization, 50 KB, are left out. The library compares only names, which are plain bytes to the
 * systems that they come from. */
#include <stdbool.h>
#include <stdint.h>

/* Combining class 0, already normalized. */
uint16_t _swift_stdlib_getNormData(uint32_t scalar);
uint16_t _swift_stdlib_getNormData(uint32_t scalar) {
  (void)scalar;
  return 0;
}

/* No scalar has a decomposition, so these bytes are never read. */
const uint8_t *const _swift_stdlib_nfd_decompositions = (const uint8_t *)"";
uint32_t _swift_stdlib_getDecompositionEntry(uint32_t scalar);
uint32_t _swift_stdlib_getDecompositionEntry(uint32_t scalar) {
  (void)scalar;
  return 0;
}

/* No two scalars compose into one. */
uint32_t _swift_stdlib_getComposition(uint32_t first, uint32_t second);
uint32_t _swift_stdlib_getComposition(uint32_t first, uint32_t second) {
  (void)first;
  (void)second;
  return UINT32_MAX;
}

/* No scalar has a grapheme break property. */
uint8_t _swift_stdlib_getGraphemeBreakProperty(uint32_t scalar);
uint8_t _swift_stdlib_getGraphemeBreakProperty(uint32_t scalar) {
  (void)scalar;
  return UINT8_MAX;
}
bool _swift_stdlib_isExtendedPictographic(uint32_t scalar);
bool _swift_stdlib_isExtendedPictographic(uint32_t scalar) {
  (void)scalar;
  return false;
}
bool _swift_stdlib_isInCB_Consonant(uint32_t scalar);
bool _swift_stdlib_isInCB_Consonant(uint32_t scalar) {
  (void)scalar;
  return false;
}
