/* A host that exports functions of zlib, libpng and libjpeg, as Node.js and PHP do, but with other
 * contents: each ends the process. A library with codecs inside must not call them when it writes
 * and reads images, and a gzipped file. The host is linked with -rdynamic.
 *
 * usage: codecs FOLDER FILE... (files that gen_dataset_open reads) */
#include "host.h"

#define HOSTS_OWN(name)                                                                            \
  void name(void);                                                                                 \
  void name(void) {                                                                                \
    fputs("the library called the host's " #name "\n", stderr);                                    \
    abort();                                                                                       \
  }

HOSTS_OWN(inflate)
HOSTS_OWN(inflateInit_)
HOSTS_OWN(inflateInit2_)
HOSTS_OWN(inflateReset)
HOSTS_OWN(deflate)
HOSTS_OWN(deflateInit2_)
HOSTS_OWN(crc32)
HOSTS_OWN(adler32)
HOSTS_OWN(png_create_read_struct)
HOSTS_OWN(png_create_read_struct_2)
HOSTS_OWN(png_create_write_struct)
HOSTS_OWN(png_create_write_struct_2)
HOSTS_OWN(png_write_row)
HOSTS_OWN(jpeg_std_error)
HOSTS_OWN(jpeg_CreateDecompress)
HOSTS_OWN(jpeg_CreateCompress)
HOSTS_OWN(jpeg_read_header)

int main(int argc, char **argv) {
  static const char *names[] = {"image.png", "image.jpg"};
  float pixels[16 * 16 * 3], read[16 * 16 * 3];
  gen_image *image = NULL, *again = NULL;
  int i, j, n_files = 0;
  for (i = 0; i < 16 * 16 * 3; i++)
    pixels[i] = (float)(i / 48) / 15;
  MUST(gen_image_create(pixels, 16, 16, 3, &image));
  for (i = 0; i < 2; i++) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", argv[1], names[i]);
    MUST(gen_image_save(image, path, NULL));
    MUST(gen_image_load(path, NULL, &again));
    MUST(gen_image_pixels(again, read));
    for (j = 0; j < 16 * 16 * 3; j++)
      CHECK(read[j] - pixels[j] < 0.05f && pixels[j] - read[j] < 0.05f, "%s: pixel %d", names[i],
            j);
    gen_image_destroy(again);
  }
  gen_image_destroy(image);
  for (i = 2; i < argc; i++) {
    gen_dataset *dataset = NULL;
    gen_status status = gen_dataset_open(argv[i], NULL, NULL, &dataset);
    CHECK(status == GEN_OK, "%s", argv[i]);
    gen_dataset_destroy(dataset);
    n_files++;
  }
  printf("2 images written and read, %d files read, %d wrong\n", n_files, failures);
  return failures != 0;
}
