/* Small fitted models, files and options for bad_arguments.c. */
#include "bad_arguments.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TRY(call)                                                                                  \
  do {                                                                                             \
    gen_status status = (call);                                                                    \
    if (status != GEN_OK)                                                                          \
      return status;                                                                               \
  } while (0)

static int64_t read_nothing(float *rows, int64_t max_rows, void *user_data) {
  (void)rows, (void)max_rows, (void)user_data;
  return 0;
}

static int32_t rewind_nothing(void *user_data) {
  (void)user_data;
  return 0;
}

static int32_t go_on(const gen_event *event, void *user_data) {
  (void)event, (void)user_data;
  return GEN_GO_ON;
}

static gen_status fill_options(struct fixture *f) {
  int i;
  for (i = 0; i < 32; i++)
    f->widths[i] = 8;
  for (i = 0; i < ROWS; i++)
    f->ramp[i] = (float)i;
  TRY(gen_run_init(&f->run.value, sizeof f->run.value));
  TRY(gen_context_options_init(&f->context_options.value, sizeof f->context_options.value));
  TRY(gen_memory_options_init(&f->memory_options.value, sizeof f->memory_options.value));
  TRY(gen_open_options_init(&f->open_options.value, sizeof f->open_options.value));
  TRY(gen_stream_options_init(&f->stream_options.value, sizeof f->stream_options.value));
  TRY(gen_faces_options_init(&f->faces_options.value, sizeof f->faces_options.value));
  TRY(gen_load_image_options_init(&f->load_image_options.value,
                                  sizeof f->load_image_options.value));
  TRY(gen_save_image_options_init(&f->save_image_options.value,
                                  sizeof f->save_image_options.value));
  TRY(gen_resize_options_init(&f->resize_options.value, sizeof f->resize_options.value));
  TRY(gen_grid_options_init(&f->grid_options.value, sizeof f->grid_options.value));
  TRY(gen_pca_options_init(&f->pca_options.value, sizeof f->pca_options.value));
  TRY(gen_fit_options_init(&f->fit_options.value, sizeof f->fit_options.value));
  TRY(gen_autoencoder_options_init(&f->autoencoder_options.value,
                                   sizeof f->autoencoder_options.value));
  TRY(gen_vae_options_init(&f->vae_options.value, sizeof f->vae_options.value));
  TRY(gen_gan_options_init(&f->gan_options.value, sizeof f->gan_options.value));
  TRY(gen_classifier_options_init(&f->classifier_options.value,
                                  sizeof f->classifier_options.value));
  TRY(gen_linear_options_init(&f->linear_options.value, sizeof f->linear_options.value));
  TRY(gen_mixture_options_init(&f->mixture_options.value, sizeof f->mixture_options.value));
  TRY(gen_direction_options_init(&f->direction_options.value, sizeof f->direction_options.value));
  TRY(gen_comm_init(&f->comm.value, sizeof f->comm.value));
  TRY(gen_moments_options_init(&f->moments_options.value, sizeof f->moments_options.value));
  TRY(gen_reservoir_options_init(&f->reservoir_options.value, sizeof f->reservoir_options.value));
  TRY(gen_struct_create("fit", "epochs=1", &f->options));
  f->moments_options.value.n_features = f->reservoir_options.value.n_features = ROW;
  f->moments_options.value.n_directions = 3;
  f->reservoir_options.value.capacity = 2;
  TRY(gen_invert_options_init(&f->invert_options.value, sizeof f->invert_options.value));
  f->event.value.struct_size = sizeof f->event.value;
  f->dataset_info.value.struct_size = sizeof f->dataset_info.value;
  f->pca_info.value.struct_size = sizeof f->pca_info.value;
  f->model_info.value.struct_size = sizeof f->model_info.value;
  f->linear_info.value.struct_size = sizeof f->linear_info.value;
  f->mixture_info.value.struct_size = sizeof f->mixture_info.value;
  f->moments_info.value.struct_size = sizeof f->moments_info.value;
  f->reservoir_info.value.struct_size = sizeof f->reservoir_info.value;
  f->reconstruction.value.struct_size = sizeof f->reconstruction.value;
  f->plan.value.struct_size = sizeof f->plan.value;
  f->tensor.value.struct_size = sizeof f->tensor.value;
  f->direction_info.value.struct_size = sizeof f->direction_info.value;
  f->direction_options.value.others = f->rows;
  f->direction_options.value.n_others = 1;
  f->invert_options.value.n_steps = 3;
  f->invert_options.value.start = f->rows;
  for (i = 0; i < ROW; i++)
    f->mask[i] = (uint8_t)(i % 2);
  f->invert_options.value.mask = f->mask;
  f->invert_options.value.n_masks = 1;

  f->run.value.event = go_on;
  f->memory_options.value.dtype = GEN_F32;
  f->memory_options.value.n_rows = ROWS;
  f->memory_options.value.height = f->memory_options.value.width = SIDE;
  f->stream_options.value.width = 4;
  f->stream_options.value.read = read_nothing;
  f->stream_options.value.rewind = rewind_nothing;
  f->faces_options.value.n_rows = ROWS;
  f->faces_options.value.height = f->faces_options.value.width = SIDE;
  f->faces_options.value.channels = 1;
  f->pca_options.value.n_components = LATENT;
  f->pca_options.value.solver = GEN_PCA_COVARIANCE;
  f->fit_options.value.epochs = 1;
  f->fit_options.value.batch_size = 4;
  f->autoencoder_options.value.network.height = f->autoencoder_options.value.network.width = SIDE;
  f->autoencoder_options.value.latent_size = LATENT;
  f->autoencoder_options.value.hidden = f->autoencoder_options.value.decoder_hidden = f->widths;
  f->autoencoder_options.value.n_hidden = 1;
  f->autoencoder_options.value.corruption = GEN_CORRUPTION_MASKING;
  f->vae_options.value.network.height = f->vae_options.value.network.width = SIDE;
  f->vae_options.value.latent_size = LATENT;
  f->vae_options.value.hidden = f->vae_options.value.decoder_hidden = f->widths;
  f->vae_options.value.n_hidden = 1;
  f->gan_options.value.network.height = f->gan_options.value.network.width = SIDE;
  f->gan_options.value.latent_size = LATENT;
  f->gan_options.value.generator_hidden = f->gan_options.value.discriminator_hidden = f->widths;
  f->gan_options.value.n_generator_hidden = f->gan_options.value.n_discriminator_hidden = 1;
  f->classifier_options.value.network.height = f->classifier_options.value.network.width = SIDE;
  f->classifier_options.value.n_classes = 2;
  f->classifier_options.value.hidden = f->widths;
  f->classifier_options.value.n_hidden = 1;
  f->mixture_options.value.n_components = 2;
  return GEN_OK;
}

