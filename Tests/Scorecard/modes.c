/* The host's state is an input, too. Whatever its floating-point modes and signals are, set before
 * or after the library's threads start, fits, samples, files and measures have identical bits,
 * nothing dies, and a fault in a worker thread reaches the host's handler. usage: modes FOLDER */
#include "host.h"

#include <fcntl.h>
#include <fenv.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

enum { N_ROWS = 64, N_PIXELS = SIDE * SIDE };

static unsigned char file_bytes[1 << 22];

/* The modes as a number, without the exception flags that arithmetic sets. */
static uint64_t modes_now(void) {
#if defined(__x86_64__)
  unsigned short x87;
  __asm__ volatile("fnstcw %0" : "=m"(x87));
  return (uint64_t)x87 << 32 | (_mm_getcsr() & ~0x3Fu);
#else
  return (uint64_t)fegetround();
#endif
}

static uint64_t callback_modes;

static int32_t note_modes(const gen_event *event, void *user_data) {
  (void)event;
  (void)user_data;
  callback_modes = modes_now();
  return GEN_GO_ON;
}

/* A hash of everything computed here: drawn faces, three fits, their files, samples, a measure. */
static uint64_t work(gen_context *context) {
  gen_faces_options faces;
  gen_pca_options pca_options;
  gen_vae_options vae_options;
  gen_gan_options gan_options;
  gen_fit_options fit;
  gen_run run;
  gen_dataset *data = NULL;
  gen_pca *pca = NULL;
  gen_vae *vae = NULL;
  gen_gan *gan = NULL;
  static float rows[N_ROWS * N_PIXELS], samples[N_ROWS * N_PIXELS];
  gen_reconstruction_t quality = {.struct_size = sizeof quality};
  uint64_t sum = 0;
  int64_t count = 0;
  gen_faces_options_init(&faces, sizeof faces);
  faces.n_rows = N_ROWS;
  faces.height = faces.width = SIDE;
  faces.channels = 1;
  faces.context = context;
  MUST(gen_dataset_create_faces(&faces, &data));
  MUST(gen_dataset_read(data, 0, N_ROWS, rows));
  gen_fit_options_init(&fit, sizeof fit);
  fit.epochs = 1;
  fit.batch_size = 16;
  MUST(gen_run_init(&run, sizeof run));
  run.event = note_modes;

  gen_pca_options_init(&pca_options, sizeof pca_options);
  pca_options.n_components = 5;
  pca_options.context = context;
  MUST(gen_pca_create(&pca_options, &pca));
  MUST(gen_pca_fit(pca, data, NULL));
  MUST(gen_model_save_memory(pca, GEN_SAVE_ALL, file_bytes, sizeof file_bytes, &count));
  sum += hash(file_bytes, count);

  gen_vae_options_init(&vae_options, sizeof vae_options);
  vae_options.network.height = vae_options.network.width = SIDE;
  vae_options.network.architecture = GEN_ARCHITECTURE_DENSE;
  vae_options.network.context = context;
  MUST(gen_vae_create(&vae_options, &vae));
  MUST(gen_model_fit(vae, data, &fit, &run));
  MUST(gen_model_save_memory(vae, GEN_SAVE_ALL, file_bytes, sizeof file_bytes, &count));
  sum = sum * 31 + hash(file_bytes, count);
  MUST(gen_vae_sample(vae, NULL, N_ROWS, 7, samples));
  sum = sum * 31 + hash(samples, sizeof samples);

  gen_gan_options_init(&gan_options, sizeof gan_options);
  gan_options.network.height = gan_options.network.width = SIDE;
  gan_options.network.architecture = GEN_ARCHITECTURE_DENSE;
  gan_options.network.context = context;
  MUST(gen_gan_create(&gan_options, &gan));
  MUST(gen_model_fit(gan, data, &fit, &run));
  MUST(gen_gan_sample(gan, NULL, N_ROWS, 7, samples));
  sum = sum * 31 + hash(samples, sizeof samples);

  /* For equal pictures, the signal-to-noise ratio divides by zero. */
  MUST(gen_evaluate_reconstruction(rows, rows, N_ROWS, SIDE, SIDE, 1, context, NULL, &quality));
  sum = sum * 31 + hash(&quality, sizeof quality);
  gen_model_destroy(gan);
  gen_model_destroy(vae);
  gen_model_destroy(pca);
  gen_dataset_destroy(data);
  return sum;
}

