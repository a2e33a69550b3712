// Draws faces, fits a VAE and saves its samples.
import CGenerative

struct GenerativeError: Error, CustomStringConvertible {
  let description: String
}

/// Throws the message of a call that failed.
func check(_ status: gen_status) throws {
  if status != GEN_OK { throw GenerativeError(description: String(cString: gen_last_error_message())) }
}

/// What a callback knows of its caller: a Swift closure that C calls cannot capture anything, nor throw.
final class Follower {
  var isStopping = false
}

@main struct Faces {
  static func main() throws {
    var (faces, vae): (OpaquePointer?, OpaquePointer?)
    var (drawn, options): (UnsafeMutableRawPointer?, UnsafeMutableRawPointer?)
    try check(gen_struct_create("faces", "n_rows=10000", &drawn))
    try check(gen_struct_create("fit", "epochs=5 batch_size=32", &options))
    try check(gen_dataset_create_faces(drawn?.assumingMemoryBound(to: gen_faces_options.self), &faces))
    do { try check(gen_model_create("vae", "height=32 width=32 channels=3 latnet_size=10", nil, &vae)) } catch
    { print(error) }
    try check(
      gen_model_create(
        "vae", "height=32 width=32 channels=3 latent_size=10 architecture=convolutional", nil, &vae))
    let follower = Follower()
    var run = gen_run()
    try check(gen_run_init(&run, UInt32(MemoryLayout<gen_run>.size)))
    run.user_data = Unmanaged.passUnretained(follower).toOpaque()
    run.event = { event, data in
      guard let event, let data else { return Int32(GEN_STOP_NOW) }
      if Unmanaged<Follower>.fromOpaque(data).takeUnretainedValue().isStopping { return Int32(GEN_STOP_NOW) }
      if event.pointee.kind == GEN_EVENT_EPOCH { print("epoch \(event.pointee.epoch)") }
      return Int32(GEN_GO_ON)
    }
    let fit = options?.assumingMemoryBound(to: gen_fit_options.self)
    try check(gen_model_fit(vae, faces, fit, &run))
    var (pixels, image): ([Float], OpaquePointer?) = (Array(repeating: 0, count: 16 * 32 * 32 * 3), nil)
    try check(gen_vae_sample(vae, nil, 16, 1, &pixels))
    try check(gen_image_create_grid(pixels, 16, 32, 32, 3, nil, &image))
    try check(gen_image_save(image, "faces.png", nil))
    follower.isStopping = true
    do { try check(gen_model_fit(vae, faces, fit, &run)) } catch { print(error) }
  }
}
