/* From inside the callback of a fit every function is called that takes the object at work:
 * GEN_E_BUSY, or for destroy nothing until the fit ends; the others work. Each model, each kind of
 * event, cancel and a long sleep among them. A backtrace goes through the library to main.
 * usage: callbacks FOLDER */
#include "host.h"

#include <execinfo.h>

static struct fixture f;

#include "right_calls.h"

static const char *at_work; /* the noun of the model being fitted */
static int n_busy, n_free;

static int32_t on_event(const gen_event *event, void *user_data) {
  static int is_inside;
  size_t i;
  (void)user_data;
  if (is_inside || event->kind == GEN_EVENT_WARNING)
    return GEN_GO_ON;
  is_inside = 1; /* a fit of another model below tells its own events */
  for (i = 0; i < sizeof right_calls / sizeof right_calls[0]; i++) {
    int is_own = strcmp(right_calls[i].noun, at_work) == 0;
    gen_status status;
    if (right_calls[i].destroys)
      continue;
    status = right_calls[i].call();
    if (is_own)
      CHECK(status == GEN_E_BUSY, "%s: %s in a fit of %s", right_calls[i].name,
            gen_status_name(status), at_work);
    else
      CHECK(status <= GEN_E_COMM && status != GEN_E_INTERNAL, "%s", right_calls[i].name);
    n_busy += is_own;
    n_free += !is_own;
  }
  is_inside = 0;
  usleep(event->kind == GEN_EVENT_EPOCH ? 200000 : 0);
  return GEN_GO_ON;
}

static int32_t destroy_all(const gen_event *event, void *user_data) {
  (void)event, (void)user_data;
  gen_model_destroy(f.autoencoder);
  gen_model_destroy(f.vae);
  gen_model_destroy(f.gan);
  gen_dataset_destroy(f.dataset);
  CHECK(gen_token_cancel(f.token) == GEN_OK, "cancel");
  return GEN_GO_ON;
}

int main(int argc, char **argv);

static int32_t find_main(const gen_event *event, void *user_data) {
  void *frames[64];
  int i, count = backtrace(frames, 64);
  (void)event;
  for (i = 0; i < count; i++)
    if ((size_t)((char *)frames[i] - (char *)(intptr_t)main) < 4096)
      *(int *)user_data = i;
  return GEN_GO_ON;
}

int main(int argc, char **argv) {
  int n_frames = 0;
  gen_fit_options fit;
  gen_invert_options invert;
  float *latents = (float *)calloc(2, sizeof(float) * LATENT);
  if (argc < 2)
    return 2;
  MUST(make_fixture(&f, argv[1]));
  fit = f.fit_options.value;
  fit.event = on_event;
  at_work = "autoencoder";
  MUST(gen_model_fit(f.autoencoder, f.dataset, &fit));
  at_work = "vae";
  MUST(gen_model_fit(f.vae, f.dataset, &fit));
  at_work = "gan";
  MUST(gen_model_fit(f.gan, f.dataset, &fit));
  /* Inversion reads its model: others may read it too. */
  invert = f.invert_options.value;
  invert.start = NULL;
  invert.event = on_event;
  at_work = "nothing";
  MUST(gen_model_invert(f.gan, f.rows, 2, &invert, latents, NULL));
  fit.event = find_main;
  fit.user_data = &n_frames;
  MUST(gen_model_fit(f.vae, f.dataset, &fit));
  CHECK(n_frames > 2, "main is not in a backtrace from a callback");
  fit.event = destroy_all;
  gen_token_destroy(f.token); /* cancelled above */
  MUST(gen_token_create(&f.token));
  fit.token = f.token;
  fit.epochs = 5;
  CHECK(gen_model_fit(f.vae, f.dataset, &fit) == GEN_E_CANCELLED,
        "destroyed and cancelled in its callback");
  CHECK(gen_vae_sample(f.vae, NULL, 1, 1, f.rows) == GEN_E_HANDLE, "destroyed");
  printf("%d calls on the object at work, %d on others, %d wrong\n", n_busy, n_free, failures);
  return failures != 0 || n_busy < 20;
}
