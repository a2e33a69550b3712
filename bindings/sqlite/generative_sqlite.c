/* SPDX-License-Identifier: Apache-2.0 */
/* SQL functions that fit and run models of libgenerative: a loadable extension of SQLite 3.31 or
 * newer. A vector is a BLOB of 32-bit floats, and a model is the BLOB of its file. docs/sqlite.md
 * describes the functions. */
#include <generative.h>
#include <sqlite3ext.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>
SQLITE_EXTENSION_INIT1

enum {
  BATCH_BYTES = 1 << 22, /* rows are added to moments in batches of this size or ... */
  BATCH_ROWS = 8192,     /* ... this number, which pay for the call */
  CACHED_MODELS = 4,     /* models that a connection keeps, so that no row loads one again */
  MOST_FUNCTIONS = 24
};

typedef enum { PCA, AUTOENCODER, VAE, GAN, CLASSIFIER } kind;
typedef enum { ENCODE, DECODE, SCORE, SAMPLE, WEIGHTS, MOMENTS, FIT, MERGE, MERGE_FIT } task;

/* A model that was loaded from a BLOB. The cache and the statements that use it hold references. */
typedef struct {
  int n_references;
  kind kind;
  gen_model *model;
  int64_t row_size, latent_size;
  float *vector; /* the row or latent at hand, aligned: SQLite's values lie at any address */
  int byte_count;
  unsigned char *bytes; /* a copy of the BLOB, compared with that of the next row */
} loaded;

/* What SQLite passes to a function. */
typedef struct {
  struct connection *connection;
  const char *name;
  task task;
  sqlite3_int64 row; /* that an aggregate reads now, from 1, for messages; else 0 */
} function;

typedef struct connection {
  int n_functions;               /* that SQLite has not released yet */
  loaded *models[CACHED_MODELS]; /* the last used first */
  function functions[MOST_FUNCTIONS];
} connection;

static function *function_of(sqlite3_context *context) { return sqlite3_user_data(context); }

/* ---- Errors and arguments: 0 or NULL says that the SQL function has ended with an error ------ */

/* Ends the SQL function with the error "name: row 3: message". */
static void fail(sqlite3_context *context, const char *format, ...) {
  const function *self = function_of(context);
  va_list arguments;
  va_start(arguments, format);
  char *message = sqlite3_vmprintf(format, arguments);
  va_end(arguments);
  message = self->row ? sqlite3_mprintf("%s: row %lld: %z", self->name, self->row, message)
                      : sqlite3_mprintf("%s: %z", self->name, message);
  sqlite3_result_error(context, message ? message : "out of memory", -1);
  sqlite3_free(message);
}

static int succeeded(sqlite3_context *context, gen_status status) {
  if (status)
    fail(context, "%s", gen_last_error_message());
  return status == GEN_OK;
}

/* Ends the SQL function with the error "name is NULL, not <wanted>", or what the value is; returns
 * 0. n: for a number in wanted. */
static int refuse(sqlite3_context *context, const char *name, sqlite3_value *value,
                  const char *wanted, sqlite3_int64 n) {
  int type = sqlite3_value_type(value);
  const char *is = type == SQLITE_BLOB   ? "a BLOB of %d bytes"
                   : type == SQLITE_TEXT ? "the text %!.40Q"
                   : type == SQLITE_NULL ? "NULL"
                                         : "the number %s";
  char *found = type == SQLITE_BLOB ? sqlite3_mprintf(is, sqlite3_value_bytes(value))
                                    : sqlite3_mprintf(is, sqlite3_value_text(value));
  fail(context, "%s is %z, not %z", name, found, sqlite3_mprintf(wanted, n, n));
  return 0;
}

/* Allocates memory that sqlite3_free releases. */
static void *allocate(sqlite3_context *context, int64_t byte_count) {
  void *memory = sqlite3_malloc64(byte_count ? (sqlite3_uint64)byte_count : 1);
  if (!memory)
    sqlite3_result_error_nomem(context);
  return memory;
}

/* Returns the bytes of a BLOB that is not empty; NULL of anything else, and then no error. */
static const unsigned char *blob(sqlite3_value *value, int *byte_count_out) {
  const void *bytes = sqlite3_value_type(value) == SQLITE_BLOB ? sqlite3_value_blob(value) : NULL;
  *byte_count_out = bytes ? sqlite3_value_bytes(value) : 0;
  return bytes;
}

