/* Opens and closes the library repeatedly, uses it from several threads in between, opens it under
 * two paths at once, also from two threads, and has a thread that ends after the last close. usage:
 * reload LIBRARY COPY TIMES */
#include <dlfcn.h>
#include <generative.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static pthread_barrier_t closed;

#define CALL_OF(copy, name) (*(__typeof__(name) *)dlsym(copy, #name))

/* Fits and samples through the functions of one dlopen handle. */
static int use(void *library, float *rows) {
  gen_faces_options faces;
  gen_vae_options model;
  gen_fit_options fit;
  gen_dataset *data = NULL;
  gen_vae *vae = NULL;
  int failed;
#define CALL(name) CALL_OF(library, name)
  CALL(gen_struct_init)("faces", &faces, sizeof faces);
  CALL(gen_struct_init)("vae", &model, sizeof model);
  CALL(gen_struct_init)("fit", &fit, sizeof fit);
  faces.n_rows = 64;
  faces.height = faces.width = model.network.height = model.network.width = 16;
  faces.channels = 1;
  fit.epochs = 1;
  failed = CALL(gen_dataset_create_faces)(&faces, &data) || CALL(gen_vae_create)(&model, &vae) ||
           CALL(gen_model_fit)(vae, data, &fit, NULL) ||
           CALL(gen_vae_sample)(vae, NULL, 4, 1, rows);
  CALL(gen_model_destroy)(vae);
  CALL(gen_dataset_destroy)(data);
  return failed;
}

/* Whether one copy accepts a handle of the other copy as its own. */
static int foreign_handle_works(void *one, void *two) {
  gen_dataset *data = NULL;
  gen_token *token = NULL;
  gen_dataset_info_t info = {.struct_size = sizeof info};
  int wrong = CALL_OF(one, gen_dataset_create_faces)(NULL, &data) != GEN_OK;
  wrong += CALL_OF(one, gen_token_create)(&token) != GEN_OK;
  wrong += CALL_OF(two, gen_dataset_info)(data, &info) != GEN_E_HANDLE;
  wrong += CALL_OF(two, gen_token_cancel)(token) != GEN_E_HANDLE;
  CALL_OF(two, gen_dataset_destroy)(data);
  wrong += CALL_OF(one, gen_dataset_info)(data, &info) != GEN_OK;
  CALL_OF(one, gen_token_destroy)(token);
  CALL_OF(one, gen_dataset_destroy)(data);
  return wrong;
}

static void *last_thread(void *library) {
  float rows[4 * 256];
  intptr_t failed = use(library, rows);
  pthread_barrier_wait(&closed);
  return (void *)failed; /* its thread-local message is freed only now */
}

static void *repeated_use(void *library) {
  float first[4 * 256], rows[4 * 256];
  intptr_t i, wrong = use(library, first);
  for (i = 0; i < 5; i++)
    wrong += use(library, rows) || memcmp(first, rows, sizeof rows) != 0;
  return (void *)wrong;
}

int main(int argc, char **argv) {
  float first[4 * 256], rows[4 * 256];
  int times = argc > 3 ? atoi(argv[3]) : 0, i, wrong = 0;
  void *one, *two, *result;
  pthread_t thread, other;
  for (i = 0; i < times; i++) {
    one = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
    if (one == NULL || (i == 0 && use(one, first)))
      return 2;
    wrong += use(one, rows) || memcmp(first, rows, sizeof rows) != 0;
    wrong += dlclose(one) != 0;
  }
  one = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
  two = dlopen(argv[2], RTLD_NOW | RTLD_LOCAL);
  if (one == NULL || two == NULL || one == two)
    return 2;
  wrong += use(two, rows) || memcmp(first, rows, sizeof rows) != 0;
  wrong += use(one, rows) || memcmp(first, rows, sizeof rows) != 0;
  wrong += foreign_handle_works(one, two);
  pthread_create(&thread, NULL, repeated_use, one);
  pthread_create(&other, NULL, repeated_use, two);
  pthread_join(thread, &result);
  wrong += result != NULL;
  pthread_join(other, &result);
  wrong += result != NULL;
  dlclose(two);
  pthread_barrier_init(&closed, NULL, 2);
  pthread_create(&thread, NULL, last_thread, one);
  dlclose(one);
  pthread_barrier_wait(&closed);
  pthread_join(thread, &result);
  wrong += result != NULL;
  printf("loaded and unloaded %d times, and by two handles at once and in parallel, %d wrong\n",
         times, wrong);
  return wrong != 0 || times == 0;
}
