/* Saves over an old file while system calls fail or the process is killed.
 * usage: save make FOLDER          writes old and new.safetensors and .png
 *        save over FILE NEW        loads NEW and saves it over FILE; two calls of getpgid mark
 *                                  where faults belong; the exit code is the status, or 100 if a
 *                                  descriptor was leaked
 *        save on FILE OLD NEW      saves OLD and NEW in turn until it is killed
 *        save check FILE           checks that FILE loads */
#include "host.h"

static int is_picture(const char *path) { return strstr(path, ".png") != NULL; }

static int make(const char *folder) {
  static struct fixture f;
  char path[700];
  int i;
  gen_image *image = NULL;
  MUST(make_fixture(&f, folder));
  for (i = 0; i < 2; i++) {
    const char *age = i == 0 ? "old" : "new";
    snprintf(path, sizeof path, "%s/%s.safetensors", folder, age);
    MUST(gen_model_save(f.vae, path, GEN_SAVE_ALL));
    MUST(gen_model_fit(f.vae, f.dataset, &f.fit_options.value, NULL));
    snprintf(path, sizeof path, "%s/%s.png", folder, age);
    MUST(gen_image_create(f.rows, SIDE, SIDE - i, 1, &image));
    MUST(gen_image_save(image, path, NULL));
    gen_image_destroy(image);
  }
  return 0;
}

/* The object of the kind that a path names; the other is NULL. */
struct content {
  gen_image *image;
  gen_vae *vae;
};

static struct content load(const char *path) {
  struct content content = {NULL, NULL};
  if (is_picture(path))
    MUST(gen_image_load(path, NULL, &content.image));
  else
    MUST(gen_model_load(path, NULL, &content.vae));
  return content;
}

static gen_status save(struct content content, const char *path) {
  return content.image ? gen_image_save(content.image, path, NULL)
                       : gen_model_save(content.vae, path, GEN_SAVE_ALL);
}

static int on(const char *path, const char *old_path, const char *new_path) {
  struct content old_content = load(old_path), new_content = load(new_path);
  if (puts("ready") < 0 || fflush(stdout) != 0)
    return 2;
  for (;;) {
    MUST(save(new_content, path));
    MUST(save(old_content, path));
  }
}

static int over(const char *path, const char *new_path) {
  struct content content = load(new_path);
  gen_status status;
  int before = entries_of("/proc/self/fd");
  if (getpgid(0) < 0)
    return 2;
  status = save(content, path);
  if (getpgid(0) < 0)
    return 2;
  if (status != GEN_OK)
    printf("%s\n", gen_last_error_message());
  return entries_of("/proc/self/fd") == before ? status : 100;
}

static int check(const char *path) {
  gen_image *image = NULL;
  gen_vae *vae = NULL;
  gen_status status =
      is_picture(path) ? gen_image_load(path, NULL, &image) : gen_model_load(path, NULL, &vae);
  gen_image_destroy(image);
  gen_model_destroy(vae);
  return status;
}

int main(int argc, char **argv) {
  if (argc == 3 && strcmp(argv[1], "make") == 0)
    return make(argv[2]);
  if (argc == 4 && strcmp(argv[1], "over") == 0)
    return over(argv[2], argv[3]);
  if (argc == 5 && strcmp(argv[1], "on") == 0)
    return on(argv[2], argv[3], argv[4]);
  return argc == 3 && strcmp(argv[1], "check") == 0 ? check(argv[2]) : 2;
}
