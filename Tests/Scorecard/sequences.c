/* Makes random calls in two threads on four shared slots. usage: sequences FOLDER CALLS SEED */
#include "sequences.h"
#include <pthread.h>

static long calls;
static uint64_t seed;
static long counts[2][GEN_E_INTERNAL + 1];

static void *run(void *argument) {
  intptr_t index = (intptr_t)argument;
  struct scratch *scratch = (struct scratch *)calloc(1, sizeof *scratch);
  uint64_t random = seed + (uint64_t)index;
  long i;
  for (i = 0; i < calls / 2; i++) {
    uint64_t word = next_random(&random);
    run_sequence(scratch, (const unsigned char *)&word, 3, counts[index]);
  }
  free(scratch);
  return NULL;
}

int main(int argc, char **argv) {
  pthread_t threads[2];
  long done, refused = 0;
  int64_t before = 0, after = 0;
  intptr_t i;
  if (argc < 4)
    return 2;
  calls = atol(argv[2]);
  seed = strtoull(argv[3], NULL, 10);
  MUST(make_fixture(&f, argv[1]));
  MUST(gen_context_memory(NULL, &before, NULL));
  for (i = 0; i < 2; i++)
    pthread_create(&threads[i], NULL, run, (void *)i);
  for (i = 0; i < 2; i++)
    pthread_join(threads[i], NULL);
  done = counts[0][GEN_OK] + counts[1][GEN_OK];
  for (i = 1; i <= GEN_E_INTERNAL; i++)
    refused += counts[0][i] + counts[1][i];
  CHECK(done > calls / 20, "only %ld calls worked", done);
  forget_all();
  MUST(gen_context_memory(NULL, &after, NULL));
  /* A context keeps 4.6 MB of scratch memory for each of the most calls that ever ran at once. */
  CHECK(after - before < 2 * 4600000, "%ld bytes were kept", (long)(after - before));
  printf("%ld calls by 2 threads, %ld succeeded, %ld refused, %d wrong\n", calls, done, refused,
         failures);
  return failures != 0;
}
