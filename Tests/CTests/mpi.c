/* Ranks of mpirun through the adapter. usage: mpirun -n N mpi WHAT
 *   sums         the four functions, over several chunks and pieces
 *   fail CALL    rank 1's CALL-th collective fails: every rank returns GEN_E_COMM
 *   kill EPOCH   rank 1 is killed after EPOCH epochs: where the job lives on, the others return
 *                GEN_E_COMM */
#include "generative_mpi.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 256, WIDTH = 20 };

static int failing_call = -1, calls;
static gen_comm real;

/* Counts calls, and on rank 1 fails at one of them. */
static int fails(void) {
  if (calls++ != failing_call || real.rank != 1)
    return 0;
  gen_mpi_give_up(&real);
  return 99;
}

static int32_t all_reduce(void *values, int64_t count, int32_t dtype, void *user_data) {
  int error = fails();
  return error ? error : real.all_reduce(values, count, dtype, user_data);
}

static int32_t broadcast(void *bytes, int64_t count, int32_t root, void *user_data) {
  int error = fails();
  return error ? error : real.broadcast(bytes, count, root, user_data);
}

static int32_t all_gather(const void *bytes, int64_t count, void *all_out, void *user_data) {
  int error = fails();
  return error ? error : real.all_gather(bytes, count, all_out, user_data);
}

/* Sums of all sizes and types in turn, at once one after the other: what one rank still reads of
 * one, another must not have overwritten with the next. */
static int check_turns(void) {
  enum { MOST = 1500, ROUNDS = 300 };
  static union {
    float f[MOST];
    double d[MOST];
    int64_t i[MOST];
  } x;
  int round, i, wrong = 0;
  int64_t ranks = real.size, sum = ranks * (ranks + 1) / 2;
  for (round = 0; round < ROUNDS; round++) {
    int count = 1 + round * 397 % MOST, type = round % 3;
    int32_t dtype = type == 0 ? GEN_F32 : type == 1 ? GEN_F64 : GEN_I64;
    for (i = 0; i < count; i++) {
      int64_t value = (i + round) * (real.rank + 1);
      if (type == 0)
        x.f[i] = (float)value;
      else if (type == 1)
        x.d[i] = (double)value;
      else
        x.i[i] = value;
    }
    wrong += real.all_reduce(&x, count, dtype, real.user_data) != 0;
    for (i = 0; i < count; i++) {
      double value = type == 0 ? x.f[i] : type == 1 ? x.d[i] : (double)x.i[i];
      wrong += value != (double)((i + round) * sum);
    }
  }
  return wrong;
}

static int check_functions(void) {
  enum { COUNT = 1000 };
  static float floats[COUNT];
  static double doubles[COUNT];
  static int64_t integers[COUNT];
  char *all = malloc((size_t)COUNT * real.size), bytes[COUNT];
  int i, rank, wrong = check_turns();
  int64_t ranks = real.size, sum = ranks * (ranks + 1) / 2;
  for (i = 0; i < COUNT; i++) {
    floats[i] = (float)(i * (real.rank + 1));
    doubles[i] = i * 0.5 * (real.rank + 1);
    integers[i] = ((int64_t)i << 40) * (real.rank + 1);
    bytes[i] = (char)(i + real.rank);
  }
  wrong += real.all_reduce(floats, COUNT, GEN_F32, real.user_data) != 0;
  wrong += real.all_reduce(doubles, COUNT, GEN_F64, real.user_data) != 0;
  wrong += real.all_reduce(integers, COUNT, GEN_I64, real.user_data) != 0;
  wrong += real.all_gather(bytes, COUNT, all, real.user_data) != 0;
  wrong += real.broadcast(bytes, COUNT, real.size - 1, real.user_data) != 0;
  wrong += real.barrier(real.user_data) != 0;
  for (i = 0; i < COUNT; i++) {
    wrong += floats[i] != (float)(i * sum) || doubles[i] != i * 0.5 * (double)sum;
    wrong += integers[i] != ((int64_t)i << 40) * sum;
    wrong += bytes[i] != (char)(i + real.size - 1);
    for (rank = 0; rank < real.size; rank++)
      wrong += all[(size_t)rank * COUNT + i] != (char)(i + rank);
  }
  free(all);
  printf("rank %d: %d wrong\n", (int)real.rank, wrong);
  return wrong;
}

static int32_t die(const gen_event *event, void *user_data) {
  if (event->kind == GEN_EVENT_EPOCH && event->epoch == *(const int64_t *)user_data)
    raise(SIGKILL);
  return GEN_GO_ON;
}

int main(int argc, char **argv) {
  const char *what = argc > 1 ? argv[1] : "sums";
  int64_t number = argc > 2 ? atoi(argv[2]) : 0;
  static float rows[ROWS * WIDTH];
  gen_memory_options memory;
  gen_vae_options model;
  gen_fit_options fit;
  gen_run run;
  gen_model_info_t info;
  gen_comm comm;
  gen_dataset *dataset = NULL;
  gen_vae *vae = NULL;
  gen_status status;
  int i;
  gen_comm_init(&real, sizeof real);
  /* Little, to hear soon of a rank that is dead; sums may have to wait for a busy machine. */
  if (gen_mpi_start(strcmp(what, "sums") ? 5 : 60, &real))
    return 1;
  if (!strcmp(what, "sums")) {
    i = check_functions();
    gen_mpi_stop(&real, i);
    return i != 0;
  }
  for (i = 0; i < ROWS * WIDTH; i++)
    rows[i] = (float)((i * 7919 + 13) % 101) / 101;
  gen_memory_options_init(&memory, sizeof memory);
  gen_vae_options_init(&model, sizeof model);
  gen_fit_options_init(&fit, sizeof fit);
  gen_run_init(&run, sizeof run);
  memory.dtype = GEN_F32;
  memory.n_rows = ROWS;
  memory.channels = model.network.channels = WIDTH;
  model.latent_size = 3;
  comm = real;
  comm.all_reduce = all_reduce;
  comm.broadcast = broadcast;
  comm.all_gather = all_gather;
  fit.comm = &comm;
  fit.shared_rows = 1;
  fit.batch_size = 16;
  fit.epochs = 5;
  if (!strcmp(what, "fail"))
    failing_call = (int)number;
  if (!strcmp(what, "kill") && comm.rank == 1) {
    run.event = die;
    run.user_data = &number;
  }
  gen_dataset_create(rows, &memory, &dataset);
  gen_vae_create(&model, &vae);
  status = gen_model_fit(vae, dataset, &fit, &run);
  info.struct_size = sizeof info;
  gen_model_info(vae, &info);
  printf("rank %d: %s after %d steps in %d calls: %s\n", (int)comm.rank, gen_status_name(status),
         (int)info.n_steps, calls, status ? gen_last_error_message() : "");
  fflush(stdout);
  gen_model_destroy(vae);
  gen_dataset_destroy(dataset);
  gen_mpi_stop(&real, status == GEN_E_COMM);
  return status != GEN_OK;
}
