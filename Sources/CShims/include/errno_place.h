/* errno is a macro, so it has no name in Swift. */
#ifndef SHIM_ERRNO_PLACE_H
#define SHIM_ERRNO_PLACE_H
#include <errno.h>

/* The address of the calling thread's errno. */
static inline int *shim_errno(void) { return &errno; }
#endif
