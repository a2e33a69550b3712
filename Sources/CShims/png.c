#include "picture.h"

#include "exif.h"

#include <png.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>

/* Everything that a call owns. It is a variable of the caller of the function that calls setjmp, so
 * its changes before a jump are preserved. */
struct png_job {
  jmp_buf jump;
  enum shim_picture_status status;
  struct shim_picture_message *message;
  const struct shim_allocator *allocator;
  png_structp png;
  png_infop info;
  /* Reading. */
  const uint8_t *next;
  int64_t left;
  int64_t row_count;
  int tolerant, damaged;
  /* Writing. */
  uint8_t *written;
  size_t written_count;
  size_t capacity;
};

/* Deflate cannot compress zeros by more than 1032 : 1. */
static const int64_t largest_deflate_ratio = 1032;

/* Chunks without pixels are skipped, not inflated. */
static const png_byte skipped_chunks[] = "bKGD\0cHRM\0cICP\0eXIf\0gAMA\0hIST\0iCCP\0iTXt\0oFFs\0"
                                         "pCAL\0pHYs\0sBIT\0sCAL\0sPLT\0sRGB\0sTER\0tEXt\0tIME\0"
                                         "zTXt";

static void fail(png_structp png, png_const_charp text) {
  struct png_job *job = png_get_error_ptr(png);
  if (job->status == SHIM_PICTURE_OK)
    job->status = SHIM_PICTURE_FORMAT;
  if (strstr(text, "user limit") || strstr(text, "too large") || strstr(text, "too long"))
    job->status = SHIM_PICTURE_LIMIT;
  if (strstr(text, "emory"))
    job->status = SHIM_PICTURE_MEMORY;
  snprintf(job->message->text, sizeof job->message->text, "%s", text);
  longjmp(job->jump, 1);
}

/* Warnings do not affect the pixels, except for wrong checksums: of tRNS, which is then dropped,
 * and of the pixels themselves if damage is tolerated. */
static void judge_warning(png_structp png, png_const_charp text) {
  struct png_job *job = png_get_error_ptr(png);
  if (!strstr(text, "CRC error"))
    return;
  if (strncmp(text, "tRNS", 4) == 0 && !job->tolerant)
    png_error(png, text);
  if (!job->damaged)
    snprintf(job->message->text, sizeof job->message->text, "%s", text);
  /* The name of a chunk without pixels starts with a lowercase letter. */
  if (text[0] < 'a' || strncmp(text, "tRNS", 4) == 0)
    job->damaged = 1;
}

static png_voidp allocate(png_structp png, png_alloc_size_t count) {
  struct png_job *job = png_get_mem_ptr(png);
  return shim_block_allocate(job->allocator, count);
}

static void release(png_structp png, png_voidp block) {
  struct png_job *job = png_get_mem_ptr(png);
  shim_block_free(job->allocator, block);
}

static void read_bytes(png_structp png, png_bytep into, size_t count) {
  struct png_job *job = png_get_io_ptr(png);
  if ((int64_t)count > job->left) {
    job->status = SHIM_PICTURE_TRUNCATED;
    png_error(png, "the file ends early");
  }
  memcpy(into, job->next, count);
  job->next += count;
  job->left -= count;
}

static void write_bytes(png_structp png, png_bytep from, size_t count) {
  struct png_job *job = png_get_io_ptr(png);
  if (count > job->capacity - job->written_count) {
    size_t capacity = 2 * job->capacity + count;
    uint8_t *larger = shim_block_grow(job->allocator, job->written, capacity);
    if (!larger)
      png_error(png, "out of memory");
    job->written = larger;
    job->capacity = capacity;
  }
  memcpy(job->written + job->written_count, from, count);
  job->written_count += count;
}

static void flush_nothing(png_structp png) { (void)png; }

static void fail_saying(struct png_job *job, enum shim_picture_status status, const char *text) {
  job->status = status;
  snprintf(job->message->text, sizeof job->message->text, "%s", text);
  longjmp(job->jump, 1);
}

static int64_t big_endian(const uint8_t *at) {
  return (int64_t)at[0] << 24 | at[1] << 16 | at[2] << 8 | at[3];
}

