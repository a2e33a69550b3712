/* Makes a fork() by the host harmless at any moment. */
#ifndef SHIM_FORKS_H
#define SHIM_FORKS_H

/* The number of forks between the process that loaded the library and this one. It changes in the
 * child, which shows what did not survive the fork (threads). */
int shim_fork_generation(void);

/* Begins every call into the library. The first call creates all global values of Swift, under a
 * lock that a fork waits for. If they were created at their first use, a child could find one half
 * created by a thread that it does not have, and wait for it forever. */
void shim_make_globals(void);

/* The lock that protects state shared between threads. It is held for a few instructions at a time.
 * A fork waits for it, so that a child, which has only the thread that forked, finds it free and
 * nothing half changed. */
void shim_state_lock(void);
void shim_state_unlock(void);

#endif
