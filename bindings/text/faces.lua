-- Draws faces, fits a VAE and saves its samples.
local ffi = require("ffi")
ffi.cdef [[
  const char *gen_last_error_message(void);
  int gen_struct_create(const char *name, const char *text, void **options_out);
  void gen_struct_destroy(void *options);
  int gen_dataset_create_faces(const void *options, void **dataset_out);
  int gen_model_create(const char *kind, const char *options, const void *context, void **model_out);
  int gen_model_fit(void *model, const void *dataset, const void *options, const void *run);
  int gen_vae_sample(const void *vae, const int32_t *labels, int64_t n_rows, uint64_t seed, float *rows_out);
  int gen_image_create_grid(const float *rows, int64_t n_rows, int64_t height, int64_t width, int64_t channels,
                            const void *options, void **image_out);
  int gen_image_save(const void *image, const char *path, const void *options);
  void gen_model_destroy(void *), gen_dataset_destroy(void *), gen_image_destroy(void *);
]]
local lib = ffi.load("libgenerative.so.2")
local function check(status) if status ~= 0 then error(ffi.string(lib.gen_last_error_message()), 0) end end
local function new(make, ...)
  local made, arguments = ffi.new("void *[1]"), {...}
  arguments[select("#", ...) + 1] = made
  check(make(unpack(arguments, 1, select("#", ...) + 1)))
  return made[0]
end

local drawn = new(lib.gen_struct_create, "faces", "n_rows=10000")
local faces = new(lib.gen_dataset_create_faces, drawn)
print(select(2, pcall(new, lib.gen_model_create, "vae", "height=32 width=32 channels=3 latnet_size=10", nil)))
local options = "height=32 width=32 channels=3 latent_size=10 architecture=convolutional"
local vae = new(lib.gen_model_create, "vae", options, nil)
local fit = new(lib.gen_struct_create, "fit", "epochs=5 batch_size=32")
check(lib.gen_model_fit(vae, faces, fit, nil))
local pixels = ffi.new("float[?]", 16 * 32 * 32 * 3)
check(lib.gen_vae_sample(vae, nil, 16, 1, pixels))
local grid = new(lib.gen_image_create_grid, pixels, 16, 32, 32, 3, nil)
check(lib.gen_image_save(grid, "faces.png", nil))
lib.gen_struct_destroy(drawn) lib.gen_struct_destroy(fit)
lib.gen_image_destroy(grid) lib.gen_model_destroy(vae) lib.gen_dataset_destroy(faces)
