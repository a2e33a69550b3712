/* libFuzzer's entry for what hosts hand to the library, through the header as they do. TARGET tells
 * which: MODEL: a model file, loaded as each kind and used; PNG, JPEG: a picture; IDX: a dataset;
 * CALLS: an order of calls. Whatever the bytes, a status with a message, within the memory that the
 * context allows. */
#include "../Scorecard/sequences.h"
#include <sys/mman.h>

enum { MODEL, PNG, JPEG, IDX, CALLS };

static gen_context *context;
static struct scratch scratch;

static void demand(int condition, const char *what) {
  if (!condition) {
    fprintf(stderr, "%s\n", what);
    abort();
  }
}

static void judge(gen_status status, const void *object) {
  demand((status == GEN_OK) == (object != NULL), "a handle and a status that disagree");
  demand(status == GEN_OK || gen_last_error_message()[0] != 0, "an error without a message");
  demand(status >= GEN_OK && status <= GEN_E_COMM && status != GEN_E_INTERNAL,
         "a fault in the library");
}

static void set_up(void) {
  char folder[] = "/tmp/generative-fuzz-XXXXXX";
  gen_context_options options;
  demand(mkdtemp(folder) != NULL && make_fixture(&f, folder) == GEN_OK, "no fixture");
  gen_context_options_init(&options, sizeof options);
  options.n_threads = 1;
  options.memory_limit = 1 << 26;
  demand(gen_context_create(&options, &context) == GEN_OK, "no context");
}

/* Calls what the model's kind has; of the others the library says no. */
static void use_model(const uint8_t *bytes, int64_t count) {
  gen_model_info_t info;
  gen_model *model = NULL;
  gen_moments *moments = NULL, *refined = NULL;
  gen_reservoir *reservoir = NULL;
  int32_t flags[2];
  info.struct_size = sizeof info;
  judge(gen_model_load_memory(bytes, count, context, &model), model);
  /* Rows that fit into the scratch are asked for. */
  if (model && gen_model_info(model, &info) == GEN_OK &&
      info.height * info.width * info.channels <= 8 * ROW)
    (void)(gen_model_reconstruct(model, scratch.rows, NULL, 2, scratch.rows) |
           gen_model_sample_mixture(model, NULL, 2, 1, scratch.rows) |
           gen_model_detect(model, scratch.rows, GEN_F32, NULL, 2, NULL, flags) |
           gen_vae_sample(model, NULL, 2, 1, scratch.rows) |
           gen_gan_sample(model, NULL, 2, 1, scratch.rows) |
           gen_classifier_predict(model, scratch.rows, 2, NULL, scratch.rows));
  gen_model_destroy(model);
  judge(gen_moments_load_memory(bytes, count, context, &moments), moments);
  if (moments)
    judge(gen_moments_create_refined(moments, &refined), refined);
  gen_moments_destroy(refined);
  gen_moments_destroy(moments);
  judge(gen_reservoir_load_memory(bytes, count, context, &reservoir), reservoir);
  gen_reservoir_destroy(reservoir);
}

static void use_picture(const uint8_t *bytes, int64_t count) {
  gen_load_image_options options;
  gen_image *image = NULL, *small = NULL;
  gen_load_image_options_init(&options, sizeof options);
  options.channels = count % 2 ? 3 : GEN_AUTO;
  options.context = context;
  judge(gen_image_load_memory(bytes, count, &options, &image), image);
  if (image)
    judge(gen_image_create_resized(image, 7, 5, NULL, &small), small);
  gen_image_destroy(small);
  gen_image_destroy(image);
}

static void use_idx(const uint8_t *bytes, int64_t count) {
  static int file = -1;
  char path[64];
  gen_dataset *dataset = NULL;
  gen_open_options options;
  if (file < 0)
    file = memfd_create("idx", 0);
  demand(ftruncate(file, 0) == 0 && pwrite(file, bytes, (size_t)count, 0) == count, "no file");
  snprintf(path, sizeof path, "/proc/self/fd/%d", file);
  gen_open_options_init(&options, sizeof options);
  options.context = context;
  judge(gen_dataset_open(path, &options, NULL, &dataset), dataset);
  gen_dataset_destroy(dataset);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count) {
  static const unsigned char png[] = "\x89PNG\r\n\x1a\n", jpeg[] = "\xff\xd8\xff";
  long done[GEN_E_INTERNAL + 1] = {0};
  int64_t used = 0;
  if (context == NULL)
    set_up();
  switch (TARGET) {
  case MODEL:
    use_model(bytes, (int64_t)count);
    break;
  case PNG:
    if (count > 8 && memcmp(bytes, png, 8) == 0)
      use_picture(bytes, (int64_t)count);
    break;
  case JPEG:
    if (count > 3 && memcmp(bytes, jpeg, 3) == 0)
      use_picture(bytes, (int64_t)count);
    break;
  case IDX:
    use_idx(bytes, (int64_t)count);
    break;
  default:
    run_sequence(&scratch, bytes, (int64_t)count, done);
    forget_all();
    demand(failures == 0, "a call went wrong");
  }
  /* The context's own scratch stays, and nothing else. */
  demand(gen_context_memory(context, &used, NULL) == GEN_OK && used < 8 << 20, "memory was kept");
  return 0;
}
