/* Operations with a model file that must work on every kind of processor.
 * usage: portable fit FILE N       fits a VAE for 3 epochs with checkpoints in FILE, or continues
 *                                  the fit in FILE; stops after N epochs of this process
 *        portable predict FILE...  prints each model's outputs for five fixed rows, one line each
 *        portable kernels         prints the name of the kernels in use */
#include "host.h"

enum { SIZE = 16, N_FACES = 96, N_ROWS = 5, LARGEST_ROW = 1024 };

static int32_t stop(const gen_event *event, void *user_data) {
  int64_t *n_left = (int64_t *)user_data;
  return event->kind == GEN_EVENT_EPOCH && --*n_left == 0 ? GEN_STOP_NOW : GEN_GO_ON;
}

static void fit(const char *path, int64_t n_epochs) {
  gen_faces_options faces;
  gen_vae_options options;
  gen_fit_options fit;
  gen_run run;
  gen_dataset *data = NULL;
  gen_vae *vae = NULL;
  gen_status status;
  gen_faces_options_init(&faces, sizeof faces);
  faces.n_rows = N_FACES;
  faces.height = faces.width = SIZE;
  faces.channels = 1;
  MUST(gen_dataset_create_faces(&faces, &data));
  gen_vae_options_init(&options, sizeof options);
  options.network.height = options.network.width = SIZE;
  options.network.architecture = GEN_ARCHITECTURE_CONVOLUTIONAL;
  options.network.base_channels = 16;
  options.batch_norm = 1;
  MUST(gen_vae_create(&options, &vae));
  gen_fit_options_init(&fit, sizeof fit);
  fit.epochs = 3;
  fit.batch_size = 37;
  fit.seed = 5;
  fit.checkpoint_path = path;
  fit.resume = 1;
  MUST(gen_run_init(&run, sizeof run));
  run.event = stop;
  run.user_data = &n_epochs;
  status = gen_model_fit(vae, data, &fit, &run);
  CHECK(status == GEN_OK || status == GEN_E_CANCELLED, "%s", gen_status_name(status));
  gen_model_destroy(vae);
  gen_dataset_destroy(data);
}

/* The same rows as in Tests/Golden/make_compatibility.py. */
static void fill(float *rows, int64_t count) {
  int64_t i;
  for (i = 0; i < count; i++)
    rows[i] = (float)((double)((i * 7919 + 13) % 997) / 1000);
}

static void predict(const char *path) {
  static float rows[N_ROWS * LARGEST_ROW], outputs[N_ROWS * LARGEST_ROW];
  int32_t labels[N_ROWS];
  gen_checkpoint *file = NULL;
  gen_model_info_t info = {.struct_size = sizeof info};
  int64_t count = 0, i;
  char kind[32];
  MUST(gen_checkpoint_open(path, NULL, &file));
  snprintf(kind, sizeof kind, "%s", gen_checkpoint_metadata(file, "kind"));
  gen_checkpoint_destroy(file);
  fill(rows, N_ROWS * LARGEST_ROW);
  if (strcmp(kind, "pca") == 0) {
    gen_pca_info_t pca_info = {.struct_size = sizeof pca_info};
    gen_pca *pca = NULL;
    MUST(gen_model_load(path, NULL, &pca));
    MUST(gen_pca_info(pca, &pca_info));
    count = N_ROWS * pca_info.n_components;
    MUST(gen_pca_transform(pca, rows, GEN_F32, N_ROWS, outputs));
    gen_model_destroy(pca);
  } else if (strcmp(kind, "autoencoder") == 0) {
    gen_autoencoder *autoencoder = NULL;
    MUST(gen_model_load(path, NULL, &autoencoder));
    MUST(gen_model_info(autoencoder, &info));
    MUST(gen_model_reconstruct(autoencoder, rows, NULL, N_ROWS, outputs));
    gen_model_destroy(autoencoder);
  } else if (strcmp(kind, "vae") == 0) {
    gen_vae *vae = NULL;
    MUST(gen_model_load(path, NULL, &vae));
    MUST(gen_model_info(vae, &info));
    for (i = 0; i < N_ROWS && info.n_classes > 0; i++)
      labels[i] = (int32_t)(i % info.n_classes);
    MUST(gen_model_reconstruct(vae, rows, info.n_classes > 0 ? labels : NULL, N_ROWS, outputs));
    gen_model_destroy(vae);
  } else {
    gen_gan *gan = NULL;
    MUST(gen_model_load(path, NULL, &gan));
    MUST(gen_model_info(gan, &info));
    MUST(gen_gan_generate(gan, rows, NULL, N_ROWS, GEN_GENERATOR_AVERAGE, outputs));
    gen_model_destroy(gan);
  }
  if (count == 0)
    count = N_ROWS * info.height * info.width * info.channels;
  for (i = 0; i < count; i++)
    printf("%.9g%c", outputs[i], i + 1 < count ? ' ' : '\n');
}

int main(int argc, char **argv) {
  int i;
  if (argc == 4 && strcmp(argv[1], "fit") == 0)
    fit(argv[2], atoll(argv[3]));
  else if (argc > 2 && strcmp(argv[1], "predict") == 0)
    for (i = 2; i < argc; i++)
      predict(argv[i]);
  else if (argc == 2 && strcmp(argv[1], "kernels") == 0)
    puts(gen_kernels_name());
  else
    return 2;
  return failures != 0;
}
