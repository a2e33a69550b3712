/* Loads damaged files: bits flipped, bytes removed, repeated and overwritten, files truncated,
 * numbers set to the ends of their ranges, and checksums corrected afterwards so that they do not
 * reveal the damage. Within a second, each must give a working model, a picture, or a status with a
 * message. usage: mutate N SEED FILE... */
#include "host.h"
#include <ctype.h>
#include <sys/mman.h>

struct seed {
  unsigned char *bytes;
  int64_t count;
  const char *path;
};

static uint32_t crc(uint32_t value, uint32_t polynomial, const unsigned char *bytes,
                    int64_t count) {
  int64_t i;
  int bit;
  value = ~value;
  for (i = 0; i < count; i++)
    for (value ^= bytes[i], bit = 0; bit < 8; bit++)
      value = value >> 1 ^ (polynomial & -(value & 1));
  return ~value;
}

static void put_big_endian(unsigned char *at, uint32_t value) {
  int i;
  for (i = 0; i < 4; i++)
    at[i] = (unsigned char)(value >> 8 * (3 - i));
}

/* Corrects the checksum of the tensors in a safetensors header, or of each chunk in a PNG. */
static void mend_checksums(unsigned char *bytes, int64_t count) {
  uint64_t header = 0;
  unsigned char *place;
  if (count > 8 && memcmp(bytes, "\x89PNG", 4) == 0) {
    int64_t at = 8;
    while (at <= count - 12) {
      int64_t size =
          (int64_t)bytes[at] << 24 | bytes[at + 1] << 16 | bytes[at + 2] << 8 | bytes[at + 3];
      if (size > count - 12 - at)
        return;
      put_big_endian(bytes + at + 8 + size, crc(0, 0xEDB88320u, bytes + at + 4, size + 4));
      at += 12 + size;
    }
    return;
  }
  if (count < 16)
    return;
  memcpy(&header, bytes, 8);
  if (header > (uint64_t)count - 8)
    return;
  place = (unsigned char *)memmem(bytes + 8, header, "\"crc32c\":\"", 10);
  if (place && place + 18 < bytes + 8 + header) {
    char text[9];
    snprintf(text, sizeof text, "%08x",
             crc(0, 0x82F63B78u, bytes + 8 + header, count - 8 - (int64_t)header));
    memcpy(place + 10, text, 8);
  }
}

static const uint64_t ends[] = {0,           1,          0x7F,
                                0xFF,        0x7FFFFFFF, 0x80000000u,
                                0xFFFFFFFFu, INT64_MAX,  (uint64_t)INT64_MAX + 1,
                                UINT64_MAX};

/* Replaces a run of digits with another number, possibly of another length. */
static int64_t spoil_number(unsigned char *bytes, int64_t count, uint64_t *random) {
  char text[32];
  int64_t start = (int64_t)(next_random(random) % (uint64_t)count), end, length;
  while (start < count && !isdigit(bytes[start]))
    start++;
  for (end = start; end < count && isdigit(bytes[end]); end++)
    ;
  length = snprintf(text, sizeof text, "%s%llu", next_random(random) % 4 ? "" : "-",
                    (unsigned long long)ends[next_random(random) % 10]);
  memmove(bytes + start + length, bytes + end, (size_t)(count - end));
  memcpy(bytes + start, text, (size_t)length);
  return count - (end - start) + length;
}

/* Damages the bytes once and returns the new count. The buffer has room for twice as many bytes and
 * one number more. */
static int64_t damage(unsigned char *bytes, int64_t count, uint64_t *random) {
  int64_t place = (int64_t)(next_random(random) % (uint64_t)count);
  int64_t run = 1 + (int64_t)(next_random(random) % 16), i;
  uint64_t end = ends[next_random(random) % 10];
  if (run > count - place)
    run = count - place;
  /* Half of the damage hits the start of the file, which holds the lengths. */
  if (next_random(random) % 2)
    place %= count < 512 ? count : 512;
  switch (next_random(random) % 7) {
  case 0:
    bytes[place] ^= (unsigned char)(1u << next_random(random) % 8);
    return count;
  case 1:
    for (i = 0; i < run; i++)
      bytes[place + i] = (unsigned char)next_random(random);
    return count;
  case 2:
    memmove(bytes + place, bytes + place + run, (size_t)(count - place - run));
    return count - run;
  case 3:
    memmove(bytes + place + run, bytes + place, (size_t)(count - place));
    return count + run;
  case 4:
    return place;
  case 5:
    for (i = 0; i < 8 && place + i < count; i++)
      bytes[place + i] = (unsigned char)(end >> 8 * (next_random(random) % 2 ? i : 7 - i));
    return count;
  default:
    return spoil_number(bytes, count, random);
  }
}