enum shim_picture_status shim_picture_check(int64_t width, int64_t height,
                                            const struct shim_picture_limits *limits,
                                            struct shim_picture_message *message) {
  int64_t side = width > height ? width : height;
  int too_long = side > limits->side;
  if (!too_long && width * height <= limits->pixel_count)
    return SHIM_PICTURE_OK;
  snprintf(message->text, sizeof message->text,
           "it has %lld x %lld pixels, more than the context's %s of %lld", (long long)width,
           (long long)height, too_long ? "max_image_side" : "max_image_pixels",
           (long long)(too_long ? limits->side : limits->pixel_count));
  return SHIM_PICTURE_LIMIT;
}

/* Rejects images that are too large, before libpng sees them. */
static void check_size(struct png_job *job, const struct shim_picture_limits *limits) {
  /* Signature, length and name of the header chunk, width, height, bit depth, color type. */
  if (job->left < 26 || memcmp(job->next + 12, "IHDR", 4) != 0)
    return;
  int64_t width = big_endian(job->next + 16), height = big_endian(job->next + 20);
  job->status = shim_picture_check(width, height, limits, job->message);
  if (job->status != SHIM_PICTURE_OK)
    longjmp(job->jump, 1);
  /* A pixel has at least `depth` bits, whatever the channels. */
  int64_t depth = job->next[24];
  if (width * depth / 8 * height / largest_deflate_ratio > job->left)
    fail_saying(job, SHIM_PICTURE_TRUNCATED, "it is too short for its width and height");
}

/* The orientation in the first eXIf chunk, wherever it is in the file; 1 if there is none. */
static int32_t orientation(const uint8_t *bytes, int64_t count) {
  for (int64_t at = 8; at <= count - 12;) {
    int64_t length = big_endian(bytes + at);
    if (length > count - 12 - at)
      return 1;
    const uint8_t *name = bytes + at + 4;
    if (memcmp(name, "eXIf", 4) == 0) {
      int64_t sum = crc32(0, name, (unsigned)length + 4);
      return sum == big_endian(name + 4 + length) ? exif_orientation(name + 4, length) : 1;
    }
    if (memcmp(name, "IEND", 4) == 0)
      return 1;
    at += 12 + length;
  }
  return 1;
}

/* Reads up to the pixels and requests 8 bits per channel. Jumps on error. */
static void read_header(struct png_job *job, const struct shim_picture_limits *limits) {
  check_size(job, limits);
  job->png = png_create_read_struct_2(PNG_LIBPNG_VER_STRING, job, fail, judge_warning, job,
                                      allocate, release);
  if (job->png)
    job->info = png_create_info_struct(job->png);
  if (!job->info)
    fail_saying(job, SHIM_PICTURE_MEMORY, "out of memory");
  png_structp png = job->png;
  png_set_read_fn(png, job, read_bytes);
  png_set_user_limits(png, limits->side, limits->side);
  png_set_chunk_malloc_max(png, limits->chunk_byte_count);
  png_set_crc_action(png, limits->tolerant ? PNG_CRC_WARN_USE : PNG_CRC_ERROR_QUIT,
                     PNG_CRC_WARN_DISCARD);
  /* If libpng cannot read a part of the pixels' bytes completely, it decodes none of that part.
   * Small parts lose little of a truncated file. */
  if (limits->tolerant)
    png_set_compression_buffer_size(png, job->left < 8192 * 256 ? job->left / 256 + 1 : 8192);
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, 0);
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, skipped_chunks,
                              sizeof skipped_chunks / 5);
  png_read_info(png, job->info);
  png_set_expand(png);
  png_set_scale_16(png);
}

static void inspect(struct png_job *job, const struct shim_picture_limits *limits,
                    struct shim_picture_info *info) {
  int32_t turn = orientation(job->next, job->left);
  if (setjmp(job->jump))
    return;
  read_header(job, limits);
  png_read_update_info(job->png, job->info);
  info->width = png_get_image_width(job->png, job->info);
  info->height = png_get_image_height(job->png, job->info);
  info->channel_count = png_get_channels(job->png, job->info);
  info->orientation = turn;
}

enum shim_picture_status shim_png_inspect(const uint8_t *bytes, int64_t count,
                                          const struct shim_picture_limits *limits,
                                          const struct shim_allocator *allocator,
                                          struct shim_picture_info *info,
                                          struct shim_picture_message *message) {
  struct png_job job = {.message = message, .allocator = allocator, .next = bytes, .left = count};
  job.tolerant = limits->tolerant;
  inspect(&job, limits, info);
  png_destroy_read_struct(&job.png, &job.info, NULL);
  return job.status;
}

