#define _GNU_SOURCE
#include "cpu.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

/* The number of CPUs that a quota of `quota` out of every `period` microseconds keeps busy, rounded
 * up; INT_MAX for no quota. */
static int cpus_of(long long quota, long long period) {
  if (quota <= 0 || period <= 0)
    return INT_MAX;
  long long count = quota / period + (quota % period != 0);
  return count < INT_MAX ? (int)count : INT_MAX;
}

static int read_line(const char *path, char *line, int room) {
  FILE *file = fopen(path, "re");
  if (!file)
    return 0;
  int got = fgets(line, room, file) != NULL;
  fclose(file);
  return got;
}

/* The quota of a version 2 folder: "max 100000" or "50000 100000". */
static int quota_of_v2(const char *folder) {
  char path[PATH_MAX + 16], line[128];
  long long quota, period;
  snprintf(path, sizeof path, "%s/cpu.max", folder);
  return read_line(path, line, sizeof line) && sscanf(line, "%lld %lld", &quota, &period) == 2
             ? cpus_of(quota, period)
             : INT_MAX;
}

/* The quota of a version 1 folder, which has a file for each number; -1 means none. */
static int quota_of_v1(const char *folder) {
  char path[PATH_MAX + 32], line[128];
  long long quota, period;
  snprintf(path, sizeof path, "%s/cpu.cfs_quota_us", folder);
  if (!read_line(path, line, sizeof line) || sscanf(line, "%lld", &quota) != 1)
    return INT_MAX;
  snprintf(path, sizeof path, "%s/cpu.cfs_period_us", folder);
  if (!read_line(path, line, sizeof line) || sscanf(line, "%lld", &period) != 1)
    return INT_MAX;
  return cpus_of(quota, period);
}

/* The smallest quota of a group and its ancestors, up to `root`. In a container, the group's path
 * may be the host's and not exist. The root is then the container's own group. */
static int least_quota(const char *root, const char *group, int (*quota_of)(const char *)) {
  char folder[PATH_MAX];
  int length = snprintf(folder, sizeof folder, "%s%s", root, group);
  if (length < 0 || length >= (int)sizeof folder)
    return INT_MAX;
  int least = INT_MAX;
  for (size_t end = (size_t)length; end >= strlen(root); end--) {
    if (folder[end] != '/' && folder[end] != 0)
      continue;
    folder[end] = 0;
    int quota = quota_of(folder);
    if (quota < least)
      least = quota;
    if (end == 0)
      break;
  }
  return least;
}

/* Whether "cpu" is one of the comma-separated names. */
static int names_cpu(const char *controllers) {
  for (const char *name = controllers; name; name = strchr(name, ',')) {
    name += *name == ',';
    size_t length = strcspn(name, ",");
    if (length == 3 && strncmp(name, "cpu", 3) == 0)
      return 1;
  }
  return 0;
}

int shim_cpu_quota(const char *groups, const char *mounts) {
  FILE *file = fopen(groups, "re");
  if (!file)
    return INT_MAX;
  char line[PATH_MAX + 256], root[PATH_MAX];
  int least = INT_MAX;
  /* Lines have the form number:controllers:path. Version 2 has number 0 and no controllers. */
  while (fgets(line, sizeof line, file)) {
    line[strcspn(line, "\n")] = 0;
    char *controllers = strchr(line, ':');
    char *group = controllers ? strchr(controllers + 1, ':') : NULL;
    if (!group)
      continue;
    *group++ = 0;
    controllers++;
    if (strcmp(group, "/") == 0)
      group = "";
    int quota = INT_MAX;
    if (*controllers == 0) {
      quota = least_quota(mounts, group, quota_of_v2);
      /* For systems where both versions are mounted. */
      snprintf(root, sizeof root, "%s/unified", mounts);
      int unified = least_quota(root, group, quota_of_v2);
      quota = unified < quota ? unified : quota;
    } else if (names_cpu(controllers)) {
      snprintf(root, sizeof root, "%s/%s", mounts, controllers);
      quota = least_quota(root, group, quota_of_v1);
      snprintf(root, sizeof root, "%s/cpu", mounts);
      int plain = least_quota(root, group, quota_of_v1);
      quota = plain < quota ? plain : quota;
    }
    least = quota < least ? quota : least;
  }
  fclose(file);
  return least;
}
