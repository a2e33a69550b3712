#define _GNU_SOURCE
#include "file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Maximum number of bytes per write. Linux stops at about 2 GiB anyway. */
static const int64_t largest_transfer = 1 << 30;

static int write_bytes(int descriptor, const struct shim_piece *pieces, int64_t count) {
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

/* A write to a pipe without readers, or past RLIMIT_FSIZE, is an error like any other. The signal
   that accompanies it, which would end the process, is consumed. */
static int write_pieces(int descriptor, const struct shim_piece *pieces, int64_t count) {
  sigset_t raised, before, pending;
  sigemptyset(&raised);
  sigaddset(&raised, SIGPIPE);
  sigaddset(&raised, SIGXFSZ);
  sigpending(&pending);
  pthread_sigmask(SIG_BLOCK, &raised, &before);
  int error = write_bytes(descriptor, pieces, count);
  int signal = error == EPIPE ? SIGPIPE : error == EFBIG ? SIGXFSZ : 0;
  if (signal && !sigismember(&pending, signal)) {
    sigemptyset(&raised);
    sigaddset(&raised, signal);
    const struct timespec now = {0, 0};
    while (sigtimedwait(&raised, NULL, &now) < 0 && errno == EINTR)
      ;
  }
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return error;
}

static int flush(int descriptor) {
  while (fsync(descriptor) != 0) {
    if (errno != EINTR)
      return errno;
  }
  return 0;
}

/* Writes to something that cannot be replaced by renaming, such as a pipe or a device. */
static int write_in_place(const char *path, const struct shim_piece *pieces, int64_t count) {
  int descriptor = open(path, O_WRONLY | O_CLOEXEC);
  if (descriptor < 0)
    return errno;
  int error = write_pieces(descriptor, pieces, count);
  if (close(descriptor) != 0 && error == 0)
    error = errno;
  return error;
}

/* Temporary files have unguessable names, `.generative-<16 hexadecimal digits>.tmp`, and are locked
   by their writer. If one can be locked, the process that wrote it has died. */
static const char temporary_prefix[] = ".generative-";
static const char temporary_suffix[] = ".tmp";

static int make_temporary_name(const char *folder, char name[PATH_MAX]) {
  uint64_t word;
  ssize_t got;
  do {
    got = getrandom(&word, sizeof word, 0);
  } while (got < 0 && errno == EINTR);
  if (got != sizeof word)
    return got < 0 ? errno : EIO;
  int length = snprintf(name, PATH_MAX, "%s/%s%016llx%s", folder, temporary_prefix,
                        (unsigned long long)word, temporary_suffix);
  return length < 0 || length >= PATH_MAX ? ENAMETOOLONG : 0;
}

static bool is_temporary_name(const char *name) {
  const size_t prefix = sizeof temporary_prefix - 1, digits = 16;
  return strlen(name) == prefix + digits + sizeof temporary_suffix - 1 &&
         strncmp(name, temporary_prefix, prefix) == 0 &&
         strspn(name + prefix, "0123456789abcdef") == digits &&
         strcmp(name + prefix + digits, temporary_suffix) == 0;
}

/* Opens a new locked file without a name, so that a process that dies leaves nothing behind.
   Returns EOPNOTSUPP if the file system or the kernel does not support this, or could not name the
   file later. */
static int open_nameless(const char *folder, mode_t mode, int *descriptor) {
  /* The file is given its name through /proc. */
  if (access("/proc/self/fd", X_OK) != 0)
    return EOPNOTSUPP;
  do {
    *descriptor = open(folder, O_TMPFILE | O_WRONLY | O_CLOEXEC, mode);
  } while (*descriptor < 0 && errno == EINTR);
  if (*descriptor < 0)
    return errno == EISDIR || errno == EINVAL || errno == ENOENT ? EOPNOTSUPP : errno;
  flock(*descriptor, LOCK_EX | LOCK_NB);
  return 0;
}

/* Gives a nameless file a name. Returns EEXIST if that name is taken. */
static int name_file(int descriptor, const char *path) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  while (linkat(AT_FDCWD, link, AT_FDCWD, path, AT_SYMLINK_FOLLOW) != 0) {
    if (errno != EINTR)
      return errno;
  }
  return 0;
}

/* Gives a nameless file a temporary name. */
static int name_temporary(int descriptor, const char *folder, char name[PATH_MAX]) {
  int error = EEXIST;
  for (int attempt = 0; attempt < 16 && error == EEXIST; attempt++) {
    error = make_temporary_name(folder, name);
    if (!error)
      error = name_file(descriptor, name);
  }
  return error;
}

/* Opens a new locked file under a temporary name. */
static int open_temporary(const char *folder, mode_t mode, char name[PATH_MAX], int *descriptor) {
  for (int attempt = 0; attempt < 16; attempt++) {
    int error = make_temporary_name(folder, name);
    if (error)
      return error;
    *descriptor = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
    if (*descriptor >= 0) {
      /* Between the two calls, another process may have mistaken it for an abandoned file. */
      struct stat status;
      bool is_ours = flock(*descriptor, LOCK_EX | LOCK_NB) == 0 || errno == ENOLCK;
      if (is_ours && fstat(*descriptor, &status) == 0 && status.st_nlink > 0)
        return 0;
      close(*descriptor);
      *descriptor = -1;
    } else if (errno != EEXIST && errno != EINTR) {
      return errno;
    }
  }
  return EEXIST;
}

