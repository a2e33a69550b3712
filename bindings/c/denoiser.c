/* Trains a denoising autoencoder, on Fashion-MNIST if installed: denoiser [folder [epochs]]
 * Writes denoising.png: noisy images, the same denoised, the clean originals. */
#include <generative.h>
#include <stdio.h>
#include <stdlib.h>
#define FASHION "/usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz"
enum { SIDE = 28, SIZE = SIDE * SIDE, SHOWN = 12, ROW = SHOWN * SIZE };
static int open_images(gen_dataset **rows) {
  gen_faces_options faces;
  gen_faces_options_init(&faces, sizeof faces);
  faces.height = faces.width = SIDE;
  faces.channels = 1;
  return gen_dataset_open(FASHION, NULL, NULL, rows) && gen_dataset_create_faces(&faces, rows);
}
static int32_t report(const gen_event *event, void *user_data) {
  (void)user_data;
  if (event->kind == GEN_EVENT_EPOCH)
    printf("epoch %d of %d: loss %.3f\n", (int)event->epoch, (int)event->n_epochs, event->loss);
  return GEN_GO_ON;
}

int main(int argc, char **argv) {
  static float noisy[3 * ROW], *denoised = noisy + ROW, *clean = noisy + 2 * ROW;
  gen_reconstruction_t quality = {sizeof quality, 0, 0, 0, 0, 0, 0, 0, 0};
  char path[4096];
  gen_dataset *data = NULL;
  gen_autoencoder *model = NULL;
  gen_image *picture = NULL;
  gen_autoencoder_options options;
  gen_fit_options fit;
  gen_run run;
  gen_grid_options grid;
  int failed;
  gen_autoencoder_options_init(&options, sizeof options);
  gen_fit_options_init(&fit, sizeof fit);
  gen_run_init(&run, sizeof run);
  gen_grid_options_init(&grid, sizeof grid);
  options.network.height = options.network.width = SIDE;
  options.network.architecture = GEN_ARCHITECTURE_DENSE; /* in a quarter of the time */
  options.corruption = GEN_CORRUPTION_GAUSSIAN;          /* standard deviation 0.5 */
  options.latent_size = 64;
  fit.epochs = argc > 2 ? atoi(argv[2]) : 4;
  run.event = report;
  grid.n_columns = SHOWN;
  snprintf(path, sizeof path, "%s/denoising.png", argc > 1 ? argv[1] : ".");
  failed =
      open_images(&data) || gen_autoencoder_create(&options, &model) ||
      gen_model_fit(model, data, &fit, &run) || gen_dataset_read(data, 0, SHOWN, clean) ||
      gen_rows_corrupt(clean, SHOWN, SIZE, GEN_CORRUPTION_GAUSSIAN, 0.5, 7, noisy) ||
      gen_model_reconstruct(model, noisy, NULL, SHOWN, denoised) ||
      gen_evaluate_reconstruction(denoised, clean, SHOWN, SIDE, SIDE, 1, NULL, NULL, &quality) ||
      gen_image_create_grid(noisy, 3 * SHOWN, SIDE, SIDE, 1, &grid, &picture) ||
      gen_image_save(picture, path, NULL) || printf("%.1f dB\n", quality.psnr) < 0;
  if (failed)
    fprintf(stderr, "%s\n", gen_last_error_message());
  gen_image_destroy(picture);
  gen_model_destroy(model);
  gen_dataset_destroy(data);
  return failed;
}
