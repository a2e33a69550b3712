/* Fails each allocation of a context, first only that one, then that one and all later ones, while
 * models are made, fitted, used, saved and loaded, data opened and pictures decoded. The calls must
 * return GEN_E_NOMEM. The objects still work once memory is available again, and nothing is leaked.
 *
 * usage: allocations FOLDER IDX.gz PICTURE... */
#include "host.h"

static struct fixture f;
static long calls, failing, live;
static int keeps_failing;
static const char *gzipped_path;
static char **pictures;
static int n_pictures;

static void *allocate(int64_t count, void *user_data) {
  void *memory = NULL;
  (void)user_data;
  calls++;
  if (calls == failing || (keeps_failing && calls > failing))
    return NULL;
  if (posix_memalign(&memory, 64, (size_t)count) != 0)
    return NULL;
  live += count;
  return memory;
}

static void release(void *memory, int64_t count, void *user_data) {
  (void)user_data;
  live -= count;
  free(memory);
}

/* Evaluates `call`, and then `next` if it succeeded. */
#define THEN(call, next) ((status = (call)) != GEN_OK ? status : (next))
#define TRY(call)                                                                                  \
  if (status == GEN_OK)                                                                            \
  status = (call)

/* A call that failed once succeeds when the allocator works again. */
#define RECOVERS(call)                                                                             \
  if (status == GEN_E_NOMEM && !keeps_failing)                                                     \
  CHECK((call) == GEN_OK, "allocation %ld", failing)

