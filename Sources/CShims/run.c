#include "run.h"

static _Thread_local void *current;

void *shim_run(void) { return current; }

void *shim_set_run(void *run) {
  void *before = current;
  current = run;
  return before;
}
