/* What Debian's static codecs need to become part of a shared library. They are compiled for programs, and read
 * `stderr` where a program has it; build.mk gives it another name in them, which is this. */
#include <stdio.h>

FILE *codecs_stderr;

__attribute__((constructor)) static void find_stderr(void) { codecs_stderr = stderr; }
