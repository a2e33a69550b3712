#include "modes.h"

/* On x86-64, a mode word consists of MXCSR and, above it, the x87 control word, which `long double`
 * in the C library obeys. On arm64, it is FPCR. */
#if defined(__x86_64__)
#include <immintrin.h>

/* MXCSR without the flags that any inexact sum sets, and the x87 control word. */
#define DEFAULT_MODES ((uint64_t)0x037f << 32 | 0x1f80)
#define MODE_BITS ((uint64_t)0xffff << 32 | 0xffc0)

static inline uint64_t read_modes(void) {
  uint16_t control;
  __asm__ volatile("fnstcw %0" : "=m"(control));
  return (uint64_t)control << 32 | _mm_getcsr();
}

static inline void write_modes(uint64_t modes) {
  uint16_t control = (uint16_t)(modes >> 32);
  /* An exception flagged while it was masked would trap once it is unmasked. */
  __asm__ volatile("fnclex\n\tfldcw %0" : : "m"(control));
  _mm_setcsr((uint32_t)modes);
}

#elif defined(__aarch64__)

#define DEFAULT_MODES ((uint64_t)0)
#define MODE_BITS (~(uint64_t)0)

static inline uint64_t read_modes(void) {
  uint64_t modes;
  __asm__ volatile("mrs %0, fpcr" : "=r"(modes));
  return modes;
}

static inline void write_modes(uint64_t modes) { __asm__ volatile("msr fpcr, %0" : : "r"(modes)); }
#endif

/* The host's modes at the innermost call into the library on this thread. */
static _Thread_local uint64_t host_modes = DEFAULT_MODES;

static inline int are_default(uint64_t modes) { return (modes & MODE_BITS) == DEFAULT_MODES; }

void shim_modes_reset(void) {
  if (!are_default(read_modes()))
    write_modes(DEFAULT_MODES);
}

uint64_t shim_modes_enter(void) {
  uint64_t outer = host_modes;
  shim_modes_from_host();
  return outer;
}

void shim_modes_leave(uint64_t outer) {
  shim_modes_to_host();
  host_modes = outer;
}

void shim_modes_to_host(void) {
  if (!are_default(host_modes))
    write_modes(host_modes);
}

void shim_modes_from_host(void) {
  host_modes = read_modes();
  if (!are_default(host_modes))
    write_modes(DEFAULT_MODES);
}
