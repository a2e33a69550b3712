/* Lets the library that travels (CODECS=static) run with glibc 2.27. Linked on a newer system,
 * calls of the functions below would need the symbol versions of that system: 2.29 for exp, log and
 * pow, which no longer set errno; 2.32 to 2.34 for what moved into libc.so.6 from libpthread and
 * libdl. All of them exist in versions of x86-64's first glibc, too. The definitions here are
 * hidden, so that all objects of the library, the codecs too, call them; each calls the old
 * version. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <locale.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>

/* Declares old_NAME, the old version of NAME. */
#define OLD(result, name, version, ...)                                                            \
  result old_##name(__VA_ARGS__);                                                                  \
  __asm__(".symver old_" #name "," #name "@GLIBC_" version)

OLD(double, exp, "2.2.5", double);
OLD(double, log, "2.2.5", double);
OLD(double, pow, "2.2.5", double, double);
double exp(double x) { return old_exp(x); }
double log(double x) { return old_log(x); }
double pow(double x, double y) { return old_pow(x, y); }

OLD(int, pthread_create, "2.2.5", pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
OLD(int, pthread_join, "2.2.5", pthread_t, void **);
OLD(int, pthread_once, "2.2.5", pthread_once_t *, void (*)(void));
OLD(int, pthread_sigmask, "2.2.5", int, const sigset_t *, sigset_t *);
OLD(int, pthread_attr_setstacksize, "2.2.5", pthread_attr_t *, size_t);
OLD(void *, dlsym, "2.2.5", void *, const char *);
int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*body)(void *),
                   void *argument) {
  return old_pthread_create(thread, attributes, body, argument);
}
int pthread_join(pthread_t thread, void **result) { return old_pthread_join(thread, result); }
int pthread_once(pthread_once_t *once, void (*body)(void)) { return old_pthread_once(once, body); }
int pthread_sigmask(int how, const sigset_t *set, sigset_t *before) {
  return old_pthread_sigmask(how, set, before);
}
int pthread_attr_setstacksize(pthread_attr_t *attributes, size_t size) {
  return old_pthread_attr_setstacksize(attributes, size);
}
void *dlsym(void *library, const char *name) { return old_dlsym(library, name); }

/* Before 2.33 stat and fstat were inline calls of these, with the number of the struct's layout. */
enum { STAT_VERSION = 1 };
OLD(int, __xstat, "2.2.5", int, const char *, struct stat *);
OLD(int, __fxstat, "2.2.5", int, int, struct stat *);
int stat(const char *path, struct stat *out) { return old___xstat(STAT_VERSION, path, out); }
int fstat(int descriptor, struct stat *out) { return old___fxstat(STAT_VERSION, descriptor, out); }

/* strerrordesc_np is of 2.32. Its text is that of the C locale, for which newlocale allocates
 * nothing. */
const char *strerrordesc_np(int error) {
  return strerror_l(error, newlocale(LC_ALL_MASK, "C", NULL));
}