/* Gives a file that replaces an old one its permissions and owner. */
static int set_mode(int descriptor, const struct stat *old) {
  /* Without privileges, the owner is this process, as when an editor saves. */
  if (fchown(descriptor, old->st_uid, old->st_gid) != 0 && errno != EPERM)
    return errno;
  return fchmod(descriptor, old->st_mode & 0777) == 0 ? 0 : errno;
}

/* The folder of `path`: "." without a slash, "/" for the root. */
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

/* The destination of a write, and what is there. */
struct target {
  char path[PATH_MAX];
  char folder[PATH_MAX];
  struct stat old;
  bool exists;
  bool is_regular;
};

static int find_target(const char *path, struct target *target) {
  if (!path)
    return EFAULT;
  target->exists = stat(path, &target->old) == 0;
  target->is_regular = !target->exists || S_ISREG(target->old.st_mode);
  if (target->exists && S_ISDIR(target->old.st_mode))
    return EISDIR;
  if (!target->is_regular)
    return 0;
  if (target->exists) {
    /* If the path is a link, the file that it points to is replaced, not the link. */
    if (!realpath(path, target->path))
      return errno;
  } else {
    if (errno != ENOENT)
      return errno;
    if (strlen(path) >= PATH_MAX)
      return ENAMETOOLONG;
    strcpy(target->path, path);
  }
  return folder_of(target->path, target->folder);
}

static int fill(int descriptor, const struct target *target, const struct shim_piece *pieces,
                int64_t count) {
  int error = target->exists ? set_mode(descriptor, &target->old) : 0;
  if (!error)
    error = write_pieces(descriptor, pieces, count);
  return error ? error : flush(descriptor);
}

/* Removes files that earlier writes left in a folder when their processes were killed. */
static void remove_stale_temporaries(const char *path) {
  DIR *folder = opendir(path);
  if (!folder)
    return;
  struct dirent *entry;
  while ((entry = readdir(folder))) {
    if (!is_temporary_name(entry->d_name))
      continue;
    int descriptor =
        openat(dirfd(folder), entry->d_name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (descriptor < 0)
      continue;
    struct stat status;
    if (fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode) && status.st_uid == geteuid() &&
        flock(descriptor, LOCK_EX | LOCK_NB) == 0)
      unlinkat(dirfd(folder), entry->d_name, 0);
    close(descriptor);
  }
  closedir(folder);
}

/* Opens a locked file in the target's folder. `temporary` is its name; empty if it has none. */
static int open_beside(const struct target *target, char temporary[PATH_MAX], int *descriptor) {
  /* The system applies the umask to a new file's permissions. */
  const mode_t mode = target->exists ? 0600 : 0666;
  temporary[0] = 0;
  int error = open_nameless(target->folder, mode, descriptor);
  if (error != EOPNOTSUPP)
    return error;
  remove_stale_temporaries(target->folder);
  error = open_temporary(target->folder, mode, temporary, descriptor);
  if (error)
    temporary[0] = 0;
  return error;
}

/* Turns the file opened by `open_beside` into the target. It has no other name afterwards. */
static int put_in_place(const struct target *target, char temporary[PATH_MAX], int descriptor) {
  /* A new file gets its final name immediately, so a process that dies at any moment leaves no
     other file. Only a file that replaces one needs a temporary name, and writers that use such
     names also remove abandoned ones. */
  if (!temporary[0]) {
    int error = target->exists ? EEXIST : name_file(descriptor, target->path);
    if (error != EEXIST)
      return error;
    remove_stale_temporaries(target->folder);
    error = name_temporary(descriptor, target->folder, temporary);
    if (error) {
      temporary[0] = 0;
      return error;
    }
  }
  if (rename(temporary, target->path) != 0)
    return errno;
  temporary[0] = 0;
  return 0;
}

int shim_write_file_atomically(const char *path, const struct shim_piece *pieces, int64_t count) {
  struct target target;
  int error = find_target(path, &target);
  if (error)
    return error;
  if (!target.is_regular)
    return write_in_place(path, pieces, count);

  char temporary[PATH_MAX];
  int descriptor = -1;
  error = open_beside(&target, temporary, &descriptor);
  if (error)
    return error;
  error = fill(descriptor, &target, pieces, count);
  if (!error)
    error = put_in_place(&target, temporary, descriptor);
  if (temporary[0])
    unlink(temporary);
  /* Everything is on the disk, so closing cannot lose anything. */
  close(descriptor);
  if (error)
    return error;

  int folder = open(target.folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0)
    return errno;
  error = flush(folder);
  close(folder);
  /* Some file systems cannot flush a folder. */
  return error == EINVAL ? 0 : error;
}

int shim_check_writable(const char *path) {
  struct target target;
  int error = find_target(path, &target);
  if (error)
    return error;
  if (!target.is_regular)
    return access(path, W_OK) == 0 ? 0 : errno;
  char temporary[PATH_MAX];
  int descriptor = -1;
  error = open_beside(&target, temporary, &descriptor);
  if (error)
    return error;
  if (temporary[0])
    unlink(temporary);
  close(descriptor);
  return 0;
}
