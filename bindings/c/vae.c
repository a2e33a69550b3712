/* Trains a variational autoencoder: vae [folder [epochs]]
 * Writes samples.png (new images) and vae.safetensors (the model). */
#include <generative.h>
#include <stdio.h>
#include <stdlib.h>
#define FASHION "/usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz"
enum { SIDE = 28, COUNT = 64 };

/* Opens Fashion-MNIST where Debian's package puts it, else draws faces. */
static int open_images(gen_dataset **images) {
  gen_faces_options faces;
  gen_faces_options_init(&faces, sizeof faces);
  faces.height = faces.width = SIDE;
  faces.channels = 1;
  return gen_dataset_open(FASHION, NULL, NULL, images) && gen_dataset_create_faces(&faces, images);
}

static int32_t report(const gen_event *event, void *user_data) {
  (void)user_data;
  if (event->kind == GEN_EVENT_EPOCH)
    printf("epoch %d of %d: loss %.2f nats per image, of which KL %.2f\n", (int)event->epoch,
           (int)event->n_epochs, event->loss, event->kl);
  return GEN_GO_ON;
}

int main(int argc, char **argv) {
  const char *folder = argc > 1 ? argv[1] : ".";
  static float samples[COUNT * SIDE * SIDE];
  char picture_path[4096], model_path[4096];
  gen_dataset *data = NULL;
  gen_vae *vae = NULL;
  gen_image *picture = NULL;
  gen_vae_options options;
  gen_fit_options fit;
  gen_run run;
  int failed;
  gen_vae_options_init(&options, sizeof options);
  gen_fit_options_init(&fit, sizeof fit);
  gen_run_init(&run, sizeof run);
  options.network.height = options.network.width = SIDE;
  options.network.architecture = GEN_ARCHITECTURE_CONVOLUTIONAL;
  options.network.base_channels = 16;
  options.latent_size = 10;
  fit.epochs = argc > 2 ? atoi(argv[2]) : 2;
  fit.batch_size = 32;
  run.event = report;
  snprintf(picture_path, sizeof picture_path, "%s/samples.png", folder);
  snprintf(model_path, sizeof model_path, "%s/vae.safetensors", folder);
  failed = open_images(&data) || gen_vae_create(&options, &vae) ||
           gen_model_fit(vae, data, &fit, &run) || gen_vae_sample(vae, NULL, COUNT, 1, samples) ||
           gen_image_create_grid(samples, COUNT, SIDE, SIDE, 1, NULL, &picture) ||
           gen_image_save(picture, picture_path, NULL) ||
           gen_model_save(vae, model_path, GEN_SAVE_ALL);
  if (failed)
    fprintf(stderr, "%s\n", gen_last_error_message());
  gen_image_destroy(picture);
  gen_model_destroy(vae);
  gen_dataset_destroy(data);
  return failed;
}
