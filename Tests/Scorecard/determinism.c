/* The same seed gives identical bytes with any number of threads, and the same picture up to
 * rounding on any instruction set.
 * usage: determinism save FOLDER         fits with 1, 2 and 16 threads and compares
 *        determinism sample FOLDER OUT   writes the outputs of the saved models */
#include "host.h"

enum { SIZE = 16, N_ROWS = 96 };
static const char *names[] = {"dense-vae", "conv-vae", "conv-gan", "conv-autoencoder"};

static void fill(gen_vae_options *vae, gen_gan_options *gan, gen_autoencoder_options *autoencoder) {
  gen_vae_options_init(vae, sizeof *vae);
  gen_gan_options_init(gan, sizeof *gan);
  gen_autoencoder_options_init(autoencoder, sizeof *autoencoder);
  vae->network.height = vae->network.width = gan->network.height = gan->network.width =
      autoencoder->network.height = autoencoder->network.width = SIZE;
  gan->network.architecture = autoencoder->network.architecture = GEN_ARCHITECTURE_CONVOLUTIONAL;
  gan->network.base_channels = autoencoder->network.base_channels = 16;
  autoencoder->corruption = GEN_CORRUPTION_GAUSSIAN;
  autoencoder->network.dropout = 0.2;
}

/* Fits model `which` and returns its file's bytes. */
static unsigned char *fitted(int which, int n_threads, int64_t *count) {
  gen_context_options options;
  gen_faces_options faces;
  gen_fit_options fit;
  gen_vae_options vae_options;
  gen_gan_options gan_options;
  gen_autoencoder_options autoencoder_options;
  gen_context *context = NULL;
  gen_dataset *data = NULL;
  unsigned char *bytes = (unsigned char *)malloc(1 << 25);
  gen_context_options_init(&options, sizeof options);
  options.n_threads = n_threads;
  MUST(gen_context_create(&options, &context));
  gen_faces_options_init(&faces, sizeof faces);
  faces.n_rows = N_ROWS;
  faces.height = faces.width = SIZE;
  faces.channels = 1;
  faces.context = context;
  MUST(gen_dataset_create_faces(&faces, &data));
  gen_fit_options_init(&fit, sizeof fit);
  fit.epochs = 2;
  fit.batch_size = 37;
  fit.seed = 5;
  fill(&vae_options, &gan_options, &autoencoder_options);
  vae_options.network.context = gan_options.network.context = autoencoder_options.network.context =
      context;
  if (which < 2) {
    gen_vae *vae = NULL;
    vae_options.network.architecture = which;
    vae_options.batch_norm = which;
    MUST(gen_vae_create(&vae_options, &vae));
    MUST(gen_model_fit(vae, data, &fit, NULL));
    MUST(gen_model_save_memory(vae, GEN_SAVE_ALL, bytes, 1 << 25, count));
    gen_model_destroy(vae);
  } else if (which == 2) {
    gen_gan *gan = NULL;
    MUST(gen_gan_create(&gan_options, &gan));
    MUST(gen_model_fit(gan, data, &fit, NULL));
    MUST(gen_model_save_memory(gan, GEN_SAVE_ALL, bytes, 1 << 25, count));
    gen_model_destroy(gan);
  } else {
    gen_autoencoder *autoencoder = NULL;
    MUST(gen_autoencoder_create(&autoencoder_options, &autoencoder));
    MUST(gen_model_fit(autoencoder, data, &fit, NULL));
    MUST(gen_model_save_memory(autoencoder, GEN_SAVE_ALL, bytes, 1 << 25, count));
    gen_model_destroy(autoencoder);
  }
  gen_dataset_destroy(data);
  gen_context_destroy(context);
  return bytes;
}

static void save(const char *folder) {
  static const int threads[] = {1, 2, 16};
  int which, i;
  for (which = 0; which < 4; which++) {
    unsigned char *first = NULL;
    int64_t first_count = 0, count = 0;
    char path[600];
    FILE *file;
    for (i = 0; i < 3; i++) {
      unsigned char *bytes = fitted(which, threads[i], &count);
      if (i == 0) {
        first = bytes;
        first_count = count;
        continue;
      }
      CHECK(count == first_count && memcmp(bytes, first, (size_t)count) == 0, "%s with %d threads",
            names[which], threads[i]);
      free(bytes);
    }
    snprintf(path, sizeof path, "%s/%s.safetensors", folder, names[which]);
    file = fopen(path, "wb");
    if (file == NULL || fwrite(first, 1, (size_t)first_count, file) != (size_t)first_count)
      exit(2);
    fclose(file);
    free(first);
  }
}

static void sample(const char *folder, const char *out) {
  static float rows[4][64 * SIZE * SIZE];
  gen_vae *vae = NULL;
  gen_gan *gan = NULL;
  gen_autoencoder *autoencoder = NULL;
  char path[600];
  int which;
  FILE *file = fopen(out, "wb");
  for (which = 0; which < 2; which++) {
    snprintf(path, sizeof path, "%s/%s.safetensors", folder, names[which]);
    MUST(gen_model_load(path, NULL, &vae));
    MUST(gen_vae_sample(vae, NULL, 64, 9, rows[which]));
    gen_model_destroy(vae);
  }
  snprintf(path, sizeof path, "%s/%s.safetensors", folder, names[2]);
  MUST(gen_model_load(path, NULL, &gan));
  MUST(gen_gan_sample(gan, NULL, 64, 9, rows[2]));
  snprintf(path, sizeof path, "%s/%s.safetensors", folder, names[3]);
  MUST(gen_model_load(path, NULL, &autoencoder));
  MUST(gen_model_reconstruct(autoencoder, rows[1], NULL, 64, rows[3]));
  gen_model_destroy(gan);
  gen_model_destroy(autoencoder);
  if (file == NULL || fwrite(rows, sizeof rows, 1, file) != 1)
    exit(2);
  fclose(file);
}

int main(int argc, char **argv) {
  if (argc == 3 && strcmp(argv[1], "save") == 0)
    save(argv[2]);
  else if (argc == 4 && strcmp(argv[1], "sample") == 0)
    sample(argv[2], argv[3]);
  else
    return 2;
  printf("%s: 4 models, %d wrong\n", gen_kernels_name(), failures);
  return failures != 0;
}
