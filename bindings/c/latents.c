/* Shows walks and directions in latent space: latents [folder [epochs]]
 * Writes walk.png (a closed walk through six faces) and smile.png (the six made to smile). */
#include <generative.h>
#include <stdio.h>
#include <stdlib.h>
enum { SIDE = 32, ROW = SIDE * SIDE * 3, FACES = 2000, FACTORS = 10, LATENTS = 10 };
enum { STEPS = 12, SHOWN = 6 }; /* faces per line, and lines */
static float rows[FACES * ROW], factors[FACES * FACTORS], smile[FACES], latents[FACES * LATENTS];
static float path[SHOWN * STEPS * LATENTS], pictures[SHOWN * STEPS * ROW], direction[LATENTS];

/* Decodes a path of latents into an image with STEPS faces per line. */
static int save(const gen_vae *vae, const char *folder, const char *name) {
  char file[4096];
  gen_image *image = NULL;
  gen_grid_options grid;
  int failed;
  gen_grid_options_init(&grid, sizeof grid);
  grid.n_columns = STEPS;
  snprintf(file, sizeof file, "%s/%s", folder, name);
  failed = gen_vae_decode(vae, path, NULL, SHOWN * STEPS, pictures) ||
           gen_image_create_grid(pictures, SHOWN * STEPS, SIDE, SIDE, 3, &grid, &image) ||
           gen_image_save(image, file, NULL);
  gen_image_destroy(image);
  return failed;
}

int main(int argc, char **argv) {
  const char *folder = argc > 1 ? argv[1] : ".";
  gen_dataset *data = NULL;
  gen_vae *vae = NULL;
  gen_vae_options model;
  gen_fit_options fit;
  gen_direction_info_t info = {sizeof info, 0, 0, 0, 0, 0};
  int i, failed;
  gen_vae_options_init(&model, sizeof model);
  gen_fit_options_init(&fit, sizeof fit);
  model.network.height = model.network.width = SIDE;
  model.network.channels = 3;
  model.network.architecture = GEN_ARCHITECTURE_CONVOLUTIONAL;
  model.latent_size = LATENTS;
  fit.epochs = argc > 2 ? atoi(argv[2]) : 5;
  fit.batch_size = 32;
  failed = gen_dataset_create_faces(NULL, &data) || gen_vae_create(&model, &vae) ||
           gen_model_fit(vae, data, &fit, NULL) || gen_dataset_read(data, 0, FACES, rows) ||
           gen_dataset_factors(data, 0, FACES, factors) ||
           gen_vae_encode(vae, rows, NULL, FACES, latents, NULL);
  for (i = 0; i < FACES; i++)
    smile[i] = factors[i * FACTORS]; /* "smile" is the name of factor 0 */
  failed = failed || gen_latents_loop(latents, SHOWN, LATENTS, STEPS, GEN_CURVE_SPHERICAL, path) ||
           save(vae, folder, "walk.png") ||
           gen_latents_direction(latents, FACES, LATENTS, smile, NULL, direction, &info) ||
           gen_latents_move(latents, SHOWN, LATENTS, direction, info.low, info.high, STEPS, path) ||
           save(vae, folder, "smile.png") ||
           printf("smile: correlation %.3f\n", info.correlation) < 0;
  if (failed)
    fprintf(stderr, "%s\n", gen_last_error_message());
  gen_model_destroy(vae);
  gen_dataset_destroy(data);
  return failed;
}
