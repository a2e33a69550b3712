/* The program of bindings/<language>/faces.*, in C: it writes faces.png to the current folder. Then
 * it compares other images with it, pixel by pixel, and fails at the first that differs. usage:
 * text_door IMAGE... */
#include <generative.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_VALUES = 200 * 200 * 3 }; /* of an image of 16 faces of 32 x 32 x 3, with margins */

static void check(gen_status status) {
  if (!status)
    return;
  fprintf(stderr, "%s\n", gen_last_error_message());
  exit(1);
}

/* Returns the number of values. */
static int64_t read_pixels(const char *path, float *pixels) {
  gen_image *image;
  int64_t height, width, channels;
  check(gen_image_load(path, NULL, &image));
  check(gen_image_size(image, &height, &width, &channels));
  int64_t n = height * width * channels;
  if (n <= MOST_VALUES)
    check(gen_image_pixels(image, pixels));
  gen_image_destroy(image);
  return n;
}

int main(int argc, char **argv) {
  static float rows[16 * 32 * 32 * 3], expected[MOST_VALUES], pixels[MOST_VALUES];
  void *drawn, *fit;
  gen_dataset *faces;
  gen_model *vae;
  gen_image *grid;
  check(gen_struct_create("faces", "n_rows=200", &drawn));
  check(gen_dataset_create_faces(drawn, &faces));
  check(gen_model_create("vae",
                         "height=32 width=32 channels=3 latent_size=10 architecture=convolutional",
                         NULL, &vae));
  check(gen_struct_create("fit", "epochs=1 batch_size=32", &fit));
  check(gen_model_fit(vae, faces, fit, NULL));
  check(gen_vae_sample(vae, NULL, 16, 1, rows));
  check(gen_image_create_grid(rows, 16, 32, 32, 3, NULL, &grid));
  check(gen_image_save(grid, "faces.png", NULL));
  int64_t n = read_pixels("faces.png", expected);
  for (int i = 1; i < argc; i++) {
    if (n > MOST_VALUES || read_pixels(argv[i], pixels) != n ||
        memcmp(pixels, expected, (size_t)n * sizeof *pixels)) {
      fprintf(stderr, "%s differs from C's\n", argv[i]);
      return 1;
    }
  }
  gen_image_destroy(grid);
  gen_model_destroy(vae);
  gen_dataset_destroy(faces);
  gen_struct_destroy(drawn);
  gen_struct_destroy(fit);
  return 0;
}
