/* Everything a host does with the library: makes, fits, uses, saves and loads every model, under
 * the limits that the process was started with. Every call may fail, and must return GEN_E_NOMEM or
 * GEN_E_IO if it does.
 * usage: workload FOLDER [BYTES]
 *   BYTES: the limit on the address space */
#include "host.h"

int main(int argc, char **argv) {
  static struct fixture f;
  gen_status status;
  gen_vae *big = NULL;
  if (argc < 2)
    return 2;
  if (argc > 2) {
    struct rlimit limit;
    limit.rlim_cur = limit.rlim_max = strtoull(argv[2], NULL, 10);
    if (setrlimit(RLIMIT_AS, &limit) != 0)
      return 2;
  }
  status = make_fixture(&f, argv[1]);
  if (status == GEN_OK) {
    /* Sizes that a caller chooses. */
    f.vae_options.value.network.height = f.vae_options.value.network.width = 1024;
    f.widths[0] = 65536;
    status = gen_vae_create(&f.vae_options.value, &big);
    if (status == GEN_OK)
      gen_model_destroy(big);
    else
      CHECK(status == GEN_E_NOMEM, "%s", gen_status_name(status));
    status = GEN_OK;
  }
  CHECK(status == GEN_OK || status == GEN_E_NOMEM || status == GEN_E_IO, "%s",
        gen_status_name(status));
  printf("%s\n", failures ? "wrong" : gen_status_name(status));
  return failures != 0;
}
