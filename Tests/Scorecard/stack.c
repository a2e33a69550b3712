/* Makes and uses all models, from the process's first call on, on a thread with the stack size that
 * the header requires. usage: stack FOLDER */
#include "host.h"
#include <pthread.h>
#include <sys/mman.h>

enum { stack_size = 64 << 10, paint = 0xA5 };

static struct fixture f;
static const char *folder;

static void *live(void *unused) {
  (void)unused;
  return (void *)(intptr_t)make_fixture(&f, folder);
}

int main(int argc, char **argv) {
  const size_t page = (size_t)sysconf(_SC_PAGESIZE);
  pthread_attr_t attributes;
  pthread_t thread;
  unsigned char *memory, *stack;
  void *status = NULL;
  size_t untouched = 0;
  if (argc < 2)
    return 2;
  folder = argv[1];
  /* A guard page below it, as below any thread's stack. */
  memory =
      mmap(NULL, stack_size + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED || mprotect(memory, page, PROT_NONE) != 0)
    return 2;
  stack = memory + page;
  memset(stack, paint, stack_size);
  pthread_attr_init(&attributes);
  if (pthread_attr_setstack(&attributes, stack, stack_size) != 0 ||
      pthread_create(&thread, &attributes, live, NULL) != 0 || pthread_join(thread, &status) != 0)
    return 2;
  CHECK(status == NULL, "%s", gen_status_name((gen_status)(intptr_t)status));
  while (untouched < stack_size && stack[untouched] == paint)
    untouched++;
  printf("%d of %d KiB of stack used, %d wrong\n", (int)((stack_size - untouched) >> 10),
         stack_size >> 10, failures);
  return failures != 0;
}
