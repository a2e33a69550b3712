/* Writes the valid files that mutate.c and the fuzzers start from. usage: seeds FOLDER */
#include "host.h"

int main(int argc, char **argv) {
  static struct fixture f;
  gen_vae *vae = NULL;
  gen_gan *gan = NULL;
  gen_autoencoder *unet = NULL;
  char path[600];
  gen_fit_options *fit = &f.fit_options.value;
  if (argc < 2)
    return 2;
  MUST(make_fixture(&f, argv[1]));
  f.vae_options.value.network.architecture = f.gan_options.value.network.architecture =
      GEN_ARCHITECTURE_CONVOLUTIONAL;
  f.vae_options.value.network.base_channels = f.gan_options.value.network.base_channels = 4;
  f.vae_options.value.batch_norm = 1;
  f.vae_options.value.n_classes = 2;
  f.gan_options.value.n_generator_hidden = f.gan_options.value.n_discriminator_hidden = -1;
  MUST(gen_vae_create(&f.vae_options.value, &vae));
  MUST(gen_model_fit(vae, f.dataset, fit, NULL));
  snprintf(path, sizeof path, "%s/convolutional-vae.safetensors", argv[1]);
  MUST(gen_model_save(vae, path, GEN_SAVE_ALL));
  MUST(gen_gan_create(&f.gan_options.value, &gan));
  MUST(gen_model_fit(gan, f.dataset, fit, NULL));
  snprintf(path, sizeof path, "%s/convolutional-gan.safetensors", argv[1]);
  MUST(gen_model_save(gan, path, GEN_SAVE_ALL));
  f.autoencoder_options.value.network.architecture = GEN_ARCHITECTURE_CONVOLUTIONAL;
  f.autoencoder_options.value.network.base_channels = 4;
  f.autoencoder_options.value.skips = 1;
  f.autoencoder_options.value.n_hidden = f.autoencoder_options.value.n_decoder_hidden = -1;
  MUST(gen_autoencoder_create(&f.autoencoder_options.value, &unet));
  MUST(gen_model_fit(unet, f.dataset, fit, NULL));
  snprintf(path, sizeof path, "%s/unet-autoencoder.safetensors", argv[1]);
  MUST(gen_model_save(unet, path, GEN_SAVE_WEIGHTS));
  return 0;
}