static float *room; /* for the rows of any model loaded from a mutant */

/* Uses a model loaded from a mutant, if its rows fit. */
static gen_status use_loaded(gen_model *model) {
  const char *kind = gen_model_kind(model);
  gen_model_info_t info;
  int32_t flags[2];
  info.struct_size = sizeof info;
  if (gen_model_info(model, &info) != GEN_OK ||
      2 * info.height * info.width * info.channels > ROOM / 4 || 2 * info.latent_size > ROOM / 4)
    return GEN_OK;
  if (strcmp(kind, "classifier") == 0)
    return info.n_classes > ROOM / 8 ? GEN_OK : gen_classifier_predict(model, room, 2, NULL, room);
  if (strcmp(kind, "gan") == 0)
    return gen_gan_sample(model, NULL, 2, 1, room);
  return (strcmp(kind, "vae") == 0   ? gen_vae_sample(model, NULL, 2, 1, room)
          : strcmp(kind, "pca") == 0 ? gen_pca_sample(model, 2, 1, 0, GEN_F32, room)
                                     : gen_model_reconstruct(model, room, NULL, 2, room)) |
         gen_model_sample_mixture(model, NULL, 2, 1, room) |
         gen_model_detect(model, room, GEN_F32, NULL, 2, NULL, flags);
}