static gen_context *context_of(int n_threads) {
  gen_context_options options;
  gen_context *context = NULL;
  gen_context_options_init(&options, sizeof options);
  options.n_threads = n_threads;
  MUST(gen_context_create(&options, &context));
  return context;
}

struct mode {
  const char *name;
  int traps, rounding, flushes;
};

static const struct mode all_modes[] = {
    {"a trap of division by zero", FE_DIVBYZERO, FE_TONEAREST, 0},
    {"a trap of invalid operations", FE_INVALID, FE_TONEAREST, 0},
    {"a trap of overflow", FE_OVERFLOW, FE_TONEAREST, 0},
    {"a trap of underflow", FE_UNDERFLOW, FE_TONEAREST, 0},
    {"a trap of inexact results", FE_INEXACT, FE_TONEAREST, 0},
    {"all traps", FE_ALL_EXCEPT, FE_TONEAREST, 0},
    {"numbers flushed to zero", 0, FE_TONEAREST, 1},
    {"rounding upward", 0, FE_UPWARD, 0},
    {"rounding downward", 0, FE_DOWNWARD, 0},
    {"rounding toward zero", 0, FE_TOWARDZERO, 0},
};

static void set(const struct mode *mode) {
  fesetenv(FE_DFL_ENV);
  fesetround(mode->rounding);
#if defined(__x86_64__)
  if (mode->flushes)
    _mm_setcsr(_mm_getcsr() | 0x8040);
#endif
  feenableexcept(mode->traps);
}

/* Sets each mode before and after a context's threads start. */
static int all_modes_agree(void) {
  int count = 0, threads, late;
  size_t m;
  gen_context *plain = context_of(1);
  uint64_t expected = work(plain);
  gen_context_destroy(plain);
  for (m = 0; m < sizeof all_modes / sizeof all_modes[0]; m++)
    for (threads = 1; threads <= 4; threads *= 2)
      for (late = 0; late < 2; late++) {
        uint64_t got, before, after;
        gen_context *context = context_of(threads);
        if (late)
          work(context);
        set(&all_modes[m]);
        before = modes_now();
        got = work(context);
        after = modes_now();
        gen_context_destroy(context);
        fesetenv(FE_DFL_ENV);
        CHECK(got == expected, "%s, %d threads, set %s the first fit: other bits",
              all_modes[m].name, threads, late ? "after" : "before");
        CHECK(before == after && before == callback_modes, "%s: the host's modes are not its own",
              all_modes[m].name);
        count++;
      }
  return count;
}

/* Runs `body` in a child and returns its wait status. */
static int in_child(int (*body)(const char *), const char *folder) {
  int status = 0;
  pid_t child = fork();
  if (child == 0)
    _exit(body(folder));
  waitpid(child, &status, 0);
  return status;
}

static gen_image *picture(void) {
  static float pixels[512 * 512 * 3];
  gen_image *image = NULL;
  uint64_t random = 1;
  size_t i;
  for (i = 0; i < sizeof pixels / sizeof *pixels; i++)
    pixels[i] = (float)(next_random(&random) >> 40) / 16777216.0f;
  MUST(gen_image_create(pixels, 512, 512, 3, &image));
  return image;
}

static void *close_soon(void *path) {
  int descriptor = open((const char *)path, O_RDONLY);
  char byte;
  if (read(descriptor, &byte, 1) < 0)
    return NULL;
  close(descriptor);
  return NULL;
}

enum { SIGNAL_IS_PENDING = 1, STATUS_IS_WRONG = 2 };

