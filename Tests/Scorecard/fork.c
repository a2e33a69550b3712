/* Forks in processes whose other threads are making their first calls, so that many objects are
 * being initialized. Then forks after the library's threads have worked: the child samples
 * identical bits, fits, and destroys its objects, and so does the parent afterwards. Then forks
 * while other threads make, use and destroy objects, start threads, read and fail, at arbitrary
 * places in the library.
 *
 * usage: fork FOLDER PROCESSES FORKS FORKS_DURING_CALLS */
#include "host.h"
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>

enum { N_THREADS = 5, N_FIRST = 3, N_SAMPLES = 64, MOST_SECONDS = 20 };
static struct fixture f, first[N_FIRST + 1];
static const char *folder;
static float expected[N_SAMPLES * ROW], rows[N_SAMPLES * ROW];
static gen_vae *tight; /* on a context with memory for one call at a time */
static int is_over;
static double slowest;

static void count_second(int number) {
  static int seconds;
  (void)number;
  if (++seconds == MOST_SECONDS)
    _exit(99);
}

/* Ends a child that hangs. It counts timer signals instead of waiting for one long timer: if the
 * machine or the process group was stopped for some seconds, they count as one, so that this is not
 * mistaken for a hang. */
static void expect_end(void) {
  struct itimerval second = {{1, 0}, {1, 0}};
  signal(SIGALRM, count_second);
  setitimer(ITIMER_REAL, &second, NULL);
}

static void await(pid_t child, const char *when, long i) {
  double start = now(), seconds;
  int ended = -1, is_awaited = child > 0 && waitpid(child, &ended, 0) == child;
  seconds = now() - start;
  if (seconds > slowest)
    slowest = seconds;
  CHECK(is_awaited && ended == 0, "%s, fork %ld ended with %#x after %.1f s", when, i, ended,
        seconds);
}

/* Makes an object of every kind, in thread `index`. */
static void *make_first(void *index) {
  char own[600];
  snprintf(own, sizeof own, "%s/%d", folder, (int)(intptr_t)index);
  mkdir(own, 0700);
  MUST(make_fixture(&first[(intptr_t)index], own));
  return NULL;
}

/* Runs in a process that has not called the library yet. */
static void fork_during_first_calls(uint64_t seed) {
  pthread_t threads[N_FIRST];
  intptr_t i;
  for (i = 0; i < N_FIRST; i++)
    pthread_create(&threads[i], NULL, make_first, (void *)i);
  for (i = 0; i < N_FIRST; i++) {
    pid_t child;
    usleep(next_random(&seed) % 20000);
    child = fork();
    if (child == 0) {
      expect_end();
      make_first((void *)N_FIRST);
      _exit(0);
    }
    await(child, "during first calls", i);
  }
  for (i = 0; i < N_FIRST; i++)
    pthread_join(threads[i], NULL);
  _exit(failures != 0);
}

static void begin_processes(long n) {
  long i;
  for (i = 0; i < n; i++) {
    pid_t child = fork();
    if (child == 0)
      fork_during_first_calls((uint64_t)i);
    await(child, "a process", i);
  }
}

/* Checks in a child that the model samples the same bits as before. */
static void expect_bits(void) {
  if (gen_vae_sample(f.vae, NULL, N_SAMPLES, 1, rows) != GEN_OK ||
      memcmp(rows, expected, sizeof rows) != 0)
    _exit(1);
}

