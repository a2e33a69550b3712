-- Draws faces, fits a VAE and saves its samples.
local ffi = require("ffi")
ffi.cdef [[
  const char *gen_last_error_message(void);
  int gen_struct_create(const char *name, const char *text, void **struct_out);
  int gen_struct_set_pointer(void *structure, const char *member, void *address);
  int gen_struct_value(const char *name, const void *structure, const char *member, double *value_out);
  int gen_dataset_create_faces(const void *options, void **dataset_out);
  int gen_model_create(const char *kind, const char *options, const void *context, void **model_out);
  int gen_model_fit(void *model, const void *dataset, const void *options, const void *run);
  int gen_vae_sample(const void *vae, const int32_t *labels, int64_t n_rows, uint64_t seed, float *rows_out);
  int gen_image_create_grid(const float *rows, int64_t n, int64_t h, int64_t w, int64_t c, void *options, void **image);
  int gen_image_save(const void *image, const char *path, const void *options);
]]
local lib, slot, value = ffi.load("libgenerative.so.2"), ffi.new("void *[1]"), ffi.new("double[1]")
local stopping = false
local function check(status) if status ~= 0 then error(ffi.string(lib.gen_last_error_message()), 0) end end
local function made(status) check(status) return slot[0] end -- the object that a call wrote to slot
local function number(event, name) check(lib.gen_struct_value("event", event, name, value)) return value[0] end
local function new_vae(text)
  return made(lib.gen_model_create("vae", "height=32 width=32 channels=3 " .. text, nil, slot))
end
local follow = ffi.cast("int (*)(const void *event, void *)", function(event)
  local good = pcall(function() -- An error must not leave a callback: it becomes GEN_STOP_NOW.
    if stopping then error("enough") end
    if number(event, "kind") == 1 then print("epoch " .. number(event, "epoch")) end -- GEN_EVENT_EPOCH
  end)
  return good and 0 or 2 -- GEN_GO_ON or GEN_STOP_NOW
end)
local faces = made(lib.gen_dataset_create_faces(made(lib.gen_struct_create("faces", "n_rows=10000", slot)), slot))
print(select(2, pcall(new_vae, "latnet_size=10")))
local vae = new_vae("latent_size=10 architecture=convolutional")
local fit = made(lib.gen_struct_create("fit", "epochs=5 batch_size=32", slot))
local run = made(lib.gen_struct_create("run", nil, slot))
check(lib.gen_struct_set_pointer(run, "event", follow))
check(lib.gen_model_fit(vae, faces, fit, run))
local pixels = ffi.new("float[?]", 16 * 32 * 32 * 3)
check(lib.gen_vae_sample(vae, nil, 16, 1, pixels))
local grid = made(lib.gen_image_create_grid(pixels, 16, 32, 32, 3, nil, slot))
check(lib.gen_image_save(grid, "faces.png", nil))
stopping = true
print(select(2, pcall(function() check(lib.gen_model_fit(vae, faces, fit, run)) end)))
