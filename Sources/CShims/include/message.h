/* The calling thread's last error message. */
#ifndef SHIM_MESSAGE_H
#define SHIM_MESSAGE_H
#include <stddef.h>

/* Keeps the first bytes of a message of `length` bytes, cut at a character's edge. */
void shim_set_message(const char *message, size_t length);

/* The message kept, "" before any; valid until the next shim_set_message of this thread. */
const char *shim_message(void);

/* Keeps a name of `length` bytes, of which 8,191 stay, until this thread keeps the next. */
const char *shim_keep_name(const char *name, size_t length);
#endif
