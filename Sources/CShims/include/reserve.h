/* Memory for the small objects of Swift when the system has none left, and the last word of a
 * process that must end all the same. */
#ifndef SHIM_RESERVE_H
#define SHIM_RESERVE_H

#include <stdint.h>

/* Swift cannot be told that an object's memory was refused. So a small block comes from a reserve
 * of the program image then, and the call is to end in GEN_E_NOMEM before it asks for data: whether
 * this thread has taken from the reserve since shim_forget_refusal. */
int shim_was_refused(void);
void shim_forget_refusal(void);

/* Around a fork, for a child that finds the reserve whole. */
void shim_reserve_lock(void);
void shim_reserve_unlock(void);

/* A host's log function, called before the library ends the process. shim_add_log returns its
 * place, 0 to 63, or -1 if all 64 places are taken. */
typedef void (*shim_log)(int32_t level, const char *message, void *user_data);
int shim_add_log(shim_log log, void *user_data);
void shim_remove_log(int place);

#endif
