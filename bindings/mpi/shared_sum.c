#define _POSIX_C_SOURCE 200809L
#include "shared_sum.h"

#include <sched.h>
#include <string.h>

/* Room of a rank: a page, in which its turn has a cache line alone, and its two pieces. */
enum { PAGE = 4096, ROOM = PAGE + 2 * PIECE };

int shared_sum_open(MPI_Comm comm, shared_sum *shared) {
  MPI_Comm machine;
  MPI_Info info;
  int size, near, all, error, other, unit;
  MPI_Aint bytes;
  void *own;
  memset(shared, 0, sizeof *shared);
  MPI_Comm_rank(comm, &shared->rank);
  MPI_Comm_size(comm, &size);
  if ((error = MPI_Comm_split_type(comm, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &machine)))
    return error;
  MPI_Comm_size(machine, &near);
  MPI_Comm_free(&machine);
  near = near == size && size > 1 && size <= SHARING_RANKS;
  if ((error = MPI_Allreduce(&near, &all, 1, MPI_INT, MPI_MIN, comm)) || !all)
    return error;
  /* Each rank's room on its own pages, near its own core. */
  MPI_Info_create(&info);
  MPI_Info_set(info, "alloc_shared_noncontig", "true");
  near = !MPI_Win_allocate_shared(ROOM, 1, info, comm, &own, &shared->window);
  MPI_Info_free(&info);
  if (near)
    memset(own, 0, ROOM);
  for (other = 0; near && other < size; other++)
    near = !MPI_Win_shared_query(shared->window, other, &bytes, &unit, &shared->room[other]);
  /* Without shared memory on one rank (a full /dev/shm) none uses it; after this sum all are clear.
   */
  if ((error = MPI_Allreduce(&near, &all, 1, MPI_INT, MPI_MIN, comm)))
    return error;
  shared->size = all ? size : 0;
  return 0;
}

void shared_sum_close(shared_sum *shared) {
  if (shared->size)
    MPI_Win_free(&shared->window);
  shared->size = 0;
}

/* Waits until all ranks have come here. */
static int meet(shared_sum *s, shared_sum_idle idle, void *waiter) {
  int64_t turns = 0;
  int other, error;
  __atomic_store_n((int64_t *)(void *)s->room[s->rank], ++s->turn, __ATOMIC_RELEASE);
  for (other = 0; other < s->size; other++) {
    const int64_t *theirs = (const int64_t *)(void *)s->room[other];
    while (__atomic_load_n(theirs, __ATOMIC_ACQUIRE) < s->turn) {
      /* One that has come here may give up after that, before this rank has seen the last come. */
      if ((error = idle(waiter, ++turns)) && __atomic_load_n(theirs, __ATOMIC_ACQUIRE) < s->turn)
        return error;
      if (turns > 1000)
        sched_yield(); /* there may be more ranks than cores */
    }
  }
  return 0;
}

#define ADD(type)                                                                                  \
  static void add_##type(type *restrict sum, const type *restrict a, const type *restrict b,       \
                         int64_t count) {                                                          \
    int64_t i;                                                                                     \
    if (a)                                                                                         \
      for (i = 0; i < count; i++)                                                                  \
        sum[i] = a[i] + b[i];                                                                      \
    else                                                                                           \
      for (i = 0; i < count; i++)                                                                  \
        sum[i] += b[i];                                                                            \
  }
ADD(float)
ADD(double)
ADD(int64_t)

/* sum <- a + b, or where a is NULL, sum + b. */
static void add(void *sum, const void *a, const void *b, int64_t bytes, MPI_Datatype type) {
  if (type == MPI_FLOAT)
    add_float(sum, a, b, bytes / 4);
  else if (type == MPI_DOUBLE)
    add_double(sum, a, b, bytes / 8);
  else
    add_int64_t(sum, a, b, bytes / 8);
}

/* A piece: numbers of values that are summed at once, of which each rank sums a part. */
typedef struct {
  char *values;
  int64_t bytes, number;
} piece;

/* Where a rank's part of a piece ends, and the next one's begins: at the same place for all sizes
 * and types, so that the sums of one piece never lie where numbers of another are put. */
static int64_t end_of_part(const shared_sum *s, piece p, int rank) {
  int64_t end = rank + 1 == s->size ? PIECE : PIECE / s->size / 64 * 64 * (rank + 1);
  return end < p.bytes ? end : p.bytes;
}

static int64_t start_of_part(const shared_sum *s, piece p, int rank) {
  return rank == 0 ? 0 : end_of_part(s, p, rank - 1);
}

static char *slot(const shared_sum *s, piece p, int rank) {
  return s->room[rank] + PAGE + p.number % 2 * PIECE;
}

/* Shows the others what they sum: all of a piece but the own part, where its sum will be. */
static void put(const shared_sum *s, piece p) {
  int64_t start = start_of_part(s, p, s->rank), end = end_of_part(s, p, s->rank);
  char *room = slot(s, p, s->rank);
  memcpy(room, p.values, (size_t)start);
  memcpy(room + end, p.values + end, (size_t)(p.bytes - end));
}

static void sum(const shared_sum *s, piece p, MPI_Datatype type) {
  int64_t start = start_of_part(s, p, s->rank), bytes = end_of_part(s, p, s->rank) - start;
  char *total = slot(s, p, s->rank) + start;
  const char *first = s->rank == 0 ? p.values : slot(s, p, 0);
  int other;
  for (other = 1; other < s->size; other++) {
    const char *next = other == s->rank ? p.values : slot(s, p, other);
    add(total, other == 1 ? first + start : NULL, next + start, bytes, type);
  }
}

static void get(const shared_sum *s, piece p) {
  int other;
  for (other = 0; other < s->size; other++) {
    int64_t start = start_of_part(s, p, other), end = end_of_part(s, p, other);
    memcpy(p.values + start, slot(s, p, other) + start, (size_t)(end - start));
  }
}

/* While a piece is summed the next is shown, so that there is one meeting for each. Two slots do:
 * who shows piece k + 2 has met those who, before that, took the sums of piece k. */
int shared_sum_add(shared_sum *s, void *values, int64_t count, MPI_Datatype type,
                   shared_sum_idle idle, void *waiter) {
  int64_t left = count * (type == MPI_FLOAT ? 4 : 8);
  piece now, next = {values, left < PIECE ? left : PIECE, s->pieces};
  int error;
  if (left <= 0)
    return 0;
  put(s, next);
  if ((error = meet(s, idle, waiter)))
    return error;
  for (; left > 0; left -= now.bytes) {
    now = next;
    next.values += now.bytes;
    next.bytes = left - now.bytes < PIECE ? left - now.bytes : PIECE;
    next.number++;
    sum(s, now, type);
    if (next.bytes > 0)
      put(s, next);
    if ((error = meet(s, idle, waiter)))
      return error;
    get(s, now);
  }
  s->pieces = next.number;
  return 0;
}
