/* The floating-point modes of a thread: rounding, traps, flushing to zero. They belong to the host;
 * the library computes in the default modes. */
#ifndef SHIM_MODES_H
#define SHIM_MODES_H

#include <stdint.h>

/* Begins a call into the library: saves the host's modes and sets the default modes. Calls may
 * nest, through callbacks. The result must be passed to shim_modes_leave. */
uint64_t shim_modes_enter(void);

/* Ends the call: restores the host's modes, if they are not the default ones. */
void shim_modes_leave(uint64_t outer);

/* Called before and after a callback, in which the host's modes apply and may be changed. */
void shim_modes_to_host(void);
void shim_modes_from_host(void);

/* Sets the default modes in a thread of the library. */
void shim_modes_reset(void);

#endif
