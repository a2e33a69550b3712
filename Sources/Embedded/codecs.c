/* Needed to link Debian's static codecs into a shared library. They are compiled for programs and
 * refer directly to `stderr` of the program; build.mk renames that reference to this variable. */
#include <stdio.h>

FILE *codecs_stderr;

__attribute__((constructor)) static void find_stderr(void) { codecs_stderr = stderr; }