/* Saves into a pipe whose reader closes it. */
static int save_to_pipe(const char *folder) {
  char path[600];
  pthread_t reader;
  sigset_t pending;
  gen_image *image = picture();
  snprintf(path, sizeof path, "%s/pipe.png", folder);
  mkfifo(path, 0600);
  pthread_create(&reader, NULL, close_soon, path);
  gen_status status = gen_image_save(image, path, NULL);
  pthread_join(reader, NULL);
  sigpending(&pending);
  return (status != GEN_E_IO ? STATUS_IS_WRONG : 0) |
         (sigismember(&pending, SIGPIPE) ? SIGNAL_IS_PENDING : 0);
}

static int save_past_limit(const char *folder) {
  char path[600];
  sigset_t pending;
  gen_image *image = picture();
  struct rlimit limit = {1024, 1024};
  snprintf(path, sizeof path, "%s/large.png", folder);
  setrlimit(RLIMIT_FSIZE, &limit);
  gen_status status = gen_image_save(image, path, NULL);
  sigpending(&pending);
  return status != GEN_E_IO || sigismember(&pending, SIGXFSZ) || access(path, F_OK) == 0;
}

/* The same with a SIGPIPE that was already pending, which must stay pending. */
static int save_to_pipe_blocked(const char *folder) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGPIPE);
  sigprocmask(SIG_BLOCK, &set, NULL);
  raise(SIGPIPE);
  return save_to_pipe(folder) != SIGNAL_IS_PENDING;
}

static void on_bus_error(int number) { _exit(number == SIGBUS ? 42 : 1); }

/* Rows in a mapped file that has been truncated. */
static int fault_in_worker(const char *folder) {
  enum { COUNT = 4096 };
  char path[600];
  gen_vae_options options;
  gen_vae *vae = NULL;
  float *latents = (float *)malloc(COUNT * 64 * sizeof(float));
  size_t size = (size_t)COUNT * N_PIXELS * sizeof(float);
  signal(SIGBUS, on_bus_error);
  snprintf(path, sizeof path, "%s/rows", folder);
  int descriptor = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
  if (ftruncate(descriptor, (off_t)size))
    return 2;
  float *rows = (float *)mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  gen_vae_options_init(&options, sizeof options);
  options.network.height = options.network.width = SIDE;
  options.network.architecture = GEN_ARCHITECTURE_DENSE;
  options.network.context = context_of(4);
  MUST(gen_vae_create(&options, &vae));
  MUST(gen_vae_encode(vae, rows, NULL, COUNT, latents, NULL));
  if (ftruncate(descriptor, (off_t)size / 2))
    return 2;
  gen_vae_encode(vae, rows, NULL, COUNT, latents, NULL);
  return 3;
}

static int ended(int status, int code) { return WIFEXITED(status) && WEXITSTATUS(status) == code; }

/* The library must install no handlers when it is loaded. */
static void check_handlers(void) {
  int number;
  stack_t stack;
  for (number = 1; number < 32; number++) {
    struct sigaction action;
    /* Shells make background processes ignore SIGINT and SIGQUIT. */
    CHECK(sigaction(number, NULL, &action) != 0 || action.sa_handler == SIG_DFL ||
              action.sa_handler == SIG_IGN,
          "a handler of signal %d", number);
  }
  CHECK(sigaltstack(NULL, &stack) == 0 && (stack.ss_flags & SS_DISABLE), "a stack for signals");
}

int main(int argc, char **argv) {
  int i, n_modes, n_faults = 20;
  if (argc < 2)
    return 2;
  check_handlers();
  n_modes = all_modes_agree();
  CHECK(ended(in_child(save_to_pipe, argv[1]), 0), "a pipe without a reader");
  CHECK(ended(in_child(save_to_pipe_blocked, argv[1]), 0), "a pipe, and a SIGPIPE pending before");
  CHECK(ended(in_child(save_past_limit, argv[1]), 0), "a file past RLIMIT_FSIZE");
  for (i = 0; i < n_faults; i++)
    CHECK(ended(in_child(fault_in_worker, argv[1]), 42),
          "a fault did not reach the host's handler");
  printf("%d floating-point modes, 3 signals from writes, %d faults in worker threads, %d wrong\n",
         n_modes, n_faults, failures);
  return failures != 0;
}
