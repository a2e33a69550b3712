/* What the processor and the operating system offer, and the few words of thread plumbing that
 * Swift lacks. */
#ifndef SHIM_CPU_H
#define SHIM_CPU_H

#include <stdint.h>

/* Whether this CPU and kernel run AVX2 and FMA code (wide registers saved on a context switch). */
int shim_cpu_has_avx2(void);

/* The same for AVX-512 F and VNNI, with AVX2 and FMA. */
int shim_cpu_has_avx512(void);

/* CPUs this process may keep busy, at least 1: those it may run on, and no more than its control
 * groups' quota pays for. */
int shim_cpu_count(void);

/* CPUs that the quotas of control groups pay for, rounded up; INT_MAX where there are none. groups:
 * the file that names the process's groups (/proc/self/cgroup); mounts: the folder where groups are
 * mounted, of version 1, 2 or both (/sys/fs/cgroup). */
int shim_cpu_quota(const char *groups, const char *mounts);

/* Starts a thread of 1 MiB stack; 0 or an errno value. All signals are blocked there but those that
 * a thread brings about itself (a fault, an abort) and SIGPROF. */
int shim_thread_start(unsigned long *thread, void *(*body)(void *), void *argument);

/* Waits for the thread's end. */
void shim_thread_join(unsigned long thread);

/* Lets a spinning core rest for a moment. */
static inline void shim_cpu_relax(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

/* A number that differs from copy to copy of the library in a process. */
uint32_t shim_copy_number(void);

/* Memory of the program image that no allocation can refuse: byte_count bytes, aligned to 64. */
enum { SHIM_RESERVE_BYTE_COUNT = 5 << 20 };
void *shim_reserve(void);

/* Sleeps while *word == expected; may also return for no reason. */
void shim_wait_while(const int *word, int expected);

/* Wakes all threads that sleep on word. */
void shim_wake_all(const int *word);

#endif
