import Datasets
import Glibc
import Models
import Networks
import Tensors
import Testing
import TestSupport
import Training

private let latentSize = 3
private let shape = Shape(features: 17)

/// An untrained VAE: smooth, so that finite differences say something.
private func vae(
  _ likelihood: VAE.Likelihood = .bernoulli, context: Context = .standard
) throws -> VAE {
  var options = VAE.Options(shape: shape)
  options.latentSize = latentSize
  options.hidden = [23]
  options.activation = .tanh
  options.likelihood = likelihood
  return try VAE(options, context: context)
}

private func gan(
  _ output: Activation, _ latent: GAN.LatentDistribution = .normal, context: Context = .standard
) throws -> GAN {
  var options = GAN.Options(shape: shape)
  options.latentSize = latentSize
  options.latent = latent
  options.outputActivation = output
  options.generatorHidden = [23, 11]
  options.generatorActivation = .silu
  options.discriminatorHidden = [5]
  let gan = try GAN(options, context: context)
  // Batch statistics away from 0 and 1, in the average's generator too.
  let weights = [gan.generator.weights, gan.average?.weights].compactMap { $0 }
  for weights in weights {
    for i in 0..<weights.statistics.count { weights.statistics[i] = 0.3 + 0.1 * Float(i % 5) }
  }
  return gan
}

private func normalBuffer(_ count: Int, seed: UInt64) throws -> Buffer<Float> {
  let buffer = try Buffer<Float>(count: count)
  Context.standard.fillNormal(buffer.base, count: count, from: Random(seed: seed, purpose: .test))
  return buffer
}

/// A dense network's output for one row, in Double: the layers' definitions once more.
private func output(of network: Network, _ weights: Weights, for row: [Double]) throws -> [Double] {
  var x = row
  var parameters = weights.parameters.elements.map(Double.init)[...]
  var statistics = weights.statistics.elements.map(Double.init)[...]
  for layer in network.layers {
    switch layer {
    case let layer as Dense:
      let products = (0..<layer.output.count).map { j in
        (0..<x.count).reduce(0) { $0 + x[$1] * parameters[parameters.startIndex + j * x.count + $1] }
      }
      parameters = parameters.dropFirst(x.count * products.count)
      x = zip(products, layer.hasBias ? Array(parameters) : products.map { _ in 0 }).map {
        apply(layer.activation, $0 + $1)
      }
      parameters = parameters.dropFirst(layer.hasBias ? x.count : 0)
    case let layer as BatchNormalization:
      let (scale, shift) = (Array(parameters), Array(parameters.dropFirst(x.count)))
      let (mean, variance) = (Array(statistics), Array(statistics.dropFirst(x.count)))
      x = x.indices.map {
        let normal = (x[$0] - mean[$0]) / (variance[$0] + Double(layer.epsilon)).squareRoot()
        return apply(layer.activation, scale[$0] * normal + shift[$0])
      }
      parameters = parameters.dropFirst(2 * x.count)
      statistics = statistics.dropFirst(2 * x.count)
    default:
      // A VAE's variance passes on what it gets.
      try #require(layer.parameters.map(\.count) == [1])
      parameters = parameters.dropFirst()
    }
  }
  #expect(parameters.isEmpty && statistics.isEmpty)
  return x
}

private func apply(_ activation: Activation, _ x: Double) -> Double {
  switch activation {
  case .identity: x
  case .relu: max(0, x)
  case .leakyReLU(let slope): x > 0 ? x : Double(slope) * x
  case .silu: x / (1 + exp(-x))
  case .elu: x > 0 ? x : exp(x) - 1
  case .tanh: tanh(x)
  case .softplus: max(x, 0) + log1p(exp(-abs(x)))
  case .sigmoid: 1 / (1 + exp(-x))
  }
}

/// Compares objective and gradient with those of `decode`, which works in Double throughout, so that
/// central differences are good to 1e-8 and what is left is Float's rounding.
private func check(
  _ inversion: Inversion, prior: Double, rows: Int, decode: ([Double]) throws -> [Double]
) throws {
  let z = try normalBuffer(rows * latentSize, seed: 3)
  let x = try noise(rows * shape.count, seed: 4, 0, 1)
  let objectives = try Buffer<Float>(count: rows)
  let gradient = try Buffer<Float>(count: rows * latentSize)
  inversion.evaluate(at: z.base, of: x.base, rows: rows, objectives: objectives, gradient: gradient)

  var (values, slopes): ([Float], [Float]) = ([], [])
  for row in 0..<rows {
    let target = x.elements[row * shape.count..<(row + 1) * shape.count].map(Double.init)
    func objective(_ latent: [Double]) throws -> Double {
      let errors = zip(try decode(latent), target).map { ($0 - $1) * ($0 - $1) }
      return errors.reduce(0, +) + prior * latent.reduce(0) { $0 + $1 * $1 } / 2
    }
    let latent = z.elements[row * latentSize..<(row + 1) * latentSize].map(Double.init)
    values.append(Float(try objective(latent)))
    let step = 1e-5
    for i in 0..<latentSize {
      var (above, below) = (latent, latent)
      above[i] += step
      below[i] -= step
      slopes.append(Float((try objective(above) - objective(below)) / (2 * step)))
    }
  }
  #expect(largestError(Array(objectives.elements), values) < 1e-5)
  #expect(largestError(Array(gradient.elements), slopes) < 2e-5)
  #expect(slopes.contains { abs($0) > 0.05 })
}

