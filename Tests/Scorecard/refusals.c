/* Refuses memory for small objects, whose allocation Swift expects to succeed: each request once,
 * and then with all later ones. Calls must succeed or return GEN_E_NOMEM, and work again when
 * memory is available. Where the library cannot continue, the host's log gets a last message before
 * the process ends. usage: refusals FOLDER */
#include "host.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

static long calls, failing = -1;
static int keeps_failing;
static size_t largest = SIZE_MAX;

/* Overrides the C library's function. The library's small objects use this one; its data use
 * aligned_alloc. */
int posix_memalign(void **block, size_t alignment, size_t count) {
  static int (*real)(void **, size_t, size_t);
  if (!real)
    *(void **)&real = dlsym(RTLD_NEXT, "posix_memalign");
  long number = __atomic_add_fetch(&calls, 1, __ATOMIC_RELAXED);
  if (count > largest ||
      (failing >= 0 && (number == failing || (keeps_failing && number > failing))))
    return 12;
  return real(block, alignment, count);
}

static int worked, refused;

static void note(gen_status status) {
  worked += status == GEN_OK;
  refused += status == GEN_E_NOMEM;
  CHECK(status == GEN_OK || status == GEN_E_NOMEM || status == GEN_E_HANDLE, "request %ld: %s",
        failing, gen_status_name(status));
}

/* Makes calls of every kind. An object that could not be made is NULL, which later calls refuse. */
static gen_status story(const char *folder) {
  gen_faces_options faces;
  gen_vae_options vae_options;
  gen_pca_options pca_options;
  gen_fit_options fit;
  gen_dataset *data = NULL;
  gen_pca *pca = NULL;
  gen_vae *vae = NULL, *loaded = NULL;
  gen_image *image = NULL;
  gen_status last;
  static float rows[16 * ROW];
  char path[600];
  gen_faces_options_init(&faces, sizeof faces);
  gen_vae_options_init(&vae_options, sizeof vae_options);
  gen_pca_options_init(&pca_options, sizeof pca_options);
  gen_fit_options_init(&fit, sizeof fit);
  faces.n_rows = 32;
  faces.height = faces.width = vae_options.network.height = vae_options.network.width = SIDE;
  faces.channels = 1;
  vae_options.network.architecture = GEN_ARCHITECTURE_DENSE;
  pca_options.n_components = 3;
  fit.epochs = 1;
  snprintf(path, sizeof path, "%s/vae.safetensors", folder);
  note(gen_dataset_create_faces(&faces, &data));
  note(gen_pca_create(&pca_options, &pca));
  note(gen_pca_fit(pca, data, NULL));
  note(gen_vae_create(&vae_options, &vae));
  note(gen_model_fit(vae, data, &fit, NULL));
  note(gen_model_save(vae, path, GEN_SAVE_ALL));
  note(gen_model_load(path, NULL, &loaded));
  note(gen_vae_sample(vae, NULL, 16, 1, rows));
  note(gen_image_create_grid(rows, 16, SIDE, SIDE, 1, NULL, &image));
  last = gen_vae_encode(vae, rows, NULL, 16, rows, NULL);
  note(last);
  gen_image_destroy(image);
  gen_model_destroy(loaded);
  gen_model_destroy(vae);
  gen_model_destroy(pca);
  gen_dataset_destroy(data);
  return last;
}

static char last_word[256];

static void hear(int32_t level, const char *message, void *user_data) {
  if (level == GEN_LOG_ERROR) {
    snprintf(last_word, sizeof last_word, "%s", message);
    if (write(*(int *)user_data, last_word, sizeof last_word) < 0)
      _exit(9);
  }
}

/* A list of many files needs more memory than the reserve for small objects has. */
static void list_many(const char *folder, int out) {
  gen_context_options options;
  gen_open_options many;
  gen_context *context = NULL;
  gen_dataset *data = NULL;
  int i;
  gen_context_options_init(&options, sizeof options);
  options.log = hear;
  options.user_data = &out;
  MUST(gen_context_create(&options, &context));
  for (i = 0; i < 6000; i++) {
    char path[600];
    snprintf(path, sizeof path, "%s/%d.png", folder, i);
    close(open(path, O_CREAT | O_WRONLY, 0600));
  }
  gen_open_options_init(&many, sizeof many);
  many.height = many.width = SIDE;
  many.context = context;
  signal(SIGILL, SIG_DFL);
  largest = 1 << 16;
  gen_dataset_open(folder, &many, NULL, &data);
  _exit(0);
}

int main(int argc, char **argv) {
  long n, total;
  int pipes[2], ended = 0;
  pid_t child;
  if (argc < 2)
    return 2;
  CHECK(story(argv[1]) == GEN_OK, "the first time");
  calls = 0;
  CHECK(story(argv[1]) == GEN_OK, "the second time");
  total = calls;
  for (keeps_failing = 0; keeps_failing < 2; keeps_failing++)
    for (n = 1; n <= total; n += stride() * (1 + (keeps_failing ? n / 8 : n / 64))) {
      calls = 0;
      failing = n;
      story(argv[1]);
      failing = -1;
      CHECK(story(argv[1]) == GEN_OK, "after request %ld was refused", n);
    }
  keeps_failing = 0;
  if (pipe(pipes))
    return 2;
  child = fork();
  if (child == 0)
    list_many(argv[1], pipes[1]);
  waitpid(child, &ended, 0);
  close(pipes[1]);
  CHECK(WIFSIGNALED(ended) && WTERMSIG(ended) == SIGILL, "ended with %d", ended);
  CHECK(read(pipes[0], last_word, sizeof last_word) > 0 && strstr(last_word, "out of memory"), "%s",
        last_word);
  printf("%ld allocations of small objects failed, once and permanently: %d calls GEN_E_NOMEM, %d "
         "succeeded; last message \"%s\", "
         "%d wrong\n",
         total, refused, worked, last_word, failures);
  return failures != 0;
}
