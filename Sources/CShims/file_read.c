#define _GNU_SOURCE
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Maximum number of bytes per read. Linux stops at about 2 GiB anyway. */
static const int64_t largest_transfer = 1 << 30;

int shim_exists(const char *path) {
  struct stat status;
  return stat(path, &status) == 0;
}

int shim_open_file(const char *path, struct shim_file *file) {
  if (!path)
    return EFAULT;
  /* Nonblocking, so that a pipe without a writer is refused instead of waited for. */
  do {
    file->descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  } while (file->descriptor < 0 && errno == EINTR);
  if (file->descriptor < 0)
    return errno;
  struct stat status;
  int error = fstat(file->descriptor, &status) == 0 ? 0 : errno;
  if (!error && S_ISDIR(status.st_mode))
    error = EISDIR;
  if (!error && !S_ISREG(status.st_mode))
    error = EINVAL;
  if (error) {
    shim_close_file(file);
    return error;
  }
  file->byte_count = status.st_size;
  return 0;
}

int shim_read_file(const struct shim_file *file, int64_t offset, void *bytes, int64_t count) {
  char *next = bytes;
  while (count > 0) {
    int64_t wanted = count < largest_transfer ? count : largest_transfer;
    ssize_t got = pread(file->descriptor, next, wanted, offset);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return errno;
    if (got == 0)
      return ENODATA;
    next += got;
    offset += got;
    count -= got;
  }
  return 0;
}

void shim_close_file(struct shim_file *file) {
  if (file->descriptor >= 0)
    close(file->descriptor);
  file->descriptor = -1;
}

const char *shim_errno_description(int error) {
  const char *description = strerrordesc_np(error);
  return description ? description : "unknown error";
}
