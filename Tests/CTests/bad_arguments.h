/* Valid arguments of every kind, for bad_arguments.c to spoil one at a time. */
#ifndef BAD_ARGUMENTS_H
#define BAD_ARGUMENTS_H

#include <generative.h>

/* Rows are 16 x 16 x 1, there are 8, latents have 3 floats. */
enum { SIDE = 16, ROW = SIDE * SIDE, ROWS = 8, LATENT = 3, ROOM = 1 << 22 };

/* Options with room behind them, for struct sizes larger than the library knows. */
#define ROOMY(type)                                                                                \
  union {                                                                                          \
    type value;                                                                                    \
    unsigned char bytes[sizeof(type) + 64];                                                        \
  }

struct fixture {
  gen_context *context;
  gen_token *token;
  gen_dataset *dataset;
  gen_image *image;
  gen_pca *pca, *pca_other;
  gen_autoencoder *autoencoder;
  gen_vae *vae;
  gen_gan *gan;
  gen_checkpoint *checkpoint;
  gen_classifier *classifier;
  gen_mixture *mixture;
  gen_trainer *trainer;                         /* in a step */
  gen_moments *moments, *moments_other, *first; /* first: a sketch */
  gen_reservoir *reservoir, *reservoir_other;
  gen_token *stale; /* of a destroyed object */
  void *options;    /* made from text */
  void *made;       /* where handles go that calls make */

  ROOMY(gen_run) run;
  ROOMY(gen_context_options) context_options;
  ROOMY(gen_memory_options) memory_options;
  ROOMY(gen_open_options) open_options;
  ROOMY(gen_stream_options) stream_options;
  ROOMY(gen_faces_options) faces_options;
  ROOMY(gen_load_image_options) load_image_options;
  ROOMY(gen_resize_options) resize_options;
  ROOMY(gen_grid_options) grid_options;
  ROOMY(gen_save_image_options) save_image_options;
  ROOMY(gen_pca_options) pca_options;
  ROOMY(gen_fit_options) fit_options;
  ROOMY(gen_comm) comm;
  ROOMY(gen_event) event;
  ROOMY(gen_autoencoder_options) autoencoder_options;
  ROOMY(gen_vae_options) vae_options;
  ROOMY(gen_gan_options) gan_options;
  ROOMY(gen_classifier_options) classifier_options;
  ROOMY(gen_linear_options) linear_options;
  ROOMY(gen_linear_info_t) linear_info;
  ROOMY(gen_mixture_options) mixture_options;
  ROOMY(gen_mixture_info_t) mixture_info;
  ROOMY(gen_direction_options) direction_options;
  ROOMY(gen_invert_options) invert_options;
  ROOMY(gen_dataset_info_t) dataset_info;
  ROOMY(gen_pca_info_t) pca_info;
  ROOMY(gen_model_info_t) model_info;
  ROOMY(gen_direction_info_t) direction_info;
  ROOMY(gen_moments_options) moments_options;
  ROOMY(gen_moments_info_t) moments_info;
  ROOMY(gen_reservoir_options) reservoir_options;
  ROOMY(gen_reservoir_info_t) reservoir_info;
  ROOMY(gen_reconstruction_t) reconstruction;
  ROOMY(gen_plan) plan;
  ROOMY(gen_tensor) tensor;

  char folder[512]; /* with a picture in it */
  char image_path[600], idx_path[600], labels_path[600], output_path[600];
  char pca_path[600], autoencoder_path[600], vae_path[600], gan_path[600], moments_path[600],
      classifier_path[600], reservoir_path[600];
  char long_path[1 << 16];
  int64_t widths[32];
  float *rows;       /* ROOM / 4 of them, all 0.5 */
  float ramp[ROWS];  /* 0, 1, 2 ... */
  uint8_t mask[ROW]; /* 0, 1, 0 ... */
  unsigned char *vae_bytes, *image_bytes, *moments_bytes, *reservoir_bytes;
  int64_t vae_size, image_size, moments_size, reservoir_size;
  void *output; /* ROOM bytes */
};

/* Fills in everything; files go to the folder. Returns the first status that is not GEN_OK. */
gen_status make_fixture(struct fixture *f, const char *folder);

#endif
