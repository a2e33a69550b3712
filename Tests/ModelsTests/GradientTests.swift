import Datasets
import Models
import Networks
import Tensors
import Testing
import Training

/// The gradients of whole losses beside central differences.
@Suite struct GradientTests {
  private static let rowCount = 3

  /// Largest |analytic − difference|, in units of the largest difference, over parameters of `learner`.
  ///
  /// - Parameter loss: at the weights as they are, with the noise of always the same step.
  private func error(
    _ learner: Learner, _ gradient: [Float], step: Float = 1e-2, loss: () throws -> Double
  ) rethrows -> Double {
    let parameters = learner.weights.parameters
    var worst = 0.0
    var scale = 1e-3
    for i in 0..<parameters.count {
      let value = parameters[i]
      parameters[i] = value + step
      let plus = try loss()
      parameters[i] = value - step
      let minus = try loss()
      parameters[i] = value
      let difference = (plus - minus) / (2 * Double(step))
      worst = max(worst, abs(Double(gradient[i]) - difference))
      scale = max(scale, abs(difference))
    }
    return worst / scale
  }

  @Test(
    arguments: [
      VAE.Likelihood.bernoulli, .gaussian(variance: 0.4), .gaussian(variance: nil),
    ], [1, 4])
  func `A VAE's gradient agrees with finite differences`(_ likelihood: VAE.Likelihood, _ samples: Int) throws
  {
    var options = VAE.Options(shape: Shape(features: 7))
    options.importanceSamples = samples
    options.latentSize = 2
    options.hidden = [5, 4]
    options.decoderHidden = [6]
    options.activation = .silu
    options.likelihood = likelihood
    options.learnedVariance = .gradient
    options.reconstructionWeight = 0.8
    options.beta = 1.7
    options.seed = 9
    let vae = try VAE(options)
    let step = try VAEStep(vae, FitOptions(batchRows: Self.rowCount))
    step.noise.assign(normals(samples * Self.rowCount * 2, seed: 3))
    var x = uniforms(Self.rowCount * 7, seed: 4)
    func loss() -> Double {
      step.differentiate(&x, rows: Self.rowCount, beta: 1.7, .inference, .inference)[.loss]
    }
    _ = loss()
    let gradients = [
      try #require(vae.encoder.gradient).array, try #require(vae.decoder.gradient).array,
    ]
    #expect(error(vae.encoder, gradients[0], loss: loss) < 3e-3)
    #expect(error(vae.decoder, gradients[1], loss: loss) < 3e-3)
  }

  @Test
  func `A convolutional, conditional VAE's weighted gradient agrees with finite differences`()
    throws
  {
    let shape = Shape(height: 4, width: 2, channels: 2)
    var options = VAE.Options(shape: shape, architecture: .convolutional)
    options.convolution = ConvolutionOptions(baseChannels: 2)
    options.convolution.depth = 1
    (options.latentSize, options.hidden, options.classCount) = (2, [], 2)
    (options.importanceSamples, options.seed) = (3, 4)
    let vae = try VAE(options)
    let step = try VAEStep(vae, FitOptions(batchRows: Self.rowCount))
    step.noise.assign(normals(3 * Self.rowCount * 2, seed: 3))
    let labels = try #require(step.labels)
    for i in 0..<Self.rowCount { labels[i] = Int32(i % 2) }
    var x = uniforms(Self.rowCount * shape.count, seed: 4)
    func loss() -> Double {
      step.differentiate(&x, rows: Self.rowCount, beta: 1, .inference, .inference)[.loss]
    }
    _ = loss()
    #expect((0..<3 * Self.rowCount).allSatisfy { labels[$0] == Int32($0 % Self.rowCount % 2) })
    let gradients = [
      try #require(vae.encoder.gradient).array, try #require(vae.decoder.gradient).array,
    ]
    // The error falls with the square of the step: of 1e-2 it is 1%.
    #expect(error(vae.encoder, gradients[0], step: 2e-3, loss: loss) < 3e-3)
    #expect(error(vae.decoder, gradients[1], step: 2e-3, loss: loss) < 3e-3)
  }

  /// What an autoencoder minimises beside its reconstruction.
  enum Variant: CaseIterable, Sendable {
    case plain, absolute, divergence, contractive, deeplyContractive, tied, everything

    func change(_ options: inout Autoencoder.Options) {
      let isAll = self == .everything
      if self == .absolute { options.sparsity = .absolute(weight: 0.3) }
      if self == .divergence || isAll {
        options.latentActivation = .sigmoid
        options.sparsity = .divergence(weight: 0.5, target: 0.05)
      }
      if self == .contractive || self == .deeplyContractive || isAll { options.contraction = 0.4 }
      if self == .contractive { options.hidden = [] }
      options.isTied = self == .tied || isAll
      // A mirrored decoder's first layer has other widths than the encoder's.
      if options.isTied { options.hidden = [5, 4] }
    }
  }

  @Test(arguments: [ReconstructionLoss.squaredError, .crossEntropy, .logSquaredError], Variant.allCases)
  func `An autoencoder's gradient agrees with finite differences`(
    _ kind: ReconstructionLoss, _ variant: Variant
  ) throws {
    var options = Autoencoder.Options(shape: Shape(features: 7))
    options.latentSize = 2
    options.hidden = [5]
    options.activation = .tanh
    options.latentActivation = .silu
    options.loss = kind
    options.seed = 12
    variant.change(&options)
    let autoencoder = try Autoencoder(options)
    let rows = uniforms(Self.rowCount * 7, seed: 6)
    let data = try dataset(rows, width: 7)
    let step = try autoencoder.prepare(
      FitOptions(rule: .sgd(), learningRate: 1, batchRows: Self.rowCount), data)
    func loss() -> Double {
      var x = rows
      return step.validate(&x, rows: Self.rowCount, at: .step(1))[.loss]
    }
    var x = rows
    let before = loss()
    // A rate of 0 leaves the weights, and the gradient stays to be looked at.
    let learned = try step.learn(&x, rows: Self.rowCount, at: .step(1, rate: 0))[.loss]
    #expect(abs(before - learned) < 1e-6)
    let gradients = [
      try #require(autoencoder.encoder.gradient).array, try #require(autoencoder.decoder.gradient).array,
    ]
    #expect(error(autoencoder.encoder, gradients[0], loss: loss) < 3e-3)
    #expect(error(autoencoder.decoder, gradients[1], loss: loss) < 3e-3)
  }
}
