import Models
import Networks
import Tensors
import Testing
import TestSupport
import Training

/// Whole training steps beside PyTorch's from the same weights, rows and noise.
@Suite struct TorchParityTests {
  private static let rowCount = 5
  private static let width = 12
  private static let rule = Optimizer.Rule.adam(beta1: 0.5, beta2: 0.999, epsilon: 1e-8)
  private static let fit = FitOptions(rule: rule, learningRate: 1e-2, batchRows: rowCount)

  private static func vaeOptions(_ name: String) -> VAE.Options {
    var options = VAE.Options(shape: Shape(height: 2, width: 3, channels: 2))
    options.latentSize = 3
    options.hidden = [8]
    options.decoderHidden = [7]
    options.activation = .tanh
    switch name {
    case "weighted": (options.reconstructionWeight, options.beta) = (0.7, 2.5)
    case "fixed": options.likelihood = .gaussian(variance: 0.3)
    case "learned":
      (options.likelihood, options.learnedVariance) = (.gaussian(variance: nil), .gradient)
      (options.reconstructionWeight, options.beta) = (1.3, 0.5)
    default: break
    }
    return options
  }

  @Test(arguments: ["bernoulli", "weighted", "fixed", "learned"])
  func `Three steps of a VAE are PyTorch's`(_ name: String) throws {
    let golden = try Golden("models")
    let options = Self.vaeOptions(name)
    let vae = try VAE(options)
    vae.encoder.weights.parameters.assign(try golden("\(name).encoder"))
    vae.decoder.weights.parameters.assign(try golden("\(name).decoder"))
    let step = try VAEStep(vae, Self.fit)
    for number in 0..<3 {
      let key = "\(name).\(number)"
      var x = try golden("\(key).x")
      step.noise.assign(try golden("\(key).noise"))
      let figures = try step.descend(&x, rows: Self.rowCount, at: .step(number + 1))
      let reconstruction = Double(try golden("\(key).reconstruction")[0])
      let divergence = Double(try golden("\(key).kl")[0])
      #expect(abs(figures[.reconstruction] - reconstruction) < 1e-4)
      #expect(abs(figures[.kl] - divergence) < 1e-4)
      let loss = Double(options.reconstructionWeight) * reconstruction + Double(options.beta) * divergence
      #expect(abs(figures[.loss] - loss) < 2e-4)
      #expect(largestError(try #require(vae.encoder.gradient).array, try golden("\(key).dEncoder")) < 1e-4)
      #expect(largestError(try #require(vae.decoder.gradient).array, try golden("\(key).dDecoder")) < 1e-4)
      #expect(largestError(vae.encoder.weights.parameters.array, try golden("\(key).encoder")) < 1e-4)
      #expect(largestError(vae.decoder.weights.parameters.array, try golden("\(key).decoder")) < 1e-4)
    }
  }

  @Test(arguments: ["importance", "weightedImportance"])
  func `Three steps of an importance-weighted VAE are PyTorch's`(_ name: String) throws {
    let golden = try Golden("variants")
    var options = Self.vaeOptions(name == "importance" ? "bernoulli" : "learned")
    options.importanceSamples = name == "importance" ? 5 : 3
    let vae = try VAE(options)
    vae.encoder.weights.parameters.assign(try golden("\(name).encoder"))
    vae.decoder.weights.parameters.assign(try golden("\(name).decoder"))
    let step = try VAEStep(vae, Self.fit)
    for number in 0..<3 {
      let key = "\(name).\(number)"
      var x = try golden("\(key).x")
      step.noise.assign(try golden("\(key).noise"))
      let figures = try step.descend(&x, rows: Self.rowCount, at: .step(number + 1))
      for (figure, name) in [(Figures.Name.loss, "loss"), (.reconstruction, "reconstruction"), (.kl, "kl")] {
        #expect(abs(figures[figure] - Double(try golden("\(key).\(name)")[0])) < 1e-4, "\(key).\(name)")
      }
      try expectAlike(vae.encoder, vae.decoder, golden, key)
    }
  }

