#define _GNU_SOURCE
#include "cpu.h"

#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#include <cpuid.h>

/* The register sets that the operating system saves; 0 without OSXSAVE. */
static unsigned saved_registers(void) {
  unsigned a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_OSXSAVE))
    return 0;
  unsigned low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return low;
}

int shim_cpu_has_avx2(void) {
  unsigned a, b, c, d;
  const unsigned xmm_ymm = 0x6;
  if ((saved_registers() & xmm_ymm) != xmm_ymm)
    return 0;
  if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_FMA) || !(c & bit_AVX))
    return 0;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & bit_AVX2) != 0;
}

int shim_cpu_has_avx512(void) {
  unsigned a, b, c, d;
  const unsigned xmm_ymm_opmask_zmm = 0xe6;
  if (!shim_cpu_has_avx2() || (saved_registers() & xmm_ymm_opmask_zmm) != xmm_ymm_opmask_zmm)
    return 0;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & bit_AVX512F) && (c & bit_AVX512VNNI);
}

int shim_cpu_has_avx512bf16(void) {
  unsigned a, b, c, d;
  if (!shim_cpu_has_avx512() || !__get_cpuid_count(7, 0, &a, &b, &c, &d) || !(b & bit_AVX512VL))
    return 0;
  return __get_cpuid_count(7, 1, &a, &b, &c, &d) && (a & bit_AVX512BF16);
}
#else
int shim_cpu_has_avx2(void) { return 0; }
int shim_cpu_has_avx512(void) { return 0; }
int shim_cpu_has_avx512bf16(void) { return 0; }
#endif

static int allowed_count(void) {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) {
    int count = CPU_COUNT(&set);
    if (count > 0)
      return count;
  }
  long online = sysconf(_SC_NPROCESSORS_ONLN);
  return online > 0 && online < INT_MAX ? (int)online : 1;
}

int shim_cpu_count(void) {
  int allowed = allowed_count();
  int paid = allowed > 1 ? shim_cpu_quota("/proc/self/cgroup", "/sys/fs/cgroup") : 1;
  return paid < allowed ? paid : allowed;
}

int shim_thread_start(unsigned long *thread, void *(*body)(void *), void *argument) {
  _Static_assert(sizeof(pthread_t) == sizeof *thread, "pthread_t is a word");
  pthread_attr_t attributes;
  int error = pthread_attr_init(&attributes);
  if (error)
    return error;
  pthread_attr_setstacksize(&attributes, 1 << 20);
  /* A thread inherits its creator's mask. The host's signal handlers stay on the host's threads,
     except those for signals that a thread causes itself, and for profilers. */
  static const int own[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS, SIGPROF};
  sigset_t others, before;
  sigfillset(&others);
  for (size_t i = 0; i < sizeof own / sizeof *own; i++)
    sigdelset(&others, own[i]);
  pthread_sigmask(SIG_SETMASK, &others, &before);
  pthread_t started;
  error = pthread_create(&started, &attributes, body, argument);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  pthread_attr_destroy(&attributes);
  if (!error)
    *thread = started;
  return error;
}

void shim_thread_join(unsigned long thread) { pthread_join(thread, NULL); }

void shim_wait_while(const int *word, int expected) {
  syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, expected, NULL, NULL, 0);
}

void shim_wake_all(const int *word) {
  syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
}

/* Zero pages until they are touched. */
static _Alignas(64) unsigned char reserve[SHIM_RESERVE_BYTE_COUNT];

void *shim_reserve(void) { return reserve; }

uint32_t shim_copy_number(void) {
  /* The address of this copy, hashed. The multiplier is 2^64 divided by the golden ratio
     (Knuth). */
  return (uint32_t)((uint64_t)(uintptr_t)&reserve / 64 * 0x9E3779B97F4A7C15u >> 32);
}
