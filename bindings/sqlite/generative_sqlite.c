/* SPDX-License-Identifier: Apache-2.0 */
/* SQL functions that fit and run models: a loadable extension of SQLite 3.31 or newer, described in
 * docs/sqlite.md. A vector is a BLOB of 32-bit floats, and a model is the BLOB of its file. */
#include <generative.h>
#include <sqlite3ext.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>
SQLITE_EXTENSION_INIT1

/* The size of the batches that are added to moments, and how many models a connection keeps. */
enum { BATCH_BYTES = 1 << 22, CACHED_MODELS = 4, MOST_FUNCTIONS = 24 };

typedef enum kind { PCA = 'p', VAE = 'v', GAN = 'g' } kind; /* first letters; others: as they are */
typedef enum { ENCODE, DECODE, SCORE, SAMPLE, WEIGHTS, MOMENTS, FIT, MERGE, MERGE_FIT } task;

/* A model that was loaded from a BLOB. The cache and the statements that use it hold references. */
typedef struct {
  int n_references;
  kind kind;
  gen_model *model;
  int64_t row_size, latent_size;
  float *input, *output; /* room for a row or a latent, aligned: SQLite's values lie anywhere */
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
  int n_functions; /* that SQLite has not released yet */
  loaded *models[CACHED_MODELS];
  unsigned n_loaded; /* so far; each replaces the oldest */
  function functions[MOST_FUNCTIONS];
} connection;

static function *function_of(sqlite3_context *sql) { return sqlite3_user_data(sql); }

/* Ends the SQL function with the error "name: row 3: message". Returns 0, and so do the functions
 * below after such an error, or NULL. */
static int fail(sqlite3_context *sql, const char *format, ...) {
  const function *self = function_of(sql);
  va_list arguments;
  va_start(arguments, format);
  char *message = sqlite3_vmprintf(format, arguments);
  va_end(arguments);
  message = self->row ? sqlite3_mprintf("%s: row %lld: %z", self->name, self->row, message)
                      : sqlite3_mprintf("%s: %z", self->name, message);
  sqlite3_result_error(sql, message ? message : "out of memory", -1);
  sqlite3_free(message);
  return 0;
}

static int succeeded(sqlite3_context *sql, gen_status status) {
  return status == GEN_OK || fail(sql, "%s", gen_last_error_message());
}

/* Fails with "name is NULL, not <wanted>", or what the value is. n: a number in wanted. */
static int refuse(sqlite3_context *sql, const char *name, sqlite3_value *value, const char *wanted,
                  sqlite3_int64 n) {
  int type = sqlite3_value_type(value);
  const char *format = type == SQLITE_NULL   ? "NULL"
                       : type == SQLITE_TEXT ? "the text %!.40Q"
                                             : "the number %s";
  char *is = type == SQLITE_BLOB ? sqlite3_mprintf("a BLOB of %d bytes", sqlite3_value_bytes(value))
                                 : sqlite3_mprintf(format, sqlite3_value_text(value));
  return fail(sql, "%s is %z, not %z", name, is, sqlite3_mprintf(wanted, n, n));
}

/* Allocates memory that sqlite3_free releases. */
static void *allocate(sqlite3_context *sql, int64_t byte_count) {
  void *memory = sqlite3_malloc64(byte_count ? (sqlite3_uint64)byte_count : 1);
  if (!memory)
    sqlite3_result_error_nomem(sql);
  return memory;
}

/* Returns the bytes of a BLOB that is not empty; NULL of anything else, and then no error. */
static const unsigned char *blob(sqlite3_value *value, int *byte_count_out) {
  const void *bytes = sqlite3_value_type(value) == SQLITE_BLOB ? sqlite3_value_blob(value) : NULL;
  *byte_count_out = bytes ? sqlite3_value_bytes(value) : 0;
  return bytes;
}

/* Reads a row of n floats or of n bytes, which become 0 ... 1, or a latent of n floats. */
static int read_vector(sqlite3_context *sql, sqlite3_value *value, int64_t n, int is_row,
                       float *vector_out) {
  int byte_count;
  const unsigned char *bytes = blob(value, &byte_count);
  if (!bytes || (byte_count != 4 * n && !(is_row && byte_count == n)))
    return is_row ? refuse(sql, "v", value, "a BLOB of %lld floats or %lld bytes", n)
                  : refuse(sql, "latent", value, "a BLOB of %lld floats", n);
  if (byte_count == 4 * n)
    memcpy(vector_out, bytes, (size_t)byte_count);
  else
    for (int64_t i = 0; i < n; i++)
      vector_out[i] = (float)bytes[i] / 255;
  return 1;
}