/* What follows the pixels is read for its checksums. If it is missing or broken, the pixels are
 * unharmed. */
static void finish(struct png_job *job) {
  png_structp png = job->png;
  if (setjmp(job->jump)) {
    const png_uint_32 pixels = 0x49444154; /* IDAT */
    int between = (png_get_io_state(png) & PNG_IO_MASK_LOC) == PNG_IO_CHUNK_HDR;
    if (job->status != SHIM_PICTURE_MEMORY && (between || png_get_io_chunk_type(png) != pixels))
      job->status = SHIM_PICTURE_OK;
    return;
  }
  png_read_end(png, NULL);
}

static void decode(struct png_job *job, const struct shim_picture_limits *limits, uint8_t *pixels,
                   int64_t pixel_byte_count) {
  if (setjmp(job->jump))
    return;
  read_header(job, limits);
  int passes = png_set_interlace_handling(job->png);
  png_read_update_info(job->png, job->info);
  int64_t row_bytes = png_get_rowbytes(job->png, job->info);
  int64_t height = png_get_image_height(job->png, job->info);
  if (row_bytes * height != pixel_byte_count)
    png_error(job->png, "the header changed");
  /* Pixels that are not read stay gray and opaque. */
  int channels = png_get_channels(job->png, job->info);
  for (int64_t i = 0; job->tolerant && i < pixel_byte_count; i++)
    pixels[i] = channels % 2 == 0 && i % channels == channels - 1 ? 255 : 128;
  for (int pass = 0; pass < passes; pass++) {
    for (int64_t y = 0; y < height; y++) {
      png_read_row(job->png, pixels + y * row_bytes, NULL);
      job->row_count++;
    }
  }
  finish(job);
}

enum shim_picture_status shim_png_decode(const uint8_t *bytes, int64_t count,
                                         const struct shim_picture_limits *limits,
                                         const struct shim_allocator *allocator, int32_t shrink,
                                         uint8_t *pixels, int64_t pixel_byte_count,
                                         struct shim_picture_message *message) {
  (void)shrink;
  struct png_job job = {.message = message, .allocator = allocator, .next = bytes, .left = count};
  job.tolerant = limits->tolerant;
  decode(&job, limits, pixels, pixel_byte_count);
  png_destroy_read_struct(&job.png, &job.info, NULL);
  if (limits->tolerant && job.row_count > 0 &&
      (job.status == SHIM_PICTURE_TRUNCATED || job.status == SHIM_PICTURE_FORMAT))
    job.damaged = 1, job.status = SHIM_PICTURE_OK;
  return job.status == SHIM_PICTURE_OK && job.damaged ? SHIM_PICTURE_DAMAGED : job.status;
}

static void encode(struct png_job *job, const uint8_t *pixels, int32_t width, int32_t height,
                   int32_t channel_count) {
  if (setjmp(job->jump))
    return;
  job->png = png_create_write_struct_2(PNG_LIBPNG_VER_STRING, job, fail, judge_warning, job,
                                       allocate, release);
  if (job->png)
    job->info = png_create_info_struct(job->png);
  if (!job->info)
    fail_saying(job, SHIM_PICTURE_MEMORY, "out of memory");
  png_set_write_fn(job->png, job, write_bytes, flush_nothing);
  int type = channel_count == 1   ? PNG_COLOR_TYPE_GRAY
             : channel_count == 3 ? PNG_COLOR_TYPE_RGB
                                  : PNG_COLOR_TYPE_RGB_ALPHA;
  png_set_IHDR(job->png, job->info, width, height, 8, type, PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_write_info(job->png, job->info);
  int64_t row_bytes = (int64_t)width * channel_count;
  for (int64_t y = 0; y < height; y++)
    png_write_row(job->png, pixels + y * row_bytes);
  png_write_end(job->png, NULL);
}

enum shim_picture_status shim_png_encode(const uint8_t *pixels, int32_t width, int32_t height,
                                         int32_t channel_count,
                                         const struct shim_allocator *allocator, uint8_t **bytes,
                                         int64_t *count, struct shim_picture_message *message) {
  struct png_job job = {.message = message, .allocator = allocator};
  encode(&job, pixels, width, height, channel_count);
  png_destroy_write_struct(&job.png, &job.info);
  if (job.status != SHIM_PICTURE_OK) {
    shim_block_free(allocator, job.written);
    return job.status;
  }
  *bytes = job.written;
  *count = job.written_count;
  return SHIM_PICTURE_OK;
}
