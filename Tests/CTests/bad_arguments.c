/* Calls every exported function with bad arguments, each call in a child process: no signal, a
 * documented status, one line of message. bad-arguments.py writes the calls from the header. */
#include "bad_arguments.h"
#include <limits.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* What a call must answer. */
enum expectation {
  ANY_STATUS,     /* any documented one */
  FAILURE,        /* any documented one but GEN_OK */
  ARGUMENT_FAULT, /* GEN_E_ARGUMENT */
  HANDLE_FAULT,   /* GEN_E_HANDLE */
  VERSION_FAULT,  /* GEN_E_VERSION */
  NO_STATUS       /* the function returns none; surviving is all */
};

struct bad_call {
  const char *name;
  gen_status (*call)(void);
  enum expectation expectation;
  const char *words; /* that the message must have */
};

/* Arguments that are right, for all parameters but the one under test. */
static struct fixture f;

/* A call with numbers at the ends of their ranges need not be done. */
static void stop_run(void) {
  f.run.value.token = f.token;
  gen_token_cancel(f.token);
}

/* A struct of a program with an older header, behind which nothing can be read. */
static void *older_struct(void) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  char *pages =
      (char *)mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  uint32_t *structure = (uint32_t *)(void *)(pages + page) - 2;
  if (pages == MAP_FAILED || mprotect(pages + page, page, PROT_NONE) != 0)
    abort();
  *structure = 8;
  return structure;
}

/* Objects of sizes at the ends of their ranges are refused at once. */
static gen_status limit_memory(void) {
  gen_context_options options = f.context_options.value;
  gen_context *context = NULL;
  gen_status status;
  options.memory_limit = 1 << 28;
  status = gen_context_create(&options, &context);
  f.memory_options.value.context = f.open_options.value.context = context;
  f.stream_options.value.context = f.faces_options.value.context = context;
  f.load_image_options.value.context = f.grid_options.value.context = context;
  f.moments_options.value.context = f.reservoir_options.value.context = context;
  f.pca_options.value.context = f.autoencoder_options.value.network.context = context;
  f.vae_options.value.network.context = f.gan_options.value.network.context = context;
  f.classifier_options.value.network.context = context;
  return status;
}

#include "bad_arguments_cases.h"

/* In the child: makes the call and exits with 0 when the answer is as it must be. */
static void judge(const struct bad_call *bad) {
  const char *message;
  gen_status status;
  alarm(20);
  status = bad->call();
  message = gen_last_error_message();
  if (getenv("SHOW_MESSAGES") && bad->expectation != NO_STATUS) {
    printf("%s: %s: %s\n", bad->name, gen_status_name(status), status == GEN_OK ? "" : message);
    fflush(stdout);
  }
  if (bad->expectation == NO_STATUS)
    _exit(0);
  if (status < GEN_OK || status > GEN_E_COMM)
    fprintf(stderr, "%s: status %d is not documented\n", bad->name, (int)status);
  else if (status == GEN_E_INTERNAL)
    fprintf(stderr, "%s: GEN_E_INTERNAL: %s\n", bad->name, message);
  else if (status == GEN_OK && bad->expectation != ANY_STATUS)
    fprintf(stderr, "%s: returned GEN_OK\n", bad->name);
  else if (bad->expectation == ARGUMENT_FAULT && status != GEN_E_ARGUMENT)
    fprintf(stderr, "%s: %s, not GEN_E_ARGUMENT\n", bad->name, gen_status_name(status));
  else if (bad->expectation == HANDLE_FAULT && status != GEN_E_HANDLE)
    fprintf(stderr, "%s: %s, not GEN_E_HANDLE\n", bad->name, gen_status_name(status));
  else if (bad->expectation == VERSION_FAULT && status != GEN_E_VERSION)
    fprintf(stderr, "%s: %s, not GEN_E_VERSION\n", bad->name, gen_status_name(status));
  else if (status != GEN_OK && message[0] == 0)
    fprintf(stderr, "%s: %s without a message\n", bad->name, gen_status_name(status));
  else if (status != GEN_OK && strchr(message, '\n') != NULL)
    fprintf(stderr, "%s: a message of several lines\n", bad->name);
  else if (strstr(message, bad->words) == NULL)
    fprintf(stderr, "%s: a message without %s: %s\n", bad->name, bad->words, message);
  else
    _exit(0);
  _exit(1);
}

int main(int argc, char **argv) {
  size_t i, failed = 0, count = sizeof bad_calls / sizeof bad_calls[0];
  if (argc < 2 || make_fixture(&f, argv[1]) != GEN_OK || limit_memory() != GEN_OK) {
    fprintf(stderr, "no fixture: %s\n", gen_last_error_message());
    return 2;
  }
  for (i = 0; i < count; i++) {
    int ended = 0;
    pid_t child;
    if (argc > 2 && strstr(bad_calls[i].name, argv[2]) == NULL)
      continue;
    child = fork();
    if (child == 0)
      judge(&bad_calls[i]);
    if (child < 0 || waitpid(child, &ended, 0) != child)
      return 2;
    if (WIFSIGNALED(ended))
      fprintf(stderr, "%s: ended by signal %d\n", bad_calls[i].name, WTERMSIG(ended));
    else if (WEXITSTATUS(ended) > 1)
      fprintf(stderr, "%s: ended by a sanitizer\n", bad_calls[i].name);
    failed += ended != 0;
  }
  printf("%u bad calls, %u wrong answers\n", (unsigned)count, (unsigned)failed);
  return failed != 0;
}