/* Reads an integer of at least `least`; an int32_t unless that is negative. */
static int read_integer(sqlite3_context *sql, const char *name, sqlite3_value *value, int64_t least,
                        int64_t *integer_out) {
  *integer_out = sqlite3_value_int64(value);
  if (sqlite3_value_type(value) == SQLITE_INTEGER && *integer_out >= least &&
      (least < 0 || *integer_out <= INT32_MAX))
    return 1;
  return refuse(sql, name, value, "an integer of at least %lld", least);
}

static void release_model(void *object) {
  loaded *model = object;
  if (!model || --model->n_references)
    return;
  gen_model_destroy(model->model);
  sqlite3_free(model);
}

/* Loads a model, with one reference, into one block of memory. */
static loaded *load_model(sqlite3_context *sql, const void *bytes, int byte_count) {
  gen_model_info_t info = {.struct_size = sizeof info};
  gen_model *handle = NULL;
  if (!succeeded(sql, gen_model_load_memory(bytes, byte_count, NULL, &handle)))
    return NULL;
  gen_model_info(handle, &info);
  kind kind = (enum kind) * gen_model_kind(handle);
  int64_t row_size = info.height * info.width * info.channels;
  int64_t n = info.latent_size > row_size ? info.latent_size : row_size;
  loaded *model = allocate(sql, (int64_t)sizeof *model + 8 * n + byte_count);
  if (!model)
    return gen_model_destroy(handle), NULL;
  *model = (loaded){1, kind, handle, row_size, info.latent_size, .byte_count = byte_count};
  model->input = (float *)(model + 1);
  model->output = model->input + n;
  model->bytes = memcpy(model->output + n, bytes, (size_t)byte_count);
  return model;
}

/* Returns the model of a function's first argument. If that is a constant or a bound parameter, the
 * statement keeps it; another expression is compared with the BLOBs of the cached models. */
static const loaded *find_model(sqlite3_context *sql, sqlite3_value *value) {
  connection *state = function_of(sql)->connection;
  loaded *model = sqlite3_get_auxdata(sql, 0);
  int byte_count;
  const unsigned char *bytes = blob(value, &byte_count);
  if (model)
    return model;
  if (!bytes && !refuse(sql, "model", value, "the BLOB of a model's file", 0))
    return NULL;
  for (int i = 0; i < CACHED_MODELS && !model; i++) {
    loaded *one = state->models[i];
    if (one && one->byte_count == byte_count && !memcmp(one->bytes, bytes, (size_t)byte_count))
      model = one;
  }
  if (!model) {
    if (!(model = load_model(sql, bytes, byte_count)))
      return NULL;
    loaded **oldest = &state->models[state->n_loaded++ % CACHED_MODELS];
    release_model(*oldest);
    *oldest = model;
  }
  model->n_references++;
  sqlite3_set_auxdata(sql, 0, model, release_model);
  return model;
}

/* Ends the SQL function with the file of a model, or of moments if there is none. */
static void result_file(sqlite3_context *sql, const gen_model *model, int32_t content,
                        const gen_moments *moments) {
  unsigned char *bytes = NULL;
  int64_t n = 0;
  while (succeeded(sql, model ? gen_model_save_memory(model, content, bytes, n, &n)
                              : gen_moments_save_memory(moments, bytes, n, &n))) {
    if (bytes) {
      sqlite3_result_blob64(sql, bytes, (sqlite3_uint64)n, sqlite3_free);
      return;
    }
    if (!(bytes = allocate(sql, n)))
      return;
  }
  sqlite3_free(bytes);
}

/* Computes the output or the score. A kind that lacks the task gets the library's error. */
static gen_status compute(const loaded *m, task task, const int32_t *label, int64_t seed,
                          double *score_out) {
  const float *x = m->input;
  float *y = m->output;
  if (task == SCORE)
    return gen_model_detect(m->model, x, GEN_F32, label, 1, score_out, NULL);
  if (task == ENCODE)
    return m->kind == PCA   ? gen_pca_transform(m->model, x, GEN_F32, 1, y)
           : m->kind == VAE ? gen_vae_encode(m->model, x, label, 1, y, NULL)
                            : gen_autoencoder_encode(m->model, x, 1, y);
  if (task == DECODE)
    return m->kind == PCA   ? gen_pca_inverse_transform(m->model, x, GEN_F32, 1, y)
           : m->kind == VAE ? gen_vae_decode(m->model, x, label, 1, y)
           : m->kind == GAN ? gen_gan_generate(m->model, x, label, 1, GEN_GENERATOR_AVERAGE, y)
                            : gen_autoencoder_decode(m->model, x, 1, y);
  return m->kind == PCA   ? gen_pca_sample(m->model, 1, (uint64_t)seed, 1, GEN_F32, y)
         : m->kind == VAE ? gen_vae_sample(m->model, label, 1, (uint64_t)seed, y)
         : m->kind == GAN ? gen_gan_sample(m->model, label, 1, (uint64_t)seed, y)
                          : gen_model_sample_mixture(m->model, label, 1, (uint64_t)seed, y);
}

