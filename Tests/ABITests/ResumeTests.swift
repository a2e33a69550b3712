import CGenerative
import Glibc
import Testing

/// Checkpoints and resuming through the C functions.
@Suite struct ResumeTests {
  /// Where a fit may write; removed at the end.
  private final class Path {
    let text = "/tmp/generative-resume-\(UInt64.random(in: 0 ... .max)).safetensors"
    deinit { unlink(text) }
  }

  /// Fits as `options` say, with the path as C has it.
  private func fit(
    _ model: Model, _ handle: OpaquePointer, _ dataset: OpaquePointer, _ options: gen_fit_options,
    _ path: String?, during run: gen_run = run()
  ) -> gen_status {
    var (options, run) = (options, run)
    guard let path else { return gen_model_fit(handle, dataset, &options, &run) }
    return path.withCString {
      options.checkpoint_path = $0
      return gen_model_fit(handle, dataset, &options, &run)
    }
  }

  private func info(_ model: Model, _ handle: OpaquePointer) -> gen_model_info_t {
    var info = gen_model_info_t()
    info.struct_size = UInt32(MemoryLayout<gen_model_info_t>.size)
    expect(gen_model_info(handle, &info), GEN_OK)
    return info
  }

  @Test(arguments: Model.all)
  func `The same program, stopped and restarted, gives the result of an uninterrupted one`(
    _ model: Model
  ) throws {
    let path = Path()
    let data = try makeDataset()
    defer { gen_dataset_destroy(data) }
    let whole = try model.make()
    defer { gen_model_destroy(whole) }
    expect(fit(model, whole, data, fitOptions(epochs: 4), nil), GEN_OK)

    var options = fitOptions(epochs: 4)
    options.resume = 1
    options.checkpoint_seconds = 1e6
    let stopping = run { event, _ in
      event?.pointee.kind == Int32(GEN_EVENT_EPOCH) ? Int32(GEN_STOP_NOW) : Int32(GEN_GO_ON)
    }
    for run in 1...5 {
      let handle = try model.make()
      defer { gen_model_destroy(handle) }
      let status = fit(model, handle, data, options, path.text, during: stopping)
      expect(status, run < 5 ? GEN_E_CANCELLED : GEN_OK, "run \(run)")
      #expect(info(model, handle).n_epochs == Int64(min(run, 4)))
      #expect(info(model, handle).n_epochs_left == (run < 5 ? Int64(4 - run) : 0))
      if run == 5 { #expect(try model.output(handle) == model.output(whole)) }
    }
    let loaded = try made { gen_model_load(path.text, nil, $0) }
    defer { gen_model_destroy(loaded) }
    #expect(try model.output(loaded) == model.output(whole))
    // With another seed it is not the same fit.
    options.seed = 5
    let other = try model.make()
    defer { gen_model_destroy(other) }
    expect(fit(model, other, data, options, path.text), GEN_E_MISMATCH)
    #expect(message.hasSuffix("resume: seed was 0 in the interrupted fit and cannot be 5"))
  }

  @Test func `Options of checkpoints have their ranges`() throws {
    let data = try makeDataset()
    defer { gen_dataset_destroy(data) }
    let vae = try Model.vae.make()
    defer { gen_model_destroy(vae) }
    func status(_ path: String?, _ change: (inout gen_fit_options) -> Void) -> gen_status {
      var options = fitOptions()
      change(&options)
      return fit(.vae, vae, data, options, path)
    }
    let path = Path()
    expect(status(path.text) { $0.checkpoint_steps = -1 }, GEN_E_ARGUMENT)
    expect(status(path.text) { $0.checkpoint_seconds = -2 }, GEN_E_ARGUMENT)
    expect(status(path.text) { $0.checkpoint_seconds = .nan }, GEN_E_ARGUMENT)
    expect(status(path.text) { $0.resume = 2 }, GEN_E_ARGUMENT)
    expect(status("") { _ in }, GEN_E_ARGUMENT)
    expect(status(nil) { $0.checkpoint_steps = 3 }, GEN_E_ARGUMENT)
    expect(status("/nowhere/vae.safetensors") { _ in }, GEN_E_IO)
    expect(status("/tmp") { _ in }, GEN_E_IO)
    #expect(info(.vae, vae).n_steps == 0)
    expect(status(path.text) { $0.checkpoint_steps = 3 }, GEN_OK)
    expect(status(nil) { $0.resume = 1 }, GEN_OK)
    #expect(info(.vae, vae).n_epochs == 2)
  }

  @Test func `A diverging loss returns the guard's status`() throws {
    let data = try makeDataset()
    defer { gen_dataset_destroy(data) }
    var model = autoencoderOptions()
    model.output_activation = Int32(GEN_ACTIVATION_IDENTITY)
    let autoencoder = try made { gen_autoencoder_create(&model, $0) }
    defer { gen_model_destroy(autoencoder) }
    var options = fitOptions(epochs: 100)
    options.optimizer = Int32(GEN_OPTIMIZER_SGD)
    options.learning_rate = 1e3
    expect(gen_model_fit(autoencoder, data, &options, nil), GEN_E_NONFINITE)
    #expect(message.contains(" in epoch "))
    #expect(message.contains(" layer "))
    #expect(try Model.autoencoder.output(autoencoder).allSatisfy(\.isFinite))
  }
}
