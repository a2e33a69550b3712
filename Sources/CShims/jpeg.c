#include "picture.h"

#include "jpeg_memory.h"

#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <jerror.h>

/* Everything a call owns, libjpeg's error manager first, where its callbacks find it. It lives in
   the caller of the function that says setjmp, so that what happened before a jump is still there
   after it. */
struct jpeg_job {
  struct jpeg_error_mgr errors;
  struct jpeg_memory memory;
  struct jpeg_progress_mgr progress;
  struct jpeg_decompress_struct reader;
  struct jpeg_compress_struct writer;
  struct jpeg_destination_mgr destination;
  uint8_t *written;
  size_t capacity;
  jmp_buf jump;
  enum shim_picture_status status;
  const struct shim_allocator *allocator;
  struct shim_picture_message *message;
  int32_t scan_limit;
};

static void fail(j_common_ptr codec) {
  struct jpeg_job *job = (struct jpeg_job *)codec->err;
  char text[JMSG_LENGTH_MAX];
  codec->err->format_message(codec, text);
  snprintf(job->message->text, sizeof job->message->text, "%s", text);
  switch (codec->err->msg_code) {
  case JERR_OUT_OF_MEMORY:
    job->status = SHIM_PICTURE_MEMORY;
    break;
  case JERR_INPUT_EMPTY:
  case JERR_INPUT_EOF:
  case JWRN_JPEG_EOF:
    job->status = SHIM_PICTURE_TRUNCATED;
    break;
  case JERR_IMAGE_TOO_BIG:
  case JERR_WIDTH_OVERFLOW:
    job->status = SHIM_PICTURE_LIMIT;
    break;
  default:
    job->status = SHIM_PICTURE_FORMAT;
  }
  longjmp(job->jump, 1);
}

static void fail_saying(j_common_ptr codec, enum shim_picture_status status, const char *text) {
  struct jpeg_job *job = (struct jpeg_job *)codec->err;
  job->status = status;
  snprintf(job->message->text, sizeof job->message->text, "%s", text);
  longjmp(job->jump, 1);
}

/* libjpeg paints over corrupt data with a warning; a training set wants to know. */
static void judge_message(j_common_ptr codec, int level) {
  if (level >= 0)
    return;
  switch (codec->err->msg_code) {
  case JWRN_ADOBE_XFORM:
  case JWRN_JFIF_MAJOR:
  case JWRN_EXTRANEOUS_DATA:
#ifdef JWRN_BOGUS_ICC
  case JWRN_BOGUS_ICC:
#endif
    return;
  default:
    fail(codec);
  }
}

static void print_nothing(j_common_ptr codec) { (void)codec; }

static void limit_scans(j_common_ptr codec) {
  struct jpeg_job *job = (struct jpeg_job *)codec->err;
  if (((j_decompress_ptr)codec)->input_scan_number > job->scan_limit)
    fail_saying(codec, SHIM_PICTURE_LIMIT, "too many scans");
}

static void set_up(struct jpeg_job *job, const struct shim_allocator *allocator,
                   struct shim_picture_message *message) {
  job->allocator = allocator;
  job->message = message;
  job->reader.err = &job->errors;
  job->writer.err = &job->errors;
  jpeg_std_error(&job->errors);
  job->errors.error_exit = fail;
  job->errors.emit_message = judge_message;
  job->errors.output_message = print_nothing;
}

/* A number of `count` bytes at `at` of a TIFF block, or -1 past its end. */
static int64_t tiff_number(const uint8_t *tiff, int64_t size, int64_t at, int count, int little) {
  if (at < 0 || at > size - count)
    return -1;
  int64_t number = 0;
  for (int i = 0; i < count; i++)
    number |= (int64_t)tiff[at + i] << 8 * (little ? i : count - 1 - i);
  return number;
}

/* The orientation (tag 0x0112 of the first directory) that an Exif marker states, else 1. */
static int32_t exif_orientation(j_decompress_ptr codec) {
  for (jpeg_saved_marker_ptr marker = codec->marker_list; marker; marker = marker->next) {
    if (marker->data_length < 14 || memcmp(marker->data, "Exif\0\0", 6) != 0)
      continue;
    const uint8_t *tiff = marker->data + 6;
    int64_t size = marker->data_length - 6;
    int little = tiff[0] == 'I';
    int64_t directory = tiff_number(tiff, size, 4, 4, little);
    int64_t entries = tiff_number(tiff, size, directory, 2, little);
    for (int64_t i = 0; i < entries; i++) {
      int64_t entry = directory + 2 + 12 * i;
      if (tiff_number(tiff, size, entry, 2, little) != 0x0112)
        continue;
      int64_t value = tiff_number(tiff, size, entry + 8, 2, little);
      return value >= 1 && value <= 8 ? (int32_t)value : 1;
    }
    return 1;
  }
  return 1;
}

