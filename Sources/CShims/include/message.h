/* The calling thread's last error message. */
#ifndef SHIM_MESSAGE_H
#define SHIM_MESSAGE_H
#include <stddef.h>

/* Keeps the first bytes of a message of `length` bytes, cut at a character boundary. */
void shim_set_message(const char *message, size_t length);

/* The kept message; "" before any. Valid until this thread's next shim_set_message. */
const char *shim_message(void);

/* Keeps a name of `length` bytes, at most 8,191 of them, until this thread keeps the next one. */
const char *shim_keep_name(const char *name, size_t length);
#endif
