#include "exif.h"

/* A number of `count` bytes at offset `at` in a TIFF block, or -1 past its end. */
static int64_t tiff_number(const uint8_t *tiff, int64_t size, int64_t at, int count, int little) {
  if (at < 0 || at > size - count)
    return -1;
  int64_t number = 0;
  for (int i = 0; i < count; i++)
    number |= (int64_t)tiff[at + i] << 8 * (little ? i : count - 1 - i);
  return number;
}

int32_t exif_orientation(const uint8_t *tiff, int64_t size) {
  int little = size > 0 && tiff[0] == 'I';
  int64_t directory = tiff_number(tiff, size, 4, 4, little);
  int64_t entries = tiff_number(tiff, size, directory, 2, little);
  for (int64_t i = 0; i < entries; i++) {
    int64_t entry = directory + 2 + 12 * i;
    int64_t tag = tiff_number(tiff, size, entry, 2, little);
    if (tag < 0)
      return 1;
    if (tag != 0x0112)
      continue;
    int64_t value = tiff_number(tiff, size, entry + 8, 2, little);
    return value >= 1 && value <= 8 ? (int32_t)value : 1;
  }
  return 1;
}
