/* Computes principal components of images: pca [folder]
 * Writes components.png and reconstructions.png (originals above their reconstructions from 30
 * components). */
#include <generative.h>
#include <stdio.h>

#define FASHION "/usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz"
enum { SIDE = 28, SIZE = SIDE * SIDE, COUNT = 30, SHOWN = 10 };

/* Opens Fashion-MNIST where Debian's package puts it, else draws faces. */
static int open_images(gen_dataset **images) {
  gen_faces_options faces;
  gen_faces_options_init(&faces, sizeof faces);
  faces.height = faces.width = SIDE;
  faces.channels = 1;
  return gen_dataset_open(FASHION, NULL, NULL, images) && gen_dataset_create_faces(&faces, images);
}

static gen_status save_grid(const float *rows, int64_t count, const gen_grid_options *grid,
                            const char *folder, const char *name) {
  char path[4096];
  gen_image *image = NULL;
  gen_status status = gen_image_create_grid(rows, count, SIDE, SIDE, 1, grid, &image);
  snprintf(path, sizeof path, "%s/%s", folder, name);
  if (status == GEN_OK)
    status = gen_image_save(image, path, NULL);
  gen_image_destroy(image);
  return status;
}

int main(int argc, char **argv) {
  const char *folder = argc > 1 ? argv[1] : ".";
  static float components[COUNT * SIZE], images[2 * SHOWN * SIZE], latents[SHOWN * COUNT];
  double variance[COUNT];
  gen_pca_info_t info = {sizeof info, 0, 0, 0, 0, 0, 0, 0};
  gen_dataset *data = NULL;
  gen_pca *pca = NULL;
  gen_pca_options options;
  gen_grid_options grid;
  int failed;
  gen_pca_options_init(&options, sizeof options);
  gen_grid_options_init(&grid, sizeof grid);
  options.n_components = COUNT;
  grid.n_columns = SHOWN;
  grid.stretch = 1;
  failed = open_images(&data) || gen_pca_create(&options, &pca) || gen_pca_fit(pca, data, NULL) ||
           gen_pca_solution(pca, GEN_F32, NULL, components, variance) || gen_pca_info(pca, &info) ||
           gen_dataset_read(data, 0, SHOWN, images) ||
           gen_pca_transform(pca, images, GEN_F32, SHOWN, latents) ||
           gen_pca_inverse_transform(pca, latents, GEN_F32, SHOWN, images + SHOWN * SIZE) ||
           save_grid(components, COUNT, &grid, folder, "components.png");
  grid.stretch = 0;
  failed = failed || save_grid(images, 2 * SHOWN, &grid, folder, "reconstructions.png") ||
           printf("component 1: %.1f%% of variance\n", 100 * variance[0] / info.total_variance) < 0;
  if (failed)
    fprintf(stderr, "%s\n", gen_last_error_message());
  gen_model_destroy(pca);
  gen_dataset_destroy(data);
  return failed;
}
