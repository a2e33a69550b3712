/* The callback of a fit calls every function. A function that takes the object being fitted returns
 * GEN_E_BUSY, or, if it destroys the object, has no effect until the fit ends; the others work.
 * This is tested for every model and every kind of event, also with cancelling and a long sleep. A
 * backtrace passes through the library up to main. Long calls other than fits report progress, and
 * can be stopped by their callback and by a token. A token cancelled in advance stops every call
 * that takes one, and nothing changes.
 *
 * usage: callbacks FOLDER */
#include "host.h"

#include <execinfo.h>
#include <math.h>

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
  is_inside = 1; /* a fit of another model below reports its own events */
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

/* Long calls other than fits; `size` determines how long they take. */
typedef gen_status long_call(int64_t size, const gen_run *run, double *outputs);

enum { N_PAIR = 8, N_VAE_ROWS = 64, MOST_SAMPLES = 1 << 16 };
static gen_context *single; /* has one thread */
static gen_vae *slow_vae;

static gen_status two_sample(int64_t size, const gen_run *run, double *outputs) {
  return gen_evaluate_two_sample(f.rows, size, f.rows + N_PAIR * size, size, N_PAIR, single, run,
                                 outputs, outputs + 1, NULL);
}

static gen_status log_likelihood(int64_t size, const gen_run *run, double *outputs) {
  return gen_vae_log_likelihood(slow_vae, f.rows, NULL, N_VAE_ROWS, size, 1, run, outputs);
}

struct followed {
  int n_told;
  double seconds;
  int32_t answer;
  int calls_all;
  gen_token *token; /* to be cancelled */
};

static int32_t follow(const gen_event *event, void *user_data) {
  struct followed *followed = (struct followed *)user_data;
  CHECK(event->kind == GEN_EVENT_PROGRESS && event->epoch == 0 && event->step >= 0 &&
            event->step < event->n_steps && event->message[0] == 0 && isnan(event->loss),
        "event %d, step %ld of %ld", (int)event->kind, (long)event->step, (long)event->n_steps);
  CHECK(event->seconds >= followed->seconds + 0.099, "told again after %g s",
        event->seconds - followed->seconds);
  followed->seconds = event->seconds;
  if (followed->n_told++ == 0 && followed->calls_all)
    on_event(event, NULL);
  if (followed->token)
    CHECK(gen_token_cancel(followed->token) == GEN_OK, "cancel");
  return followed->answer;
}

static void follow_long(const char *name, long_call *call, int64_t most) {
  static double told[N_VAE_ROWS], plain[N_VAE_ROWS], untouched[N_VAE_ROWS], stopped[N_VAE_ROWS];
  struct followed followed;
  gen_run run;
  gen_token *token = NULL;
  int64_t size = 512;
  int by_token;
  memset(untouched, 7, sizeof untouched);
  MUST(gen_run_init(&run, sizeof run));
  run.event = follow;
  run.user_data = &followed;
  do {
    size *= 2;
    memset(&followed, 0, sizeof followed);
    MUST(call(size, &run, told));
  } while (followed.n_told < 4 && size < most);
  CHECK(followed.n_told > 3, "%s of %ld told %d times", name, (long)size, followed.n_told);
  memset(&followed, 0, sizeof followed);
  followed.calls_all = 1;
  MUST(call(size, &run, told));
  for (by_token = 0; by_token < 2; by_token++) {
    memset(&followed, 0, sizeof followed);
    memcpy(stopped, untouched, sizeof stopped);
    if (by_token) {
      MUST(gen_token_create(&token));
      run.token = followed.token = token;
    } else
      followed.answer = GEN_STOP_NOW;
    CHECK(call(size, &run, stopped) == GEN_E_CANCELLED && followed.n_told == 1, "%s", name);
    CHECK(strstr(gen_last_error_message(), by_token ? "token" : "callback") != NULL, "%s", name);
    CHECK(memcmp(stopped, untouched, sizeof stopped) == 0, "%s left outputs", name);
  }
  gen_token_destroy(token);
  CHECK(call(size, &run, stopped) == GEN_E_HANDLE, "%s with a destroyed token", name);
  MUST(call(size, NULL, plain));
  CHECK(memcmp(plain, told, sizeof plain) == 0, "%s gives other bits when it is followed", name);
}

/* A hash of everything that a call could change: outputs, results of models, and objects in the
 * form of their files, except for models after a fit, whose files record it. */
