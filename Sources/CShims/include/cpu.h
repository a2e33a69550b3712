/* What the processor and the operating system provide, and the few thread functions that Swift
 * lacks. */
#ifndef SHIM_CPU_H
#define SHIM_CPU_H

#include <stdint.h>

/* Whether this CPU and kernel can run AVX2 and FMA code (wide registers are saved on a context
 * switch). */
int shim_cpu_has_avx2(void);

/* Likewise for AVX-512 F and VNNI, with AVX2 and FMA. */
int shim_cpu_has_avx512(void);

/* Likewise for AVX-512 BF16 and VL, with the above. */
int shim_cpu_has_avx512bf16(void);

/* The number of CPUs that this process may keep busy, at least 1: those it may run on, limited by
 * the quota of its control groups. */
int shim_cpu_count(void);

/* The number of CPUs that the quotas of control groups allow, rounded up; INT_MAX if there are no
 * quotas. groups: the file that names the process's groups (/proc/self/cgroup). mounts: the folder
 * where groups of version 1, 2 or both are mounted (/sys/fs/cgroup). */
int shim_cpu_quota(const char *groups, const char *mounts);

/* Starts a thread with a stack of 1 MiB. Returns 0 or an errno value. The thread blocks all signals
 * except SIGPROF and those that a thread causes itself (a fault, an abort). */
int shim_thread_start(unsigned long *thread, void *(*body)(void *), void *argument);

/* Waits for the thread to end. */
void shim_thread_join(unsigned long thread);

/* Lets a spinning core pause briefly. */
static inline void shim_cpu_relax(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

/* A number that differs between the copies of the library in a process. */
uint32_t shim_copy_number(void);

/* Memory in the program image, which exists without an allocation: SHIM_RESERVE_BYTE_COUNT bytes,
 * aligned to 64. */
enum { SHIM_RESERVE_BYTE_COUNT = 5 << 20 };
void *shim_reserve(void);

/* Sleeps while *word == expected. May also return spuriously. */
void shim_wait_while(const int *word, int expected);

/* Wakes all threads that sleep on `word`. */
void shim_wake_all(const int *word);

#endif
