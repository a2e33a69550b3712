/*
 * generative_mpi.h - the collectives of libgenerative over MPI.
 *
 *     gen_comm comm;
 *     gen_comm_init(&comm, sizeof comm);
 *     MPI_Init(&argc, &argv);
 *     if (gen_mpi_open(MPI_COMM_WORLD, 0, &comm)) MPI_Abort(MPI_COMM_WORLD, 1);
 *     fit.comm = &comm;
 *     ...
 *     gen_mpi_close(&comm);
 *     MPI_Finalize();
 *
 * A library of its own (libgenerative_mpi.so, `make mpi`), so that libgenerative links no MPI.
 */
#ifndef GENERATIVE_MPI_H
#define GENERATIVE_MPI_H

#include <generative.h>
#include <mpi.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What the functions of a comm return beside MPI's own error numbers, all positive. */
enum {
  GEN_MPI_PEER_FAILED = -1, /* another rank said that it had to give up */
  GEN_MPI_TIMEOUT = -2      /* not all ranks came within the time */
};

/* Fills in a table, begun by gen_comm_init, over a duplicate of communicator, whose messages meet
 * no others and whose errors are returned. MPI must be initialised. seconds: how long a rank waits
 * for the others at each call before it takes them for dead; 0: 600. Returns 0, an error of MPI's,
 * or -3 without memory. Every rank of the communicator must call it.
 *
 * Each call first waits until all ranks have come, and so returns an error, and does not wait for
 * ever, when one has given up (gen_mpi_give_up), or has died and the job lives on (see
 * docs/scale.md). */
GEN_API int gen_mpi_open(MPI_Comm communicator, double seconds, gen_comm *comm_out);

/* Tells the other ranks, which may be waiting for this one, that it will not come: their next calls
 * return GEN_MPI_PEER_FAILED. Done by the functions themselves when one fails. */
GEN_API void gen_mpi_give_up(gen_comm *comm);

/* Frees the duplicate, on every rank; of a comm that failed, only the memory. */
GEN_API void gen_mpi_close(gen_comm *comm);

/* For programs that do not include mpi.h and load this library at run time: initialises MPI if need
 * be and opens MPI_COMM_WORLD; closes it, and finalises an MPI that it initialised. After a
 * failure, failed is not 0: the job is then ended by MPI_Abort, once all other ranks have come here
 * too, or 10 seconds later. */
GEN_API int gen_mpi_start(double seconds, gen_comm *comm_out);
GEN_API void gen_mpi_stop(gen_comm *comm, int failed);

#ifdef __cplusplus
}
#endif

#endif