/* Reads a vector of n floats; with allows_bytes also of n bytes, which become 0 ... 1. */
static int read_vector(sqlite3_context *context, const char *name, sqlite3_value *value, int64_t n,
                       int allows_bytes, float *vector_out) {
  int byte_count;
  const unsigned char *bytes = blob(value, &byte_count);
  if (bytes && byte_count == 4 * n)
    memcpy(vector_out, bytes, (size_t)byte_count);
  else if (bytes && byte_count == n && allows_bytes)
    for (int64_t i = 0; i < n; i++)
      vector_out[i] = (float)bytes[i] / 255;
  else
    return refuse(context, name, value,
                  allows_bytes ? "a BLOB of %lld floats or %lld bytes" : "a BLOB of %lld floats",
                  n);
  return 1;
}

/* Reads an integer of at least `least`; an int32_t unless that is negative. */
static int read_integer(sqlite3_context *context, const char *name, sqlite3_value *value,
                        int64_t least, int64_t *integer_out) {
  *integer_out = sqlite3_value_int64(value);
  if (sqlite3_value_type(value) == SQLITE_INTEGER && *integer_out >= least &&
      (least < 0 || *integer_out <= INT32_MAX))
    return 1;
  return refuse(context, name, value, "an integer of at least %lld", least);
}

/* ---- Models --------------------------------------------------------------------------------- */

static void release_model(void *object) {
  loaded *model = object;
  if (!model || --model->n_references)
    return;
  gen_model_destroy(model->model);
  sqlite3_free(model->vector);
  sqlite3_free(model->bytes);
  sqlite3_free(model);
}

/* Loads a model, with one reference. */
static loaded *load_model(sqlite3_context *context, const void *bytes, int byte_count) {
  static const char *const kinds[] = {"pca", "autoencoder", "vae", "gan", "classifier"};
  gen_model_info_t info = {.struct_size = sizeof info};
  loaded *model = allocate(context, sizeof *model);
  if (!model)
    return NULL;
  *model = (loaded){.n_references = 1, .byte_count = byte_count};
  if (succeeded(context, gen_model_load_memory(bytes, byte_count, NULL, &model->model)) &&
      succeeded(context, gen_model_info(model->model, &info))) {
    while (strcmp(kinds[model->kind], gen_model_kind(model->model)))
      model->kind++;
    model->row_size = info.height * info.width * info.channels;
    model->latent_size = info.latent_size;
    int64_t n = info.latent_size > model->row_size ? info.latent_size : model->row_size;
    model->vector = allocate(context, n * (int64_t)sizeof(float));
    model->bytes = model->vector ? allocate(context, byte_count) : NULL;
    if (model->bytes)
      return memcpy(model->bytes, bytes, (size_t)byte_count), model;
  }
  release_model(model);
  return NULL;
}

/* Returns the model of a function's first argument. If that is a constant or a bound parameter, the
 * statement keeps it; another expression is compared with the BLOBs of the cached models. */
static const loaded *find_model(sqlite3_context *context, sqlite3_value *value) {
  loaded **models = function_of(context)->connection->models;
  loaded *model = sqlite3_get_auxdata(context, 0);
  int byte_count, i = 0;
  if (model)
    return model;
  const unsigned char *bytes = blob(value, &byte_count);
  if (!bytes && !refuse(context, "model", value, "the BLOB of a model's file", 0))
    return NULL;
  while (
      i < CACHED_MODELS && models[i] &&
      (models[i]->byte_count != byte_count || memcmp(models[i]->bytes, bytes, (size_t)byte_count)))
    i++;
  model = i < CACHED_MODELS ? models[i] : NULL;
  if (!model && !(model = load_model(context, bytes, byte_count)))
    return NULL;
  if (i == CACHED_MODELS)
    release_model(models[--i]);
  memmove(models + 1, models, (size_t)i * sizeof *models);
  models[0] = model;
  model->n_references++;
  sqlite3_set_auxdata(context, 0, model, release_model);
  return model;
}

