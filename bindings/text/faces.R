# Draws faces, fits a VAE and saves its samples.
# R passes its own objects to C. This C function unwraps them and calls the library's function by name.
code <- tempfile(fileext = ".c")
writeLines(con = code, '#include <dlfcn.h>
#include <Rinternals.h>
static long content(SEXP x) {
  if (Rf_isNumeric(x)) return (long)Rf_asReal(x);
  if (Rf_isString(x)) return (long)CHAR(STRING_ELT(x, 0));
  if (TYPEOF(x) == RAWSXP) return (long)RAW(x);
  return Rf_isNull(x) ? 0 : (long)R_ExternalPtrAddr(x);
}
SEXP call_named(SEXP list) {
  void *lib = dlopen("libgenerative.so.2", RTLD_NOW), *made = NULL;
  int (*named)(long, long, long, long, long, long, long, long) = lib ? dlsym(lib, CHAR(Rf_asChar(CADR(list)))) : NULL;
  if (!named) Rf_error("%s", dlerror());
  const char *(*message)(void) = dlsym(lib, "gen_last_error_message");
  long a[8] = {0}, n = 0;
  for (list = CDDR(list); list != R_NilValue && n < 7; list = CDR(list)) a[n++] = content(CAR(list));
  a[n] = (long)&made; // The last argument: where the new object goes.
  if (named(a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7])) return Rf_mkString(message());
  return R_MakeExternalPtr(made, R_NilValue, R_NilValue);
}')
stopifnot(system2(file.path(R.home("bin"), "R"), c("CMD", "SHLIB", code), stdout = FALSE) == 0)
dyn.load(sub("c$", "so", code))
check <- function(made) if (is.character(made)) stop(made, call. = FALSE) else invisible(made)
call <- function(name, ...) check(.External("call_named", name, ...))
destroy <- function(noun, object) .External("call_named", paste0("gen_", noun, "_destroy"), object) # no status

drawn <- call("gen_struct_create", "faces", "n_rows=10000")
faces <- call("gen_dataset_create_faces", drawn)
writeLines(tryCatch(call("gen_model_create", "vae", "height=32 width=32 channels=3 latnet_size=10", NULL),
                    error = conditionMessage))
vae <- call("gen_model_create", "vae", "height=32 width=32 channels=3 latent_size=10 architecture=convolutional", NULL)
fit <- call("gen_struct_create", "fit", "epochs=5 batch_size=32")
call("gen_model_fit", vae, faces, fit, NULL)
pixels <- raw(16 * 32 * 32 * 3 * 4)
call("gen_vae_sample", vae, NULL, 16, 1, pixels)
grid <- call("gen_image_create_grid", pixels, 16, 32, 32, 3, NULL)
call("gen_image_save", grid, "faces.png", NULL)
invisible(Map(destroy, c("struct", "struct", "image", "model", "dataset"), list(drawn, fit, grid, vae, faces)))
