/* The library leaves the process's state unchanged: streams, folder, locale, umask, signals,
 * floating-point modes, environment, the C library's random numbers, and errno on success. Every
 * function of the header is called once with valid arguments. usage: guest FOLDER */
#include "host.h"

#include <errno.h>
#include <fenv.h>
#include <locale.h>
#include <signal.h>
#include <sys/stat.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

static struct fixture f;

#include "right_calls.h"

extern char **environ;

/* Describes as text all state that the library could disturb. */
static void describe(char *text, size_t room) {
  size_t at = 0;
  int signal;
  char folder[4096], line[256];
  char **variable;
  uint64_t environment = 0;
  sigset_t mask;
  FILE *status = fopen("/proc/self/status", "r");
  sigprocmask(SIG_SETMASK, NULL, &mask);
  at += (size_t)snprintf(text + at, room - at, "cwd %s, locale %s, rounding %d, ",
                         getcwd(folder, sizeof folder), setlocale(LC_ALL, NULL), fegetround());
#if defined(__x86_64__)
  /* Without the exception flags that any inexact operation sets. */
  at += (size_t)snprintf(text + at, room - at, "mxcsr %x, ", _mm_getcsr() & ~0x3Fu);
#endif
  while (status && fgets(line, sizeof line, status))
    if (strncmp(line, "Umask", 5) == 0)
      at += (size_t)snprintf(text + at, room - at, "%s", line);
  fclose(status);
  for (variable = environ; *variable; variable++)
    environment += hash(*variable, (int64_t)strlen(*variable));
  at +=
      (size_t)snprintf(text + at, room - at, "environment %llx, ", (unsigned long long)environment);
  for (signal = 1; signal < 65; signal++) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    if (sigaction(signal, NULL, &action) == 0)
      at +=
          (size_t)snprintf(text + at, room - at, "%d:%d:%d%p ", signal, sigismember(&mask, signal),
                           action.sa_flags, (void *)(intptr_t)action.sa_handler);
  }
}

/* Whether the C library's next random number is the one that would have come anyway. */
static int rand_goes_on(int *count) {
  static int sequence[1 << 16];
  if (*count == 0) {
    int i;
    srand(7);
    for (i = 0; i < 1 << 16; i++)
      sequence[i] = rand();
    srand(7);
  }
  return rand() == sequence[(*count)++];
}

int main(int argc, char **argv) {
  static char before[1 << 16], after[1 << 16];
  int n_rand = 0, i, streams[2], kept[2], succeeded = 0;
  int n_calls = (int)(sizeof right_calls / sizeof right_calls[0]);
  char path[600];
  if (argc < 2)
    return 2;
  /* The standard streams go to files during the calls. */
  for (i = 0; i < 2; i++) {
    snprintf(path, sizeof path, "%s/stream%d", argv[1], i);
    streams[i] = fileno(fopen(path, "w+"));
    kept[i] = dup(1 + i);
    fflush(NULL);
    dup2(streams[i], 1 + i);
  }
  umask(027);
  fesetround(FE_TOWARDZERO);
  rand_goes_on(&n_rand);
  describe(before, sizeof before);
  gen_status made = make_fixture(&f, argv[1]);
  int wrong_rand = 0, wrong_errno = 0;
  const char *culprit = "";
  for (i = 0; i < n_calls; i++) {
    gen_status status;
    f.made = NULL;
    errno = 4242;
    status = right_calls[i].call();
    if (status == GEN_OK && errno != 4242) {
      wrong_errno++;
      culprit = right_calls[i].name;
    }
    succeeded += status == GEN_OK;
    wrong_rand += !rand_goes_on(&n_rand);
  }
  describe(after, sizeof after);
  fflush(NULL);
  for (i = 0; i < 2; i++) {
    struct stat written;
    fstat(streams[i], &written);
    dup2(kept[i], 1 + i);
    CHECK(written.st_size == 0, "%ld bytes were printed to stream %d", (long)written.st_size,
          1 + i);
  }
  fesetround(FE_TONEAREST);
  CHECK(made == GEN_OK, "no fixture");
  CHECK(strcmp(before, after) == 0, "changed:\n%s\n%s", before, after);
  CHECK(wrong_rand == 0, "rand() was used");
  CHECK(wrong_errno == 0, "errno changed %d times by successful calls, at last by %s", wrong_errno,
        culprit);
  CHECK(succeeded > n_calls * 3 / 4, "only %d of %d calls succeeded", succeeded, n_calls);
  printf("%d functions called, %d succeeded, %d wrong\n", n_calls, succeeded, failures);
  return failures != 0;
}