/* Ends the SQL function with the file of a model, or of moments if there is none. */
static void result_file(sqlite3_context *context, const gen_model *model, int32_t content,
                        const gen_moments *moments) {
  unsigned char *bytes = NULL;
  int64_t n = 0;
  while (succeeded(context, model ? gen_model_save_memory(model, content, bytes, n, &n)
                                  : gen_moments_save_memory(moments, bytes, n, &n))) {
    if (bytes) {
      sqlite3_result_blob64(context, bytes, (sqlite3_uint64)n, sqlite3_free);
      return;
    }
    if (!(bytes = allocate(context, n)))
      return;
  }
  sqlite3_free(bytes);
}

/* Computes the latent of a row, or a row from a latent or a seed. Kinds that cannot get the
 * library's error. */
static gen_status compute(const loaded *m, task task, const int32_t *label, uint64_t seed,
                          float *output) {
  const gen_model *model = m->model;
  const float *input = m->vector;
  if (task == ENCODE)
    return m->kind == PCA   ? gen_pca_transform(model, input, GEN_F32, 1, output)
           : m->kind == VAE ? gen_vae_encode(model, input, label, 1, output, NULL)
                            : gen_autoencoder_encode(model, input, 1, output);
  if (task == DECODE)
    return m->kind == PCA   ? gen_pca_inverse_transform(model, input, GEN_F32, 1, output)
           : m->kind == VAE ? gen_vae_decode(model, input, label, 1, output)
           : m->kind == GAN
               ? gen_gan_generate(model, input, label, 1, GEN_GENERATOR_AVERAGE, output)
               : gen_autoencoder_decode(model, input, 1, output);
  return m->kind == PCA   ? gen_pca_sample(model, 1, seed, 1, GEN_F32, output)
         : m->kind == VAE ? gen_vae_sample(model, label, 1, seed, output)
         : m->kind == GAN ? gen_gan_sample(model, label, 1, seed, output)
                          : gen_model_sample_mixture(model, label, 1, seed, output);
}

/* gen_weights(model); gen_encode, gen_decode, gen_score or gen_sample(model, input[, label]). */
static void use_model(sqlite3_context *context, int argc, sqlite3_value **argv) {
  task task = function_of(context)->task;
  int64_t class_number = 0, seed = 0;
  double score;
  const loaded *m = find_model(context, argv[0]);
  if (!m)
    return;
  if (task == WEIGHTS) {
    result_file(context, m->model, GEN_SAVE_WEIGHTS, NULL);
    return;
  }
  int is_good = task == SAMPLE ? read_integer(context, "seed", argv[1], INT64_MIN, &seed)
                : task == DECODE
                    ? read_vector(context, "latent", argv[1], m->latent_size, 0, m->vector)
                    : read_vector(context, "v", argv[1], m->row_size, 1, m->vector);
  if (!is_good || (argc > 2 && !read_integer(context, "label", argv[2], 0, &class_number)))
    return;
  const int32_t *label = argc > 2 ? &(const int32_t){(int32_t)class_number} : NULL;
  int64_t byte_count = 4 * (task == ENCODE ? m->latent_size : m->row_size);
  float *output = task == SCORE ? NULL : allocate(context, byte_count);
  if (task == SCORE) {
    if (succeeded(context, gen_model_detect(m->model, m->vector, GEN_F32, label, 1, &score, NULL)))
      sqlite3_result_double(context, score);
  } else if (output && succeeded(context, compute(m, task, label, (uint64_t)seed, output))) {
    sqlite3_result_blob64(context, output, (sqlite3_uint64)byte_count, sqlite3_free);
  } else {
    sqlite3_free(output);
  }
}

/* ---- Aggregates ----------------------------------------------------------------------------- */

/* The state of an aggregate, zeroed by SQLite. */
typedef struct {
  gen_moments *moments;
  gen_pca *pca;         /* of the PCAs merged so far */
  int64_t n_components; /* of the PCA to make of the moments */
  sqlite3_int64 n_rows; /* seen */
  int row_bytes, is_u8;
  int n_batch_rows, batch_size;
  unsigned char *batch;
} aggregate;

static void discard(aggregate *sums) {
  gen_moments_destroy(sums->moments);
  gen_model_destroy(sums->pca);
  sqlite3_free(sums->batch);
  *sums = (aggregate){.n_rows = sums->n_rows};
}

