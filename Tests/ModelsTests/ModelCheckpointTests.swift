import Checkpoints
import Foundation
import Models
import Networks
import Tensors
import Testing
import Training

/// Models kept in files: every option comes back, and nothing in a file is believed.
@Suite struct ModelCheckpointTests {
  private func autoencoder() throws -> Autoencoder {
    var options = Autoencoder.Options(shape: Shape(height: 2, width: 1, channels: 3))
    options.latentSize = 4
    options.hidden = [7, 5]
    options.decoderHidden = [3]
    options.activation = .elu
    options.latentActivation = .tanh
    options.outputActivation = .identity
    options.hasBias = false
    options.loss = .logSquaredError
    options.corruption = .saltAndPepper(share: 0.125)
    options.weights = .glorot
    options.dropout = 0.1
    options.seed = .max
    return try Autoencoder(options)
  }

  private func vae() throws -> VAE {
    var options = VAE.Options(shape: Shape(height: 2, width: 1, channels: 3))
    options.latentSize = 4
    options.hidden = []
    options.decoderHidden = [3]
    options.activation = .leakyReLU(slope: 0.2)
    options.likelihood = .gaussian(variance: nil)
    options.outputActivation = .identity
    options.reconstructionWeight = 0.3
    options.beta = 0
    options.annealing = .cyclic(epochs: 2.5)
    options.importanceSamples = 7
    options.weights = .fanInUniform
    options.dropout = 0.2
    options.seed = 77
    return try VAE(options)
  }

  private func gan() throws -> GAN {
    var options = GAN.Options(shape: Shape(height: 2, width: 1, channels: 3))
    options.latentSize = 4
    options.latent = .uniform
    options.generatorHidden = [5]
    options.discriminatorHidden = [7, 3]
    options.generatorActivation = .silu
    options.discriminatorActivation = .tanh
    options.outputActivation = .tanh
    options.objective = .minimax
    options.discriminatorSteps = 3
    options.normalizesDiscriminator = true
    options.startsAtMean = false
    options.weights = .normal002
    options.labelSmoothing = 0.1
    options.dropout = 0.3
    options.inputNoise = 0.4
    options.averageDecay = 0.99
    options.seed = 5
    return try GAN(options)
  }

  @Test func `Every option is restored`() throws {
    #expect(try Autoencoder(bytes: autoencoder().bytes()).options == autoencoder().options)
    #expect(try VAE(bytes: vae().bytes()).options == vae().options)
    #expect(try GAN(bytes: gan().bytes()).options == gan().options)
    // The other cases of the options that have cases.
    var options = Autoencoder.Options(shape: Shape(features: 3))
    for sparsity in [nil, .absolute(weight: 0.1), .divergence(weight: 3, target: 0.07)] as [SparsityPenalty?]
    {
      (options.sparsity, options.latentActivation) = (sparsity, .sigmoid)
      (options.isTied, options.contraction) = (sparsity != nil, sparsity == nil ? 0 : 1e-3)
      #expect(try Autoencoder(bytes: Autoencoder(options).bytes()).options == options)
    }
    options = Autoencoder.Options(shape: Shape(features: 3))
    for corruption in [Corruption.none, .gaussian(deviation: 0.5), .masking(share: 0.3)] {
      for loss in [ReconstructionLoss.squaredError, .crossEntropy] {
        (options.corruption, options.loss) = (corruption, loss)
        #expect(try Autoencoder(bytes: Autoencoder(options).bytes()).options == options)
      }
    }
    var other = VAE.Options(shape: Shape(features: 3))
    for annealing in [VAE.Annealing.constant, .linear(epochs: 0.1)] {
      for likelihood in [VAE.Likelihood.bernoulli, .gaussian(variance: 1e-3)] {
        (other.annealing, other.likelihood, other.binarizes) = (
          annealing, likelihood, likelihood == .bernoulli
        )
        #expect(try VAE(bytes: VAE(other).bytes()).options == other)
      }
    }
    var third = GAN.Options(shape: Shape(features: 3))
    third.averageDecay = nil
    let bare = try GAN(bytes: GAN(third).bytes())
    #expect(bare.options == third)
    #expect(bare.average == nil)
  }

