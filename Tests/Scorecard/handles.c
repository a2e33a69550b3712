/* Uses handles incorrectly in every way: destroys them twice, uses them afterwards, passes them as
 * another kind, destroys them in one thread while another fits or samples. usage: handles FOLDER
 * ROUNDS */
#include "host.h"
#include <pthread.h>

enum { N_SLOTS = 8, N_THREADS = 4 };
static struct fixture f;
static gen_vae *volatile slots[N_SLOTS];
static long rounds;
static long counts[GEN_E_INTERNAL + 1];

static void note(gen_status status) {
  CHECK(status == GEN_OK || status == GEN_E_HANDLE || status == GEN_E_BUSY, "%s",
        gen_status_name(status));
  __atomic_fetch_add(&counts[status], 1, __ATOMIC_RELAXED);
}

static void *abuse(void *argument) {
  uint64_t random = (uint64_t)(intptr_t)argument;
  float *rows = (float *)malloc(sizeof(float) * 2 * ROW);
  long i;
  for (i = 0; i < rounds / N_THREADS; i++) {
    int slot = (int)(next_random(&random) % N_SLOTS);
    gen_vae *vae = __atomic_load_n(&slots[slot], __ATOMIC_RELAXED);
    gen_model_info_t info;
    info.struct_size = sizeof info;
    switch (next_random(&random) % 8) {
    case 0:
      note(gen_model_load_memory(f.vae_bytes, f.vae_size, NULL, &vae));
      gen_model_destroy(__atomic_exchange_n(&slots[slot], vae, __ATOMIC_RELAXED));
      break;
    case 1:
      gen_model_destroy(vae);
      gen_model_destroy(vae);
      break;
    case 2:
      note(gen_model_fit(vae, f.dataset, &f.fit_options.value, NULL));
      break;
    case 3:
      note(gen_vae_encode(vae, f.rows, NULL, 2, rows, NULL));
      break;
    case 4:
      CHECK(gen_gan_sample((gen_gan *)vae, NULL, 2, 1, rows) == GEN_E_HANDLE, "a VAE is no GAN");
      break;
    case 5:
      note(gen_model_info(vae, &info));
      break;
    default:
      note(gen_vae_sample(vae, NULL, 2, 1, rows));
    }
  }
  free(rows);
  return NULL;
}

int main(int argc, char **argv) {
  pthread_t threads[N_THREADS];
  intptr_t i;
  rounds = argc > 2 ? atol(argv[2]) : 0;
  if (rounds <= 0)
    return 2;
  MUST(make_fixture(&f, argv[1]));
  for (i = 0; i < N_THREADS; i++)
    pthread_create(&threads[i], NULL, abuse, (void *)(i + 1));
  for (i = 0; i < N_THREADS; i++)
    pthread_join(threads[i], NULL);
  for (i = 0; i < N_SLOTS; i++)
    gen_model_destroy(slots[i]);
  CHECK(counts[GEN_OK] > 0 && counts[GEN_E_HANDLE] > 0 && counts[GEN_E_BUSY] > 0,
        "not all happened");
  printf("%ld rounds on %d threads: %ld succeeded, %ld bad handles, %ld busy, %d wrong\n", rounds,
         N_THREADS, counts[GEN_OK], counts[GEN_E_HANDLE], counts[GEN_E_BUSY], failures);
  return failures != 0;
}
