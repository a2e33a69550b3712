// Draws faces, fits a VAE and saves its samples.
import com.sun.jna.*;
import com.sun.jna.ptr.*;
public class Faces {
  public interface Follow extends Callback { int event(Pointer event, Pointer userData); }
  static final NativeLibrary library = NativeLibrary.getInstance("generative");
  static boolean isStopping = false;
  static void call(String name, Object... arguments) {
    if (library.getFunction("gen_" + name).invokeInt(arguments) != 0)
      throw new RuntimeException(library.getFunction("gen_last_error_message").invokeString(new Object[0], false));
  }
  static Pointer make(String name, Object... arguments) { // calls a function that creates an object
    Object[] all = java.util.Arrays.copyOf(arguments, arguments.length + 1);
    PointerByReference made = new PointerByReference();
    all[arguments.length] = made;
    call(name, all);
    return made.getValue();
  }
  static double number(Pointer event, String member) {
    DoubleByReference value = new DoubleByReference();
    call("struct_value", "event", event, member, value);
    return value.getValue();
  }
  static int follow(Pointer event, Pointer userData) {
    try { // JNA prints an exception that leaves a callback, and the fit goes on: catch it here.
      if (isStopping) throw new RuntimeException("enough");
      if (number(event, "kind") == 1) System.out.println("epoch " + (int) number(event, "epoch")); // GEN_EVENT_EPOCH
      return 0; // GEN_GO_ON
    } catch (Throwable error) { return 2; } // GEN_STOP_NOW
  }
  static void attempt(Runnable code) {
    try { code.run(); } catch (RuntimeException error) { System.out.println(error.getMessage()); }
  }
  public static void main(String[] none) {
    String shape = "height=32 width=32 channels=3 ";
    Follow follow = Faces::follow; // the program keeps it: the collector must not take it during the fit
    Pointer faces = make("dataset_create_faces", make("struct_create", "faces", "n_rows=10000"));
    attempt(() -> make("model_create", "vae", shape + "latnet_size=10", null));
    Pointer vae = make("model_create", "vae", shape + "latent_size=10 architecture=convolutional", null);
    Pointer fit = make("struct_create", "fit", "epochs=5 batch_size=32"), run = make("struct_create", "run", null);
    call("struct_set_pointer", run, "event", follow);
    call("model_fit", vae, faces, fit, run);
    Memory pixels = new Memory(16 * 32 * 32 * 3 * 4);
    call("vae_sample", vae, null, 16L, 1L, pixels);
    call("image_save", make("image_create_grid", pixels, 16L, 32L, 32L, 3L, null), "faces.png", null);
    isStopping = true;
    attempt(() -> call("model_fit", vae, faces, fit, run));
  }
}