#define MODEL_STORY(noun, shared, use)                                                             \
  static gen_status noun##_story(gen_context *context) {                                           \
    gen_model *model = NULL, *loaded = NULL;                                                       \
    gen_dataset *data = NULL;                                                                      \
    gen_status status = GEN_OK;                                                                    \
    int64_t count = 0;                                                                             \
    f.noun##_options.value.shared context = f.faces_options.value.context = context;               \
    TRY(gen_dataset_create_faces(&f.faces_options.value, &data));                                  \
    TRY(gen_##noun##_create(&f.noun##_options.value, &model));                                     \
    TRY(FIT);                                                                                      \
    if (model != NULL && data != NULL)                                                             \
      RECOVERS(FIT);                                                                               \
    TRY(use);                                                                                      \
    TRY(gen_model_save(model, f.output_path, GEN_SAVE_ALL));                                       \
    TRY(gen_model_export_onnx(model, f.output_path, GEN_AUTO));                                    \
    TRY(gen_model_export_c(model, f.output_path, NULL, GEN_WEIGHTS_I8));                           \
    TRY(gen_model_export_json(model, GEN_AUTO, f.output, ROOM, &count));                           \
    TRY(gen_model_save_memory(model, GEN_SAVE_ALL, f.output, ROOM, &count));                       \
    TRY(gen_model_load_memory(f.output, count, context, &loaded));                                 \
    gen_model_destroy(loaded);                                                                     \
    loaded = NULL;                                                                                 \
    TRY(gen_model_load(f.noun##_path, context, &loaded));                                          \
    CHECK(status == GEN_OK || loaded == NULL, "a handle of a failed load");                        \
    gen_model_destroy(loaded);                                                                     \
    gen_model_destroy(model);                                                                      \
    gen_dataset_destroy(data);                                                                     \
    return status;                                                                                 \
  }

/* A fit of two steps. */
#define FIT gen_model_fit(model, data, &f.fit_options.value, NULL)
#define MIXTURE_AND_THRESHOLD                                                                      \
  THEN(gen_model_fit_mixture(model, data, &f.mixture_options.value, NULL),                         \
       THEN(gen_model_sample_mixture(model, NULL, 2, 1, f.rows),                                   \
            gen_model_fit_threshold(model, data, 0.9, NULL, NULL)))
MODEL_STORY(autoencoder, network.,
            THEN(THEN(gen_model_reconstruct(model, f.rows, NULL, 2, f.rows), MIXTURE_AND_THRESHOLD),
                 THEN(gen_autoencoder_denoise_images(model, f.rows, 2, 20, 24, NULL, f.output),
                      gen_model_impute(model, f.rows, GEN_F32, 2, &f.invert_options.value, NULL,
                                       f.output))))
MODEL_STORY(vae, network.,
            THEN(THEN(THEN(gen_vae_sample(model, NULL, 2, 1, f.rows),
                           gen_vae_add_noise(model, f.rows, 2, 1, f.rows)),
                      MIXTURE_AND_THRESHOLD),
                 gen_model_invert(model, f.rows, 2, &f.invert_options.value, NULL, f.rows, NULL)))
MODEL_STORY(gan, network.,
            THEN(gen_gan_sample(model, NULL, 2, 1, f.rows),
                 gen_gan_discriminate(model, f.rows, NULL, 2, f.rows)))
#undef FIT
#define FIT gen_pca_fit(model, data, NULL)
MODEL_STORY(pca, ,
            THEN(THEN(gen_pca_transform(model, f.rows, GEN_F32, 2, f.rows), MIXTURE_AND_THRESHOLD),
                 gen_pca_sample(model, 2, 1, 1, GEN_F32, f.rows)))

static gen_status statistics_story(gen_context *context) {
  gen_moments *first = NULL, *refined = NULL, *moments = NULL;
  gen_reservoir *reservoir = NULL, *loaded = NULL;
  gen_status status = GEN_OK;
  int64_t count = 0;
  f.moments_options.value.context = f.reservoir_options.value.context = context;
  TRY(gen_moments_create(&f.moments_options.value, &first));
  TRY(gen_moments_update(first, f.dataset, NULL));
  TRY(gen_moments_create_refined(first, &refined));
  TRY(gen_moments_update(refined, f.dataset, NULL));
  TRY(gen_moments_save_memory(first, f.output, ROOM, &count));
  TRY(gen_moments_load_memory(f.output, count, context, &moments));
  TRY(gen_moments_merge(first, moments));
  gen_moments_destroy(moments);
  gen_moments_destroy(refined);
  gen_moments_destroy(first);
  TRY(gen_reservoir_create(&f.reservoir_options.value, &reservoir));
  TRY(gen_reservoir_update(reservoir, f.dataset, 0, NULL));
  TRY(gen_reservoir_save_memory(reservoir, f.output, ROOM, &count));
  TRY(gen_reservoir_load_memory(f.output, count, context, &loaded));
  TRY(gen_reservoir_merge(reservoir, f.reservoir_other));
  gen_reservoir_destroy(loaded);
  gen_reservoir_destroy(reservoir);
  return status;
}

static gen_status data_story(gen_context *context) {
  gen_dataset *memory = NULL, *idx = NULL, *gzipped = NULL, *slice = NULL, *folder = NULL;
  gen_status status = GEN_OK;
  int64_t index[2];
  f.memory_options.value.context = f.open_options.value.context = context;
  TRY(gen_dataset_create(f.rows, &f.memory_options.value, &memory));
  f.open_options.value.height = f.open_options.value.width = GEN_AUTO;
  f.open_options.value.labels = f.labels_path;
  TRY(gen_dataset_open(f.idx_path, &f.open_options.value, NULL, &idx));
  f.open_options.value.labels = NULL;
  TRY(gen_dataset_open(gzipped_path, &f.open_options.value, NULL, &gzipped));
  gen_dataset_destroy(gzipped);
  TRY(gen_dataset_create_slice(idx, 1, 4, &slice));
  TRY(gen_dataset_read(slice, 0, 4, f.rows));
  TRY(gen_dataset_nearest(memory, f.rows, 2, 1, NULL, index, NULL));
  TRY(gen_dataset_open(f.folder, &f.open_options.value, NULL, &folder));
  gen_dataset_destroy(folder);
  gen_dataset_destroy(slice);
  gen_dataset_destroy(idx);
  gen_dataset_destroy(memory);
  return status;
}

static gen_status picture_story(gen_context *context) {
  gen_image *image = NULL, *small = NULL, *grid = NULL;
  gen_status status = GEN_OK;
  int64_t count = 0;
  int i;
  f.load_image_options.value.context = f.grid_options.value.context = context;
  TRY(gen_image_create_grid(f.rows, 3, SIDE, SIDE, 1, &f.grid_options.value, &grid));
  for (i = 0; i < n_pictures; i++) {
    f.load_image_options.value.channels = i % 2 ? 3 : GEN_AUTO;
    TRY(gen_image_load(pictures[i], &f.load_image_options.value, &image));
    TRY(gen_image_create_resized(image, 9, 7, NULL, &small));
    gen_image_destroy(small);
    gen_image_destroy(image);
    image = small = NULL;
  }
  TRY(gen_image_save(grid, f.output_path, NULL));
  TRY(gen_image_save_memory(grid, ".png", NULL, f.output, ROOM, &count));
  TRY(gen_image_save_memory(grid, ".jpg", NULL, f.output, ROOM, &count));
  if (grid != NULL)
    RECOVERS(gen_image_save_memory(grid, ".jpg", NULL, f.output, ROOM, &count));
  gen_image_destroy(grid);
  return status;
}

static gen_status run(gen_status (*story)(gen_context *)) {
  gen_context *context = NULL;
  gen_status status;
  calls = 0;
  status = gen_context_create(&f.context_options.value, &context);
  if (status == GEN_OK)
    status = story(context);
  gen_context_destroy(context);
  CHECK(live == 0, "%ld bytes were kept, allocation %ld", live, failing);
  live = 0;
  return status;
}

int main(int argc, char **argv) {
  gen_status (*const stories[])(gen_context *) = {pca_story,    autoencoder_story, vae_story,
                                                  gan_story,    statistics_story,  data_story,
                                                  picture_story};
  long total = 0, most, n = 0;
  size_t s;
  if (argc < 3)
    return 2;
  gzipped_path = argv[2];
  pictures = argv + 3;
  n_pictures = argc - 3;
  MUST(make_fixture(&f, argv[1]));
  f.context_options.value.n_threads = 1;
  f.context_options.value.allocate = allocate;
  f.context_options.value.release = release;
  for (s = 0; s < sizeof stories / sizeof stories[0]; s++) {
    failing = -1;
    keeps_failing = 0;
    MUST(run(stories[s]));
    most = calls;
    for (keeps_failing = 0; keeps_failing < 2; keeps_failing++)
      for (failing = 1; failing <= most; failing += stride(), n++) {
        gen_status status = run(stories[s]);
        CHECK(status == GEN_E_NOMEM, "story %d, allocation %ld of %ld: %s", (int)s, failing, most,
              gen_status_name(status));
      }
    total += most;
  }
  printf("%ld allocations in %d scenarios, failed once and permanently: %ld runs, %d wrong\n",
         total, (int)s, n, failures);
  return failures != 0;
}
