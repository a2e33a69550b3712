/* Whole files: read at once, or replaced at once. */
#ifndef SHIM_FILE_H
#define SHIM_FILE_H

#include <stdint.h>

/* One stretch of bytes of a file to write. */
struct shim_piece {
  const void *bytes;
  int64_t count;
};

/* Replaces the file at `path` by the pieces, one after the other: at any moment, power loss
   included, the path names the whole old file or the whole new one.

   A file in the same folder is written, flushed to the disk, put in place, and the folder is
   flushed too. Where the system can, it has no name until it is whole, and then at once that of
   `path` where that is free; to replace a file, and where there are no nameless ones, it has a
   hidden name first, `.generative-<random>.tmp`. Those that killed processes left in the folder are
   then removed, which costs a look at every name there; the files of writers still at work, in this
   process or another, are locked, and stay. An existing file keeps its permissions and, where the
   process may set it, its owner; a symbolic link keeps pointing where it did. What is no regular
   file (a device, a pipe) is written in place. Returns 0 or an errno. After an error that came
   before the file was in place nothing is left behind and the old file is as it was. */
int shim_write_file_atomically(const char *path, const struct shim_piece *pieces, int64_t count);

/* Whether a file could be written at `path`, by making one beside it and leaving it nameless.
   Returns 0 or an errno. */
int shim_check_writable(const char *path);

/* Whether there is anything at `path`. */
int shim_exists(const char *path);

/* A file open for reading. */
struct shim_file {
  int descriptor;
  int64_t byte_count;
};

/* Opens the regular file at `path` and tells its size; EISDIR for a folder, EINVAL for anything
   else that is no regular file. Returns 0 or an errno. */
int shim_open_file(const char *path, struct shim_file *file);

/* Reads `count` bytes from `offset` on. Returns 0, an errno, or ENODATA when the file ends first.
 */
int shim_read_file(const struct shim_file *file, int64_t offset, void *bytes, int64_t count);

/* Closes the file; once. */
void shim_close_file(struct shim_file *file);

/* The errno's description, in English whatever the locale; for as long as the program runs. */
const char *shim_errno_description(int error);

#endif
