/* PNG and JPEG in memory, through libpng and libjpeg.

   Every function here sets its own error jump, returns a status and prints nothing. No jump ever
   crosses its caller. */
#ifndef SHIM_PICTURE_H
#define SHIM_PICTURE_H

#include "allocator.h"

#include <stdint.h>

enum shim_picture_status {
  SHIM_PICTURE_OK,
  SHIM_PICTURE_FORMAT,
  SHIM_PICTURE_TRUNCATED,
  SHIM_PICTURE_LIMIT,
  SHIM_PICTURE_MEMORY,
  /* Decoded, but pixels are missing; those are gray. */
  SHIM_PICTURE_DAMAGED
};

/* What a file may request before it is rejected. */
struct shim_picture_limits {
  int64_t pixel_count;
  /* Width and height. */
  int32_t side;
  /* Number of scans of a progressive JPEG. Each costs a pass over the whole image. */
  int32_t scan_count;
  /* Number of bytes of one ancillary chunk of a PNG, compressed or not. */
  int64_t chunk_byte_count;
  /* Whether an image with missing pixels is decoded as far as possible. */
  int32_t tolerant;
};

struct shim_picture_info {
  int32_t width;
  int32_t height;
  /* 1 gray, 2 gray and alpha, 3 RGB, 4 RGB and alpha; alpha is not premultiplied. */
  int32_t channel_count;
  /* The Exif orientation, 1 to 8. 1 means no rotation. */
  int32_t orientation;
};

/* Why a call failed, or what was wrong with an image that could be decoded, in the codec's words.
   Empty if there was neither. */
struct shim_picture_message {
  char text[200];
};

/* Checks the sides of an image against the limits. */
enum shim_picture_status shim_picture_check(int64_t width, int64_t height,
                                            const struct shim_picture_limits *limits,
                                            struct shim_picture_message *message);

/* Describes the content of a PNG from its header, and rejects it if it exceeds the limits or could
   not fit in this number of bytes. */
enum shim_picture_status shim_png_inspect(const uint8_t *bytes, int64_t count,
                                          const struct shim_picture_limits *limits,
                                          const struct shim_allocator *allocator,
                                          struct shim_picture_info *info,
                                          struct shim_picture_message *message);

/* Decodes a PNG to 8 bits per channel, rows packed, into height * width * channel_count bytes as
   given by `shim_png_inspect`. 16 bits are rounded to 8; palettes and tRNS are expanded; color
   profiles and gamma are ignored. shrink must be 1. */
enum shim_picture_status shim_png_decode(const uint8_t *bytes, int64_t count,
                                         const struct shim_picture_limits *limits,
                                         const struct shim_allocator *allocator, int32_t shrink,
                                         uint8_t *pixels, int64_t pixel_byte_count,
                                         struct shim_picture_message *message);

/* `shim_png_inspect` for a JPEG. */
enum shim_picture_status shim_jpeg_inspect(const uint8_t *bytes, int64_t count,
                                           const struct shim_picture_limits *limits,
                                           const struct shim_allocator *allocator,
                                           struct shim_picture_info *info,
                                           struct shim_picture_message *message);

/* Decodes a JPEG to gray or RGB. CMYK and YCCK are converted to RGB by multiplying with black. The
   orientation is not applied. shrink is 1, 2, 4 or 8; width and height are divided by it and
   rounded up. */
enum shim_picture_status shim_jpeg_decode(const uint8_t *bytes, int64_t count,
                                          const struct shim_picture_limits *limits,
                                          const struct shim_allocator *allocator, int32_t shrink,
                                          uint8_t *pixels, int64_t pixel_byte_count,
                                          struct shim_picture_message *message);

/* Encodes packed rows of 1, 3 or 4 channels as a PNG with 8 bits per channel. The result is a block
   of the allocator, which must be freed by `shim_block_free`. */
enum shim_picture_status shim_png_encode(const uint8_t *pixels, int32_t width, int32_t height,
                                         int32_t channel_count,
                                         const struct shim_allocator *allocator, uint8_t **bytes,
                                         int64_t *count, struct shim_picture_message *message);

/* Encodes packed rows of 1 or 3 channels as a baseline JPEG with quality 1 to 100. From 90 on,
   chroma is not subsampled. */
enum shim_picture_status shim_jpeg_encode(const uint8_t *pixels, int32_t width, int32_t height,
                                          int32_t channel_count, int32_t quality,
                                          const struct shim_allocator *allocator, uint8_t **bytes,
                                          int64_t *count, struct shim_picture_message *message);

#endif
