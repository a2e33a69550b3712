#include "jpeg_memory.h"

#include <string.h>

#include <jerror.h>

/* A block in a pool. The memory that libjpeg gets follows it. */
struct jpeg_block {
  _Alignas(64) struct jpeg_block *next;
};

/* The loops of libjpeg-turbo read and write up to two vectors past the end of a row. */
enum { ROW_ALIGNMENT = 64 };

static struct jpeg_memory *memory_of(j_common_ptr codec) {
  return (struct jpeg_memory *)codec->mem;
}

static void *allocate(j_common_ptr codec, int pool, size_t count) {
  struct jpeg_memory *memory = memory_of(codec);
  if (pool < 0 || pool >= JPOOL_NUMPOOLS)
    ERREXIT1(codec, JERR_BAD_POOL_ID, pool);
  struct jpeg_block *block = NULL;
  if (count <= SIZE_MAX - sizeof *block)
    block = shim_block_allocate(memory->allocator, sizeof *block + count);
  if (!block)
    ERREXIT1(codec, JERR_OUT_OF_MEMORY, 0);
  block->next = memory->pools[pool];
  memory->pools[pool] = block;
  return block + 1;
}

/* Allocates `count` rows of `row_bytes` each, preceded by the pointers to them. */
static void *allocate_rows(j_common_ptr codec, int pool, size_t row_bytes, JDIMENSION count) {
  size_t stride = (row_bytes + ROW_ALIGNMENT - 1) / ROW_ALIGNMENT * ROW_ALIGNMENT;
  size_t pointers = (count * sizeof(void *) + ROW_ALIGNMENT - 1) / ROW_ALIGNMENT * ROW_ALIGNMENT;
  size_t byte_count;
  if (__builtin_mul_overflow(stride, (size_t)count, &byte_count) ||
      __builtin_add_overflow(byte_count, pointers, &byte_count))
    ERREXIT1(codec, JERR_OUT_OF_MEMORY, 0);
  unsigned char *start = allocate(codec, pool, byte_count);
  void **rows = (void **)start;
  for (JDIMENSION i = 0; i < count; i++)
    rows[i] = start + pointers + i * stride;
  return rows;
}

static JSAMPARRAY allocate_samples(j_common_ptr codec, int pool, JDIMENSION width,
                                   JDIMENSION height) {
  return allocate_rows(codec, pool, width * sizeof(JSAMPLE), height);
}

static JBLOCKARRAY allocate_blocks(j_common_ptr codec, int pool, JDIMENSION width,
                                   JDIMENSION height) {
  return allocate_rows(codec, pool, width * sizeof(JBLOCK), height);
}

/* "Virtual" arrays, of which libjpeg accesses a few rows at a time. Here they are completely in
   memory. */
struct jvirt_sarray_control {
  JSAMPARRAY rows;
  JDIMENSION width, height;
  boolean starts_zero;
  jvirt_sarray_ptr next;
};

struct jvirt_barray_control {
  JBLOCKARRAY rows;
  JDIMENSION width, height;
  boolean starts_zero;
  jvirt_barray_ptr next;
};

static jvirt_sarray_ptr request_samples(j_common_ptr codec, int pool, boolean starts_zero,
                                        JDIMENSION width, JDIMENSION height, JDIMENSION most) {
  (void)pool, (void)most;
  jvirt_sarray_ptr array = allocate(codec, JPOOL_IMAGE, sizeof *array);
  *array = (struct jvirt_sarray_control){NULL, width, height, starts_zero,
                                         memory_of(codec)->sample_arrays};
  return memory_of(codec)->sample_arrays = array;
}

static jvirt_barray_ptr request_blocks(j_common_ptr codec, int pool, boolean starts_zero,
                                       JDIMENSION width, JDIMENSION height, JDIMENSION most) {
  (void)pool, (void)most;
  jvirt_barray_ptr array = allocate(codec, JPOOL_IMAGE, sizeof *array);
  *array = (struct jvirt_barray_control){NULL, width, height, starts_zero,
                                         memory_of(codec)->block_arrays};
  return memory_of(codec)->block_arrays = array;
}

static void realize(j_common_ptr codec) {
  struct jpeg_memory *memory = memory_of(codec);
  for (jvirt_sarray_ptr array = memory->sample_arrays; array; array = array->next) {
    if (array->rows)
      continue;
    array->rows = allocate_samples(codec, JPOOL_IMAGE, array->width, array->height);
    for (JDIMENSION y = 0; array->starts_zero && y < array->height; y++)
      memset(array->rows[y], 0, array->width * sizeof(JSAMPLE));
  }
  for (jvirt_barray_ptr array = memory->block_arrays; array; array = array->next) {
    if (array->rows)
      continue;
    array->rows = allocate_blocks(codec, JPOOL_IMAGE, array->width, array->height);
    for (JDIMENSION y = 0; array->starts_zero && y < array->height; y++)
      memset(array->rows[y], 0, array->width * sizeof(JBLOCK));
  }
}

static JSAMPARRAY access_samples(j_common_ptr codec, jvirt_sarray_ptr array, JDIMENSION first,
                                 JDIMENSION count, boolean writes) {
  (void)writes;
  if (!array->rows || first > array->height || count > array->height - first)
    ERREXIT(codec, JERR_BAD_VIRTUAL_ACCESS);
  return array->rows + first;
}

static JBLOCKARRAY access_blocks(j_common_ptr codec, jvirt_barray_ptr array, JDIMENSION first,
                                 JDIMENSION count, boolean writes) {
  (void)writes;
  if (!array->rows || first > array->height || count > array->height - first)
    ERREXIT(codec, JERR_BAD_VIRTUAL_ACCESS);
  return array->rows + first;
}

static void free_pool(j_common_ptr codec, int pool) {
  struct jpeg_memory *memory = memory_of(codec);
  if (pool < 0 || pool >= JPOOL_NUMPOOLS)
    ERREXIT1(codec, JERR_BAD_POOL_ID, pool);
  if (pool == JPOOL_IMAGE) {
    memory->sample_arrays = NULL;
    memory->block_arrays = NULL;
  }
  while (memory->pools[pool]) {
    struct jpeg_block *block = memory->pools[pool];
    memory->pools[pool] = block->next;
    shim_block_free(memory->allocator, block);
  }
}

static void destroy(j_common_ptr codec) {
  for (int pool = 0; pool < JPOOL_NUMPOOLS; pool++)
    free_pool(codec, pool);
  codec->mem = memory_of(codec)->original;
  codec->mem->self_destruct(codec);
}

void jpeg_memory_install(struct jpeg_memory *memory, j_common_ptr codec,
                         const struct shim_allocator *allocator) {
  *memory =
      (struct jpeg_memory){.manager = *codec->mem, .original = codec->mem, .allocator = allocator};
  struct jpeg_memory_mgr *manager = &memory->manager;
  manager->alloc_small = allocate;
  manager->alloc_large = allocate;
  manager->alloc_sarray = allocate_samples;
  manager->alloc_barray = allocate_blocks;
  manager->request_virt_sarray = request_samples;
  manager->request_virt_barray = request_blocks;
  manager->realize_virt_arrays = realize;
  manager->access_virt_sarray = access_samples;
  manager->access_virt_barray = access_blocks;
  manager->free_pool = free_pool;
  manager->self_destruct = destroy;
  codec->mem = manager;
}
