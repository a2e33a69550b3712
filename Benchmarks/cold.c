/* A cold start up to the first answer: loads the library and a model's file, encodes one row, and
 * prints how much memory is then resident, in KiB. usage: cold LIBRARY MODEL ROW_SIZE LATENT_SIZE
 */
#include <dlfcn.h>
#include <generative.h>
#include <stdio.h>
#include <stdlib.h>

typedef gen_status load_fn(const char *, const gen_context *, gen_vae **);
typedef gen_status encode_fn(const gen_vae *, const float *, const int32_t *, int64_t, float *,
                             float *);

static void print_resident(void) {
  char line[256];
  FILE *status = fopen("/proc/self/status", "r");
  long kib;
  if (!status)
    return;
  while (fgets(line, sizeof line, status))
    if (sscanf(line, "VmRSS: %ld", &kib) == 1)
      printf("%ld\n", kib);
  fclose(status);
}

int main(int argc, char **argv) {
  void *library = argc == 5 ? dlopen(argv[1], RTLD_NOW) : NULL;
  load_fn *load = library ? (load_fn *)dlsym(library, "gen_model_load") : NULL;
  encode_fn *encode = library ? (encode_fn *)dlsym(library, "gen_vae_encode") : NULL;
  gen_vae *vae = NULL;
  float *row, *mean;
  if (!load || !encode)
    return 1;
  row = calloc(strtoul(argv[3], NULL, 10), sizeof *row);
  mean = calloc(strtoul(argv[4], NULL, 10), sizeof *mean);
  if (!row || !mean || load(argv[2], NULL, &vae) || encode(vae, row, NULL, 1, mean, NULL))
    return 1;
  print_resident();
  return 0;
}
