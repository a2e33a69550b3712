/* A program of the first release: compiled against the header of 0.1.0, it must run with every
 * library after it. Uses each struct at the size it had then, and each model from making to
 * loading. */
#include <generative.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MUST(call)                                                                                 \
  do {                                                                                             \
    if ((call) != GEN_OK) {                                                                        \
      printf("line %d: " #call ": %s\n", __LINE__, gen_last_error_message());                      \
      exit(1);                                                                                     \
    }                                                                                              \
  } while (0)

enum { SIDE = 16, ROW = SIDE * SIDE };
static float rows[16 * ROW];
static char path[1024];
static int n_events;

static int32_t on_event(const gen_event *event, void *user_data) {
  /* A later library's event is larger; what was there then is where it was. */
  if (event->struct_size < sizeof *event || event->n_epochs != 2 || user_data != &n_events)
    exit(1);
  n_events += event->kind == GEN_EVENT_EPOCH;
  return GEN_GO_ON;
}

int main(int argc, char **argv) {
  gen_context_options context_options;
  gen_faces_options faces;
  gen_grid_options grid;
  gen_save_image_options save = {sizeof save, 80};
  gen_pca_options pca_options;
  gen_autoencoder_options autoencoder_options;
  gen_vae_options vae_options;
  gen_gan_options gan_options;
  gen_fit_options fit;
  gen_dataset_info_t info = {sizeof info, 0, 0, 0, 0, 0, 0, 0};
  gen_model_info_t model = {sizeof model, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
  gen_pca_info_t pca_info = {sizeof pca_info, 0, 0, 0, 0, 0, 0};
  gen_context *context = NULL;
  gen_dataset *data = NULL;
  gen_image *image = NULL, *loaded_image = NULL;
  gen_pca *pca = NULL;
  gen_autoencoder *autoencoder = NULL;
  gen_vae *vae = NULL, *loaded = NULL;
  gen_gan *gan = NULL;

  if (argc < 2 || gen_abi_version() != GEN_ABI_VERSION)
    return 1;
  MUST(gen_context_options_init(&context_options, sizeof context_options));
  context_options.n_threads = 2;
  MUST(gen_context_create(&context_options, &context));
  MUST(gen_faces_options_init(&faces, sizeof faces));
  faces.n_rows = 32;
  faces.height = faces.width = SIDE;
  faces.channels = 1;
  faces.context = context;
  MUST(gen_dataset_create_faces(&faces, &data));
  MUST(gen_dataset_info(data, &info));
  MUST(gen_fit_options_init(&fit, sizeof fit));
  fit.epochs = 2;
  fit.event = on_event;
  fit.user_data = &n_events;

  MUST(gen_pca_options_init(&pca_options, sizeof pca_options));
  pca_options.n_components = 4;
  MUST(gen_pca_create(&pca_options, &pca));
  MUST(gen_pca_fit(pca, data));
  MUST(gen_pca_info(pca, &pca_info));
  MUST(gen_pca_sample(pca, 2, 1, 0, rows));

  MUST(gen_autoencoder_options_init(&autoencoder_options, sizeof autoencoder_options));
  autoencoder_options.height = autoencoder_options.width = SIDE;
  MUST(gen_autoencoder_create(&autoencoder_options, &autoencoder));
  MUST(gen_autoencoder_fit(autoencoder, data, &fit));
  MUST(gen_autoencoder_reconstruct(autoencoder, rows, 2, rows));

  MUST(gen_vae_options_init(&vae_options, sizeof vae_options));
  vae_options.height = vae_options.width = SIDE;
  vae_options.architecture = GEN_ARCHITECTURE_CONVOLUTIONAL;
  MUST(gen_vae_create(&vae_options, &vae));
  MUST(gen_vae_fit(vae, data, &fit));
  snprintf(path, sizeof path, "%s/vae.safetensors", argv[1]);
  MUST(gen_vae_save(vae, path, GEN_SAVE_ALL));
  MUST(gen_vae_load(path, context, &loaded));
  MUST(gen_vae_info(loaded, &model));
  MUST(gen_vae_sample(loaded, 16, 1, rows));

  MUST(gen_gan_options_init(&gan_options, sizeof gan_options));
  gan_options.height = gan_options.width = SIDE;
  MUST(gen_gan_create(&gan_options, &gan));
  MUST(gen_gan_fit(gan, data, &fit));
  MUST(gen_gan_sample(gan, 16, 1, rows));

  MUST(gen_grid_options_init(&grid, sizeof grid));
  MUST(gen_image_create_grid(rows, 16, SIDE, SIDE, 1, &grid, &image));
  snprintf(path, sizeof path, "%s/grid.jpg", argv[1]);
  MUST(gen_image_save(image, path, &save));
  MUST(gen_image_load(path, 3, &loaded_image));

  if (info.n_rows != 32 || model.n_epochs != 2 || pca_info.n_components != 4 || n_events != 6)
    return 1;
  gen_image_destroy(loaded_image);
  gen_image_destroy(image);
  gen_gan_destroy(gan);
  gen_vae_destroy(loaded);
  gen_vae_destroy(vae);
  gen_autoencoder_destroy(autoencoder);
  gen_pca_destroy(pca);
  gen_dataset_destroy(data);
  gen_context_destroy(context);
  return 0;
}
