/* Calls functions of the library by name, for JavaScript: call(name, arguments...) returns the
 * object that the function wrote to its last argument. Numbers, strings, typed arrays, objects of
 * earlier calls and null are passed on. */
#include <dlfcn.h>
#include <generative.h>
#include <node_api.h>
#include <stdlib.h>

static napi_env current;  /* the environment of the call that runs */
static napi_ref follower; /* the function that follows a fit */

/* A JavaScript exception stays pending in the environment: it must be taken before the fit goes on.
 */
static int32_t follow(const gen_event *event, void *user_data) {
  napi_value receiver, function, numbers[2], answer, error;
  (void)user_data;
  napi_get_undefined(current, &receiver);
  napi_get_reference_value(current, follower, &function);
  napi_create_int32(current, event->kind, &numbers[0]);
  napi_create_int64(current, event->epoch, &numbers[1]);
  if (napi_call_function(current, receiver, function, 2, numbers, &answer) == napi_ok)
    return GEN_GO_ON;
  napi_get_and_clear_last_exception(current, &error);
  return GEN_STOP_NOW;
}

/* An argument as an integer or an address; texts are allocated, and kept in *text_out. */
static intptr_t content(napi_env env, napi_value value, char **text_out) {
  napi_valuetype type;
  size_t length;
  int64_t number;
  void *address = NULL;
  napi_typeof(env, value, &type);
  if (type == napi_number)
    return napi_get_value_int64(env, value, &number), (intptr_t)number;
  if (type == napi_external)
    return napi_get_value_external(env, value, &address), (intptr_t)address;
  if (type == napi_function)
    return napi_create_reference(env, value, 1, &follower), (intptr_t)follow;
  if (type == napi_object)
    napi_get_typedarray_info(env, value, NULL, NULL, &address, NULL, NULL);
  if (type != napi_string)
    return (intptr_t)address;
  napi_get_value_string_utf8(env, value, NULL, 0, &length);
  *text_out = malloc(length + 1);
  if (*text_out)
    napi_get_value_string_utf8(env, value, *text_out, length + 1, &length);
  return (intptr_t)*text_out;
}

static napi_value call(napi_env env, napi_callback_info info) {
  size_t count = 7;
  napi_value given[7], result = NULL;
  char *texts[7] = {NULL};
  intptr_t a[8] = {0};
  void *made = NULL;
  gen_status (*named)(intptr_t, intptr_t, intptr_t, intptr_t, intptr_t, intptr_t, intptr_t) = NULL;
  current = env;
  napi_get_cb_info(env, info, &count, given, NULL, NULL);
  if (count > 7)
    count = 7;
  for (size_t i = 0; i < count; i++)
    a[i] = content(env, given[i], &texts[i]);
  a[count] = (intptr_t)&made; /* The last argument: where the new object goes. */
  if (texts[0])
    *(void **)&named = dlsym(RTLD_DEFAULT, texts[0]);
  if (!named)
    napi_throw_error(env, NULL, "no such function");
  else if (named(a[1], a[2], a[3], a[4], a[5], a[6], a[7]))
    napi_throw_error(env, NULL, gen_last_error_message());
  else
    napi_create_external(env, made, NULL, NULL, &result);
  for (size_t i = 0; i < count; i++)
    free(texts[i]);
  return result;
}

NAPI_MODULE_INIT() {
  napi_value function;
  napi_create_function(env, "call", NAPI_AUTO_LENGTH, call, NULL, &function);
  napi_set_named_property(env, exports, "call", function);
  return exports;
}