/* Reads up to the first scan and checks what it promises; jumps on error. */
static void read_header(struct jpeg_job *job, const uint8_t *bytes, int64_t count,
                        const struct shim_picture_limits *limits) {
  j_decompress_ptr codec = &job->reader;
  jpeg_create_decompress(codec);
  jpeg_memory_install(&job->memory, (j_common_ptr)codec, job->allocator);
  jpeg_mem_src(codec, bytes, count);
  jpeg_save_markers(codec, JPEG_APP0 + 1, 0xFFFF);
  jpeg_read_header(codec, TRUE);
  j_common_ptr common = (j_common_ptr)codec;
  if (codec->data_precision != 8)
    fail_saying(common, SHIM_PICTURE_FORMAT, "its samples have not 8 bits");
  int64_t width = codec->image_width, height = codec->image_height;
  if (width > limits->side || height > limits->side)
    fail_saying(common, SHIM_PICTURE_LIMIT, "width or height exceeds the limit");
  if (width * height > limits->pixel_count)
    fail_saying(common, SHIM_PICTURE_LIMIT, "too many pixels");
  /* A block of 8 × 8 pixels takes at least one bit of Huffman code. */
  if (!codec->arith_code && width * height / 64 > count * 8)
    fail_saying(common, SHIM_PICTURE_TRUNCATED, "the file is too short for its width and height");
  switch (codec->jpeg_color_space) {
  case JCS_GRAYSCALE:
    codec->out_color_space = JCS_GRAYSCALE;
    break;
  case JCS_CMYK:
  case JCS_YCCK:
    codec->out_color_space = JCS_CMYK;
    break;
  default:
    codec->out_color_space = JCS_RGB;
  }
}

static void inspect(struct jpeg_job *job, const uint8_t *bytes, int64_t count,
                    const struct shim_picture_limits *limits, struct shim_picture_info *info) {
  if (setjmp(job->jump))
    return;
  j_decompress_ptr codec = &job->reader;
  read_header(job, bytes, count, limits);
  info->width = codec->image_width;
  info->height = codec->image_height;
  info->channel_count = codec->out_color_space == JCS_GRAYSCALE ? 1 : 3;
  info->orientation = exif_orientation(codec);
}

enum shim_picture_status shim_jpeg_inspect(const uint8_t *bytes, int64_t count,
                                           const struct shim_picture_limits *limits,
                                           const struct shim_allocator *allocator,
                                           struct shim_picture_info *info,
                                           struct shim_picture_message *message) {
  struct jpeg_job job = {.status = SHIM_PICTURE_OK};
  set_up(&job, allocator, message);
  inspect(&job, bytes, count, limits, info);
  jpeg_destroy_decompress(&job.reader);
  return job.status;
}

/* One row of CMYK to RGB: each ink and black multiply. Adobe writes them inverted. */
static void multiply_black(const uint8_t *cmyk, int64_t width, int inverted, uint8_t *rgb) {
  uint8_t flip = inverted ? 0 : 255;
  for (int64_t x = 0; x < width; x++) {
    unsigned black = cmyk[4 * x + 3] ^ flip;
    for (int c = 0; c < 3; c++)
      rgb[3 * x + c] = (uint8_t)(((cmyk[4 * x + c] ^ flip) * black + 127) / 255);
  }
}

