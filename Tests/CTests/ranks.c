/* Ranks of one process: threads that meet in memory, through the header alone. Shows that fits of
 * two ranks end alike, that a collective which fails ends them with GEN_E_COMM, and that what is
 * wrong on one rank is every rank's error. usage: ranks */
#include <generative.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RANKS = 2, ROWS = 96, WIDTH = 12 };

#define CHECK(condition, ...)                                                                      \
  do {                                                                                             \
    if (!(condition)) {                                                                            \
      fprintf(stderr, "%s:%d: ", __FILE__, __LINE__);                                              \
      fprintf(stderr, __VA_ARGS__);                                                                \
      fprintf(stderr, "\n");                                                                       \
      failures++;                                                                                  \
    }                                                                                              \
  } while (0)

static int failures;

/* ---- The meeting ---------------------------------------------------------------------------- */

static struct {
  pthread_mutex_t mutex;
  pthread_cond_t arrival;
  int arrived, round, is_broken, calls[RANKS];
  int failing_rank, failing_call; /* the call that fails; -1: none */
  const void *sources[RANKS];
} meeting = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, 0, 0, {0}, -1, -1, {NULL}};

/* Waits for all ranks, under the mutex; 0 when one has failed. */
static int wait_for_all(void) {
  int own = meeting.round;
  if (meeting.is_broken)
    return 0;
  if (++meeting.arrived == RANKS) {
    meeting.arrived = 0;
    meeting.round++;
    pthread_cond_broadcast(&meeting.arrival);
    return 1;
  }
  while (meeting.round == own && !meeting.is_broken)
    pthread_cond_wait(&meeting.arrival, &meeting.mutex);
  return meeting.round != own;
}

/* Shows the others where this rank's bytes are, and copies all ranks' into all: parts of size
 * bytes. */
static int32_t exchange(const void *bytes, size_t size, void *all, void *user_data) {
  int rank = *(const int *)user_data, other, done = 0;
  pthread_mutex_lock(&meeting.mutex);
  if (rank == meeting.failing_rank && meeting.calls[rank] == meeting.failing_call) {
    meeting.is_broken = 1;
    pthread_cond_broadcast(&meeting.arrival);
  }
  meeting.calls[rank]++;
  meeting.sources[rank] = bytes;
  if (wait_for_all()) {
    for (other = 0; other < RANKS && size; other++)
      memcpy((char *)all + (size_t)other * size, meeting.sources[other], size);
    done = wait_for_all();
  }
  pthread_mutex_unlock(&meeting.mutex);
  return done ? 0 : 5;
}

static int32_t all_gather(const void *bytes, int64_t count, void *all_out, void *user_data) {
  return exchange(bytes, (size_t)count, all_out, user_data);
}

static int32_t all_reduce(void *values, int64_t count, int32_t dtype, void *user_data) {
  size_t size = (size_t)count * (dtype == GEN_F32 ? 4 : 8);
  char *all = malloc(RANKS * size);
  int32_t status = all ? exchange(values, size, all, user_data) : 6;
  int64_t i;
  int rank;
  for (i = 0; !status && i < count; i++)
    for (rank = 0; rank < RANKS; rank++) {
      const void *part = all + (size_t)rank * size;
      if (dtype == GEN_F32)
        ((float *)values)[i] = (rank ? ((float *)values)[i] : 0) + ((const float *)part)[i];
      else if (dtype == GEN_F64)
        ((double *)values)[i] = (rank ? ((double *)values)[i] : 0) + ((const double *)part)[i];
      else
        ((int64_t *)values)[i] = (rank ? ((int64_t *)values)[i] : 0) + ((const int64_t *)part)[i];
    }
  free(all);
  return status;
}

static int32_t broadcast(void *bytes, int64_t count, int32_t root, void *user_data) {
  char *all = malloc((size_t)(RANKS * count));
  int32_t status = all ? exchange(bytes, (size_t)count, all, user_data) : 6;
  if (!status)
    memcpy(bytes, all + root * count, (size_t)count);
  free(all);
  return status;
}

static int32_t barrier(void *user_data) { return exchange(NULL, 0, NULL, user_data); }

/* ---- Fits ----------------------------------------------------------------------------------- */

/* What is wrong with rank 1. */
enum { NOTHING, RATE, BATCH, WIDER_MODEL, NO_DATASET, DATASET_OF_OTHER_ROWS };

typedef struct {
  int rank, fault;
  gen_status status;
  char message[512];
  float parameters[4]; /* a few outputs of the model, which tell its weights */
  int64_t steps;
} fit_of_rank;

