/* Whole files: reading them, or replacing them atomically. */
#ifndef SHIM_FILE_H
#define SHIM_FILE_H

#include <stdint.h>

/* A piece of the content of a file to write. */
struct shim_piece {
  const void *bytes;
  int64_t count;
};

/* Replaces the file at `path` by the pieces, one after another. At any moment, even after a power
   loss, the path names the complete old file or the complete new one.

   Writes a file in the same folder, flushes it to the disk, moves it into place, and flushes the
   folder. If the system supports it, the file has no name until it is complete. It then gets the
   name `path` directly if that is free. To replace a file, or if nameless files are not supported,
   it first gets a hidden name, `.generative-<random>.tmp`. Hidden files that killed processes left
   in the folder are then removed, which requires reading every name there. Files of writers that
   are still active, in this process or another, are locked and are kept. An existing file keeps its
   permissions and, if the process may set it, its owner. A symbolic link keeps its target. Anything
   other than a regular file (a device, a pipe) is written in place. Returns 0 or an errno. After an
   error that occurs before the file is in place, nothing is left behind, and the old file is
   unchanged. */
int shim_write_file_atomically(const char *path, const struct shim_piece *pieces, int64_t count);

/* Whether a file could be written at `path`. Tries to create one in the same folder without naming
   it. Returns 0 or an errno. */
int shim_check_writable(const char *path);

/* Whether there is anything at `path`. */
int shim_exists(const char *path);

/* A file open for reading. */
struct shim_file {
  int descriptor;
  int64_t byte_count;
};

/* Opens the regular file at `path` and determines its size. Returns 0 or an errno: EISDIR for a
   folder, EINVAL for anything else that is not a regular file. */
int shim_open_file(const char *path, struct shim_file *file);

/* Reads `count` bytes starting at `offset`. Returns 0, an errno, or ENODATA if the file ends
   first. */
int shim_read_file(const struct shim_file *file, int64_t offset, void *bytes, int64_t count);

/* Closes the file. Must be called only once. */
void shim_close_file(struct shim_file *file);

/* A description of the errno, in English for any locale. Valid as long as the process runs. */
const char *shim_errno_description(int error);

#endif
