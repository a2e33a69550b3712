#define _GNU_SOURCE
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

/* The most one read or write moves; Linux stops at about 2 GiB anyway. */
static const int64_t largest_transfer = 1 << 30;

static int write_pieces(int descriptor, const struct shim_piece *pieces, int64_t count) {
  for (int64_t i = 0; i < count; i++) {
    const char *bytes = pieces[i].bytes;
    int64_t left = pieces[i].count;
    while (left > 0) {
      ssize_t written = write(descriptor, bytes, left < largest_transfer ? left : largest_transfer);
      if (written < 0 && errno == EINTR)
        continue;
      if (written < 0)
        return errno;
      if (written == 0)
        return EIO;
      bytes += written;
      left -= written;
    }
  }
  return 0;
}

static int flush(int descriptor) {
  while (fsync(descriptor) != 0) {
    if (errno != EINTR)
      return errno;
  }
  return 0;
}

/* Writes to something that cannot be renamed over, such as a pipe or a device. */
static int write_in_place(const char *path, const struct shim_piece *pieces, int64_t count) {
  int descriptor = open(path, O_WRONLY | O_CLOEXEC);
  if (descriptor < 0)
    return errno;
  int error = write_pieces(descriptor, pieces, count);
  if (close(descriptor) != 0 && error == 0)
    error = errno;
  return error;
}

/* `<folder>/.<random>.tmp`, 16 hexadecimal digits, opened as a new file only we can write. */
static int open_temporary(const char *folder, char name[PATH_MAX], int *descriptor) {
  for (int attempt = 0; attempt < 16; attempt++) {
    uint64_t word;
    ssize_t got = getrandom(&word, sizeof word, 0);
    if (got < 0 && errno == EINTR)
      continue;
    if (got != sizeof word)
      return got < 0 ? errno : EIO;
    int length = snprintf(name, PATH_MAX, "%s/.%016llx.tmp", folder, (unsigned long long)word);
    if (length < 0 || length >= PATH_MAX)
      return ENAMETOOLONG;
    *descriptor = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (*descriptor >= 0)
      return 0;
    if (errno != EEXIST && errno != EINTR)
      return errno;
  }
  return EEXIST;
}

/* Gives a new file the old file's permissions and owner, or what the umask leaves of 0666.

   The umask can only be read by setting it, which would race with the host's other threads; the
   kernel shows it in /proc instead. */
static int set_mode(int descriptor, const struct stat *old) {
  if (old) {
    /* Without privilege the owner stays ours, as when an editor saves. */
    if (fchown(descriptor, old->st_uid, old->st_gid) != 0 && errno != EPERM)
      return errno;
    return fchmod(descriptor, old->st_mode & 0777) == 0 ? 0 : errno;
  }
  unsigned mask = 077;
  FILE *status = fopen("/proc/self/status", "re");
  if (status) {
    char line[256];
    while (fgets(line, sizeof line, status)) {
      if (sscanf(line, "Umask: %o", &mask) == 1)
        break;
    }
    fclose(status);
  }
  return fchmod(descriptor, 0666 & ~mask) == 0 ? 0 : errno;
}

/* The folder part of `path`: "." without a slash, "/" for the root. */
static int folder_of(const char *path, char folder[PATH_MAX]) {
  const char *slash = strrchr(path, '/');
  if (!slash)
    return strcpy(folder, "."), 0;
  size_t length = slash == path ? 1 : (size_t)(slash - path);
  if (length >= PATH_MAX)
    return ENAMETOOLONG;
  memcpy(folder, path, length);
  folder[length] = 0;
  return 0;
}

int shim_write_file_atomically(const char *path, const struct shim_piece *pieces, int64_t count) {
  char target[PATH_MAX];
  struct stat old;
  bool exists = stat(path, &old) == 0;
  if (exists && S_ISDIR(old.st_mode))
    return EISDIR;
  if (exists && !S_ISREG(old.st_mode))
    return write_in_place(path, pieces, count);
  if (exists) {
    /* The file a link points to is replaced, not the link. */
    if (!realpath(path, target))
      return errno;
  } else {
    if (errno != ENOENT)
      return errno;
    if (strlen(path) >= PATH_MAX)
      return ENAMETOOLONG;
    strcpy(target, path);
  }
  char folder[PATH_MAX], temporary[PATH_MAX];
  int error = folder_of(target, folder);
  if (error)
    return error;

  int descriptor = -1;
  error = open_temporary(folder, temporary, &descriptor);
  if (error)
    return error;
  error = set_mode(descriptor, exists ? &old : NULL);
  if (!error)
    error = write_pieces(descriptor, pieces, count);
  if (!error)
    error = flush(descriptor);
  if (close(descriptor) != 0 && errno != EINTR && !error)
    error = errno;
  if (!error && rename(temporary, target) != 0)
    error = errno;
  if (error) {
    unlink(temporary);
    return error;
  }

  int folder_descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder_descriptor < 0)
    return errno;
  error = flush(folder_descriptor);
  close(folder_descriptor);
  /* Some file systems cannot flush a folder. */
  return error == EINVAL ? 0 : error;
}

int shim_open_file(const char *path, struct shim_file *file) {
  /* Not blocking, so that a pipe without a writer is refused rather than waited for. */
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
