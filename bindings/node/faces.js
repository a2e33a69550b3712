// Draws faces, fits a VAE and saves its samples. addon.node is addon.c, compiled.
const {call} = require("./addon.node");
const attempt = code => { try { return code(); } catch (error) { console.log(error.message); } };
const shape = "height=32 width=32 channels=3";
let stopping = false;

// Called by addon.c, which turns an exception into GEN_STOP_NOW. The event loop waits until the fit ends; a fit in a
// Worker lets it go on.
function follow(kind, epoch) {
  if (stopping) throw new Error("enough");
  if (kind === 1) console.log("epoch " + epoch); // GEN_EVENT_EPOCH
}

const faces = call("gen_dataset_create_faces", call("gen_struct_create", "faces", "n_rows=10000"));
attempt(() => call("gen_model_create", "vae", shape + " latnet_size=10", null));
const vae = call("gen_model_create", "vae", shape + " latent_size=10 architecture=convolutional", null);
const fit = call("gen_struct_create", "fit", "epochs=5 batch_size=32");
const run = call("gen_struct_create", "run", null);
call("gen_struct_set_pointer", run, "event", follow);
call("gen_model_fit", vae, faces, fit, run);
const pixels = new Float32Array(16 * 32 * 32 * 3);
call("gen_vae_sample", vae, null, 16, 1, pixels);
call("gen_image_save", call("gen_image_create_grid", pixels, 16, 32, 32, 3, null), "faces.png", null);
stopping = true;
attempt(() => call("gen_model_fit", vae, faces, fit, run));