@Suite struct `Latent inversion` {
  @Test func `The objective's gradient agrees with finite differences`() throws {
    var options = Inversion.Options()
    options.priorWeight = 0.7
    for likelihood in [VAE.Likelihood.bernoulli, .gaussian(variance: nil)] {
      let model = try vae(likelihood)
      let decoder = model.decoder
      try check(try model.inversion(rows: 5, options), prior: 0.7, rows: 5) {
        let y = try output(of: decoder.network, decoder.weights, for: $0)
        return likelihood == .bernoulli ? y.map { apply(.sigmoid, $0) } : y
      }
    }
    options.priorWeight = 0
    for activation in [Activation.tanh, .sigmoid, .identity] {
      let model = try gan(activation)
      let weights = try #require(model.average).weights
      try check(try model.inversion(rows: 5, options), prior: 0, rows: 5) {
        let y = try output(of: model.generator.network, weights, for: $0)
        return activation == .tanh ? y.map { 0.5 * $0 + 0.5 } : y
      }
    }
  }

  @Test func `Rows that the model generated are inverted`() throws {
    let rows = 7
    let truth = try normalBuffer(rows * latentSize, seed: 8)
    let x = try Buffer<Float>(count: rows * shape.count)
    let z = try Buffer<Float>(count: rows * latentSize)
    let error = try Buffer<Float>(count: rows)
    var options = Inversion.Options()
    options.stepCount = 400
    options.startCount = 12
    options.learningRate = 0.1

    let generator = try gan(.tanh)
    try generator.generate(truth.base, rows: rows, into: x.base)
    try generator.invert(x.base, rows: rows, options, latents: z.base, error: error.base)
    #expect(error.elements.allSatisfy { $0 < 1e-4 })
    // The reported error is that of the reported latents.
    let y = try Buffer<Float>(count: rows * shape.count)
    try generator.generate(z.base, rows: rows, into: y.base)
    for row in 0..<rows {
      let found = (0..<shape.count).reduce(0.0) {
        $0 + pow(Double(y[row * shape.count + $1]) - Double(x[row * shape.count + $1]), 2)
      }
      #expect(abs(found - Double(error[row])) < 1e-6)
    }

    let decoder = try vae()
    try decoder.decode(truth.base, rows: rows, into: x.base)
    try decoder.invert(x.base, rows: rows, options, latents: z.base, error: error.base)
    #expect(error.elements.allSatisfy { $0 < 1e-4 })
    #expect(largestError(Array(z.elements), Array(truth.elements)) < 0.05)
  }

  @Test func `A row's inversion is the same in any batch and for any number of threads`() throws {
    // More than a block of rows.
    let rows = Inference.blockRows + 13
    let x = try noise(rows * shape.count, seed: 6, 0, 1)
    var options = Inversion.Options()
    options.stepCount = 9
    options.startCount = 2
    options.seed = 4
    func found(_ count: Int, threads: Int) throws -> [Float] {
      let model = try gan(.sigmoid, context: Context(threadCount: threads))
      let z = try Buffer<Float>(count: count * latentSize)
      try model.invert(x.base, rows: count, options, latents: z.base, error: nil)
      return Array(z.elements)
    }
    let all = try found(rows, threads: 2)
    #expect(Array(all.prefix(latentSize)) == (try found(1, threads: 2)))
    #expect(Array(all.prefix(6 * latentSize)) == (try found(6, threads: 1)))
    #expect(all == (try found(rows, threads: 1)))
  }

  @Test func `More starts are never worse, and a prior shortens latents`() throws {
    let rows = 6
    let model = try gan(.sigmoid)
    let x = try noise(rows * shape.count, seed: 6, 0, 1)
    func run(_ starts: Int, _ prior: Float) throws -> (error: [Float], size: Float) {
      var options = Inversion.Options()
      options.stepCount = 50
      options.startCount = starts
      options.priorWeight = prior
      let z = try Buffer<Float>(count: rows * latentSize)
      let error = try Buffer<Float>(count: rows)
      try model.invert(x.base, rows: rows, options, latents: z.base, error: error.base)
      return (Array(error.elements), z.elements.reduce(0) { $0 + $1 * $1 })
    }
    let (once, often) = (try run(1, 0), try run(5, 0))
    #expect(zip(once.error, often.error).allSatisfy { $0 >= $1 })
    #expect(once.error != often.error)
    #expect(try run(1, 3).size < 0.5 * once.size)
  }

  @Test func `Uniform latents stay in their box`() throws {
    let model = try gan(.sigmoid, .uniform)
    let x = try noise(4 * shape.count, seed: 6, 0, 1)
    let z = try Buffer<Float>(count: 4 * latentSize)
    var options = Inversion.Options()
    options.learningRate = 1
    options.stepCount = 30
    options.startCount = 2
    try model.invert(x.base, rows: 4, options, latents: z.base, error: nil)
    #expect(z.elements.allSatisfy { abs($0) <= 1 })
  }

  @Test func `An observer can stop an inversion at once or after a start`() throws {
    let model = try vae()
    let x = try noise(2 * shape.count, seed: 6, 0, 1)
    let error = try Buffer<Float>(count: 2)
    error.elements.update(repeating: -1)
    var options = Inversion.Options()
    options.stepCount = 3
    options.startCount = 5
    options.observer.isCancelled = { true }
    #expect(throws: GenerativeError(.cancelled, "the inversion was stopped")) {
      try model.invert(x.base, rows: 2, options, latents: nil, error: error.base)
    }
    #expect(error[0] == -1)

    options.observer = Observer()
    nonisolated(unsafe) var starts: [Int] = []
    options.observer.tell = { event in
      if event.kind == .epoch { starts.append(event.epoch) }
      return event.epoch == 2 ? .stopAfterEpoch : .goOn
    }
    try model.invert(x.base, rows: 2, options, latents: nil, error: error.base)
    #expect(starts.prefix(1) == [1] && (starts.last ?? 0) <= 2 && error[0] >= 0)
  }
}
