/* Preloaded into a program. Every write of more than one byte writes only half of it, and every
 * third call is interrupted first. */
#define _GNU_SOURCE
#include <errno.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

ssize_t write(int descriptor, const void *bytes, size_t count) {
  static int calls;
  if (++calls % 3 == 0) {
    errno = EINTR;
    return -1;
  }
  return syscall(SYS_write, descriptor, bytes, count > 1 ? count / 2 : count);
}