static void fork_between_calls(long n) {
  long i;
  for (i = 0; i < n; i++) {
    pid_t child;
    MUST(gen_model_fit(f.gan, f.dataset, &f.fit_options.value, NULL));
    child = fork();
    if (child == 0) {
      expect_end();
      expect_bits();
      if (i % 2 == 0 && gen_model_fit(f.vae, f.dataset, &f.fit_options.value, NULL) != GEN_OK)
        _exit(2);
      gen_model_destroy(f.vae);
      gen_context_destroy(f.context);
      if (i % 4 == 0)
        exit(0);
      _exit(0);
    }
    await(child, "between calls", i);
    MUST(gen_vae_sample(f.vae, NULL, N_SAMPLES, 1, rows));
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
    status = gen_vae_encode(f.vae, f.rows, NULL, 2, own, NULL);
  gen_image_destroy(image);
  gen_model_destroy(pca);
  return status;
}

static gen_status fit_on_own_threads(float *own) {
  gen_context_options options = f.context_options.value;
  gen_context *context = NULL;
  gen_vae *vae = NULL;
  gen_status status;
  options.n_threads = 3;
  status = gen_context_create(&options, &context);
  if (status == GEN_OK)
    status = gen_model_load_memory(f.vae_bytes, f.vae_size, context, &vae);
  if (status == GEN_OK)
    status = gen_model_fit(vae, f.dataset, &f.fit_options.value, NULL);
  if (status == GEN_OK)
    status = gen_vae_encode(vae, f.rows, NULL, 2, own, NULL);
  gen_model_destroy(vae);
  gen_context_destroy(context);
  return status;
}

static gen_status read_and_write(float *own) {
  unsigned char bytes[1 << 14];
  int64_t count;
  gen_image *image = NULL;
  gen_status status = gen_image_load_memory(f.image_bytes, f.image_size, NULL, &image);
  if (status == GEN_OK)
    status = gen_model_save_memory(f.pca, GEN_SAVE_WEIGHTS, bytes, sizeof bytes, &count);
  if (status == GEN_OK)
    status = gen_dataset_read(f.dataset, 0, 1, own);
  gen_image_destroy(image);
  return status;
}

static gen_status fail(float *own) {
  gen_vae *vae = NULL;
  gen_status status = gen_model_load_memory(f.vae_bytes, f.vae_size - 1, NULL, &vae);
  if (status != GEN_E_TRUNCATED || gen_last_error_message()[0] == 0)
    return GEN_E_INTERNAL;
  return gen_vae_encode(NULL, f.rows, NULL, 1, own, NULL) == GEN_E_HANDLE ? GEN_OK : GEN_E_INTERNAL;
}

static gen_status make_on_limit(int64_t limit, int64_t *peak_out) {
  gen_context_options options = f.context_options.value;
  gen_context *context = NULL;
  gen_status status;
  options.memory_limit = limit;
  gen_model_destroy(tight);
  status = gen_context_create(&options, &context);
  if (status == GEN_OK)
    status = gen_model_load_memory(f.vae_bytes, f.vae_size, context, &tight);
  if (status == GEN_OK)
    status = gen_vae_sample(tight, NULL, N_SAMPLES, 1, rows);
  if (status == GEN_OK)
    status = gen_context_memory(context, NULL, peak_out);
  gen_context_destroy(context);
  return status;
}

static gen_status use_all_memory(float *own) {
  float many[N_SAMPLES * ROW];
  (void)own;
  return gen_vae_sample(tight, NULL, N_SAMPLES, 1, many);
}

static gen_status (*const works[N_THREADS])(float *own) = {make_and_use, fit_on_own_threads,
                                                           read_and_write, fail, use_all_memory};

static void *churn(void *argument) {
  float own[ROW];
  intptr_t index = (intptr_t)argument;
  while (!__atomic_load_n(&is_over, __ATOMIC_RELAXED))
    CHECK(works[index](own) == GEN_OK, "work %d beside forks", (int)index);
  return NULL;
}

static void fork_during_calls(long n) {
  pthread_t threads[N_THREADS];
  int64_t peak;
  intptr_t i;
  MUST(make_on_limit(GEN_AUTO, &peak));
  MUST(make_on_limit(peak + (1 << 20), &peak));
  for (i = 0; i < N_THREADS; i++)
    pthread_create(&threads[i], NULL, churn, (void *)i);
  for (i = 0; i < n; i++) {
    pid_t child = fork();
    if (child == 0) {
      float own[ROW];
      int work;
      expect_end();
      for (work = 0; work < N_THREADS; work++)
        if (works[(i + work) % N_THREADS](own) != GEN_OK)
          _exit(2);
      if (i % 16 == 0)
        expect_bits();
      gen_model_destroy(f.vae);
      _exit(0);
    }
    await(child, "during calls", i);
  }
  __atomic_store_n(&is_over, 1, __ATOMIC_RELAXED);
  for (i = 0; i < N_THREADS; i++)
    pthread_join(threads[i], NULL);
}

int main(int argc, char **argv) {
  long processes = argc > 4 ? atol(argv[2]) : -1;
  long between = argc > 4 ? atol(argv[3]) : -1;
  long during = argc > 4 ? atol(argv[4]) : -1;
  if (processes < 0 || between < 0 || during < 0)
    return 2;
  setvbuf(stdout, NULL, _IOLBF, 0); /* so that a child does not print its parent's buffered lines */
  folder = argv[1];
  begin_processes(processes);
  slowest = 0;
  MUST(make_fixture(&f, folder));
  MUST(gen_vae_sample(f.vae, NULL, N_SAMPLES, 1, expected));
  fork_between_calls(between);
  fork_during_calls(during);
  printf("%ld forks during first calls, %ld between calls and %ld during other threads' calls, "
         "slowest "
         "child %.2f s, %d wrong\n",
         processes * N_FIRST, between, during, slowest, failures);
  return failures != 0;
}
