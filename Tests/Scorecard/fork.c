/* Forks after the library's threads have worked: the child samples the same bits, fits, and
 * destroys what it got, and so does the parent afterwards. Then forks while other threads make, use
 * and destroy objects, at whatever place in the library they are. usage: fork FOLDER FORKS
 * FORKS_DURING_CALLS */
#include "host.h"
#include <pthread.h>
#include <sys/wait.h>

enum { N_THREADS = 4, N_SAMPLES = 64 };
static struct fixture f;
static float expected[N_SAMPLES * ROW], rows[N_SAMPLES * ROW];
static int is_over;

static void await(pid_t child, const char *when, long i) {
  double start = now();
  int ended = -1;
  CHECK(child > 0 && waitpid(child, &ended, 0) == child && ended == 0,
        "%s, fork %ld ended with %d after %.1f s", when, i, ended, now() - start);
}

/* A child's check that the model samples what it did. */
static void expect_bits(void) {
  if (gen_vae_sample(f.vae, N_SAMPLES, 1, rows) != GEN_OK ||
      memcmp(rows, expected, sizeof rows) != 0)
    _exit(1);
}

static void fork_between_calls(long n) {
  long i;
  for (i = 0; i < n; i++) {
    pid_t child;
    MUST(gen_gan_fit(f.gan, f.dataset, &f.fit_options.value));
    child = fork();
    if (child == 0) {
      alarm(5);
      expect_bits();
      if (i % 2 == 0 && gen_vae_fit(f.vae, f.dataset, &f.fit_options.value) != GEN_OK)
        _exit(2);
      gen_vae_destroy(f.vae);
      gen_context_destroy(f.context);
      if (i % 4 == 0)
        exit(0);
      _exit(0);
    }
    await(child, "between calls", i);
    MUST(gen_vae_sample(f.vae, N_SAMPLES, 1, rows));
    CHECK(memcmp(rows, expected, sizeof rows) == 0, "the parent's bits after fork %ld", i);
  }
}

static gen_status make_and_use(float *own) {
  gen_pca *pca = NULL;
  gen_image *image = NULL;
  gen_status status = gen_pca_create(&f.pca_options.value, &pca);
  if (status == GEN_OK)
    status = gen_image_create(f.rows, 2, 2, 1, &image);
  if (status == GEN_OK)
    status = gen_vae_encode(f.vae, f.rows, 2, own, NULL);
  gen_image_destroy(image);
  gen_pca_destroy(pca);
  return status;
}

static void *churn(void *argument) {
  float own[2 * LATENT];
  (void)argument;
  while (!__atomic_load_n(&is_over, __ATOMIC_RELAXED))
    CHECK(make_and_use(own) == GEN_OK, "beside forks");
  return NULL;
}

static void fork_during_calls(long n) {
  pthread_t threads[N_THREADS];
  long i;
  for (i = 0; i < N_THREADS; i++)
    pthread_create(&threads[i], NULL, churn, NULL);
  for (i = 0; i < n; i++) {
    pid_t child = fork();
    if (child == 0) {
      float own[2 * LATENT];
      alarm(5);
      if (make_and_use(own) != GEN_OK)
        _exit(2);
      if (i % 16 == 0)
        expect_bits();
      gen_vae_destroy(f.vae);
      _exit(0);
    }
    await(child, "during calls", i);
  }
  __atomic_store_n(&is_over, 1, __ATOMIC_RELAXED);
  for (i = 0; i < N_THREADS; i++)
    pthread_join(threads[i], NULL);
}

int main(int argc, char **argv) {
  long n = argc > 3 ? atol(argv[2]) : 0;
  long during = argc > 3 ? atol(argv[3]) : 0;
  if (n <= 0 || during < 0)
    return 2;
  MUST(make_fixture(&f, argv[1]));
  MUST(gen_vae_sample(f.vae, N_SAMPLES, 1, expected));
  fork_between_calls(n);
  fork_during_calls(during);
  printf("%ld forks between calls and %ld during other threads', %d wrong\n", n, during, failures);
  return failures != 0;
}