static void *fit(void *argument) {
  fit_of_rank *f = argument;
  int is_wrong = f->rank == 1;
  static const float zeros[WIDTH];
  float rows[ROWS * WIDTH];
  gen_memory_options memory;
  gen_autoencoder_options model;
  gen_fit_options options;
  gen_model_info_t info;
  gen_comm comm;
  gen_dataset *dataset = NULL;
  gen_autoencoder *autoencoder = NULL;
  int i;
  for (i = 0; i < ROWS * WIDTH; i++)
    rows[i] = (float)((i * 7919 + 13) % 101) / 101;
  gen_memory_options_init(&memory, sizeof memory);
  gen_autoencoder_options_init(&model, sizeof model);
  gen_fit_options_init(&options, sizeof options);
  gen_comm_init(&comm, sizeof comm);
  memory.dtype = GEN_F32;
  memory.n_rows = is_wrong && f->fault == DATASET_OF_OTHER_ROWS ? ROWS / 2 : ROWS;
  memory.channels = WIDTH;
  model.network.channels = WIDTH;
  model.latent_size = is_wrong && f->fault == WIDER_MODEL ? 5 : 3;
  comm.rank = f->rank;
  comm.size = RANKS;
  comm.all_reduce = all_reduce;
  comm.broadcast = broadcast;
  comm.all_gather = all_gather;
  comm.barrier = barrier;
  comm.user_data = &f->rank;
  options.comm = &comm;
  options.shared_rows = 1;
  options.epochs = 2;
  options.batch_size = is_wrong && f->fault == BATCH ? -16 : 16;
  options.learning_rate = is_wrong && f->fault == RATE ? 0.5 : 0.01;
  gen_dataset_create(rows, &memory, &dataset);
  gen_autoencoder_create(&model, &autoencoder);
  f->status = gen_model_fit(autoencoder, is_wrong && f->fault == NO_DATASET ? NULL : dataset,
                            &options, NULL);
  snprintf(f->message, sizeof f->message, "%s", f->status ? gen_last_error_message() : "");
  info.struct_size = sizeof info;
  gen_model_info(autoencoder, &info);
  f->steps = info.n_steps;
  gen_autoencoder_encode(autoencoder, zeros, 1, f->parameters);
  gen_model_destroy(autoencoder);
  gen_dataset_destroy(dataset);
  return NULL;
}

/* Fits on all ranks at once. */
static void run(fit_of_rank fits[RANKS], int fault, int failing_rank, int failing_call) {
  pthread_t threads[RANKS];
  int rank;
  meeting.arrived = meeting.round = meeting.is_broken = 0;
  meeting.failing_rank = failing_rank;
  meeting.failing_call = failing_call;
  for (rank = 0; rank < RANKS; rank++) {
    meeting.calls[rank] = 0;
    memset(&fits[rank], 0, sizeof fits[rank]);
    fits[rank].rank = rank;
    fits[rank].fault = fault;
    pthread_create(&threads[rank], NULL, fit, &fits[rank]);
  }
  for (rank = 0; rank < RANKS; rank++)
    pthread_join(threads[rank], NULL);
}

int main(void) {
  static const struct {
    int fault;
    gen_status status;
    const char *words; /* in rank 1's message; rank 0's is the same after "rank 1: " */
  } faults[] = {
      {RATE, GEN_E_MISMATCH, "learning_rate must be the same on all ranks"},
      {WIDER_MODEL, GEN_E_MISMATCH, "latent_size must be the same on all ranks"},
      {BATCH, GEN_E_ARGUMENT, "batch_size must be between 1 and 65536, or auto, not -16"},
      {NO_DATASET, GEN_E_HANDLE, "dataset must not be NULL"},
  };
  fit_of_rank fits[RANKS];
  size_t i;
  int call, calls;
  run(fits, NOTHING, -1, -1);
  calls = meeting.calls[0];
  CHECK(!fits[0].status && !fits[1].status, "%s", fits[0].message);
  CHECK(fits[0].steps == 6 && fits[1].steps == 6, "%d steps", (int)fits[0].steps);
  CHECK(!memcmp(fits[0].parameters, fits[1].parameters, sizeof fits[0].parameters),
        "the ranks' models differ");
  CHECK(meeting.calls[1] == calls && calls > 10, "%d calls", calls);

  /* Each call in turn, of either rank. */
  for (call = 0; call < 2 * calls; call++) {
    run(fits, NOTHING, call % 2, call / 2);
    CHECK(fits[0].status == GEN_E_COMM && fits[1].status == GEN_E_COMM, "call %d: %s and %s",
          call / 2, gen_status_name(fits[0].status), gen_status_name(fits[1].status));
  }

  for (i = 0; i < sizeof faults / sizeof *faults; i++) {
    run(fits, faults[i].fault, -1, -1);
    CHECK(fits[0].status == faults[i].status && fits[1].status == faults[i].status, "%s: %s and %s",
          faults[i].words, gen_status_name(fits[0].status), gen_status_name(fits[1].status));
    CHECK(strstr(fits[1].message, faults[i].words), "%s", fits[1].message);
    CHECK(!strncmp(fits[0].message, "rank 1: ", 8) && !strcmp(fits[0].message + 8, fits[1].message),
          "%s", fits[0].message);
  }
  run(fits, DATASET_OF_OTHER_ROWS, -1, -1);
  CHECK(fits[0].status == GEN_E_MISMATCH && fits[1].status == GEN_E_MISMATCH, "%s",
        fits[0].message);
  CHECK(strstr(fits[0].message, "96 rows on rank 0 and 48 rows on rank 1"), "%s", fits[0].message);
  printf("%d collectives fail in turn, %d failures\n", 2 * calls, failures);
  return failures != 0;
}
