/* A variational autoencoder fitted by many processes: mpirun -n 4 vae [folder [epochs]]
 * Every process opens the same pictures and learns from its part of each batch of 128; rank 0 keeps
 * the fit in vae-mpi.safetensors as it goes. Run again, it goes on where it was stopped. */
#include "generative_mpi.h"
#include <stdio.h>
#include <stdlib.h>

#define FASHION "/usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz"
enum { SIDE = 28, BATCH = 128 };

/* Fashion-MNIST where Debian's package puts it, else the faces that the library draws. */
static int open_pictures(gen_dataset **pictures) {
  gen_faces_options faces;
  gen_faces_options_init(&faces, sizeof faces);
  faces.height = faces.width = SIDE;
  faces.channels = 1;
  return gen_dataset_open(FASHION, NULL, NULL, pictures) &&
         gen_dataset_create_faces(&faces, pictures);
}

static int32_t tell(const gen_event *event, void *user_data) {
  (void)user_data;
  if (event->kind == GEN_EVENT_EPOCH)
    printf("epoch %d of %d: %.2f nats a picture, %.1f s\n", (int)event->epoch, (int)event->n_epochs,
           event->loss, event->seconds);
  return GEN_GO_ON;
}

int main(int argc, char **argv) {
  char path[4096];
  gen_dataset *data = NULL;
  gen_vae *vae = NULL;
  gen_vae_options model;
  gen_fit_options fit;
  gen_run run;
  gen_comm comm;
  gen_status status;
  gen_comm_init(&comm, sizeof comm);
  MPI_Init(&argc, &argv);
  if (gen_mpi_open(MPI_COMM_WORLD, 0, &comm))
    MPI_Abort(MPI_COMM_WORLD, 1);
  gen_vae_options_init(&model, sizeof model);
  gen_fit_options_init(&fit, sizeof fit);
  gen_run_init(&run, sizeof run);
  model.network.height = model.network.width = SIDE;
  model.network.architecture = GEN_ARCHITECTURE_DENSE;
  snprintf(path, sizeof path, "%s/vae-mpi.safetensors", argc > 1 ? argv[1] : ".");
  fit.epochs = argc > 2 ? atoi(argv[2]) : 10;
  fit.batch_size = (BATCH + comm.size - 1) / comm.size; /* of each rank */
  fit.shared_rows = 1;
  fit.comm = &comm;
  fit.checkpoint_path = path;
  fit.resume = 1;
  if (comm.rank == 0)
    run.event = tell;
  /* What goes wrong on one rank before the fit, the others hear of in the fit. */
  if (open_pictures(&data) || gen_vae_create(&model, &vae))
    fprintf(stderr, "rank %d: %s\n", (int)comm.rank, gen_last_error_message());
  status = gen_model_fit(vae, data, &fit, &run);
  if (status)
    fprintf(stderr, "rank %d: %s\n", (int)comm.rank, gen_last_error_message());
  gen_model_destroy(vae);
  gen_dataset_destroy(data);
  /* Ranks that cannot talk to each other cannot finalise MPI either. */
  if (status == GEN_E_COMM)
    MPI_Abort(MPI_COMM_WORLD, 1);
  gen_mpi_close(&comm);
  MPI_Finalize();
  return status != GEN_OK;
}
