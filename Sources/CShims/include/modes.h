/* The floating-point modes of a thread: rounding, traps, flushing to zero. They are the host's, and
 * the library computes in the default ones. */
#ifndef SHIM_MODES_H
#define SHIM_MODES_H

#include <stdint.h>

/* Begins a call into the library: remembers the host's modes and sets the default ones. Calls nest,
 * through callbacks; the result goes to shim_modes_leave. */
uint64_t shim_modes_enter(void);

/* Ends the call: sets the host's modes again, if they are not the default ones. */
void shim_modes_leave(uint64_t outer);

/* Around a callback: the host's modes are its own there, and may be changed there. */
void shim_modes_to_host(void);
void shim_modes_from_host(void);

/* Sets the default modes, in a thread that is the library's own. */
void shim_modes_reset(void);

#endif
