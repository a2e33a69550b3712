/* Shared by the host programs of the scorecard: small fitted models, counted checks, and a random
 * number generator that is the same everywhere. */
#ifndef SCORECARD_HOST_H
#define SCORECARD_HOST_H

#include "../CTests/bad_arguments.h"

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

static int failures __attribute__((unused));

/* Counts and prints failures. The first twenty are enough to read. */
#define CHECK(condition, ...)                                                                      \
  do {                                                                                             \
    if (!(condition) && ++failures <= 20) {                                                        \
      printf("%s:%d: %s: ", __FILE__, __LINE__, #condition);                                       \
      printf(__VA_ARGS__);                                                                         \
      printf(" (%s)\n", gen_last_error_message());                                                 \
    }                                                                                              \
  } while (0)

#define MUST(call)                                                                                 \
  do {                                                                                             \
    gen_status status_ = (call);                                                                   \
    if (status_ != GEN_OK) {                                                                       \
      printf("%s:%d: %s: %s: %s\n", __FILE__, __LINE__, #call, gen_status_name(status_),           \
             gen_last_error_message());                                                            \
      exit(2);                                                                                     \
    }                                                                                              \
  } while (0)

/* splitmix64 */
static inline uint64_t next_random(uint64_t *state) {
  uint64_t z = (*state += 0x9E3779B97F4A7C15u);
  z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
  z = (z ^ z >> 27) * 0x94D049BB133111EBu;
  return z ^ z >> 31;
}

static inline double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* The processor time of this thread, which does not grow on a loaded machine. */
static inline double processor_time(void) {
  struct timespec time;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* Slow hosts, such as under valgrind, try only every stride-th case. */
static inline long stride(void) {
  const char *text = getenv("SCORECARD_STRIDE");
  return text ? atol(text) : 1;
}

static inline int entries_of(const char *folder) {
  DIR *open = opendir(folder);
  int count = 0;
  while (open && readdir(open))
    count++;
  if (open)
    closedir(open);
  return count - 2;
}

/* Bytes resident in memory now. */
static inline long resident(void) {
  long total = 0, pages = 0;
  FILE *file = fopen("/proc/self/statm", "r");
  if (file) {
    if (fscanf(file, "%ld %ld", &total, &pages) != 2)
      pages = 0;
    fclose(file);
  }
  return pages * sysconf(_SC_PAGESIZE);
}

/* The most bytes that were ever resident. */
static inline long peak_resident(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss * 1024;
}

/* FNV-1a. */
static inline uint64_t hash(const void *bytes, int64_t count) {
  const unsigned char *next = (const unsigned char *)bytes;
  uint64_t value = 0xCBF29CE484222325u;
  int64_t i;
  for (i = 0; i < count; i++)
    value = (value ^ next[i]) * 0x100000001B3u;
  return value;
}

static inline unsigned char *read_whole(const char *path, int64_t *count) {
  FILE *file = fopen(path, "rb");
  unsigned char *bytes;
  if (file == NULL)
    return NULL;
  fseek(file, 0, SEEK_END);
  *count = ftell(file);
  rewind(file);
  bytes = (unsigned char *)malloc((size_t)*count + 1);
  if (bytes == NULL || fread(bytes, 1, (size_t)*count, file) != (size_t)*count)
    abort();
  fclose(file);
  return bytes;
}

#endif
