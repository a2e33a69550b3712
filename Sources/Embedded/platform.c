/* Functions that Embedded Swift's runtime expects from its platform. */
#define _GNU_SOURCE
#include <locale.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

/* Called by Float(String) and Double(String): strtod in the C locale, whatever the host's locale
 * is. */
const char *_swift_stdlib_strtod_clocale(const char *text, double *out);
const char *_swift_stdlib_strtof_clocale(const char *text, float *out);

/* A constant of glibc: newlocale allocates nothing for the C locale. */
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

/* Seeds Swift's hashes. glibc has this function from 2.36 on. */
void arc4random_buf(void *bytes, size_t count);
void arc4random_buf(void *bytes, size_t count) {
  if (getrandom(bytes, count, GRND_NONBLOCK) != (ssize_t)count)
    memset(bytes, 0x5A, count);
}

/* Swift calls this when a class's initializer throws before all members are set. The runtime of
 * Embedded Swift 6.3 destroys the members but never frees the object. build.mk renames the
 * runtime's function and thereby replaces it with this one, so that initializers may throw
 * anywhere. */
void original_swift_deallocPartialClassInstance(void *object, void *type, intptr_t size,
                                                intptr_t mask);
void swift_deallocPartialClassInstance(void *object, void *type, intptr_t size, intptr_t mask);
void swift_deallocClassInstance(void *object, intptr_t size, intptr_t mask);
void swift_deallocPartialClassInstance(void *object, void *type, intptr_t size, intptr_t mask) {
  original_swift_deallocPartialClassInstance(object, type, size, mask);
  swift_deallocClassInstance(object, size, mask);
}