/* Adds the batch to the moments. */
static int add_batch(sqlite3_context *context, aggregate *sums) {
  gen_status status;
  if (sums->is_u8) {
    gen_memory_options options;
    gen_dataset *dataset = NULL;
    gen_memory_options_init(&options, sizeof options);
    options.dtype = GEN_U8;
    options.borrow = 1;
    options.n_rows = sums->n_batch_rows;
    options.channels = sums->row_bytes;
    status = gen_dataset_create(sums->batch, &options, &dataset);
    if (!status)
      status = gen_moments_update(sums->moments, dataset, NULL);
    gen_dataset_destroy(dataset);
  } else {
    status = gen_moments_update_rows(sums->moments, sums->batch, GEN_F32, sums->n_batch_rows);
  }
  sqlite3_int64 i = 0, n = sums->is_u8 ? 0 : sums->n_batch_rows * (sums->row_bytes / 4);
  const float *values = (const float *)(const void *)sums->batch;
  while (status && i < n && isfinite(values[i]))
    i++;
  function_of(context)->row = 0;
  if (status && i < n)
    fail(context, "row %lld: v has %g in element %lld",
         sums->n_rows - sums->n_batch_rows + 1 + i / (sums->row_bytes / 4), values[i],
         i % (sums->row_bytes / 4));
  else
    succeeded(context, status);
  sums->n_batch_rows = 0;
  return status == GEN_OK;
}

/* Makes the moments and the batch for rows like the first. */
static int begin(sqlite3_context *context, aggregate *sums, sqlite3_value *row,
                 sqlite3_value *type) {
  gen_moments_options options;
  const char *word = type ? (const char *)sqlite3_value_text(type) : "f32";
  sums->is_u8 = word && !strcmp(word, "u8");
  if (!word || (!sums->is_u8 && strcmp(word, "f32")))
    return refuse(context, "type", type, "'f32' or 'u8'", 0);
  if (!blob(row, &sums->row_bytes) || (!sums->is_u8 && sums->row_bytes % 4))
    return refuse(context, "v", row, sums->is_u8 ? "a BLOB of bytes" : "a BLOB of floats", 0);
  int fitting = BATCH_BYTES / sums->row_bytes;
  sums->batch_size = fitting > BATCH_ROWS ? BATCH_ROWS : fitting > 0 ? fitting : 1;
  gen_moments_options_init(&options, sizeof options);
  options.n_features = sums->is_u8 ? sums->row_bytes : sums->row_bytes / 4;
  sums->batch = allocate(context, (int64_t)sums->batch_size * sums->row_bytes);
  return sums->batch && succeeded(context, gen_moments_create(&options, &sums->moments));
}

/* gen_moments(v[, type]) and gen_pca(v[, k[, type]]). */
static int add_row(sqlite3_context *context, aggregate *sums, int argc, sqlite3_value **argv) {
  int byte_count, type = function_of(context)->task == FIT ? 2 : 1;
  const unsigned char *bytes = blob(argv[0], &byte_count);
  if (sums->n_rows == 1) {
    sums->n_components = GEN_AUTO;
    if (type == 2 && argc > 1 && !read_integer(context, "k", argv[1], 1, &sums->n_components))
      return 0;
    if (!begin(context, sums, argv[0], argc > type ? argv[type] : NULL))
      return 0;
  }
  if (!bytes || byte_count != sums->row_bytes)
    return refuse(context, "v", argv[0], "a BLOB of %lld bytes like row 1", sums->row_bytes);
  memcpy(sums->batch + (size_t)sums->n_batch_rows * (size_t)byte_count, bytes, (size_t)byte_count);
  return ++sums->n_batch_rows < sums->batch_size || add_batch(context, sums);
}