static gen_status make_objects(struct fixture *f) {
  gen_fit_options *fit = &f->fit_options.value;
  gen_mixture_options *mixture = &f->mixture_options.value;
  gen_moments_options moments = f->moments_options.value;
  moments.n_directions = GEN_AUTO;
  TRY(gen_context_create(&f->context_options.value, &f->context));
  TRY(gen_token_create(&f->token));
  TRY(gen_token_create(&f->stale));
  gen_token_destroy(f->stale);
  TRY(gen_dataset_create_faces(&f->faces_options.value, &f->dataset));
  TRY(gen_image_create(f->rows, SIDE, SIDE, 1, &f->image));
  TRY(gen_pca_create(&f->pca_options.value, &f->pca));
  TRY(gen_pca_fit(f->pca, f->dataset, NULL));
  TRY(gen_pca_create(&f->pca_options.value, &f->pca_other));
  TRY(gen_pca_fit(f->pca_other, f->dataset, NULL));
  TRY(gen_moments_create(&moments, &f->moments));
  TRY(gen_moments_update(f->moments, f->dataset, NULL));
  TRY(gen_moments_create(&moments, &f->moments_other));
  TRY(gen_moments_update(f->moments_other, f->dataset, NULL));
  TRY(gen_moments_create(&f->moments_options.value, &f->first));
  TRY(gen_moments_update(f->first, f->dataset, NULL));
  TRY(gen_reservoir_create(&f->reservoir_options.value, &f->reservoir));
  TRY(gen_reservoir_update(f->reservoir, f->dataset, 0, NULL));
  TRY(gen_reservoir_create(&f->reservoir_options.value, &f->reservoir_other));
  TRY(gen_reservoir_update(f->reservoir_other, f->dataset, ROWS, NULL));
  TRY(gen_autoencoder_create(&f->autoencoder_options.value, &f->autoencoder));
  TRY(gen_model_fit(f->autoencoder, f->dataset, fit, NULL));
  TRY(gen_vae_create(&f->vae_options.value, &f->vae));
  TRY(gen_model_fit(f->vae, f->dataset, fit, NULL));
  TRY(gen_mixture_fit(f->dataset, mixture, NULL, NULL, &f->mixture));
  TRY(gen_model_fit_mixture(f->pca, f->dataset, mixture, NULL));
  TRY(gen_model_fit_mixture(f->autoencoder, f->dataset, mixture, NULL));
  TRY(gen_model_fit_mixture(f->vae, f->dataset, mixture, NULL));
  TRY(gen_model_fit_threshold(f->pca, f->dataset, 0.9, NULL, NULL));
  TRY(gen_model_fit_threshold(f->autoencoder, f->dataset, 0.9, NULL, NULL));
  TRY(gen_model_fit_threshold(f->vae, f->dataset, 0.9, NULL, NULL));
  TRY(gen_classifier_create(&f->classifier_options.value, &f->classifier));
  TRY(gen_model_fit(f->classifier, f->dataset, fit, NULL));
  TRY(gen_gan_create(&f->gan_options.value, &f->gan));
  TRY(gen_model_fit(f->gan, f->dataset, fit, NULL));
  TRY(gen_trainer_create(f->vae, fit, &f->trainer));
  return gen_trainer_begin(f->trainer, f->rows, NULL, 2, 0, 0, GEN_AUTO);
}

