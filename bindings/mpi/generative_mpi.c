#define _POSIX_C_SOURCE 200809L
#include "generative_mpi.h"
#include "shared_sum.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* The most elements of one call to MPI, whose counts are ints; all ranks' together where they
 * gather. */
#ifndef CHUNK
#define CHUNK ((int64_t)1 << 30)
#endif
/* Of one sum, for which MPI takes as much memory again. */
#define SUM_CHUNK (CHUNK < 1 << 24 ? CHUNK : 1 << 24)

enum { GIVE_UP_TAG = 1, NO_MEMORY = -3 };

typedef struct {
  MPI_Comm comm;
  int rank, size;
  double seconds, deadline;
  int failed; /* the first error, which all later calls return */
  shared_sum shared;
  int owns_mpi;
} state;

static void tell_others(state *s) {
  static int nothing;
  int rank;
  for (rank = 0; rank < s->size; rank++) {
    MPI_Request request;
    if (rank == s->rank)
      continue;
    /* Small enough to be on its way at once; nobody waits for it to arrive. */
    if (MPI_Isend(&nothing, 1, MPI_INT, rank, GIVE_UP_TAG, s->comm, &request) == MPI_SUCCESS)
      MPI_Request_free(&request);
  }
}

/* Remembers an error, and lets the others know that this rank will not come again. */
static int fail(state *s, int error) {
  if (error && !s->failed) {
    s->failed = error;
    tell_others(s);
  }
  return error;
}

/* The turns-th look at the others, from 1, was in vain: whether one has given up, or the time is
 * over. */
static int idle(void *waiter, int64_t turns) {
  state *s = waiter;
  int told = 0, error;
  if (turns == 1)
    s->deadline = MPI_Wtime() + s->seconds;
  if (turns % 64)
    return 0;
  if ((error = MPI_Iprobe(MPI_ANY_SOURCE, GIVE_UP_TAG, s->comm, &told, MPI_STATUS_IGNORE)))
    return error;
  if (told)
    return GEN_MPI_PEER_FAILED;
  if (MPI_Wtime() > s->deadline)
    return GEN_MPI_TIMEOUT;
  if (turns > 100000) {
    /* The others are far behind: let them have this core. */
    struct timespec pause = {0, 50000};
    nanosleep(&pause, NULL);
  }
  return 0;
}

/* Waits until all ranks have come, one has given up, or the time is over. Without this, ranks would
 * wait inside MPI for one that never comes. */
static int arrive(state *s) {
  MPI_Request request;
  int64_t turns = 0;
  int done = 0, error = MPI_Ibarrier(s->comm, &request);
  while (!error && !(error = MPI_Test(&request, &done, MPI_STATUS_IGNORE)) && !done)
    error = idle(s, ++turns);
  return error;
}

static int32_t all_reduce(void *values, int64_t count, int32_t dtype, void *user_data) {
  state *s = user_data;
  MPI_Datatype type = dtype == GEN_F32 ? MPI_FLOAT : dtype == GEN_F64 ? MPI_DOUBLE : MPI_INT64_T;
  int64_t size = dtype == GEN_F32 ? 4 : 8, done;
  int error = s->failed;
  if (!error && s->shared.size)
    return fail(s, shared_sum_add(&s->shared, values, count, type, idle, s));
  if (!error)
    error = arrive(s);
  for (done = 0; !error && done < count; done += SUM_CHUNK) {
    int part = (int)(count - done < SUM_CHUNK ? count - done : SUM_CHUNK);
    error = MPI_Allreduce(MPI_IN_PLACE, (char *)values + done * size, part, type, MPI_SUM, s->comm);
  }
  return fail(s, error);
}

static int32_t broadcast(void *bytes, int64_t byte_count, int32_t root, void *user_data) {
  state *s = user_data;
  int64_t done;
  int error = s->failed ? s->failed : arrive(s);
  for (done = 0; !error && done < byte_count; done += CHUNK) {
    int part = (int)(byte_count - done < CHUNK ? byte_count - done : CHUNK);
    error = MPI_Bcast((char *)bytes + done, part, MPI_BYTE, root, s->comm);
  }
  return fail(s, error);
}

