/* What makes a fork() of the host harmless at any moment. */
#ifndef SHIM_FORKS_H
#define SHIM_FORKS_H

/* How many times this process descends by fork() from the one that loaded the library: changes in
 * the child, so that what did not survive the fork (threads) can be told from what did. */
int shim_fork_generation(void);

/* Begins every call into the library. The first one makes all global values of Swift, under a lock
 * that a fork waits for: left to their first uses, a child could find one half made by a thread
 * that it does not have, and wait for it forever. */
void shim_make_globals(void);

/* The lock over what threads share, for a few instructions at a time. A fork waits for it, so that
 * a child, which has but the thread that forked, finds it free and nothing half changed. */
void shim_state_lock(void);
void shim_state_unlock(void);

#endif
