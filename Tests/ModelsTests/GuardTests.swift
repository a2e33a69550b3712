import Checkpoints
import Datasets
import Glibc
import Models
import Networks
import Tensors
import Testing
import Training

/// Numbers that run away: where they came up, and what is left of the model.
@Suite struct GuardTests {
  private static let width = 6
  private static let rows = uniforms(40 * width, seed: 1)

  private func autoencoder() throws -> Autoencoder {
    var options = Autoencoder.Options(shape: Shape(features: Self.width))
    (options.latentSize, options.hidden, options.activation) = (2, [5, 4], .relu)
    options.outputActivation = .identity
    return try Autoencoder(options)
  }

  private func gan(_ architecture: Architecture = .dense) throws -> GAN {
    let shape = architecture == .dense ? Shape(features: Self.width) : Shape(height: 4, width: 4, channels: 1)
    var options = GAN.Options(shape: shape, architecture: architecture)
    options.latentSize = 3
    if architecture == .dense { (options.generatorHidden, options.discriminatorHidden) = ([5], [4]) }
    options.convolution = ConvolutionOptions(baseChannels: 2)
    return try GAN(options)
  }

  /// Fits three epochs of five steps, spoiling the model before step `step`, counted from 0.
  private func error<Model: Trainable>(
    _ model: Model, before step: Int, width: Int = width, _ change: (inout FitOptions) -> Void = { _ in },
    spoil: @escaping (Model) -> Void
  ) throws -> GenerativeError? {
    var options = FitOptions(epochCount: 3, batchRows: 8)
    change(&options)
    var asked = 0
    options.observer.isCancelled = {
      // Five steps and an end each epoch.
      if asked == step + step / 5 { spoil(model) }
      asked += 1
      return false
    }
    let data = try dataset(uniforms(40 * width, seed: 1), width: width)
    return failure { try Trainer.fit(model, to: data, options) }
  }

  /// The place of the first number of a layer's parameters.
  private func place(_ learner: Learner, _ layer: Int) -> Int {
    learner.network.layers[..<layer].reduce(0) { $0 + $1.parameters.reduce(0) { $0 + $1.count } }
  }

  @Test(arguments: [
    (true, 0, Float.nan, "encoder.0 (dense)"), (true, 1, .infinity, "encoder.1 (dense)"),
    (false, 0, .infinity, "decoder.0 (dense)"), (false, 2, .nan, "decoder.2 (dense)"),
  ])
  func `A nonfinite loss names the step and the first layer`(
    _ isEncoder: Bool, _ layer: Int, _ bad: Float, _ name: String
  ) throws {
    let model = try autoencoder()
    var good: [UInt8] = []
    let error = try error(model, before: 12) { options in
      options.observer.tell = { event in
        if event.kind == .epoch, event.epoch == 2 { good = (try? model.bytes(.weights)) ?? [] }
        return .goOn
      }
    } spoil: { model in
      let learner = isEncoder ? model.encoder : model.decoder
      // The last bias of the layer, which no ReLU before it hides.
      learner.weights.parameters[place(learner, layer + 1) - 1] = bad
    }
    #expect(error?.status == .nonfinite)
    let message = try #require(error?.message)
    #expect(message.contains("in epoch 3, step 3 (step 13 in all): first in layer \(name); "), "\(message)")
    #expect(message.hasPrefix("loss became "))
    #expect(message.contains("the model was restored to its state after epoch 2; "))
    #expect(model.progress == Progress(epochCount: 2, stepCount: 10))
    #expect(try model.bytes(.weights) == good)
    #expect(model.record == nil)
  }

