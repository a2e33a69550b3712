/* Trains a generative adversarial network: gan [folder [epochs]]
 * Writes generated.png: each generated image to the left of the nearest training image. */
#include <generative.h>
#include <stdio.h>
#include <stdlib.h>

#define FASHION "/usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz"
enum { SIDE = 28, SIZE = SIDE * SIDE, COUNT = 32 };

/* Opens Fashion-MNIST where Debian's package puts it, else draws faces. */
static int open_images(gen_dataset **images) {
  gen_faces_options faces;
  gen_faces_options_init(&faces, sizeof faces);
  faces.height = faces.width = SIDE;
  faces.channels = 1;
  return gen_dataset_open(FASHION, NULL, NULL, images) && gen_dataset_create_faces(&faces, images);
}

int main(int argc, char **argv) {
  static float pairs[2 * COUNT * SIZE], samples[COUNT * SIZE];
  int64_t nearest[COUNT];
  char path[4096];
  gen_dataset *data = NULL;
  gen_gan *gan = NULL;
  gen_image *picture = NULL;
  gen_gan_options options;
  gen_fit_options fit;
  gen_grid_options grid;
  int i, k, failed;
  gen_gan_options_init(&options, sizeof options);
  gen_fit_options_init(&fit, sizeof fit);
  gen_grid_options_init(&grid, sizeof grid);
  options.network.height = options.network.width = SIDE;
  options.network.architecture = GEN_ARCHITECTURE_CONVOLUTIONAL;
  options.latent_size = 32;
  fit.epochs = argc > 2 ? atoi(argv[2]) : 3;
  fit.learning_rate = 7e-4;
  grid.n_columns = 16;
  snprintf(path, sizeof path, "%s/generated.png", argc > 1 ? argv[1] : ".");
  failed = open_images(&data) || gen_gan_create(&options, &gan) ||
           gen_model_fit(gan, data, &fit, NULL) || gen_gan_sample(gan, NULL, COUNT, 1, samples) ||
           gen_dataset_nearest(data, samples, COUNT, 1, NULL, nearest, NULL);
  for (i = 0; i < COUNT && !failed; i++) {
    for (k = 0; k < SIZE; k++)
      pairs[2 * i * SIZE + k] = samples[i * SIZE + k];
    failed = gen_dataset_read(data, nearest[i], 1, pairs + (2 * i + 1) * SIZE);
  }
  failed = failed || gen_image_create_grid(pairs, 2 * COUNT, SIDE, SIDE, 1, &grid, &picture) ||
           gen_image_save(picture, path, NULL);
  if (failed)
    fprintf(stderr, "%s\n", gen_last_error_message());
  gen_image_destroy(picture);
  gen_model_destroy(gan);
  gen_dataset_destroy(data);
  return failed;
}
