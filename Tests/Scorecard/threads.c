/* Many threads use one shared model and a model of their own, make and destroy objects, and cause
 * and read errors. Built and run with ThreadSanitizer.
 *
 * usage: threads FOLDER THREADS SECONDS [planted]
 *   planted: the host itself has a data race, which must be found */
#include "host.h"
#include <pthread.h>

static struct fixture f;
static double deadline;
static float *expected; /* what the shared model samples with seed 1 */
static long calls;
static int is_planted;

/* Works until the deadline, at least once. */
static void *work(void *argument) {
  intptr_t index = (intptr_t)argument;
  float *rows = (float *)malloc(sizeof(float) * 4 * ROW);
  void *bytes = malloc(1 << 20);
  gen_vae *own = NULL;
  int64_t count;
  MUST(gen_model_load_memory(f.vae_bytes, f.vae_size, index % 2 ? f.context : NULL, &own));
  do {
    gen_gan *gan = NULL;
    CHECK(gen_vae_sample(f.vae, NULL, 2, 1, rows) == GEN_OK, "sample");
    CHECK(memcmp(rows, expected, sizeof(float) * 2 * ROW) == 0, "other bits");
    CHECK(gen_vae_encode(f.vae, f.rows, NULL, 2, rows, NULL) == GEN_OK, "encode");
    CHECK(gen_model_save_memory(f.vae, GEN_SAVE_ALL, bytes, 1 << 20, &count) == GEN_OK, "save");
    CHECK(gen_model_fit(own, f.dataset, &f.fit_options.value, NULL) == GEN_OK, "fit");
    CHECK(gen_gan_create(&f.gan_options.value, &gan) == GEN_OK, "create");
    CHECK(gen_gan_sample(gan, NULL, 2, (uint64_t)index, rows) == GEN_OK, "sample");
    gen_model_destroy(gan);
    CHECK(gen_gan_sample(gan, NULL, 2, 1, rows) == GEN_E_HANDLE, "destroyed");
    CHECK(strstr(gen_last_error_message(), "gan") != NULL, "another thread's message");
    if (is_planted)
      f.rows[index % 2] = 0.5f;
    __atomic_fetch_add(&calls, 9, __ATOMIC_RELAXED);
  } while (now() < deadline);
  gen_model_destroy(own);
  free(bytes);
  free(rows);
  return NULL;
}

int main(int argc, char **argv) {
  int n_threads = argc > 3 ? atoi(argv[2]) : 0;
  pthread_t threads[64];
  intptr_t i;
  if (n_threads < 1 || n_threads > 64)
    return 2;
  is_planted = argc > 4;
  f.context_options.value.n_threads = 4;
  MUST(make_fixture(&f, argv[1]));
  expected = (float *)malloc(sizeof(float) * 2 * ROW);
  MUST(gen_vae_sample(f.vae, NULL, 2, 1, expected));
  /* Runs once in this thread first: Swift initializes a global at its first use, under a lock that
   * ThreadSanitizer does not see. Threads started later are known to run after it, so nothing needs
   * suppressing. */
  work(NULL);
  work((void *)1);
  deadline = now() + atof(argv[3]);
  for (i = 0; i < n_threads; i++)
    pthread_create(&threads[i], NULL, work, (void *)i);
  for (i = 0; i < n_threads; i++)
    pthread_join(threads[i], NULL);
  printf("%d threads, %ld calls in %s s, %d wrong\n", n_threads, calls, argv[3], failures);
  return failures != 0;
}