static unsigned char *bytes_of(const char *path, int64_t *size) {
  FILE *file = fopen(path, "rb");
  unsigned char *bytes = (unsigned char *)calloc(1, ROOM);
  if (file == NULL)
    abort();
  if (bytes == NULL) {
    fclose(file);
    return NULL;
  }
  *size = (int64_t)fread(bytes, 1, ROOM, file);
  fclose(file);
  return bytes;
}

/* An IDX file of ROWS rows: of SIDE x SIDE pixels, or of labels. */
static void write_idx(const char *path, int n_axes) {
  const unsigned char header[16] = {
      0, 0, 8, (unsigned char)n_axes, 0, 0, 0, ROWS, 0, 0, 0, SIDE, 0, 0, 0, SIDE};
  FILE *file = fopen(path, "wb");
  int i;
  if (file == NULL)
    abort();
  fwrite(header, 1, (size_t)(4 + 4 * n_axes), file);
  for (i = 0; i < (n_axes == 1 ? ROWS : ROWS * ROW); i++)
    fputc(i % 3, file);
  fclose(file);
}

static gen_status make_files(struct fixture *f, const char *folder) {
  snprintf(f->folder, sizeof f->folder, "%s", folder);
  snprintf(f->image_path, sizeof f->image_path, "%s/image.png", f->folder);
  snprintf(f->idx_path, sizeof f->idx_path, "%s/images.idx", f->folder);
  snprintf(f->labels_path, sizeof f->labels_path, "%s/labels.idx", f->folder);
  snprintf(f->output_path, sizeof f->output_path, "%s/output.png", f->folder);
  snprintf(f->pca_path, sizeof f->pca_path, "%s/pca.safetensors", f->folder);
  snprintf(f->autoencoder_path, sizeof f->pca_path, "%s/autoencoder.safetensors", f->folder);
  snprintf(f->vae_path, sizeof f->vae_path, "%s/vae.safetensors", f->folder);
  snprintf(f->gan_path, sizeof f->gan_path, "%s/gan.safetensors", f->folder);
  snprintf(f->moments_path, sizeof f->moments_path, "%s/moments.safetensors", f->folder);
  snprintf(f->reservoir_path, sizeof f->reservoir_path, "%s/reservoir.safetensors", f->folder);
  snprintf(f->classifier_path, sizeof f->classifier_path, "%s/classifier.safetensors", f->folder);
  memset(f->long_path, 'a', sizeof f->long_path - 1);
  write_idx(f->idx_path, 3);
  write_idx(f->labels_path, 1);
  TRY(gen_image_save(f->image, f->image_path, NULL));
  TRY(gen_model_save(f->pca, f->pca_path, GEN_SAVE_ALL));
  TRY(gen_model_save(f->autoencoder, f->autoencoder_path, GEN_SAVE_ALL));
  TRY(gen_model_save(f->vae, f->vae_path, GEN_SAVE_ALL));
  TRY(gen_model_save(f->gan, f->gan_path, GEN_SAVE_ALL));
  TRY(gen_checkpoint_open(f->vae_path, f->context, &f->checkpoint));
  TRY(gen_model_save(f->classifier, f->classifier_path, GEN_SAVE_ALL));
  TRY(gen_moments_save(f->moments, f->moments_path));
  TRY(gen_reservoir_save(f->reservoir, f->reservoir_path));
  if ((f->image_bytes = bytes_of(f->image_path, &f->image_size)) == NULL)
    return GEN_E_NOMEM;
  if ((f->vae_bytes = bytes_of(f->vae_path, &f->vae_size)) == NULL)
    return GEN_E_NOMEM;
  if ((f->reservoir_bytes = bytes_of(f->reservoir_path, &f->reservoir_size)) == NULL)
    return GEN_E_NOMEM;
  if ((f->moments_bytes = bytes_of(f->moments_path, &f->moments_size)) == NULL)
    return GEN_E_NOMEM;
  return GEN_OK;
}

gen_status make_fixture(struct fixture *f, const char *folder) {
  int i;
  memset(f, 0, sizeof *f);
  f->rows = (float *)malloc(ROOM);
  f->output = calloc(1, ROOM);
  if (f->rows == NULL || f->output == NULL)
    return GEN_E_NOMEM;
  for (i = 0; i < ROOM / (int)sizeof(float); i++)
    f->rows[i] = 0.5f;
  TRY(fill_options(f));
  TRY(make_objects(f));
  return make_files(f, folder);
}