static uint64_t state(int after_fit) {
  static unsigned char bytes[ROOM];
  static float rows[2 * ROW];
  gen_model *const models[] = {f.pca, f.autoencoder, f.vae, f.gan, f.classifier};
  uint64_t sum = hash(&f, sizeof f) * 31 + hash(f.output, 1 << 16);
  int64_t count = 0;
  size_t i;
  for (i = 0; i < 3; i++) {
    MUST(gen_model_reconstruct(models[i], f.rows, NULL, 2, rows));
    sum = sum * 31 + hash(rows, sizeof rows);
  }
  MUST(gen_gan_sample(f.gan, NULL, 2, 1, rows));
  sum = sum * 31 + hash(rows, sizeof rows);
  MUST(gen_classifier_predict(f.classifier, f.rows, 2, NULL, rows));
  sum = sum * 31 + hash(rows, sizeof rows);
  for (i = 0; i < sizeof models / sizeof models[0] && !after_fit; i++) {
    MUST(gen_model_save_memory(models[i], GEN_SAVE_ALL, bytes, ROOM, &count));
    sum = sum * 31 + hash(bytes, count);
  }
  MUST(gen_moments_save_memory(f.moments, bytes, ROOM, &count));
  sum = sum * 31 + hash(bytes, count);
  MUST(gen_reservoir_save_memory(f.reservoir, bytes, ROOM, &count));
  return sum * 31 + hash(bytes, count);
}

/* Calls every function that takes a run, with a cancelled token. */
static int cancel_all(void) {
  int count = 0;
  size_t i;
  MUST(gen_token_create(&f.run.value.token));
  MUST(gen_token_cancel(f.run.value.token));
  for (i = 0; i < sizeof right_calls / sizeof right_calls[0]; i++) {
    const char *name = right_calls[i].name;
    int fits = strcmp(name, "gen_model_fit") == 0, forgets = strcmp(name, "gen_pca_fit") == 0;
    uint64_t before;
    gen_status status;
    if (!right_calls[i].takes_run)
      continue;
    f.made = NULL;
    before = state(fits);
    status = right_calls[i].call();
    CHECK(status == GEN_E_CANCELLED, "%s of %s: %s", name, right_calls[i].noun,
          gen_status_name(status));
    if (forgets)
      MUST(gen_pca_fit(f.pca, f.dataset, NULL));
    else
      CHECK(state(fits) == before, "%s of %s was cancelled and changed something", name,
            right_calls[i].noun);
    count++;
  }
  gen_token_destroy(f.run.value.token);
  f.run.value.token = NULL;
  return count;
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
  int n_frames = 0, n_cancelled;
  gen_fit_options fit;
  gen_invert_options invert;
  gen_run run;
  float *latents = (float *)calloc(2, sizeof(float) * LATENT);
  if (argc < 2)
    return 2;
  MUST(make_fixture(&f, argv[1]));
  n_cancelled = cancel_all();
  fit = f.fit_options.value;
  MUST(gen_run_init(&run, sizeof run));
  run.event = on_event;
  at_work = "autoencoder";
  MUST(gen_model_fit(f.autoencoder, f.dataset, &fit, &run));
  at_work = "vae";
  MUST(gen_model_fit(f.vae, f.dataset, &fit, &run));
  at_work = "gan";
  MUST(gen_model_fit(f.gan, f.dataset, &fit, &run));
  /* Inversion only reads its model, so other readers may use it at the same time. */
  invert = f.invert_options.value;
  invert.start = NULL;
  at_work = "nothing";
  MUST(gen_model_invert(f.gan, f.rows, 2, &invert, &run, latents, NULL));
  f.context_options.value.n_threads = 1;
  MUST(gen_context_create(&f.context_options.value, &single));
  MUST(gen_model_load_memory(f.vae_bytes, f.vae_size, single, &slow_vae));
  follow_long("gen_evaluate_two_sample", two_sample, ROOM / 4 / 2 / N_PAIR);
  follow_long("gen_vae_log_likelihood", log_likelihood, MOST_SAMPLES);
  gen_model_destroy(slow_vae);
  gen_context_destroy(single);
  run.event = find_main;
  run.user_data = &n_frames;
  MUST(gen_model_fit(f.vae, f.dataset, &fit, &run));
  CHECK(n_frames > 2, "main is not in a backtrace from a callback");
  run.event = destroy_all;
  gen_token_destroy(f.token); /* cancelled above */
  MUST(gen_token_create(&f.token));
  run.token = f.token;
  fit.epochs = 5;
  CHECK(gen_model_fit(f.vae, f.dataset, &fit, &run) == GEN_E_CANCELLED,
        "destroyed and cancelled in its callback");
  CHECK(gen_vae_sample(f.vae, NULL, 1, 1, f.rows) == GEN_E_HANDLE, "destroyed");
  printf("%d calls on the object in use, %d on others, %d cancelled beforehand, %d wrong\n", n_busy,
         n_free, n_cancelled, failures);
  return failures != 0 || n_busy < 20 || n_cancelled < 25;
}
