/* What makes a fork() of the host harmless at any moment: calls of other threads that it waits for,
 * and a lock that it holds. */
#ifndef SHIM_FORKS_H
#define SHIM_FORKS_H

/* How many times this process descends by fork() from the one that loaded the library: changes in
 * the child, so that what did not survive the fork (threads) can be told from what did. */
int shim_fork_generation(void);

/* Around every call into the library; may nest. Swift makes type descriptions and global values at
 * their first use, under locks of its own, which a child would find held forever by a thread that
 * it does not have. So a fork lets no call begin, and waits for those that began less than
 * SHIM_FORK_WAIT_MILLISECONDS ago; older ones, a fit, are past their first uses. errno stays. */
enum { SHIM_FORK_WAIT_MILLISECONDS = 200 };
void shim_call_begin(void);
void shim_call_end(void);

/* The lock over what threads share, for a few instructions at a time. A fork waits for it, so that
 * a child, which has but the thread that forked, finds it free and nothing half changed. */
void shim_state_lock(void);
void shim_state_unlock(void);

#endif
