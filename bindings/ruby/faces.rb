# Draws faces, fits a VAE and saves its samples.
require "fiddle/import"

module Gen
  extend Fiddle::Importer
  dlload "libgenerative.so.2"
  extern "const char *gen_last_error_message()"
  extern "int gen_struct_create(const char *, const char *, void *)"
  extern "int gen_struct_set_pointer(void *, const char *, void *)"
  extern "int gen_struct_value(const char *, void *, const char *, void *)"
  extern "int gen_dataset_create_faces(void *, void *)"
  extern "int gen_model_create(const char *, const char *, void *, void *)"
  extern "int gen_model_fit(void *, void *, void *, void *)"
  extern "int gen_vae_sample(void *, void *, long long, unsigned long long, void *)"
  extern "int gen_image_create_grid(void *, long long, long long, long long, long long, void *, void *)"
  extern "int gen_image_save(void *, const char *, void *)"
  SLOT = Fiddle::Pointer.malloc(8, Fiddle::RUBY_FREE)
  def self.call(name, *all) = send("gen_#{name}", *all).zero? || raise(gen_last_error_message.to_s)
  def self.make(name, *all) = call(name, *all, SLOT) && SLOT.ptr # the object, or the number, that a call made
  def self.number(event, name) = call("struct_value", "event", event, name, SLOT) && SLOT[0, 8].unpack1("d")
  FOLLOW = Fiddle::Closure::BlockCaller.new(Fiddle::TYPE_INT, [Fiddle::TYPE_VOIDP] * 2) do |event, _|
    raise "enough" if $stopping
    puts "epoch #{number(event, "epoch").to_i}" if number(event, "kind") == 1 # GEN_EVENT_EPOCH
    0 # GEN_GO_ON
  rescue Exception # It must not leave a callback. To raise it again after the fit, keep it.
    2 # GEN_STOP_NOW
  end
end
faces = Gen.make("dataset_create_faces", drawn = Gen.make("struct_create", "faces", "n_rows=10000"))
Gen.make("model_create", "vae", "height=32 width=32 channels=3 latnet_size=10", nil) rescue puts $!.message
vae = Gen.make("model_create", "vae", "height=32 width=32 channels=3 latent_size=10 architecture=convolutional", nil)
fit, run = Gen.make("struct_create", "fit", "epochs=5 batch_size=32"), Gen.make("struct_create", "run", nil)
Gen.call("struct_set_pointer", run, "event", Gen::FOLLOW)
Gen.call("model_fit", vae, faces, fit, run)
Gen.call("vae_sample", vae, nil, 16, 1, pixels = Fiddle::Pointer.malloc(16 * 32 * 32 * 3 * 4, Fiddle::RUBY_FREE))
Gen.call("image_save", grid = Gen.make("image_create_grid", pixels, 16, 32, 32, 3, nil), "faces.png", nil)
$stopping = true
Gen.call("model_fit", vae, faces, fit, run) rescue puts $!.message
