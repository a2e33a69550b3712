#include "picture.h"

#include <png.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

/* Everything a call owns. It lives in the caller of the function that says setjmp, so that what
   happened before a jump is still there after it. */
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
  /* Writing. */
  uint8_t *written;
  size_t written_count;
  size_t capacity;
};

/* Deflate cannot shrink zeros further than 1032 : 1. */
static const int64_t largest_deflate_ratio = 1032;

/* Chunks that carry no pixels are skipped, not inflated. */
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

static void ignore(png_structp png, png_const_charp text) {
  (void)png;
  (void)text;
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
  strcpy(job->message->text, text);
  longjmp(job->jump, 1);
}

static int64_t big_endian(const uint8_t *at) {
  return (int64_t)at[0] << 24 | at[1] << 16 | at[2] << 8 | at[3];
}

/* Refuses what is too large, before libpng sees it. */
static void check_size(struct png_job *job, const struct shim_picture_limits *limits) {
  /* Signature, length and name of the header chunk, width, height, bit depth, colour type. */
  if (job->left < 26 || memcmp(job->next + 12, "IHDR", 4) != 0)
    return;
  int64_t width = big_endian(job->next + 16), height = big_endian(job->next + 20);
  if (width > limits->side || height > limits->side)
    fail_saying(job, SHIM_PICTURE_LIMIT, "its width or height exceeds the limit");
  if (width * height > limits->pixel_count)
    fail_saying(job, SHIM_PICTURE_LIMIT, "its pixels exceed the limit");
  /* A pixel has at least `depth` bits, whatever the channels. */
  int64_t depth = job->next[24];
  if (width * depth / 8 * height / largest_deflate_ratio > job->left)
    fail_saying(job, SHIM_PICTURE_TRUNCATED, "it is too short for its width and height");
}

/* Reads up to the pixels and asks for 8 bits per channel; jumps on error. */
static void read_header(struct png_job *job, const struct shim_picture_limits *limits) {
  check_size(job, limits);
  job->png =
      png_create_read_struct_2(PNG_LIBPNG_VER_STRING, job, fail, ignore, job, allocate, release);
  if (job->png)
    job->info = png_create_info_struct(job->png);
  if (!job->info)
    fail_saying(job, SHIM_PICTURE_MEMORY, "out of memory");
  png_structp png = job->png;
  png_set_read_fn(png, job, read_bytes);
  png_set_user_limits(png, limits->side, limits->side);
  png_set_chunk_malloc_max(png, limits->chunk_byte_count);
  png_set_crc_action(png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, 0);
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, skipped_chunks,
                              sizeof skipped_chunks / 5);
  png_read_info(png, job->info);
  png_set_expand(png);
  png_set_scale_16(png);
}

static void inspect(struct png_job *job, const struct shim_picture_limits *limits,
                    struct shim_picture_info *info) {
  if (setjmp(job->jump))
    return;
  read_header(job, limits);
  png_read_update_info(job->png, job->info);
  info->width = png_get_image_width(job->png, job->info);
  info->height = png_get_image_height(job->png, job->info);
  info->channel_count = png_get_channels(job->png, job->info);
  info->orientation = 1;
}

enum shim_picture_status shim_png_inspect(const uint8_t *bytes, int64_t count,
                                          const struct shim_picture_limits *limits,
                                          const struct shim_allocator *allocator,
                                          struct shim_picture_info *info,
                                          struct shim_picture_message *message) {
  struct png_job job = {.message = message, .allocator = allocator, .next = bytes, .left = count};
  inspect(&job, limits, info);
  png_destroy_read_struct(&job.png, &job.info, NULL);
  return job.status;
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
  for (int pass = 0; pass < passes; pass++) {
    for (int64_t y = 0; y < height; y++)
      png_read_row(job->png, pixels + y * row_bytes, NULL);
  }
  png_read_end(job->png, NULL);
}

enum shim_picture_status shim_png_decode(const uint8_t *bytes, int64_t count,
                                         const struct shim_picture_limits *limits,
                                         const struct shim_allocator *allocator, uint8_t *pixels,
                                         int64_t pixel_byte_count,
                                         struct shim_picture_message *message) {
  struct png_job job = {.message = message, .allocator = allocator, .next = bytes, .left = count};
  decode(&job, limits, pixels, pixel_byte_count);
  png_destroy_read_struct(&job.png, &job.info, NULL);
  return job.status;
}

static void encode(struct png_job *job, const uint8_t *pixels, int32_t width, int32_t height,
                   int32_t channel_count) {
  if (setjmp(job->jump))
    return;
  job->png =
      png_create_write_struct_2(PNG_LIBPNG_VER_STRING, job, fail, ignore, job, allocate, release);
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
