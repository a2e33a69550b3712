/* Loads, samples and destroys repeatedly, then creates, fits and destroys. Memory, descriptors and
 * threads must not grow. usage: soak FOLDER CYCLES FITS */
#include "host.h"
#include <stdbool.h>

static struct fixture f;

static void load_cycle(void) {
  gen_vae *vae = NULL;
  gen_gan *gan = NULL;
  gen_image *image = NULL;
  gen_context *context = NULL;
  gen_vae_options *options = &f.vae_options.value;
  MUST(gen_context_create(&f.context_options.value, &context));
  MUST(gen_model_load_memory(f.vae_bytes, f.vae_size, context, &vae));
  MUST(gen_vae_sample(vae, NULL, 2, 1, f.rows));
  gen_model_destroy(vae);
  MUST(gen_model_load(f.gan_path, context, &gan));
  MUST(gen_gan_sample(gan, NULL, 2, 1, f.rows));
  gen_model_destroy(gan);
  options->network.context = context;
  MUST(gen_vae_create(options, &vae));
  gen_model_destroy(vae);
  gen_context_destroy(context);
  MUST(gen_image_load(f.image_path, NULL, &image));
  gen_image_destroy(image);
  CHECK(gen_vae_sample(vae, NULL, 2, 1, f.rows) == GEN_E_HANDLE, "a destroyed model");
}

static void fit_cycle(void) {
  gen_vae *vae = NULL;
  gen_gan *gan = NULL;
  f.vae_options.value.network.context = NULL;
  MUST(gen_vae_create(&f.vae_options.value, &vae));
  MUST(gen_model_fit(vae, f.dataset, &f.fit_options.value, NULL));
  gen_model_destroy(vae);
  MUST(gen_gan_create(&f.gan_options.value, &gan));
  MUST(gen_model_fit(gan, f.dataset, &f.fit_options.value, NULL));
  gen_model_destroy(gan);
}

/* Waits until a folder has at most `most` entries: a joined thread stays in /proc for a moment. */
static bool settles(const char *folder, int most) {
  int tries = 0;
  while (entries_of(folder) > most && tries++ < 1000)
    usleep(5000);
  return entries_of(folder) <= most;
}

/* Runs a cycle `n` times. Checks and prints how many bytes each of the last three quarters kept. */
static void soak(const char *name, void (*cycle)(void), long n) {
  long i, start = 0, end;
  int descriptors = 0, threads = 0;
  for (i = 0; i < n; i++) {
    if (i == n / 4) {
      start = resident();
      descriptors = entries_of("/proc/self/fd");
      threads = entries_of("/proc/self/task");
    }
    cycle();
  }
  end = resident();
  /* A few cycles are not enough to measure growth. */
  CHECK(n < 50 || end - start < 1024 * (n - n / 4), "%s: memory grows by %ld bytes per cycle", name,
        (end - start) / (n - n / 4));
  CHECK(entries_of("/proc/self/fd") == descriptors, "%s: %d descriptors, not %d", name,
        entries_of("/proc/self/fd"), descriptors);
  CHECK(settles("/proc/self/task", threads), "%s: %d threads, not %d", name,
        entries_of("/proc/self/task"), threads);
  printf("%ld %s, %.1f bytes of growth each; ", n, name,
         (double)(end - start) / (double)(n - n / 4));
}

/* Destroyed models release their memory, except for what is kept for the next fit. A trim releases
 * that as well. */
static void give_back(void) {
  enum { n_models = 12, mib = 1 << 20 };
  const char *text = "height=28 width=28 architecture=dense hidden=1000,1000";
  gen_model *models[n_models];
  long i, before, largest, after, trimmed;
  MUST(gen_context_trim(NULL));
  before = resident();
  for (i = 0; i < n_models; i++)
    MUST(gen_model_create("vae", text, NULL, &models[i]));
  largest = resident() - before;
  for (i = 0; i < n_models; i++)
    gen_model_destroy(models[i]);
  after = resident() - before;
  MUST(gen_context_trim(NULL));
  trimmed = resident() - before;
  CHECK(largest > 128 * mib, "models of only %ld bytes", largest);
  CHECK(after < 64 * mib, "%ld of %ld bytes kept after the last model", after, largest);
  CHECK(trimmed < 4 * mib, "%ld of %ld bytes kept after a trim", trimmed, largest);
}

int main(int argc, char **argv) {
  if (argc < 4)
    return 2;
  MUST(make_fixture(&f, argv[1]));
  soak("cycles of create, load, sample and destroy", load_cycle, atol(argv[2]));
  soak("fits", fit_cycle, atol(argv[3]));
  if (atol(argv[3]) >= 50)
    give_back();
  printf("%d wrong\n", failures);
  return failures != 0;
}