  @Test func `A nonfinite contraction penalty is detected after a finite encoder`() throws {
    var options = Autoencoder.Options(shape: Shape(features: Self.width))
    (options.latentSize, options.hidden, options.latentActivation) = (2, [], .tanh)
    options.contraction = 0.1
    let model = try Autoencoder(options)
    var good: [UInt8] = []
    let error = try error(model, before: 7) { options in
      options.observer.tell = { event in
        if event.kind == .epoch, event.epoch == 1 { good = (try? model.bytes(.weights)) ?? [] }
        return .goOn
      }
    } spoil: { model in
      // tanh stays within ±1; the square of a weight does not stay finite.
      model.encoder.weights.parameters[0] = 1e25
    }
    #expect(error?.status == .nonfinite)
    #expect(
      error?.message.contains(
        "in epoch 2, step 3 (step 8 in all): after layer encoder.0 (dense), whose output is finite; the model was "
          + "restored to its state after epoch 1; ") == true, "\(error?.message ?? "")")
    #expect(try model.bytes(.weights) == good)
  }

  @Test func `A GAN names its player`() throws {
    let dense = try error(gan(), before: 3) {
      $0.discriminator.weights.parameters[place($0.discriminator, 2) - 1] = .nan
    }
    #expect(
      dense?.message.hasPrefix(
        "discriminator_loss became nan in epoch 1, step 4 (step 4 in all): first in layer discriminator.1 (dense); "
          + "the model was restored to its state before the fit") == true, "\(dense?.message ?? "")")
    let convolutional = try error(gan(.convolutional), before: 3, width: 16) { model in
      let generator = model.generator
      generator.weights.parameters[place(generator, generator.network.layers.count) - 1] = .infinity
    }
    let last = try gan(.convolutional).generator.network.layers.count - 1
    #expect(
      convolutional?.message.contains("first in layer generator.\(last) (transposed convolution)") == true,
      "\(convolutional?.message ?? "")")
  }

  @Test func `A nonfinite gradient changes nothing`() throws {
    // y = 1e15 and less: a loss of about 1e30, and 1e15 · 1e25 back through the first layer's weights.
    let model = try autoencoder()
    let error = try error(model, before: 0) { model in
      let (encoder, decoder) = (model.encoder.weights.parameters, model.decoder.weights.parameters)
      for i in 0..<encoder.count { encoder[i] = 0 }
      for i in 0..<decoder.count { decoder[i] = 1e-3 }
      // Of decoder.2: weights that meet zeros, and biases that are the output.
      let last = self.place(model.decoder, 2)
      for i in 0..<place(model.decoder, 2) { decoder[i] = 1e-30 }
      for i in last..<decoder.count { decoder[i] = 1e25 }
      for i in (decoder.count - Self.width)..<decoder.count { decoder[i] = 1e15 }
    }
    #expect(error?.status == .nonfinite)
    let message = error?.message ?? ""
    #expect(
      message.hasPrefix(
        "gradient became nan in epoch 1, step 1 (step 1 in all): first in layer decoder.1 (dense); "),
      "\(message)")
    #expect(model.progress.stepCount == 0)
  }

  @Test func `A nonfinite weight that no loss used is found at the end of the epoch`() throws {
    // −∞ before a ReLU is zero behind it.
    let model = try autoencoder()
    let error = try error(model, before: 12) { model in
      model.decoder.weights.parameters[place(model.decoder, 1) - 1] = -.infinity
    }
    #expect(
      error?.message.hasPrefix(
        "decoder.0.bias became infinite or nan in epoch 3, step 5 (step 15 in all); the model was restored to its state after epoch 2"
      ) == true, "\(error?.message ?? "")")
  }

  @Test func `A loss that overflows names its layer`() throws {
    let model = try autoencoder()
    let error = try error(model, before: 0) { model in
      model.decoder.weights.parameters[place(model.decoder, 3) - 1] = 1e30
    }
    #expect(
      error?.message.hasPrefix(
        "loss became inf in epoch 1, step 1 (step 1 in all): after layer decoder.2 (dense), whose output is finite; "
      ) == true, "\(error?.message ?? "")")
  }

  @Test func `A checkpoint is always finite, and is the state that is restored`() throws {
    let model = try autoencoder()
    let path = "/tmp/generative-guard-\(UInt64.random(in: 0 ... .max)).safetensors"
    defer { unlink(path) }
    let error = try error(model, before: 7) {
      $0.checkpoint = CheckpointRule(path: path, steps: 3)
    } spoil: {
      // A weight that no row reaches: the loss stays finite.
      $0.encoder.optimizer?.momentum[0] = .infinity
    }
    #expect(error?.status == .nonfinite)
    #expect(
      error?.message.contains("the model was restored to its state after step 1 of epoch 2") == true,
      "\(error?.message ?? "")")
    #expect(model.progress.stepCount == 6)
    let checkpoint = try Checkpoint.read(path)
    let kept = try Autoencoder(checkpoint, context: .standard)
    #expect(kept.progress.stepCount == 6)
    #expect(try kept.bytes(.weights) == model.bytes(.weights))
  }
}
