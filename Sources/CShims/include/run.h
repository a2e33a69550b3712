/* What follows the long call that the calling thread is in. */
#ifndef SHIM_RUN_H
#define SHIM_RUN_H

/* The thread's run, NULL where nobody follows its call. */
void *shim_run(void);

/* Makes `run` the thread's run, and returns the one before. */
void *shim_set_run(void *run);
#endif
