/* Forks after the library's threads have worked: the child samples the same bits, fits, and
 * destroys what it got, and so does the parent afterwards. usage: fork FOLDER FORKS */
#include "host.h"
#include <sys/wait.h>

int main(int argc, char **argv) {
  static struct fixture f;
  static float expected[64 * ROW], rows[64 * ROW];
  long n = argc > 2 ? atol(argv[2]) : 0, i;
  if (n <= 0)
    return 2;
  MUST(make_fixture(&f, argv[1]));
  MUST(gen_vae_sample(f.vae, 64, 1, expected));
  for (i = 0; i < n; i++) {
    int ended = -1;
    double start = now();
    pid_t child;
    MUST(gen_gan_fit(f.gan, f.dataset, &f.fit_options.value));
    child = fork();
    if (child == 0) {
      alarm(5);
      if (gen_vae_sample(f.vae, 64, 1, rows) != GEN_OK || memcmp(rows, expected, sizeof rows) != 0)
        _exit(1);
      if (i % 2 == 0 && gen_vae_fit(f.vae, f.dataset, &f.fit_options.value) != GEN_OK)
        _exit(2);
      gen_vae_destroy(f.vae);
      gen_context_destroy(f.context);
      if (i % 4 == 0)
        exit(0);
      _exit(0);
    }
    waitpid(child, &ended, 0);
    CHECK(ended == 0, "fork %ld ended with %d after %.1f s", i, ended, now() - start);
    MUST(gen_vae_sample(f.vae, 64, 1, rows));
    CHECK(memcmp(rows, expected, sizeof rows) == 0, "the parent's bits after fork %ld", i);
  }
  printf("%ld forks, %d wrong\n", n, failures);
  return failures != 0;
}