/* gen_weights(model); gen_encode, gen_decode, gen_score or gen_sample(model, input[, label]). */
static void use_model(sqlite3_context *sql, int argc, sqlite3_value **argv) {
  task task = function_of(sql)->task;
  int64_t class_number = 0, seed = 0;
  double score;
  const loaded *m = find_model(sql, argv[0]);
  if (m && task == WEIGHTS)
    result_file(sql, m->model, GEN_SAVE_WEIGHTS, NULL);
  if (!m || task == WEIGHTS)
    return;
  int is_good = task == SAMPLE   ? read_integer(sql, "seed", argv[1], INT64_MIN, &seed)
                : task == DECODE ? read_vector(sql, argv[1], m->latent_size, 0, m->input)
                                 : read_vector(sql, argv[1], m->row_size, 1, m->input);
  if (!is_good || (argc > 2 && !read_integer(sql, "label", argv[2], 0, &class_number)))
    return;
  const int32_t *label = argc > 2 ? &(const int32_t){(int32_t)class_number} : NULL;
  if (!succeeded(sql, compute(m, task, label, seed, &score)))
    return;
  int64_t n = task == ENCODE ? m->latent_size : m->row_size;
  if (task == SCORE)
    sqlite3_result_double(sql, score);
  else
    sqlite3_result_blob64(sql, m->output, 4 * (sqlite3_uint64)n, SQLITE_TRANSIENT);
}

/* The state of an aggregate, zeroed by SQLite. */
typedef struct {
  gen_moments *moments;
  gen_pca *pca;         /* of the PCAs merged so far */
  int64_t n_components; /* of the PCA to make of the moments; 0: none */
  sqlite3_int64 n_rows; /* seen */
  int is_u8, row_bytes, n_features, n_batch_rows, batch_size;
  char *batch;
} aggregate;

static void discard(aggregate *sums) {
  gen_moments_destroy(sums->moments);
  gen_model_destroy(sums->pca);
  sqlite3_free(sums->batch);
  *sums = (aggregate){.n_rows = sums->n_rows};
}

/* Adds the batch to the moments. */
static int add_batch(sqlite3_context *sql, aggregate *sums) {
  gen_memory_options options;
  gen_dataset *dataset = NULL;
  gen_memory_options_init(&options, sizeof options);
  options.dtype = sums->is_u8 ? GEN_U8 : GEN_F32;
  options.borrow = 1;
  options.n_rows = sums->n_batch_rows;
  options.channels = sums->n_features;
  sums->n_batch_rows = 0;
  int is_good = succeeded(sql, gen_dataset_create(sums->batch, &options, &dataset)) &&
                succeeded(sql, gen_moments_update(sums->moments, dataset, NULL));
  gen_dataset_destroy(dataset);
  return is_good;
}

/* Makes the moments and the batch for rows like the first. */
static int begin(sqlite3_context *sql, aggregate *sums, int argc, sqlite3_value **argv) {
  gen_moments_options options;
  int type = function_of(sql)->task == FIT ? 2 : 1; /* the index of this argument */
  const char *word = argc > type ? (const char *)sqlite3_value_text(argv[type]) : "f32";
  sums->n_components = type == 2 ? GEN_AUTO : 0;
  if (type == 2 && argc > 1 && !read_integer(sql, "k", argv[1], 1, &sums->n_components))
    return 0;
  sums->is_u8 = word && !strcmp(word, "u8");
  if (!word || (!sums->is_u8 && strcmp(word, "f32")))
    return refuse(sql, "type", argv[type], "'f32' or 'u8'", 0);
  if (!blob(argv[0], &sums->row_bytes) || (!sums->is_u8 && sums->row_bytes % 4))
    return refuse(sql, "v", argv[0], sums->is_u8 ? "a BLOB of bytes" : "a BLOB of floats", 0);
  sums->n_features = sums->is_u8 ? sums->row_bytes : sums->row_bytes / 4;
  sums->batch_size = BATCH_BYTES / sums->row_bytes + 1;
  sums->batch = allocate(sql, (int64_t)sums->batch_size * sums->row_bytes);
  gen_moments_options_init(&options, sizeof options);
  options.n_features = sums->n_features;
  return sums->batch && succeeded(sql, gen_moments_create(&options, &sums->moments));
}

