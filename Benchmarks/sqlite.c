/* Times the SQL functions of bindings/sqlite beside a program that reads the same vectors and calls
 * the library.
 *
 *     make sqlite
 *     gcc -O2 -Iinclude Benchmarks/sqlite.c -o .build/bench-sqlite -L.build/library \
 *       -Wl,-rpath,$PWD/.build/library -lgenerative -lsqlite3 -lm
 *     GEN_THREADS=1 .build/bench-sqlite .build/library/generative_sqlite.so
 *
 * It writes 1,000,000 vectors of 128 numbers to a file in the current folder, and removes it;
 * 200,000 are encoded. Each line has medians of five runs, in turn, in seconds of processor time,
 * which other programs disturb least: reading the vectors, the call on the vectors read, both
 * together, SQL, and SQL divided by both. */
#include <generative.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { N_ROWS = 1000000, N_ENCODED = 200000, N_FEATURES = 128, N_COMPONENTS = 16, N_RUNS = 5 };
static const char *const PATH = "bench-sqlite.db";
static sqlite3 *database;

static void require(int is_good) {
  if (is_good)
    return;
  fprintf(stderr, "%s; %s\n", sqlite3_errmsg(database), gen_last_error_message());
  remove(PATH);
  exit(1);
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static int ascending(const void *a, const void *b) {
  double difference = *(const double *)a - *(const double *)b;
  return (difference > 0) - (difference < 0);
}

static double median(double *times) {
  qsort(times, N_RUNS, sizeof *times, ascending);
  return times[N_RUNS / 2];
}

static void write_rows(void) {
  float row[N_FEATURES];
  sqlite3_stmt *insert;
  require(!sqlite3_exec(database, "CREATE TABLE t (v BLOB); BEGIN", NULL, NULL, NULL));
  require(!sqlite3_prepare_v2(database, "INSERT INTO t VALUES (?)", -1, &insert, NULL));
  srand(1);
  for (int i = 0; i < N_ROWS; i++) {
    for (int j = 0; j < N_FEATURES; j++)
      row[j] = (float)(rand() % 2001 - 1000) / 100;
    sqlite3_bind_blob(insert, 1, row, sizeof row, SQLITE_STATIC);
    require(sqlite3_step(insert) == SQLITE_DONE);
    sqlite3_reset(insert);
  }
  sqlite3_finalize(insert);
  require(!sqlite3_exec(database, "COMMIT", NULL, NULL, NULL));
}

/* Reads the first vectors; returns the seconds. */
static double read_rows(float *rows, int n_rows) {
  double start = now();
  sqlite3_stmt *select;
  require(!sqlite3_prepare_v2(database, "SELECT v FROM t LIMIT ?", -1, &select, NULL));
  sqlite3_bind_int(select, 1, n_rows);
  for (int64_t i = 0; sqlite3_step(select) == SQLITE_ROW; i++)
    memcpy(rows + i * N_FEATURES, sqlite3_column_blob(select, 0), N_FEATURES * sizeof *rows);
  sqlite3_finalize(select);
  return now() - start;
}

/* Runs a query whose only result is a BLOB; returns the seconds. */
static double query(const char *sql, const void *model, int model_size, void **blob_out,
                    int *size_out) {
  double start = now();
  sqlite3_stmt *select;
  require(!sqlite3_prepare_v2(database, sql, -1, &select, NULL));
  if (sqlite3_bind_parameter_count(select))
    sqlite3_bind_blob(select, 1, model, model_size, SQLITE_STATIC);
  require(sqlite3_step(select) == SQLITE_ROW);
  if (blob_out) {
    *size_out = sqlite3_column_bytes(select, 0);
    *blob_out =
        memcpy(malloc((size_t)*size_out), sqlite3_column_blob(select, 0), (size_t)*size_out);
  }
  sqlite3_finalize(select);
  return now() - start;
}

static double call_moments(const float *rows) {
  double start = now();
  gen_moments *moments;
  gen_moments_options options;
  gen_moments_options_init(&options, sizeof options);
  options.n_features = N_FEATURES;
  require(!gen_moments_create(&options, &moments));
  require(!gen_moments_update_rows(moments, rows, GEN_F32, N_ROWS));
  gen_moments_destroy(moments);
  return now() - start;
}

static double call_transform(const gen_model *pca, const float *rows, float *latents,
                             int64_t n_rows_per_call) {
  double start = now();
  for (int64_t i = 0; i < N_ENCODED; i += n_rows_per_call)
    require(!gen_pca_transform(pca, rows + i * N_FEATURES, GEN_F32, n_rows_per_call,
                               latents + i * N_COMPONENTS));
  return now() - start;
}

static void report(const char *name, double *reading, double *call, double *sql) {
  double both[N_RUNS];
  for (int i = 0; i < N_RUNS; i++)
    both[i] = reading[i] + call[i];
  double r = median(reading), c = median(call), b = median(both), s = median(sql);
  printf("%-44s %6.2f s + %6.2f s = %6.2f s; SQL %6.2f s, %.2f times\n", name, r, c, b, s, s / b);
}

int main(int argc, char **argv) {
  float *rows = malloc((size_t)N_ROWS * N_FEATURES * sizeof *rows);
  float *latents = malloc((size_t)N_ROWS * N_COMPONENTS * sizeof *latents);
  double reading[N_RUNS], some[N_RUNS], moments[N_RUNS], each[N_RUNS], all[N_RUNS], sums[N_RUNS],
      bound[N_RUNS], selected[N_RUNS];
  void *file, *small;
  int file_size, small_size;
  gen_model *pca;
  require(argc == 2 && rows && latents);
  remove(PATH);
  require(!sqlite3_open(PATH, &database));
  require(!sqlite3_enable_load_extension(database, 1) &&
          !sqlite3_load_extension(database, argv[1], NULL, NULL));
  write_rows();
  query("SELECT gen_pca(v, 16) FROM t", NULL, 0, &file, &file_size);
  query("SELECT gen_weights(?)", file, file_size, &small, &small_size);
  require(!gen_model_load_memory(small, small_size, NULL, &pca));
  sqlite3_stmt *insert;
  require(!sqlite3_exec(database, "CREATE TABLE models (model BLOB)", NULL, NULL, NULL));
  require(!sqlite3_prepare_v2(database, "INSERT INTO models VALUES (?)", -1, &insert, NULL));
  sqlite3_bind_blob(insert, 1, small, small_size, SQLITE_STATIC);
  require(sqlite3_step(insert) == SQLITE_DONE);
  sqlite3_finalize(insert);
  for (int i = 0; i < N_RUNS; i++) {
    reading[i] = read_rows(rows, N_ROWS);
    some[i] = read_rows(rows, N_ENCODED);
    moments[i] = call_moments(rows);
    sums[i] = query("SELECT gen_moments(v) FROM t", NULL, 0, NULL, NULL);
    each[i] = call_transform(pca, rows, latents, 1);
    all[i] = call_transform(pca, rows, latents, N_ENCODED);
    bound[i] = query("SELECT sum(length(gen_encode(?, v))) FROM t WHERE rowid <= 200000", small,
                     small_size, NULL, NULL);
    selected[i] = query("SELECT sum(length(gen_encode((SELECT model FROM models), v))) FROM t "
                        "WHERE rowid <= 200000",
                        NULL, 0, NULL, NULL);
  }
  double again[N_RUNS];
  report("gen_moments(v)", memcpy(again, reading, sizeof again), moments, sums);
  report("gen_encode(?, v), a call per row", memcpy(again, some, sizeof again), each, bound);
  report("gen_encode(?, v), one call for all", memcpy(again, some, sizeof again), all, bound);
  report("gen_encode((SELECT ...), v), a call per row", memcpy(again, some, sizeof again), each,
         selected);
  printf("weights: %d bytes, with statistics: %d bytes\n", small_size, file_size);
  sqlite3_close(database);
  remove(PATH);
  return 0;
}