/* gen_moments_merge(moments), gen_pca_merge(pca) and gen_pca_merge(moments, k). */
static int merge(sqlite3_context *context, aggregate *sums, int argc, sqlite3_value **argv) {
  int byte_count, is_pca = function_of(context)->task == MERGE_FIT && argc == 1;
  gen_moments *moments = NULL;
  gen_pca *pca = NULL;
  gen_pca_info_t info = {.struct_size = sizeof info};
  gen_status status;
  const unsigned char *bytes = blob(argv[0], &byte_count);
  if (argc > 1 && !read_integer(context, "k", argv[1], 1, &sums->n_components))
    return 0;
  if (!bytes)
    return refuse(context, "state", argv[0], is_pca ? "a BLOB of gen_pca" : "a BLOB of gen_moments",
                  0);
  if (is_pca)
    status = gen_model_load_memory(bytes, byte_count, NULL, &pca);
  else
    status = gen_moments_load_memory(bytes, byte_count, NULL, &moments);
  if (!status && is_pca)
    status = gen_pca_info(pca, &info); /* refuses another kind */
  if (!status && sums->n_rows > 1)
    status = is_pca ? gen_pca_merge(sums->pca, pca) : gen_moments_merge(sums->moments, moments);
  int is_good = succeeded(context, status);
  if (is_good && sums->n_rows == 1) { /* the others are added to the first */
    sums->pca = pca;
    sums->moments = moments;
  } else {
    gen_model_destroy(pca);
    gen_moments_destroy(moments);
  }
  return is_good;
}

/* A step of an aggregate. */
static void step(sqlite3_context *context, int argc, sqlite3_value **argv) {
  function *self = function_of(context);
  aggregate *sums = sqlite3_aggregate_context(context, sizeof *sums);
  self->row = sums ? ++sums->n_rows : 0;
  if (!sums)
    sqlite3_result_error_nomem(context);
  else if (!(self->task < MERGE ? add_row : merge)(context, sums, argc, argv))
    discard(sums);
  self->row = 0;
}

/* Ends an aggregate with its file; of no rows, with NULL. Also called after a step failed. */
static void finish(sqlite3_context *context) {
  task task = function_of(context)->task;
  gen_pca_options options;
  aggregate *sums = sqlite3_aggregate_context(context, 0);
  if (!sums)
    return;
  if (sums->n_batch_rows && !add_batch(context, sums))
    discard(sums);
  if (sums->moments && (task == FIT || task == MERGE_FIT)) {
    gen_pca_options_init(&options, sizeof options);
    options.n_components = sums->n_components;
    if (!succeeded(context, gen_pca_create(&options, &sums->pca)) ||
        !succeeded(context, gen_pca_merge_moments(sums->pca, sums->moments)))
      discard(sums);
  }
  if (sums->pca || sums->moments)
    result_file(context, sums->pca, GEN_SAVE_ALL, sums->moments);
  discard(sums);
}

/* ---- Registration --------------------------------------------------------------------------- */

static void release_function(void *object) {
  connection *state = ((function *)object)->connection;
  if (--state->n_functions)
    return;
  for (int i = 0; i < CACHED_MODELS; i++)
    release_model(state->models[i]);
  sqlite3_free(state);
}

/* What SQLite calls when it loads generative_sqlite.so. */
GEN_API int sqlite3_generativesqlite_init(sqlite3 *database, char **message_out,
                                          const sqlite3_api_routines *api) {
  static const struct {
    const char *name;
    int least, most; /* arguments */
    task task;
  } declared[] = {
      {"gen_encode", 2, 3, ENCODE},
      {"gen_decode", 2, 3, DECODE},
      {"gen_score", 2, 3, SCORE},
      {"gen_sample", 2, 3, SAMPLE},
      {"gen_weights", 1, 1, WEIGHTS},
      {"gen_moments", 1, 2, MOMENTS},
      {"gen_pca", 1, 3, FIT},
      {"gen_moments_merge", 1, 1, MERGE},
      {"gen_pca_merge", 1, 2, MERGE_FIT},
  };
  SQLITE_EXTENSION_INIT2(api)
  (void)message_out;
  int status = SQLITE_OK, flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
  connection *state = sqlite3_malloc64(sizeof *state);
  if (!state)
    return SQLITE_NOMEM;
  *state = (connection){.n_functions = 1}; /* this one, until all are registered */
  function self = {.connection = state}, *next = state->functions;
  for (size_t i = 0; i < sizeof declared / sizeof *declared; i++)
    for (int argc = declared[i].least; !status && argc <= declared[i].most; argc++, next++) {
      int is_scalar = declared[i].task < MOMENTS;
      *next = (function){state, declared[i].name, declared[i].task, 0};
      state->n_functions++;
      status = sqlite3_create_function_v2(database, next->name, argc, flags, next,
                                          is_scalar ? use_model : NULL, is_scalar ? NULL : step,
                                          is_scalar ? NULL : finish, release_function);
    }
  release_function(&self);
  return status;
}