/* gen_moments(v[, type]) and gen_pca(v[, k[, type]]). */
static int add_row(sqlite3_context *sql, aggregate *sums, int argc, sqlite3_value **argv) {
  int byte_count;
  const unsigned char *bytes = blob(argv[0], &byte_count);
  if (sums->n_rows == 1 && !begin(sql, sums, argc, argv))
    return 0;
  if (!bytes || byte_count != sums->row_bytes)
    return refuse(sql, "v", argv[0], "a BLOB of %lld bytes like row 1", sums->row_bytes);
  void *row = sums->batch + (int64_t)sums->n_batch_rows * byte_count;
  const float *values = memcpy(row, bytes, (size_t)byte_count);
  for (int i = 0; i < sums->n_features && !sums->is_u8; i++)
    if (!isfinite(values[i]))
      return fail(sql, "v has %g in element %d", values[i], i);
  return ++sums->n_batch_rows < sums->batch_size || add_batch(sql, sums);
}

/* gen_moments_merge(moments), gen_pca_merge(pca) and gen_pca_merge(moments, k). */
static int merge(sqlite3_context *sql, aggregate *sums, int argc, sqlite3_value **argv) {
  int byte_count, is_pca = function_of(sql)->task == MERGE_FIT && argc == 1;
  aggregate part = {0}; /* the state in this row; the first row's is that of the aggregate */
  gen_pca_info_t info = {.struct_size = sizeof info};
  const unsigned char *bytes = blob(argv[0], &byte_count);
  if (argc > 1 && !read_integer(sql, "k", argv[1], 1, &sums->n_components))
    return 0;
  if (!bytes)
    return refuse(sql, "state", argv[0], is_pca ? "a BLOB of gen_pca" : "a BLOB of gen_moments", 0);
  gen_status status = is_pca ? gen_model_load_memory(bytes, byte_count, NULL, &part.pca)
                             : gen_moments_load_memory(bytes, byte_count, NULL, &part.moments);
  if (!status && is_pca)
    status = gen_pca_info(part.pca, &info); /* refuses another kind */
  if (!status && sums->n_rows == 1) {
    sums->pca = part.pca;
    sums->moments = part.moments;
    return 1;
  }
  if (!status)
    status = is_pca ? gen_pca_merge(sums->pca, part.pca)
                    : gen_moments_merge(sums->moments, part.moments);
  int is_good = succeeded(sql, status);
  discard(&part);
  return is_good;
}

/* A step of an aggregate. */
static void step(sqlite3_context *sql, int argc, sqlite3_value **argv) {
  function *self = function_of(sql);
  aggregate *sums = sqlite3_aggregate_context(sql, sizeof *sums);
  self->row = sums ? ++sums->n_rows : 0;
  if (!sums)
    sqlite3_result_error_nomem(sql);
  else if (!(self->task < MERGE ? add_row : merge)(sql, sums, argc, argv))
    discard(sums);
  self->row = 0;
}

/* Ends an aggregate with its file; of no rows, with NULL. Also called after a step failed. */
static void finish(sqlite3_context *sql) {
  gen_pca_options options;
  aggregate *sums = sqlite3_aggregate_context(sql, 0);
  if (!sums)
    return;
  int is_good = !sums->n_batch_rows || add_batch(sql, sums);
  if (is_good && sums->moments && sums->n_components) {
    gen_pca_options_init(&options, sizeof options);
    options.n_components = sums->n_components;
    is_good = succeeded(sql, gen_pca_create(&options, &sums->pca)) &&
              succeeded(sql, gen_pca_merge_moments(sums->pca, sums->moments));
  }
  if (is_good && (sums->pca || sums->moments))
    result_file(sql, sums->pca, GEN_SAVE_ALL, sums->moments);
  discard(sums);
}

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
  /* By task: the names, and the largest numbers of arguments. */
  static const char *const names[] = {"gen_encode", "gen_decode",        "gen_score",
                                      "gen_sample", "gen_weights",       "gen_moments",
                                      "gen_pca",    "gen_moments_merge", "gen_pca_merge"};
  static const int most[] = {3, 3, 3, 3, 1, 2, 3, 1, 2};
  SQLITE_EXTENSION_INIT2(api)
  (void)message_out;
  int status = SQLITE_OK, flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
  connection *state = sqlite3_malloc64(sizeof *state);
  if (!state)
    return SQLITE_NOMEM;
  *state = (connection){.n_functions = 1}; /* this one, until all are registered */
  function self = {.connection = state}, *next = state->functions;
  for (task task = ENCODE; task <= MERGE_FIT; task++)
    for (int argc = task < WEIGHTS ? 2 : 1; !status && argc <= most[task]; argc++, next++) {
      int is_scalar = task < MOMENTS;
      *next = (function){state, names[task], task, 0};
      state->n_functions++;
      status = sqlite3_create_function_v2(database, next->name, argc, flags, next,
                                          is_scalar ? use_model : NULL, is_scalar ? NULL : step,
                                          is_scalar ? NULL : finish, release_function);
    }
  release_function(&self);
  return status;
}
