#define _GNU_SOURCE
#include "forks.h"
#include "cpu.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <time.h>

static atomic_int fork_generation;

int shim_fork_generation(void) { return atomic_load(&fork_generation); }

/* Calls, counted by the span of time in which they began: spans take the places in turn, and a call
 * of an earlier one is no longer counted. A word is a span's number and its count. */
enum { SPAN_MILLISECONDS = 50, N_SPANS = 8, COUNT_BITS = 24 };
_Static_assert(SHIM_FORK_WAIT_MILLISECONDS < (N_SPANS - 1) * SPAN_MILLISECONDS,
               "a place is taken over when nothing waits for its calls");
static _Atomic uint64_t spans[N_SPANS];

/* This thread's call: how many are nested, and the span in which the outermost began. */
static _Thread_local struct {
  int depth;
  uint64_t span;
} call;

/* Forks about to happen, which let no call begin. */
static atomic_int forks;

static uint64_t span_now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC_COARSE, &time);
  return 1 + (uint64_t)time.tv_sec * 1000 / SPAN_MILLISECONDS +
         (uint64_t)time.tv_nsec / (1000000 * SPAN_MILLISECONDS);
}

static void count_call(uint64_t span, int64_t change) {
  _Atomic uint64_t *place = &spans[span % N_SPANS];
  uint64_t old = atomic_load(place), changed;
  do {
    if (old >> COUNT_BITS == span)
      changed = old + (uint64_t)change;
    else if (change > 0 && old >> COUNT_BITS < span)
      changed = (span << COUNT_BITS) + (uint64_t)change;
    else
      return;
  } while (!atomic_compare_exchange_weak(place, &old, changed));
}

void shim_call_begin(void) {
  if (call.depth++ > 0)
    return;
  for (;;) {
    call.span = span_now();
    count_call(call.span, 1);
    int waiting = atomic_load(&forks);
    if (!waiting)
      return;
    count_call(call.span, -1);
    int before = errno;
    shim_wait_while((const int *)&forks, waiting);
    errno = before;
  }
}

void shim_call_end(void) {
  if (--call.depth == 0)
    count_call(call.span, -1);
}

/* Whether another thread's call began after `since`. */
static int has_young_calls(uint64_t since) {
  for (int i = 0; i < N_SPANS; i++) {
    uint64_t span = atomic_load(&spans[i]);
    uint64_t own = call.depth > 0 && call.span == span >> COUNT_BITS;
    if (span >> COUNT_BITS > since && (span & ((1 << COUNT_BITS) - 1)) > own)
      return 1;
  }
  return 0;
}

static pthread_mutex_t state_lock = PTHREAD_MUTEX_INITIALIZER;

void shim_state_lock(void) { pthread_mutex_lock(&state_lock); }
void shim_state_unlock(void) { pthread_mutex_unlock(&state_lock); }

static void prepare_fork(void) {
  const struct timespec moment = {0, 50000};
  atomic_fetch_add(&forks, 1);
  while (has_young_calls(span_now() - SHIM_FORK_WAIT_MILLISECONDS / SPAN_MILLISECONDS - 1))
    nanosleep(&moment, NULL);
  shim_state_lock();
}

static void go_on_as_parent(void) {
  shim_state_unlock();
  if (atomic_fetch_sub(&forks, 1) == 1)
    shim_wake_all((const int *)&forks);
}

static void begin_as_child(void) {
  atomic_fetch_add(&fork_generation, 1);
  atomic_store(&forks, 0);
  for (int i = 0; i < N_SPANS; i++)
    atomic_store(&spans[i], 0);
  if (call.depth > 0)
    count_call(call.span, 1);
  shim_state_unlock();
}

__attribute__((constructor)) static void watch_forks(void) {
  pthread_atfork(prepare_fork, go_on_as_parent, begin_as_child);
}
