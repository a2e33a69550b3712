/* What Embedded Swift's runtime expects of its platform. */
#define _GNU_SOURCE
#include <locale.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

/* What Float(String) and Double(String) call: strtod of the C locale, whatever the host's is. */
const char *_swift_stdlib_strtod_clocale(const char *text, double *out);
const char *_swift_stdlib_strtof_clocale(const char *text, float *out);

/* glibc's own constant: asking for it takes no memory. */
static locale_t c_locale;

__attribute__((constructor)) static void find_c_locale(void) {
  c_locale = newlocale(LC_ALL_MASK, "C", NULL);
}

const char *_swift_stdlib_strtod_clocale(const char *text, double *out) {
  char *end;
  *out = strtod_l(text, &end, c_locale);
  return end;
}

const char *_swift_stdlib_strtof_clocale(const char *text, float *out) {
  char *end;
  *out = strtof_l(text, &end, c_locale);
  return end;
}

/* The seed of Swift's hashes; glibc has it from 2.36 on. */
void arc4random_buf(void *bytes, size_t count);
void arc4random_buf(void *bytes, size_t count) {
  if (getrandom(bytes, count, GRND_NONBLOCK) != (ssize_t)count)
    memset(bytes, 0x5A, count);
}

/* What Swift calls when an initializer of a class throws before all members are set. In the runtime
 * of Embedded Swift 6.3 it destroys members but never frees the object; ld --wrap puts this in its
 * place, so that initializers may throw anywhere. */
void __real_swift_deallocPartialClassInstance(void *object, void *type, intptr_t size,
                                              intptr_t mask);
void __wrap_swift_deallocPartialClassInstance(void *object, void *type, intptr_t size,
                                              intptr_t mask);
void swift_deallocClassInstance(void *object, intptr_t size, intptr_t mask);
void __wrap_swift_deallocPartialClassInstance(void *object, void *type, intptr_t size,
                                              intptr_t mask) {
  __real_swift_deallocPartialClassInstance(object, type, size, mask);
  swift_deallocClassInstance(object, size, mask);
}
