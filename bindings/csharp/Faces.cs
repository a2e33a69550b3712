// Draws faces, fits a VAE and saves its samples.
using System;
using System.Runtime.InteropServices;
using Ptr = System.IntPtr;
static class Faces {
  const string Library = "libgenerative.so.2";
  [UnmanagedFunctionPointer(CallingConvention.Cdecl)] delegate int Follow(Ptr e, Ptr userData);
  [DllImport(Library)] static extern Ptr gen_last_error_message();
  [DllImport(Library)] static extern int gen_struct_create(string name, string text, out Ptr made);
  [DllImport(Library)] static extern int gen_struct_set_pointer(Ptr structure, string member, Follow address);
  [DllImport(Library)] static extern int gen_struct_value(string name, Ptr structure, string member, out double value);
  [DllImport(Library)] static extern int gen_dataset_create_faces(Ptr options, out Ptr dataset);
  [DllImport(Library)] static extern int gen_model_create(string kind, string options, Ptr context, out Ptr model);
  [DllImport(Library)] static extern int gen_model_fit(Ptr model, Ptr dataset, Ptr options, Ptr run);
  [DllImport(Library)] static extern int gen_vae_sample(Ptr vae, Ptr labels, long rows, ulong seed, float[] pixels);
  [DllImport(Library)] static extern int gen_image_create_grid(float[] rows, long n, long h, long w, long c, Ptr opts,
                                                               out Ptr image);
  [DllImport(Library)] static extern int gen_image_save(Ptr image, string path, Ptr options);
  static bool isStopping = false;
  static void Check(int status) {
    if (status != 0) throw new Exception(Marshal.PtrToStringAnsi(gen_last_error_message()));
  }
  static void Try(Action code) { try { code(); } catch (Exception error) { Console.WriteLine(error.Message); } }
  static double Number(Ptr e, string name) { Check(gen_struct_value("event", e, name, out double v)); return v; }
  static int OnEvent(Ptr e, Ptr userData) {
    try { // An exception must not leave a callback.
      if (isStopping) throw new Exception("enough");
      if (Number(e, "kind") == 1) Console.WriteLine("epoch " + Number(e, "epoch")); // GEN_EVENT_EPOCH
      return 0; // GEN_GO_ON
    } catch (Exception) { return 2; } // GEN_STOP_NOW
  }
  static void Main() {
    Ptr drawn, faces, vae = Ptr.Zero, fit, run, grid;
    string shape = "height=32 width=32 channels=3 ";
    var pixels = new float[16 * 32 * 32 * 3];
    Follow follow = OnEvent; // kept to the end: the collector must not take it during the fit
    Check(gen_struct_create("faces", "n_rows=10000", out drawn)); Check(gen_dataset_create_faces(drawn, out faces));
    Try(() => Check(gen_model_create("vae", shape + "latnet_size=10", Ptr.Zero, out vae)));
    Check(gen_model_create("vae", shape + "latent_size=10 architecture=convolutional", Ptr.Zero, out vae));
    Check(gen_struct_create("fit", "epochs=5 batch_size=32", out fit)); Check(gen_struct_create("run", null, out run));
    Check(gen_struct_set_pointer(run, "event", follow));
    Check(gen_model_fit(vae, faces, fit, run));
    Check(gen_vae_sample(vae, Ptr.Zero, 16, 1, pixels));
    Check(gen_image_create_grid(pixels, 16, 32, 32, 3, Ptr.Zero, out grid));
    Check(gen_image_save(grid, "faces.png", Ptr.Zero));
    isStopping = true;
    Try(() => Check(gen_model_fit(vae, faces, fit, run)));
    GC.KeepAlive(follow);
  }
}
