/* Values that no sensible caller passes: pixels that are NaN, infinite, huge, tiny or all equal,
 * learning rates of zero and of a billion, a single row, batches larger than the data. The result
 * must be a documented status, or a model whose outputs are all finite and whose file loads. usage:
 * abuse FOLDER */
#include "host.h"
#include <float.h>
#include <math.h>

static const struct {
  const char *name;
  float even, odd; /* values of the even and odd pixels */
  int is_finite;
} fills[] = {
    {"halves", 0.5f, 0.5f, 1},
    {"zeros", 0, 0, 1},
    {"ones", 1, 1, 1},
    {"negative zeros", -0.0f, 0, 1},
    {"black and white", 0, 1, 1},
    {"smallest numbers", 1e-45f, 0, 1},
    {"denormal", 1e-40f, 2e-40f, 1},
    {"1e38", 1e38f, -1e38f, 1},
    {"greatest", FLT_MAX, -FLT_MAX, 1},
    {"minus one", -1, -1, 1},
    {"one NaN", 0.5f, NAN, 0},
    {"infinite", INFINITY, 0, 0},
    {"minus infinite", 0, -INFINITY, 0},
};
static const double rates[] = {0, -1, 1e-30, 1e-3, 1, 1e5, 1e9, INFINITY, -INFINITY, NAN};
static const int64_t row_counts[] = {1, 2, 7};

enum { WIDTH = 16 };
static int n_cases, n_fitted;
static long counts[GEN_E_INTERNAL + 1];

static int all_finite(const float *values, int count) {
  int i;
  for (i = 0; i < count; i++)
    if (!isfinite(values[i]))
      return 0;
  return 1;
}

/* Checks a model after a fit, or after a failed fit that left it unchanged: its outputs are
 * finite. */
#define JUDGE(sample)                                                                              \
  do {                                                                                             \
    static float rows[4 * WIDTH];                                                                  \
    static unsigned char bytes[1 << 18];                                                           \
    int64_t count = 0;                                                                             \
    gen_model *again = NULL;                                                                       \
    n_cases++;                                                                                     \
    n_fitted += status == GEN_OK;                                                                  \
    counts[status]++;                                                                              \
    CHECK(status != GEN_E_INTERNAL && status != GEN_E_NOMEM, "%s", what);                          \
    CHECK((sample) == GEN_OK && all_finite(rows, 2 * WIDTH), "%s samples", what);                  \
    CHECK(gen_model_save_memory(model, GEN_SAVE_ALL, bytes, sizeof bytes, &count) == GEN_OK,       \
          "%s saves", what);                                                                       \
    CHECK(gen_model_load_memory(bytes, count, NULL, &again) == GEN_OK, "%s loads", what);          \
    gen_model_destroy(again);                                                                      \
    gen_model_destroy(model);                                                                      \
  } while (0)

static void fit_all(gen_dataset *data, const gen_fit_options *fit, const char *name,
                    int64_t n_rows) {
  gen_status status;
  char what[200];
  snprintf(what, sizeof what, "%s x %ld at %g", name, (long)n_rows, fit->learning_rate);
  {
    gen_vae_options options;
    gen_vae *model = NULL;
    gen_vae_options_init(&options, sizeof options);
    options.network.channels = WIDTH;
    options.n_hidden = 0;
    options.likelihood = GEN_LIKELIHOOD_GAUSSIAN;
    MUST(gen_vae_create(&options, &model));
    status = gen_model_fit(model, data, fit, NULL);
    JUDGE(gen_vae_sample(model, NULL, 2, 1, rows));
  }
  {
    gen_gan_options options;
    gen_gan *model = NULL;
    gen_gan_options_init(&options, sizeof options);
    options.network.channels = WIDTH;
    options.latent_size = 4;
    options.n_generator_hidden = options.n_discriminator_hidden = 0;
    MUST(gen_gan_create(&options, &model));
    status = gen_model_fit(model, data, fit, NULL);
    JUDGE(gen_gan_sample(model, NULL, 2, 1, rows));
  }
  {
    gen_autoencoder_options options;
    gen_autoencoder *model = NULL;
    float zeros[2 * WIDTH] = {0};
    gen_autoencoder_options_init(&options, sizeof options);
    options.network.channels = WIDTH;
    options.n_hidden = 0;
    options.output_activation = GEN_ACTIVATION_IDENTITY;
    MUST(gen_autoencoder_create(&options, &model));
    status = gen_model_fit(model, data, fit, NULL);
    JUDGE(gen_model_reconstruct(model, zeros, NULL, 2, rows));
  }
}

static void fit_pca(gen_dataset *data, const char *name) {
  float rows[2 * WIDTH];
  gen_pca *pca = NULL;
  gen_status status;
  MUST(gen_pca_create(NULL, &pca));
  status = gen_pca_fit(pca, data, NULL);
  n_cases++;
  counts[status]++;
  CHECK(status != GEN_E_INTERNAL && status != GEN_E_NOMEM, "pca %s", name);
  if (status == GEN_OK) {
    n_fitted++;
    CHECK(gen_pca_sample(pca, 2, 1, 0, GEN_F32, rows) == GEN_OK && all_finite(rows, 2 * WIDTH),
          "pca %s samples", name);
  }
  gen_model_destroy(pca);
}

int main(void) {
  static float pixels[7 * WIDTH];
  size_t i, r, n;
  for (i = 0; i < sizeof fills / sizeof fills[0]; i++)
    for (n = 0; n < sizeof row_counts / sizeof row_counts[0]; n++) {
      gen_memory_options memory;
      gen_dataset *data = NULL;
      gen_status status;
      int k, count = (int)row_counts[n] * WIDTH;
      for (k = 0; k < count; k++)
        pixels[k] = k % 2 ? fills[i].odd : fills[i].even;
      gen_memory_options_init(&memory, sizeof memory);
      memory.n_rows = row_counts[n];
      memory.channels = WIDTH;
      status = gen_dataset_create(pixels, &memory, &data);
      CHECK((status == GEN_OK) == fills[i].is_finite, "%s: %s", fills[i].name,
            gen_status_name(status));
      CHECK(status == GEN_OK || status == GEN_E_NONFINITE, "%s: %s", fills[i].name,
            gen_status_name(status));
      n_cases += status != GEN_OK;
      if (status != GEN_OK)
        continue;
      fit_pca(data, fills[i].name);
      for (r = n; r < sizeof rates / sizeof rates[0]; r += 3) {
        gen_fit_options fit;
        gen_fit_options_init(&fit, sizeof fit);
        fit.epochs = 3;
        fit.learning_rate = rates[r];
        fit.batch_size = r % 2 ? 4 : 128; /* larger than the data */
        fit_all(data, &fit, fills[i].name, row_counts[n]);
      }
      gen_dataset_destroy(data);
    }
  printf("%d cases, %d fitted, %ld arguments refused, %ld stopped by a nonfinite value, %d wrong\n",
         n_cases, n_fitted, counts[GEN_E_ARGUMENT], counts[GEN_E_NONFINITE], failures);
  return failures != 0 || n_cases < 200;
}
