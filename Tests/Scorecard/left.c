/* Leaves callbacks by longjmp, which the header forbids. What the call used is lost: its model
 * stays GEN_E_BUSY, and its memory stays in use. All else must go on: the model can be destroyed,
 * the dataset can be used, and other models are fitted on the same thread to the same bits.
 *
 * usage: left FOLDER TIMES */
#include "host.h"

#include <setjmp.h>

enum { N_ROWS = 64 };
static jmp_buf outside;

static int32_t leave(const gen_event *event, void *user_data) {
  if (event->kind == *(int32_t *)user_data)
    longjmp(outside, 1);
  return GEN_GO_ON;
}

static int64_t leave_reading(float *rows, int64_t max_rows, void *user_data) {
  (void)rows, (void)max_rows, (void)user_data;
  longjmp(outside, 2);
}

static int32_t rewind_stream(void *user_data) { return (void)user_data, 0; }

static gen_model *make(const char *kind) {
  gen_model *model = NULL;
  MUST(gen_model_create(kind, "height=16 width=16 channels=3 latent_size=4", NULL, &model));
  return model;
}

/* What a fit that nobody disturbs gives. */
static void fit_and_sample(gen_dataset *faces, const gen_fit_options *fit, float *rows) {
  gen_model *vae = make("vae");
  MUST(gen_model_fit(vae, faces, fit, NULL));
  MUST(gen_vae_sample(vae, NULL, 2, 1, rows));
  gen_model_destroy(vae);
}

int main(int argc, char **argv) {
  static float first[2 * SIDE * SIDE * 3], rows[2 * SIDE * SIDE * 3];
  static const char *kinds[] = {"vae", "gan", "autoencoder"};
  static int32_t events[] = {GEN_EVENT_EPOCH, GEN_EVENT_WARNING};
  static gen_model *model, *pca;
  static gen_dataset *faces, *stream;
  static gen_fit_options fit;
  static gen_run run;
  static volatile int n_left, i;
  int times = argc > 2 ? atoi(argv[2]) : 0;
  gen_faces_options drawn;
  gen_stream_options read;
  MUST(gen_faces_options_init(&drawn, sizeof drawn));
  MUST(gen_fit_options_init(&fit, sizeof fit));
  MUST(gen_run_init(&run, sizeof run));
  MUST(gen_stream_options_init(&read, sizeof read));
  drawn.n_rows = N_ROWS;
  drawn.height = drawn.width = SIDE;
  fit.epochs = 2;
  run.event = leave;
  MUST(gen_dataset_create_faces(&drawn, &faces));
  fit_and_sample(faces, &fit, first);
  for (i = 0; i < times; i++) {
    model = make(kinds[i % 3]);
    run.user_data = &events[i / 3 % 2];
    if (!setjmp(outside))
      CHECK(gen_model_fit(model, faces, &fit, &run) == GEN_OK, "%s", kinds[i % 3]);
    else
      n_left++;
    CHECK(gen_model_fit(model, faces, &fit, NULL) == GEN_E_BUSY, "after it was left");
    gen_model_destroy(model);
    CHECK(gen_model_fit(model, faces, &fit, NULL) == GEN_E_HANDLE, "destroyed");
    fit_and_sample(faces, &fit, rows);
    CHECK(memcmp(first, rows, sizeof rows) == 0, "other bits");
  }
  read.read = leave_reading;
  read.rewind = rewind_stream;
  read.channels = 3;
  MUST(gen_dataset_create_stream(&read, &stream));
  MUST(gen_model_create("pca", "n_components=2", NULL, &pca));
  if (!setjmp(outside))
    CHECK(gen_pca_fit(pca, stream, NULL) == GEN_OK, "pca");
  else
    n_left++;
  CHECK(gen_pca_fit(pca, faces, NULL) == GEN_E_BUSY, "pca");
  CHECK(gen_model_fit(pca, stream, NULL, NULL) == GEN_E_BUSY, "pca");
  gen_model_destroy(pca);
  gen_dataset_destroy(stream);
  fit_and_sample(faces, &fit, rows);
  CHECK(memcmp(first, rows, sizeof rows) == 0, "other bits");
  gen_dataset_destroy(faces);
  printf("%d callbacks left by longjmp, %d wrong\n", n_left, failures);
  return failures != 0 || n_left != times + 1;
}
