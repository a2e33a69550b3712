/* Memory for small Swift objects when the system has none left, and the last message of a process
 * that must end anyway. */
#ifndef SHIM_RESERVE_H
#define SHIM_RESERVE_H

#include <stdint.h>

/* Swift has no way to report that memory for an object was refused. A small block then comes from a
 * reserve in the program image, and the call should end with GEN_E_NOMEM before it allocates data.
 * Whether this thread has used the reserve since shim_forget_refusal. */
int shim_was_refused(void);
void shim_forget_refusal(void);

/* Called around a fork, so that the child finds the reserve in a consistent state. */
void shim_reserve_lock(void);
void shim_reserve_unlock(void);

/* A host's log function, called before the library ends the process. shim_add_log returns its
 * index, 0 to 63, or -1 if all 64 are in use. */
typedef void (*shim_log)(int32_t level, const char *message, void *user_data);
int shim_add_log(shim_log log, void *user_data);
void shim_remove_log(int place);

#endif
