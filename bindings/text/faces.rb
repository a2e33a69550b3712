# Draws faces, fits a VAE and saves its samples.
require "fiddle/import"

module Gen
  extend Fiddle::Importer
  dlload "libgenerative.so.2"
  extern "const char *gen_last_error_message()"
  extern "int gen_struct_create(const char *, const char *, void *)"
  extern "void gen_struct_destroy(void *)"
  extern "int gen_dataset_create_faces(void *, void *)"
  extern "int gen_model_create(const char *, const char *, void *, void *)"
  extern "int gen_model_fit(void *, void *, void *, void *)"
  extern "int gen_vae_sample(void *, void *, long long, unsigned long long, void *)"
  extern "int gen_image_create_grid(void *, long long, long long, long long, long long, void *, void *)"
  extern "int gen_image_save(void *, const char *, void *)"
  %w[model dataset image].each { |noun| extern "void gen_#{noun}_destroy(void *)" }

  def self.check(status) = status.zero? || raise(gen_last_error_message.to_s)

  # Calls a function that creates an object, and returns the object.
  def self.make(function, *arguments)
    made = Fiddle::Pointer.malloc(Fiddle::SIZEOF_VOIDP, Fiddle::RUBY_FREE)
    check(send("gen_#{function}", *arguments, made))
    made.ptr
  end
end

drawn = Gen.make("struct_create", "faces", "n_rows=10000")
faces = Gen.make("dataset_create_faces", drawn)
Gen.make("model_create", "vae", "height=32 width=32 channels=3 latnet_size=10", nil) rescue puts $!.message
vae = Gen.make("model_create", "vae", "height=32 width=32 channels=3 latent_size=10 architecture=convolutional", nil)
fit = Gen.make("struct_create", "fit", "epochs=5 batch_size=32")
Gen.check(Gen.gen_model_fit(vae, faces, fit, nil))
pixels = Fiddle::Pointer.malloc(16 * 32 * 32 * 3 * Fiddle::SIZEOF_FLOAT, Fiddle::RUBY_FREE)
Gen.check(Gen.gen_vae_sample(vae, nil, 16, 1, pixels))
grid = Gen.make("image_create_grid", pixels, 16, 32, 32, 3, nil)
Gen.check(Gen.gen_image_save(grid, "faces.png", nil))
[drawn, fit].each { |options| Gen.gen_struct_destroy(options) }
Gen.gen_image_destroy(grid); Gen.gen_model_destroy(vae); Gen.gen_dataset_destroy(faces)
