/* The run that follows the long call that the calling thread is in. */
#ifndef SHIM_RUN_H
#define SHIM_RUN_H

/* The thread's run; NULL if its call is not followed. */
void *shim_run(void);

/* Sets the thread's run to `run`, and returns the previous one. */
void *shim_set_run(void *run);
#endif