static void decode(struct jpeg_job *job, const uint8_t *bytes, int64_t count,
                   const struct shim_picture_limits *limits, uint8_t *pixels,
                   int64_t pixel_byte_count) {
  if (setjmp(job->jump))
    return;
  j_decompress_ptr codec = &job->reader;
  read_header(job, bytes, count, limits);
  job->scan_limit = limits->scan_count;
  job->progress.progress_monitor = limit_scans;
  codec->progress = &job->progress;
  jpeg_start_decompress(codec);
  int inks = codec->out_color_space == JCS_CMYK;
  int64_t width = codec->output_width, height = codec->output_height;
  int64_t row_bytes = width * (inks ? 3 : codec->output_components);
  if (row_bytes * height != pixel_byte_count)
    fail_saying((j_common_ptr)codec, SHIM_PICTURE_FORMAT, "the header changed");
  JSAMPARRAY ink_row = NULL;
  if (inks)
    ink_row =
        codec->mem->alloc_sarray((j_common_ptr)codec, JPOOL_IMAGE, 4 * codec->output_width, 1);
  while (codec->output_scanline < codec->output_height) {
    uint8_t *row = pixels + codec->output_scanline * row_bytes;
    jpeg_read_scanlines(codec, inks ? ink_row : &row, 1);
    if (inks)
      multiply_black(ink_row[0], width, codec->saw_Adobe_marker, row);
  }
  jpeg_finish_decompress(codec);
}

enum shim_picture_status shim_jpeg_decode(const uint8_t *bytes, int64_t count,
                                          const struct shim_picture_limits *limits,
                                          const struct shim_allocator *allocator, uint8_t *pixels,
                                          int64_t pixel_byte_count,
                                          struct shim_picture_message *message) {
  struct jpeg_job job = {.status = SHIM_PICTURE_OK};
  set_up(&job, allocator, message);
  decode(&job, bytes, count, limits, pixels, pixel_byte_count);
  jpeg_destroy_decompress(&job.reader);
  return job.status;
}

/* libjpeg's own memory destination frees the caller's buffer under it when memory runs out. */
static void grow(j_compress_ptr codec) {
  struct jpeg_job *job = (struct jpeg_job *)codec->err;
  size_t capacity = job->capacity ? 2 * job->capacity : 1 << 14;
  uint8_t *larger = shim_block_grow(job->allocator, job->written, capacity);
  if (!larger)
    fail_saying((j_common_ptr)codec, SHIM_PICTURE_MEMORY, "out of memory");
  job->destination.next_output_byte = larger + job->capacity;
  job->destination.free_in_buffer = capacity - job->capacity;
  job->written = larger;
  job->capacity = capacity;
}

/* Called when all of the buffer is full, whatever `free_in_buffer` says. */
static boolean grow_full(j_compress_ptr codec) {
  grow(codec);
  return TRUE;
}

static void end_nothing(j_compress_ptr codec) { (void)codec; }

static void encode(struct jpeg_job *job, const uint8_t *pixels, int32_t width, int32_t height,
                   int32_t channel_count, int32_t quality) {
  if (setjmp(job->jump))
    return;
  j_compress_ptr codec = &job->writer;
  jpeg_create_compress(codec);
  jpeg_memory_install(&job->memory, (j_common_ptr)codec, job->allocator);
  job->destination.init_destination = grow;
  job->destination.empty_output_buffer = grow_full;
  job->destination.term_destination = end_nothing;
  codec->dest = &job->destination;
  codec->image_width = width;
  codec->image_height = height;
  codec->input_components = channel_count;
  codec->in_color_space = channel_count == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_set_defaults(codec);
  jpeg_set_quality(codec, quality, TRUE);
  if (quality >= 90) {
    codec->comp_info[0].h_samp_factor = 1;
    codec->comp_info[0].v_samp_factor = 1;
  }
  codec->optimize_coding = TRUE;
  jpeg_start_compress(codec, TRUE);
  int64_t row_bytes = (int64_t)width * channel_count;
  while (codec->next_scanline < codec->image_height) {
    JSAMPROW row = (JSAMPROW)(pixels + codec->next_scanline * row_bytes);
    jpeg_write_scanlines(codec, &row, 1);
  }
  jpeg_finish_compress(codec);
}

enum shim_picture_status shim_jpeg_encode(const uint8_t *pixels, int32_t width, int32_t height,
                                          int32_t channel_count, int32_t quality,
                                          const struct shim_allocator *allocator, uint8_t **bytes,
                                          int64_t *count, struct shim_picture_message *message) {
  struct jpeg_job job = {.status = SHIM_PICTURE_OK};
  set_up(&job, allocator, message);
  encode(&job, pixels, width, height, channel_count, quality);
  jpeg_destroy_compress(&job.writer);
  if (job.status != SHIM_PICTURE_OK) {
    shim_block_free(allocator, job.written);
    return job.status;
  }
  *bytes = job.written;
  *count = job.capacity - job.destination.free_in_buffer;
  return SHIM_PICTURE_OK;
}
