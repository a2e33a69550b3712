/* Loads pictures and prints each one's status, size and time in milliseconds.
 * usage: decode [-p] FILE...
 *   -p: writes the pixels as bytes into FILE.raw */
#include "host.h"

int main(int argc, char **argv) {
  int i, writes = argc > 1 && strcmp(argv[1], "-p") == 0;
  for (i = 1 + writes; i < argc; i++) {
    gen_image *image = NULL;
    int64_t height = 0, width = 0, channels = 0;
    double start = now();
    gen_status status = gen_image_load(argv[i], NULL, &image);
    double milliseconds = 1e3 * (now() - start);
    if (status == GEN_OK)
      MUST(gen_image_size(image, &height, &width, &channels));
    printf("%s %s %ld %ld %ld %.1f %ld\n", argv[i], gen_status_name(status), (long)height,
           (long)width, (long)channels, milliseconds, peak_resident() / 1024);
    if (status != GEN_OK && gen_last_error_message()[0] == 0)
      return 1;
    if (status == GEN_OK && writes) {
      int64_t count = height * width * channels, k;
      float *pixels = (float *)malloc((size_t)count * sizeof *pixels);
      char path[4096];
      FILE *raw;
      snprintf(path, sizeof path, "%s.raw", argv[i]);
      raw = fopen(path, "wb");
      MUST(gen_image_pixels(image, pixels));
      for (k = 0; k < count; k++)
        fputc((int)(pixels[k] * 255 + 0.5f), raw);
      fclose(raw);
      free(pixels);
    }
    gen_image_destroy(image);
  }
  return 0;
}
