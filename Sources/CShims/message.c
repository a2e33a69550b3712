#include "message.h"
#include <string.h>

/* A fixed buffer, so that reporting a failed allocation needs no memory. */
static _Thread_local char kept[1024];

void shim_set_message(const char *message, size_t length) {
  if (length >= sizeof kept) {
    length = sizeof kept - 1;
    while (length > 0 && (message[length] & 0xC0) == 0x80) /* not inside a UTF-8 character */
      length--;
  }
  memcpy(kept, message, length);
  kept[length] = 0;
}

const char *shim_message(void) { return kept; }

/* Longer than any path. */
static _Thread_local char name_kept[8192];

const char *shim_keep_name(const char *name, size_t length) {
  if (length >= sizeof name_kept) {
    length = sizeof name_kept - 1;
    while (length > 0 && (name[length] & 0xC0) == 0x80)
      length--;
  }
  memcpy(name_kept, name, length);
  name_kept[length] = 0;
  return name_kept;
}
