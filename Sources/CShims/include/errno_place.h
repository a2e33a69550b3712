/* errno, which is a macro and so has no name in Swift. */
#ifndef SHIM_ERRNO_PLACE_H
#define SHIM_ERRNO_PLACE_H
#include <errno.h>

/* Where the calling thread's errno is. */
static inline int *shim_errno(void) { return &errno; }
#endif