static int32_t all_gather(const void *bytes, int64_t byte_count, void *all_out, void *user_data) {
  state *s = user_data;
  int64_t chunk = CHUNK / s->size, done;
  char *parts = NULL;
  int error = s->failed ? s->failed : arrive(s);
  if (!error && byte_count > chunk && !(parts = malloc((size_t)(chunk * s->size))))
    error = NO_MEMORY;
  if (!error && byte_count <= chunk)
    error = MPI_Allgather(bytes, (int)byte_count, MPI_BYTE, all_out, (int)byte_count, MPI_BYTE,
                          s->comm);
  for (done = 0; !error && parts && done < byte_count; done += chunk) {
    int64_t part = byte_count - done < chunk ? byte_count - done : chunk;
    int rank;
    error = MPI_Allgather((const char *)bytes + done, (int)part, MPI_BYTE, parts, (int)part,
                          MPI_BYTE, s->comm);
    for (rank = 0; !error && rank < s->size; rank++)
      memcpy((char *)all_out + rank * byte_count + done, parts + rank * part, (size_t)part);
  }
  free(parts);
  return fail(s, error);
}

static int32_t barrier(void *user_data) {
  state *s = user_data;
  return fail(s, s->failed ? s->failed : arrive(s));
}

int gen_mpi_open(MPI_Comm communicator, double seconds, gen_comm *comm_out) {
  state *s = calloc(1, sizeof *s);
  int error;
  if (!s)
    return NO_MEMORY;
  s->seconds = seconds > 0 ? seconds : 600;
  if ((error = MPI_Comm_dup(communicator, &s->comm))) {
    free(s);
    return error;
  }
  MPI_Comm_set_errhandler(s->comm, MPI_ERRORS_RETURN);
  MPI_Comm_rank(s->comm, &s->rank);
  MPI_Comm_size(s->comm, &s->size);
  if ((error = shared_sum_open(s->comm, &s->shared))) {
    MPI_Comm_free(&s->comm);
    free(s);
    return error;
  }
  comm_out->rank = s->rank;
  comm_out->size = s->size;
  comm_out->all_reduce = all_reduce;
  comm_out->broadcast = broadcast;
  comm_out->all_gather = all_gather;
  comm_out->barrier = barrier;
  comm_out->user_data = s;
  return 0;
}

void gen_mpi_give_up(gen_comm *comm) {
  if (comm->user_data)
    fail(comm->user_data, GEN_MPI_PEER_FAILED);
}

void gen_mpi_close(gen_comm *comm) {
  state *s = comm->user_data;
  if (s && !s->failed) {
    shared_sum_close(&s->shared);
    MPI_Comm_free(&s->comm);
  }
  free(s);
  comm->user_data = NULL;
}

int gen_mpi_start(double seconds, gen_comm *comm_out) {
  int is_initialized = 0, error;
  MPI_Initialized(&is_initialized);
  if (!is_initialized && (error = MPI_Init(NULL, NULL)))
    return error;
  if ((error = gen_mpi_open(MPI_COMM_WORLD, seconds, comm_out)))
    return error;
  ((state *)comm_out->user_data)->owns_mpi = !is_initialized;
  return 0;
}

void gen_mpi_stop(gen_comm *comm, int failed) {
  state *s = comm->user_data;
  if (!s)
    return;
  if (failed || s->failed) {
    double deadline = MPI_Wtime() + 10;
    int heard = 0;
    fail(s, GEN_MPI_PEER_FAILED);
    /* Each rank has told all others once: until all have, some may still be writing a checkpoint.
     */
    while (heard < s->size - 1 && MPI_Wtime() < deadline) {
      struct timespec pause = {0, 1000000};
      MPI_Status status;
      int told = 0, value;
      if (MPI_Iprobe(MPI_ANY_SOURCE, GIVE_UP_TAG, s->comm, &told, &status))
        break;
      if (!told) {
        nanosleep(&pause, NULL);
        continue;
      }
      MPI_Recv(&value, 1, MPI_INT, status.MPI_SOURCE, GIVE_UP_TAG, s->comm, MPI_STATUS_IGNORE);
      heard++;
    }
    MPI_Abort(MPI_COMM_WORLD, 1);
  } else {
    int owns_mpi = s->owns_mpi;
    gen_mpi_close(comm);
    if (owns_mpi)
      MPI_Finalize();
  }
}
