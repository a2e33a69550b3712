"""One process of those that test_ranks.py starts by mpirun."""

import sys
import zlib

import numpy as np
from mpi4py import MPI

from generative import VAE, CommunicationError, mpi




def main():
    rows = np.random.default_rng(5).random((256, 20), np.float32)
    vae = VAE(4, hidden=(16,), epochs=3, batch_size=16)
    with mpi.Comm(seconds=60) as comm:
        if sys.argv[1] == "fit":
            vae.fit(rows, comm=comm, shared_rows=True)
            print(f"{comm.rank}:{zlib.crc32(vae.to_bytes())}", flush=True)
            return
        if comm.rank == 1:
            comm.give_up()
        else:
            try:
                vae.fit(rows, comm=comm, shared_rows=True)
            except CommunicationError as error:
                print(f"{comm.rank}:{error.name}", flush=True)
    MPI.COMM_WORLD.Barrier()


main()