static gen_status use_model(const char *path, const unsigned char *bytes, int64_t count) {
  gen_moments_info_t seen;
  gen_reservoir_info_t kept;
  gen_model *model = NULL;
  gen_status status;
  seen.struct_size = sizeof seen;
  kept.struct_size = sizeof kept;
  /* The file's name says which kind it is; its folder may have any name. */
  path = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
#define USE(noun, sample)                                                                          \
  if (strstr(path, #noun)) {                                                                       \
    gen_##noun *object = NULL;                                                                     \
    status = gen_##noun##_load_memory(bytes, count, NULL, &object);                                \
    CHECK((status == GEN_OK) == (object != NULL), "%s", path);                                     \
    if (status == GEN_OK && (sample) != GEN_OK)                                                    \
      CHECK(gen_last_error_message()[0] != 0, "%s", path);                                         \
    gen_##noun##_destroy(object);                                                                  \
    return status;                                                                                 \
  }
  USE(reservoir, gen_reservoir_info(object, &kept))
  USE(moments, gen_moments_info(object, &seen))
  status = gen_model_load_memory(bytes, count, NULL, &model);
  CHECK((status == GEN_OK) == (model != NULL), "%s", path);
  if (status == GEN_OK && use_loaded(model) != GEN_OK)
    CHECK(gen_last_error_message()[0] != 0, "%s", path);
  gen_model_destroy(model);
  return status;
}

static gen_status use_picture(const unsigned char *bytes, int64_t count) {
  gen_image *image = NULL, *small = NULL;
  gen_load_image_options options;
  gen_status status;
  gen_load_image_options_init(&options, sizeof options);
  options.channels = count % 2 ? 3 : GEN_AUTO;
  status = gen_image_load_memory(bytes, count, &options, &image);
  if (status == GEN_OK)
    CHECK(gen_image_create_resized(image, 7, 5, NULL, &small) == GEN_OK, "resized");
  gen_image_destroy(small);
  gen_image_destroy(image);
  return status;
}

/* IDX files are read only from paths, so the bytes go into a file in memory, which has one. */
static gen_status use_idx(const unsigned char *bytes, int64_t count) {
  static int file = -1;
  char path[64];
  gen_dataset *dataset = NULL;
  gen_status status;
  if (file < 0)
    file = memfd_create("idx", 0);
  if (ftruncate(file, 0) != 0 || pwrite(file, bytes, (size_t)count, 0) != count)
    abort();
  snprintf(path, sizeof path, "/proc/self/fd/%d", file);
  status = gen_dataset_open(path, NULL, NULL, &dataset);
  gen_dataset_destroy(dataset);
  return status;
}

static gen_status use(const char *path, const unsigned char *bytes, int64_t count) {
  if (strstr(path, ".safetensors"))
    return use_model(path, bytes, count);
  return strstr(path, ".idx") ? use_idx(bytes, count) : use_picture(bytes, count);
}

static gen_status judge(const struct seed *seed, const unsigned char *bytes, int64_t count,
                        int64_t *refused, double *slowest) {
  double start = processor_time(), seconds;
  gen_status status = use(seed->path, bytes, count);
  seconds = processor_time() - start;
  if (seconds > *slowest)
    *slowest = seconds;
  CHECK(seconds < 1, "%s took %.2f s", seed->path, seconds);
  CHECK(status != GEN_E_INTERNAL, "%s", seed->path);
  CHECK(status == GEN_OK || gen_last_error_message()[0] != 0, "%s: no message", seed->path);
  *refused += status != GEN_OK;
  return status;
}

/* Whether at most the end of a picture is missing: a PNG's last chunk, a JPEG's last marker. */
static int lacks_end(const struct seed *seed, int64_t count) {
  return strstr(seed->path, ".safetensors") == NULL && strstr(seed->path, ".idx") == NULL &&
         seed->count - count <= 12;
}

int main(int argc, char **argv) {
  long n = argc > 3 ? atol(argv[1]) : 0, i;
  uint64_t random = argc > 3 ? strtoull(argv[2], NULL, 10) : 0;
  int n_seeds = argc - 3, s;
  int64_t most = 0, cuts = 0, refused = 0, whole = 0;
  double slowest = 0;
  struct seed *seeds;
  unsigned char *mutant;
  long before;
  if (n <= 0)
    return 2;
  seeds = (struct seed *)calloc((size_t)n_seeds, sizeof *seeds);
  room = (float *)calloc(1, ROOM);
  for (s = 0; s < n_seeds; s++) {
    seeds[s].path = argv[3 + s];
    seeds[s].bytes = read_whole(seeds[s].path, &seeds[s].count);
    if (seeds[s].bytes == NULL)
      return 2;
    CHECK(use(seeds[s].path, seeds[s].bytes, seeds[s].count) == GEN_OK, "%s", seeds[s].path);
    if (seeds[s].count > most)
      most = seeds[s].count;
  }
  mutant = (unsigned char *)malloc((size_t)(8 * most + 4096));
  before = peak_resident();
  /* Truncated at every byte, or about as often as SCORECARD_CUTS says. */
  for (s = 0; s < n_seeds; s++) {
    const char *most_cuts = getenv("SCORECARD_CUTS");
    int64_t step = most_cuts ? 1 + seeds[s].count / atol(most_cuts) : 1, end;
    for (end = 0; end < seeds[s].count; end += step, cuts++)
      whole += judge(&seeds[s], seeds[s].bytes, end, &refused, &slowest) == GEN_OK &&
               lacks_end(&seeds[s], end);
  }
  CHECK(refused + whole == cuts, "%ld of %ld cut files refused", (long)refused, (long)cuts);
  for (i = 0; i < n; i++) {
    const struct seed *seed = &seeds[i % n_seeds];
    int64_t count = seed->count;
    int times = 1 + (int)(next_random(&random) % 4);
    memcpy(mutant, seed->bytes, (size_t)count);
    while (times-- > 0 && count > 0 && count < 2 * most)
      count = damage(mutant, count, &random);
    if (next_random(&random) % 4)
      mend_checksums(mutant, count);
    judge(seed, mutant, count, &refused, &slowest);
  }
  CHECK(peak_resident() - before <= 4 * most + (64 << 20), "memory");
  printf("%ld mutants and %ld truncations of %d files, %ld refused, %d wrong; slowest %.0f ms, "
         "memory + "
         "%.1f MB\n",
         n, (long)cuts, n_seeds, (long)refused, failures, 1e3 * slowest,
         (double)(peak_resident() - before) / 1e6);
  for (s = 0; s < n_seeds; s++)
    free(seeds[s].bytes);
  free(seeds);
  free(mutant);
  free(room);
  return failures != 0;
}
