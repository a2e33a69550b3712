#include "forks.h"
#include "reserve.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>

static atomic_int fork_generation;

int shim_fork_generation(void) { return atomic_load(&fork_generation); }

/* The build of Embedded Swift creates this function from the list of all global values
 * (Sources/Embedded/globals.sh). The ordinary build, used by the tests, has none: its runtime
 * creates globals at their first use. */
__attribute__((weak)) void shim_all_globals(void);

static atomic_int globals_are_made;
static pthread_mutex_t globals_lock = PTHREAD_MUTEX_INITIALIZER;

void shim_make_globals(void) {
  if (atomic_load_explicit(&globals_are_made, memory_order_acquire))
    return;
  pthread_mutex_lock(&globals_lock);
  if (!atomic_load(&globals_are_made) && shim_all_globals)
    shim_all_globals();
  atomic_store_explicit(&globals_are_made, 1, memory_order_release);
  pthread_mutex_unlock(&globals_lock);
}

static pthread_mutex_t state_lock = PTHREAD_MUTEX_INITIALIZER;

void shim_state_lock(void) { pthread_mutex_lock(&state_lock); }
void shim_state_unlock(void) { pthread_mutex_unlock(&state_lock); }

static void prepare_fork(void) {
  pthread_mutex_lock(&globals_lock);
  shim_state_lock();
  shim_reserve_lock();
}

static void end_fork(void) {
  shim_reserve_unlock();
  shim_state_unlock();
  pthread_mutex_unlock(&globals_lock);
}

static void begin_as_child(void) {
  atomic_fetch_add(&fork_generation, 1);
  end_fork();
}

__attribute__((constructor)) static void watch_forks(void) {
  pthread_atfork(prepare_fork, end_fork, begin_as_child);
}
