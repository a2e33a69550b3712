#include "picture.h"

#include "exif.h"
#include "jpeg_memory.h"

#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <jerror.h>

/* Everything that a call owns, starting with libjpeg's error manager, where its callbacks find it.
   It is a variable of the caller of the function that calls setjmp, so its changes before a jump
   are preserved. */
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
  int64_t scan_limit;
  int tolerant;
  /* Whether an Exif marker was seen, and the orientation in the first one. */
  int has_exif;
  int32_t orientation;
  /* Whether the header was read, the file ended early, and pixels are known to be missing. */
  int reads_pixels, ended, damaged;
};

static void note(j_common_ptr codec) {
  struct jpeg_job *job = (struct jpeg_job *)codec->err;
  char text[JMSG_LENGTH_MAX];
  codec->err->format_message(codec, text);
  snprintf(job->message->text, sizeof job->message->text, "%s", text);
}

static void fail(j_common_ptr codec) {
  struct jpeg_job *job = (struct jpeg_job *)codec->err;
  note(codec);
  switch (codec->err->msg_code) {
  case JERR_OUT_OF_MEMORY:
    job->status = SHIM_PICTURE_MEMORY;
    break;
  case JERR_INPUT_EMPTY:
  case JERR_INPUT_EOF:
    job->status = SHIM_PICTURE_TRUNCATED;
    break;
  case JERR_IMAGE_TOO_BIG:
  case JERR_WIDTH_OVERFLOW:
    job->status = SHIM_PICTURE_LIMIT;
    break;
  default:
    job->status = job->ended ? SHIM_PICTURE_TRUNCATED : SHIM_PICTURE_FORMAT;
  }
  longjmp(job->jump, 1);
}

static void fail_saying(j_common_ptr codec, enum shim_picture_status status, const char *text) {
  struct jpeg_job *job = (struct jpeg_job *)codec->err;
  job->status = status;
  snprintf(job->message->text, sizeof job->message->text, "%s", text);
  longjmp(job->jump, 1);
}

/* Separates libjpeg's warnings into harmless ones, which are recorded, and those about missing
   pixels, which libjpeg fills in. The latter are errors, unless the caller tolerates them. */
static void judge_message(j_common_ptr codec, int level) {
  struct jpeg_job *job = (struct jpeg_job *)codec->err;
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
  case JWRN_NOT_SEQUENTIAL:
    note(codec);
    return;
  case JWRN_JPEG_EOF:
    job->ended = 1;
    /* In a single scan of Huffman codes, a missing bit causes a separate warning. */
    if (job->reads_pixels && !job->reader.arith_code && !jpeg_has_multiple_scans(&job->reader)) {
      note(codec);
      return;
    }
  }
  if (!job->tolerant || !job->reads_pixels)
    fail(codec);
  if (!job->damaged)
    note(codec);
  job->damaged = 1;
}

static void print_nothing(j_common_ptr codec) { (void)codec; }

/* Called before every row of blocks. */
static void watch(j_common_ptr codec) {
  struct jpeg_job *job = (struct jpeg_job *)codec->err;
  if (job->reader.input_scan_number > job->scan_limit) {
    job->tolerant = 0;
    fail_saying(codec, SHIM_PICTURE_LIMIT,
                "it has more scans than max_jpeg_scans, or than its bytes pay for");
  }
  if (job->damaged) {
    /* What follows the damage is noise. The file is treated as ending here, and the rest becomes
       gray. */
    static const JOCTET end[2] = {0xFF, JPEG_EOI};
    job->reader.src->next_input_byte = end;
    job->reader.src->bytes_in_buffer = sizeof end;
  }
}

static void set_up(struct jpeg_job *job, const struct shim_allocator *allocator,
                   struct shim_picture_message *message) {
  job->allocator = allocator;
  job->message = message;
  job->orientation = 1;
  job->reader.err = &job->errors;
  job->writer.err = &job->errors;
  jpeg_std_error(&job->errors);
  job->errors.error_exit = fail;
  job->errors.emit_message = judge_message;
  job->errors.output_message = print_nothing;
}

/* Reads the orientation from the first Exif marker, and keeps no markers: libjpeg searches the list
   of kept markers for every new one. */
