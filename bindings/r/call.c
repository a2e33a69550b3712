/* Calls a function of the library by name, with what R passes, and calls R back. */
#include <dlfcn.h>
#include <Rinternals.h>
static long content(SEXP x) {
  if (Rf_isNumeric(x))
    return (long)Rf_asReal(x);
  if (Rf_isString(x))
    return (long)CHAR(STRING_ELT(x, 0));
  if (Rf_isFunction(x))
    return (long)x;
  if (TYPEOF(x) == RAWSXP)
    return (long)RAW(x);
  return TYPEOF(x) == EXTPTRSXP ? (long)R_ExternalPtrAddr(x) : 0;
}
static int (*value)(const char *, const void *, const char *, double *);
int follow(const void *event,
           void *function) { // An R error must not jump out of C: R_tryEval catches it.
  double kind, epoch;
  int failed = value("event", event, "kind", &kind) || value("event", event, "epoch", &epoch);
  R_tryEvalSilent(Rf_lang3(function, Rf_ScalarReal(kind), Rf_ScalarReal(epoch)), R_GlobalEnv,
                  &failed);
  return failed ? 2 : 0; // GEN_STOP_NOW or GEN_GO_ON
}
SEXP call_named(SEXP list) {
  void *lib = dlopen("libgenerative.so.2", RTLD_NOW), *made = NULL;
  int (*named)(long, long, long, long, long, long, long) =
      lib ? dlsym(lib, CHAR(Rf_asChar(CADR(list)))) : NULL;
  if (!named || !(value = dlsym(lib, "gen_struct_value")))
    Rf_error("%s", dlerror());
  long a[7] = {0}, n = 0;
  for (list = CDDR(list); list != R_NilValue && n < 6; list = CDR(list))
    a[n++] = content(CAR(list));
  a[n] = (long)&made; // The last argument: where the new object goes.
  if (!named(a[0], a[1], a[2], a[3], a[4], a[5], a[6]))
    return R_MakeExternalPtr(made, R_NilValue, R_NilValue);
  return Rf_mkString(((const char *(*)(void))dlsym(lib, "gen_last_error_message"))());
}
