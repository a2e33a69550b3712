// Draws faces, fits a VAE and saves its samples.
import std.conv, std.stdio, std.string;
extern (C) nothrow {
  const(char)* gen_last_error_message();
  int gen_struct_create(const(char)* name, const(char)* text, void** made);
  int gen_struct_set_pointer(void* structure, const(char)* member, void* address);
  int gen_struct_value(const(char)* name, const void* structure, const(char)* member, double* value);
  int gen_dataset_create_faces(const void* options, void** dataset);
  int gen_model_create(const(char)* kind, const(char)* options, const void* context, void** model);
  int gen_model_fit(void* model, const void* dataset, const void* options, const void* run);
  int gen_vae_sample(const void* vae, const int* labels, long rows, ulong seed, float* pixels);
  int gen_image_create_grid(const float* rows, long n, long h, long w, long c, const void* options, void** image);
  int gen_image_save(const void* image, const(char)* path, const void* options);
}
void check(int status) { if (status) throw new Exception(gen_last_error_message().fromStringz.idup); }
void attempt(void delegate() code) { try code(); catch (Exception error) writeln(error.msg); }
double number(const void* event, const(char)* member) {
  double value;
  check(gen_struct_value("event", event, member, &value));
  return value;
}
extern (C) int follow(const void* event, bool* isStopping) nothrow {
  try { // An exception must not leave a callback.
    if (*isStopping) throw new Exception("enough");
    if (number(event, "kind") == 1) writeln("epoch ", number(event, "epoch")); // GEN_EVENT_EPOCH
    return 0; // GEN_GO_ON
  } catch (Throwable) return 2; // GEN_STOP_NOW
}
void main() {
  void* drawn, faces, vae, fit, run, grid;
  bool isStopping;
  enum shape = "height=32 width=32 channels=3 ";
  auto pixels = new float[16 * 32 * 32 * 3];
  check(gen_struct_create("faces", "n_rows=10000", &drawn)), check(gen_dataset_create_faces(drawn, &faces));
  attempt({ check(gen_model_create("vae", shape ~ "latnet_size=10", null, &vae)); });
  check(gen_model_create("vae", shape ~ "latent_size=10 architecture=convolutional", null, &vae));
  check(gen_struct_create("fit", "epochs=5 batch_size=32", &fit)), check(gen_struct_create("run", null, &run));
  check(gen_struct_set_pointer(run, "event", &follow)), check(gen_struct_set_pointer(run, "user_data", &isStopping));
  check(gen_model_fit(vae, faces, fit, run));
  check(gen_vae_sample(vae, null, 16, 1, pixels.ptr));
  check(gen_image_create_grid(pixels.ptr, 16, 32, 32, 3, null, &grid)), check(gen_image_save(grid, "faces.png", null));
  isStopping = true;
  attempt({ check(gen_model_fit(vae, faces, fit, run)); });
}