static boolean read_app1(j_decompress_ptr codec) {
  struct jpeg_job *job = (struct jpeg_job *)codec->err;
  struct jpeg_source_mgr *source = codec->src;
  const uint8_t *at = source->next_input_byte;
  /* The whole file is in the buffer. */
  size_t length = source->bytes_in_buffer < 2 ? 0 : (size_t)at[0] << 8 | at[1];
  if (source->bytes_in_buffer < 2 || length > source->bytes_in_buffer)
    ERREXIT(codec, JERR_INPUT_EOF);
  if (length < 2)
    ERREXIT(codec, JERR_BAD_LENGTH);
  if (!job->has_exif && length >= 16 && memcmp(at + 2, "Exif\0\0", 6) == 0) {
    job->has_exif = 1;
    job->orientation = exif_orientation(at + 8, length - 8);
  }
  source->next_input_byte += length;
  source->bytes_in_buffer -= length;
  return TRUE;
}

/* Reads up to the first scan and checks the header. Jumps on error. */
static void read_header(struct jpeg_job *job, const uint8_t *bytes, int64_t count,
                        const struct shim_picture_limits *limits) {
  j_decompress_ptr codec = &job->reader;
  jpeg_create_decompress(codec);
  jpeg_memory_install(&job->memory, (j_common_ptr)codec, job->allocator);
  jpeg_mem_src(codec, bytes, count);
  jpeg_set_marker_processor(codec, JPEG_APP0 + 1, read_app1);
  jpeg_read_header(codec, TRUE);
  j_common_ptr common = (j_common_ptr)codec;
  if (codec->data_precision != 8)
    fail_saying(common, SHIM_PICTURE_FORMAT, "its samples have not 8 bits");
  int64_t width = codec->image_width, height = codec->image_height;
  job->status = shim_picture_check(width, height, limits, job->message);
  if (job->status != SHIM_PICTURE_OK)
    longjmp(job->jump, 1);
  /* A block of 8 x 8 pixels takes at least one bit of Huffman code. */
  if (!codec->arith_code && width * height / 64 / 8 > count)
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
  info->orientation = job->orientation;
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

/* Converts one row from CMYK to RGB by multiplying each ink with black. All programs write the
   values inverted, as Adobe does, even without Adobe's marker. */
static void multiply_black(const uint8_t *cmyk, int64_t width, uint8_t *rgb) {
  for (int64_t x = 0; x < width; x++) {
    unsigned black = cmyk[4 * x + 3];
    for (int c = 0; c < 3; c++)
      rgb[3 * x + c] = (uint8_t)((cmyk[4 * x + c] * black + 127) / 255);
  }
}

static void decode(struct jpeg_job *job, const uint8_t *bytes, int64_t count,
                   const struct shim_picture_limits *limits, int32_t shrink, uint8_t *pixels,
                   int64_t pixel_byte_count) {
  if (setjmp(job->jump))
    return;
  j_decompress_ptr codec = &job->reader;
  read_header(job, bytes, count, limits);
  /* A scan may touch every block at the cost of a few bytes, so the number of scans is limited by
     the size of the file. */
  int64_t blocks = (int64_t)codec->image_width * codec->image_height / 64 * codec->num_components;
  int64_t paying = count < 1 << 30 ? count : 1 << 30;
  int64_t paid = 8 + (1024 * paying + (1 << 22)) / (blocks + 1);
  job->scan_limit = paid < limits->scan_count ? paid : limits->scan_count;
  job->tolerant = limits->tolerant;
  job->progress.progress_monitor = watch;
  codec->progress = &job->progress;
  codec->scale_num = 1;
  codec->scale_denom = shrink;
  job->reads_pixels = 1;
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
      multiply_black(ink_row[0], width, row);
  }
  /* In a damaged file, what follows the pixels is ignored. */
  if (!job->damaged)
    jpeg_finish_decompress(codec);
}

enum shim_picture_status shim_jpeg_decode(const uint8_t *bytes, int64_t count,
                                          const struct shim_picture_limits *limits,
                                          const struct shim_allocator *allocator, int32_t shrink,
                                          uint8_t *pixels, int64_t pixel_byte_count,
                                          struct shim_picture_message *message) {
  struct jpeg_job job = {.status = SHIM_PICTURE_OK};
  set_up(&job, allocator, message);
  decode(&job, bytes, count, limits, shrink, pixels, pixel_byte_count);
  jpeg_destroy_decompress(&job.reader);
  return job.status == SHIM_PICTURE_OK && job.damaged ? SHIM_PICTURE_DAMAGED : job.status;
}

/* libjpeg's own memory destination frees the caller's buffer when memory runs out. */
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

/* Called when the whole buffer is full, whatever `free_in_buffer` says. */
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