  @Test(arguments: ["contractive", "tied", "deep", "deepTied"])
  func `Three steps of a sparse, contractive autoencoder are PyTorch's`(_ name: String) throws {
    let golden = try Golden("variants")
    var options = Autoencoder.Options(shape: Shape(features: Self.width))
    (options.latentSize, options.hidden) = (4, name.hasPrefix("deep") ? [7] : [])
    (options.activation, options.latentActivation) = (.sigmoid, .sigmoid)
    options.isTied = name.lowercased().hasSuffix("tied")
    options.contraction = 0.5
    options.sparsity =
      name == "tied" || name == "deep"
      ? .divergence(weight: 0.7, target: 0.1) : .absolute(weight: 0.3)
    let model = try Autoencoder(options)
    model.encoder.weights.parameters.assign(try golden("\(name).encoder"))
    model.decoder.weights.parameters.assign(try golden("\(name).decoder"))
    let rows = try dataset([Float](repeating: 0, count: Self.width), width: Self.width)
    let step = try model.prepare(Self.fit, rows)
    for number in 0..<3 {
      let key = "\(name).\(number)"
      var x = try golden("\(key).x")
      let figures = try step.learn(&x, rows: Self.rowCount, at: .step(number + 1))
      for (figure, name) in [(Figures.Name.loss, "loss"), (.reconstruction, "reconstruction")] {
        #expect(abs(figures[figure] - Double(try golden("\(key).\(name)")[0])) < 1e-4, "\(key).\(name)")
      }
      try expectAlike(model.encoder, model.decoder, golden, key)
    }
  }

  /// Gradients of the last step and weights after it.
  private func expectAlike(
    _ encoder: Learner, _ decoder: Learner, _ golden: Golden, _ key: String
  ) throws {
    #expect(largestError(try #require(encoder.gradient).array, try golden("\(key).dEncoder")) < 1e-4)
    #expect(largestError(try #require(decoder.gradient).array, try golden("\(key).dDecoder")) < 1e-4)
    #expect(largestError(encoder.weights.parameters.array, try golden("\(key).encoder")) < 1e-4)
    #expect(largestError(decoder.weights.parameters.array, try golden("\(key).decoder")) < 1e-4)
  }

  @Test(arguments: ["nonSaturating", "minimax"])
  func `Three steps of the game are PyTorch's`(_ name: String) throws {
    let golden = try Golden("models")
    var options = GAN.Options(shape: Shape(features: Self.width))
    options.latentSize = 3
    options.generatorHidden = [7]
    options.discriminatorHidden = [9]
    options.normalizesGenerator = false
    if name == "minimax" { (options.objective, options.labelSmoothing) = (.minimax, 0.1) }
    let gan = try GAN(options)
    gan.generator.weights.parameters.assign(try golden("\(name).generator"))
    gan.discriminator.weights.parameters.assign(try golden("\(name).discriminator"))
    let step = try GANStep(gan, Self.fit)
    for number in 0..<3 {
      let key = "\(name).\(number)"
      var x = try golden("\(key).x")
      let latents = try golden("\(key).z")
      let figures = try step.play(&x, rows: Self.rowCount, at: .step(number + 1)) { z, _ in
        for (i, value) in latents.enumerated() { z[i] = value }
      }
      let wanted: [(Figures.Name, String)] = [
        (.discriminatorLoss, "discriminatorLoss"), (.generatorLoss, "generatorLoss"),
        (.realScore, "realScore"), (.fakeScore, "fakeScore"),
      ]
      for (figure, name) in wanted {
        #expect(abs(figures[figure] - Double(try golden("\(key).\(name)")[0])) < 1e-4, "\(key).\(name)")
      }
      #expect(largestError(gan.generator.weights.parameters.array, try golden("\(key).generator")) < 1e-4)
      #expect(
        largestError(gan.discriminator.weights.parameters.array, try golden("\(key).discriminator")) < 1e-4)
    }
  }
}