  @Test func `Tensors are named by network, layer and parameter`() throws {
    func names(_ model: some Checkpointable, _ content: CheckpointContent) throws -> [String] {
      try model.checkpoint(content).tensors.map { "\($0.name) \($0.shape)" }
    }
    #expect(
      try names(vae(), .everything) == [
        "encoder.0.weight [8, 6]", "encoder.0.bias [8]", "decoder.0.weight [3, 4]", "decoder.0.bias [3]",
        "decoder.2.weight [6, 3]", "decoder.2.bias [6]", "decoder.3.log_variance [1]",
      ])
    // Noise and dropout are layers, and count.
    #expect(
      try names(gan(), .weights) == [
        "generator.0.weight [5, 4]", "generator.1.scale [5]", "generator.1.shift [5]",
        "generator.1.running_mean [5]", "generator.1.running_var [5]", "generator.2.weight [6, 5]",
        "generator.2.bias [6]", "discriminator.1.weight [7, 6]", "discriminator.1.bias [7]",
        "discriminator.3.weight [3, 7]", "discriminator.4.scale [3]", "discriminator.4.shift [3]",
        "discriminator.4.running_mean [3]", "discriminator.4.running_var [3]",
        "discriminator.6.weight [1, 3]", "discriminator.6.bias [1]", "average.0.weight [5, 4]",
        "average.1.scale [5]", "average.1.shift [5]", "average.1.running_mean [5]",
        "average.1.running_var [5]", "average.2.weight [6, 5]", "average.2.bias [6]",
      ])
    let trained = try autoencoder()
    try Trainer.fit(
      trained, to: try dataset(uniforms(24, seed: 1), width: 6), FitOptions(rule: .rmsProp(), epochCount: 1))
    #expect(
      try names(trained, .everything).filter { $0.hasPrefix("optimizer") } == [
        "optimizer.encoder.v [97]", "optimizer.decoder.v [30]",
      ])
    #expect(try names(trained, .weights).contains { $0.hasPrefix("optimizer") } == false)
  }

  @Test(arguments: [
    Optimizer.Rule.sgd(), .sgd(momentum: 0.9), .rmsProp(rho: 0.9, epsilon: 1e-6), .adam(beta1: 0.5),
    .adamW(decay: 0.02),
  ])
  func `An optimizer is restored with its state`(_ rule: Optimizer.Rule) throws {
    let data = try dataset(uniforms(60, seed: 1), width: 6)
    let model = try vae()
    let fit = FitOptions(rule: rule, epochCount: 2, batchRows: 4)
    try Trainer.fit(model, to: data, fit)
    let loaded = try VAE(bytes: model.bytes())
    #expect(loaded.encoder.optimizer?.rule == rule)
    try Trainer.fit(model, to: data, fit)
    try Trainer.fit(loaded, to: data, fit)
    #expect(try loaded.bytes() == model.bytes())
  }

  // MARK: - Files that lie

  /// The status of loading `bytes` with `from` in the header replaced, in as many bytes, by `to`.
  private func status<Model: Checkpointable>(
    _ bytes: [UInt8], _ from: String, _ to: String, _: Model.Type
  ) -> GenerativeError.Status? {
    let end = 8 + bytes.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    let header = String(decoding: bytes[8..<end], as: UTF8.self)
    guard let range = header.range(of: from) else {
      Issue.record("\(from) is not in the header")
      return nil
    }
    var changed = header.replacingCharacters(in: range, with: to)
    while changed.utf8.count % 8 != 0 { changed += " " }
    let count = changed.utf8.count
    let prefix = (0..<8).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) }
    return failure { _ = try Model(bytes: prefix + Array(changed.utf8) + bytes[end...]) }?.status
  }

  @Test func `Another kind is a mismatch`() throws {
    #expect(failure { _ = try GAN(bytes: vae().bytes()) }?.status == .mismatch)
    #expect(failure { _ = try VAE(bytes: autoencoder().bytes()) }?.status == .mismatch)
    #expect(failure { _ = try Autoencoder(bytes: gan().bytes()) }?.status == .mismatch)
  }

  @Test(arguments: [
    ("option.latent_size\":\"4", "option.latent_size\":\"0"),
    ("option.latent_size\":\"4", "option.latent_size\":\"65537"),
    ("option.latent_size\":\"4", "option.latent_size\":\"four"),
    ("option.latent_size\":\"4", "option.latent_sizes\":\"4"),
    ("option.height\":\"2", "option.height\":\"-2"),
    ("option.hidden\":\"7,5", "option.hidden\":\"7,0"),
    ("option.hidden\":\"7,5", "option.hidden\":\"mirrored"),
    ("option.hidden\":\"7,5", "option.hidden\":\"1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1"),
    ("option.activation\":\"elu", "option.activation\":\"gelu"),
    ("option.loss\":\"log_squared_error", "option.loss\":\"hinge"),
    ("option.corruption_amount\":\"0.125", "option.corruption_amount\":\"nan"),
    ("option.corruption\":\"salt_and_pepper", "option.corruption\":\"acid"),
    ("option.dropout\":\"0.1", "option.dropout\":\"1.0"),
    ("option.bias\":\"false", "option.bias\":\"maybe"),
    ("option.steps\":\"0", "option.steps\":\"-1"),
    ("option.optimizer\":\"none", "option.optimizer\":\"lion"),
    ("option.initializer\":\"glorot", "option.initializer\":\"magic"),
    ("option.seed\":\"18446744073709551615", "option.seed\":\"18446744073709551616"),
  ])
  func `An option out of its range is refused`(_ from: String, _ to: String) throws {
    #expect(status(try autoencoder().bytes(), from, to, Autoencoder.self) == .format)
  }

  @Test(arguments: [
    ("encoder.0.weight", "encoder.9.weight"), ("[7,6]", "[6,7]"),
    ("option.latent_size\":\"4", "option.latent_size\":\"3"),
    ("option.hidden\":\"7,5", "option.hidden\":\"7,6"),
    ("option.bias\":\"false", "option.bias\":\"true"),
  ])
  func `Tensors that do not fit the options are a mismatch`(_ from: String, _ to: String) throws {
    #expect(status(try autoencoder().bytes(), from, to, Autoencoder.self) == .mismatch)
  }

  @Test func `Another architecture, other classes and other channels are a mismatch`() throws {
    let shape = Shape(height: 8, width: 8, channels: 1)
    let dense = try VAE(VAE.Options(shape: shape)).bytes()
    let (name, other) = ("option.architecture\":\"dense", "option.architecture\":\"convolutional")
    #expect(status(dense, name, other, VAE.self) == .mismatch)
    var options = GAN.Options(shape: shape, architecture: .convolutional)
    (options.convolution.baseChannels, options.classCount) = (4, 3)
    let gan = try GAN(options).bytes()
    #expect(status(gan, other, name, GAN.self) == .mismatch)
    #expect(status(gan, "option.n_classes\":\"3", "option.n_classes\":\"2", GAN.self) == .mismatch)
    #expect(status(gan, "option.n_classes\":\"3", "option.n_classes\":\"0", GAN.self) == .mismatch)
    #expect(
      status(gan, "option.base_channels\":\"4", "option.base_channels\":\"3", GAN.self) == .mismatch)
    #expect(status(gan, "option.n_classes\":\"3", "option.n_classes\":\"4097", GAN.self) == .format)
  }

  @Test func `Options cost no more memory than the file's tensors`() throws {
    // 65,536 × 65,536 weights would be 16 GiB.
    let bytes = try autoencoder().bytes()
    let status = status(bytes, "option.hidden\":\"7,5", "option.hidden\":\"65536,65536", Autoencoder.self)
    #expect(status == .mismatch)
  }

  @Test func `An optimizer's options are checked`() throws {
    let model = try autoencoder()
    let data = try dataset(uniforms(24, seed: 1), width: 6)
    try Trainer.fit(model, to: data, FitOptions(rule: .adamW(), epochCount: 1))
    let bytes = try model.bytes()
    for (from, to) in [
      ("option.beta1\":\"0.9", "option.beta1\":\"1.0"), ("option.beta2\":\"0.999", "option.beta2\":\"-1"),
      ("option.epsilon\":\"1e-08", "option.epsilon\":\"0"),
      ("option.weight_decay\":\"0.01", "option.weight_decay\":\"inf"),
      ("option.optimizer_start\":\"0", "option.optimizer_start\":\"2"),
    ] { #expect(status(bytes, from, to, Autoencoder.self) == .format, "\(to)") }
    #expect(
      status(bytes, "optimizer.encoder.v\"", "optimizer.encoder.w\"", Autoencoder.self) == .mismatch)
  }
}
