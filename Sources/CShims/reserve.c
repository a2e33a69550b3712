#include "reserve.h"

#include "modes.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

/* The reserve. The build of Embedded Swift redirects posix_memalign and free, which its runtime
 * calls, to these functions (ld --wrap). Data is not allocated this way: Memory calls
 * aligned_alloc. */

int __real_posix_memalign(void **block, size_t alignment, size_t count);
int __wrap_posix_memalign(void **block, size_t alignment, size_t count);
void __real_free(void *block);
void __wrap_free(void *block);
#pragma weak __real_posix_memalign
#pragma weak __real_free

enum { GRANULE = 64, N_GRANULES = 1 << 14, LARGEST_BLOCK = 1 << 16 };
static _Alignas(GRANULE) unsigned char reserve[N_GRANULES * GRANULE];

/* The number of granules of the block that starts at each granule; 0 if none does. A block gets the
 * first place that has room. */
static uint16_t lengths[N_GRANULES];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

void shim_reserve_lock(void) { pthread_mutex_lock(&lock); }
void shim_reserve_unlock(void) { pthread_mutex_unlock(&lock); }

static _Thread_local int was_refused;

int shim_was_refused(void) { return was_refused; }
void shim_forget_refusal(void) { was_refused = 0; }

static void *take(size_t count) {
  int wanted = count > 0 ? (int)((count + GRANULE - 1) / GRANULE) : 1, room = 0;
  void *block = NULL;
  pthread_mutex_lock(&lock);
  for (int i = 0; i < N_GRANULES && !block;) {
    room = lengths[i] ? 0 : room + 1;
    i += lengths[i] ? lengths[i] : 1;
    if (room == wanted) {
      lengths[i - wanted] = (uint16_t)wanted;
      block = reserve + (size_t)(i - wanted) * GRANULE;
    }
  }
  pthread_mutex_unlock(&lock);
  return block;
}

int __wrap_posix_memalign(void **block, size_t alignment, size_t count) {
  int error = __real_posix_memalign(block, alignment, count);
  if (!error)
    return 0;
  was_refused = 1;
  if (count > LARGEST_BLOCK || alignment > GRANULE)
    return error;
  *block = take(count);
  return *block ? 0 : error;
}

void __wrap_free(void *block) {
  size_t offset = (size_t)((unsigned char *)block - reserve);
  if (offset >= sizeof reserve) {
    __real_free(block);
    return;
  }
  pthread_mutex_lock(&lock);
  lengths[offset / GRANULE] = 0;
  pthread_mutex_unlock(&lock);
}

/* The last message. */

enum { N_LOGS = 64 };
static struct {
  _Atomic(shim_log) log;
  void *user_data;
  atomic_int is_taken;
} logs[N_LOGS];

int shim_add_log(shim_log log, void *user_data) {
  for (int i = 0; i < N_LOGS; i++) {
    int is_free = 0;
    if (atomic_compare_exchange_strong(&logs[i].is_taken, &is_free, 1)) {
      logs[i].user_data = user_data;
      atomic_store(&logs[i].log, log);
      return i;
    }
  }
  return -1;
}

void shim_remove_log(int place) {
  if (place < 0)
    return;
  atomic_store(&logs[place].log, NULL);
  atomic_store(&logs[place].is_taken, 0);
}

/* The start of this copy of the library in memory, so that the address of a trap can be given as an
 * offset in its file. */
extern const char __ehdr_start[] __attribute__((visibility("hidden")));

/* What a trap of Swift calls in the build of Embedded Swift, after a failed check in the library or
 * if the reserve is exhausted. It sends a message to the host's logs and ends the process by
 * SIGILL. */
_Noreturn void shim_trap(void);
_Noreturn void shim_trap(void) {
  static _Thread_local int is_dying;
  if (!is_dying++) {
    char message[160];
    snprintf(message, sizeof message,
             "libgenerative ends the process: %s at +0x%zx; please report it",
             was_refused ? "out of memory" : "a check of its own failed",
             (size_t)((const char *)__builtin_return_address(0) - __ehdr_start));
    shim_modes_to_host();
    for (int i = 0; i < N_LOGS; i++) {
      shim_log log = atomic_load(&logs[i].log);
      if (log)
        log(2, message, logs[i].user_data);
    }
  }
  __builtin_trap();
}
