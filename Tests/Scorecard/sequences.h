/* Calls on a few objects shared by all threads, in an order that bytes decide: a state machine of
 * what hosts do, correctly and incorrectly. Used by sequences.c, which draws the bytes at random,
 * and by the fuzzer, which searches for them. */
#ifndef SCORECARD_SEQUENCES_H
#define SCORECARD_SEQUENCES_H

#include "host.h"

enum { N_SLOTS = 4, N_SHARED = 1 << 17 };

static struct fixture f;
static void *objects[N_SLOTS]; /* of any kind: a call may get an object of the wrong kind */

struct scratch {
  float rows[16 * ROW];
  unsigned char bytes[N_SHARED];
  int64_t byte_count;
};

/* Destroys an object of any kind: destroying it as another kind has no effect. */
static void forget(void *object) {
  gen_model_destroy((gen_model *)object);
  gen_dataset_destroy((gen_dataset *)object);
  gen_image_destroy((gen_image *)object);
}

static void put(int slot, void *object) {
  forget(__atomic_exchange_n(&objects[slot], object, __ATOMIC_RELAXED));
}

/* Whether the rows of a model loaded from damaged bytes still fit into the scratch buffer. */
static int fits(const gen_model *model) {
  gen_model_info_t info;
  info.struct_size = sizeof info;
  return gen_model_info(model, &info) == GEN_OK &&
         info.height * info.width * info.channels == ROW && info.latent_size == LATENT;
}

/* Makes one call. The slots that it uses may hold objects of other kinds than it needs. */
static gen_status step(struct scratch *s, unsigned op, int a, int b, unsigned char spice) {
  void *x = __atomic_load_n(&objects[a], __ATOMIC_RELAXED),
       *y = __atomic_load_n(&objects[b], __ATOMIC_RELAXED);
  void *made = NULL;
  gen_status status;
  int64_t ignored;
  switch (op % 24) {
  case 0:
    status = gen_vae_create(&f.vae_options.value, (gen_vae **)&made);
    put(a, made);
    return status;
  case 1:
    status = gen_gan_create(&f.gan_options.value, (gen_gan **)&made);
    put(a, made);
    return status;
  case 2:
    status = gen_pca_create(&f.pca_options.value, (gen_pca **)&made);
    put(a, made);
    return status;
  case 3:
    status = gen_dataset_create_faces(&f.faces_options.value, (gen_dataset **)&made);
    put(a, made);
    return status;
  case 4:
    status =
        gen_dataset_create_slice((gen_dataset *)x, spice % 4, spice % 7, (gen_dataset **)&made);
    put(b, made);
    return status;
  case 5:
    status = gen_image_load_memory(f.image_bytes, f.image_size - (spice % 8 == 0), NULL,
                                   (gen_image **)&made);
    put(a, made);
    return status;
  case 6:
    status = gen_image_create_resized((gen_image *)x, 1 + spice % 40, 1 + spice % 23, NULL,
                                      (gen_image **)&made);
    put(b, made);
    return status;
  case 7:
    gen_model_destroy((gen_model *)x);
    return GEN_OK;
  case 8:
    return gen_model_fit_threshold((gen_model *)x, (gen_dataset *)y, 0.9, NULL, NULL);
  case 9:
    gen_dataset_destroy((gen_dataset *)x);
    return GEN_OK;
  case 10:
    gen_image_destroy((gen_image *)x);
    return GEN_OK;
  case 11:
    return gen_model_fit((gen_model *)x, (gen_dataset *)y, &f.fit_options.value, NULL);
  case 12:
    return gen_model_reconstruct((gen_model *)x, f.rows, NULL, spice % 16, s->rows);
  case 13:
    return gen_pca_fit((gen_pca *)x, (gen_dataset *)y, NULL);
  case 14:
    return gen_vae_sample((gen_vae *)x, NULL, spice % 16, spice, s->rows);
  case 15:
    return gen_gan_sample((gen_gan *)x, NULL, spice % 16, spice, s->rows);
  case 16:
    return gen_pca_transform((gen_pca *)x, f.rows, GEN_F32, spice % 16, s->rows);
  case 17:
    return gen_vae_encode((gen_vae *)x, f.rows, NULL, spice % 16, s->rows,
                          spice % 2 ? NULL : s->rows + 64);
  case 18:
    return gen_dataset_read((gen_dataset *)x, spice % 4, spice % 5, s->rows);
  case 19:
    return gen_model_save_memory((gen_model *)x, spice % 2, s->bytes, N_SHARED, &s->byte_count);
  case 20:
    return gen_model_save_memory((gen_model *)x, spice % 2, s->bytes, spice % 4 ? N_SHARED : spice,
                                 &ignored);
  case 21:
    if (spice % 4 == 0 && s->byte_count > 0)
      s->bytes[spice * 37 % s->byte_count] ^= spice;
    status = gen_model_load_memory(s->bytes, s->byte_count, NULL, (gen_model **)&made);
    if (status == GEN_OK && !fits((gen_model *)made)) {
      gen_model_destroy((gen_model *)made);
      made = NULL;
    }
    put(a, made);
    return status;
  case 22:
    return gen_pca_merge((gen_pca *)x, (gen_pca *)y);
  default:
    return gen_pca_partial_fit((gen_pca *)x, (gen_dataset *)y, NULL);
  }
}

/* Makes one call for every three bytes. */
static void run_sequence(struct scratch *s, const unsigned char *bytes, int64_t count, long *done) {
  int64_t i;
  for (i = 0; i + 3 <= count; i += 3) {
    gen_status status =
        step(s, bytes[i], bytes[i + 1] % N_SLOTS, bytes[i + 1] / N_SLOTS % N_SLOTS, bytes[i + 2]);
    CHECK(status == GEN_OK || gen_last_error_message()[0] != 0, "call %u without a message",
          bytes[i] % 24);
    CHECK(status >= GEN_OK && status <= GEN_E_COMM && status != GEN_E_INTERNAL, "call %u: %d",
          bytes[i] % 24, (int)status);
    done[status >= GEN_OK && status <= GEN_E_INTERNAL ? status : GEN_E_INTERNAL]++;
  }
}

static void forget_all(void) {
  int i;
  for (i = 0; i < N_SLOTS; i++)
    put(i, NULL);
}

#endif
