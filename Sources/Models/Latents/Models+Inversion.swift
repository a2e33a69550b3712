import Datasets
import Networks
import Tensors
import Training

extension VAE {
  /// The latents whose decoded means are nearest to the given rows, by gradient descent; see `Inversion`.
  ///
  /// - Parameters:
  ///   - x: rows × shape.
  ///   - start: the first start, rows × latent; nil: the encoder's means.
  ///   - latents: receives rows × latent; nil if not needed.
  ///   - error: receives the squared error of each row, summed over its floats, which are prepared if rows
  ///     are; nil if not needed.
  ///   - labels: for a conditional model, one class per row.
  /// - Throws: `.cancelled`; `.nonfinite`; `.memory`; `.state` if a conditional model gets no labels, or
  ///   another model gets some. Outputs are then unchanged.
  package func invert(
    _ x: UnsafePointer<Float>, rows: Int, given labels: UnsafePointer<Int32>? = nil,
    from start: UnsafePointer<Float>? = nil,
    _ options: Inversion.Options, latents: UnsafeMutablePointer<Float>?,
    error: UnsafeMutablePointer<Float>?
  ) throws(GenerativeError) {
    try run(
      try inversion(rows: rows, given: labels, options), x, rows: rows, preparation,
      latentSize: self.options.latentSize, latents, error, context
    ) { (means) throws(GenerativeError) in
      if let start { return means.update(from: start, count: rows * self.options.latentSize) }
      guard let mask = options.mask else {
        return try self.encode(x, rows: rows, given: labels, mean: means, logVariance: nil)
      }
      let filled = try mask.filled(x, rows: rows, self.preparation?.means, self.context) {
        (x, y) throws(GenerativeError) in try self.reconstruct(x, rows: rows, given: labels, into: y)
      }
      try self.encode(filled.base, rows: rows, given: labels, mean: means, logVariance: nil)
    }
  }

  /// The inversion that `invert` runs on `rows` rows.
  package func inversion(
    rows: Int, given labels: UnsafePointer<Int32>? = nil, _ options: Inversion.Options
  ) throws(GenerativeError) -> Inversion {
    try Labels.check(labels, classCount: classCount)
    return try Inversion(
      decoder.network, decoder.weights, self.options.likelihood == .bernoulli ? .sigmoid : .asIs,
      .normal, rows: rows, given: labels, latentSize: self.options.latentSize, maskedWeight: 2 * meanVariance,
      options, context: context)
  }

  /// σ² of a value, which is prepared if rows are: |x − y|²/2σ² + |z|²/2 is smallest at the most likely
  /// latent. The variance y·(1 − y) of a probability differs between pixels; see `Inversion.usualWeight`.
  private var meanVariance: Float {
    switch options.likelihood {
    case .bernoulli: return Inversion.usualWeight / 2
    case .gaussian(let variance?): return variance
    case .gaussian(nil):
      var sum: Float = 0
      for index in 0..<varianceCount { sum += variance(index) }
      return sum / Float(max(varianceCount, 1))
    }
  }
}

extension Autoencoder {
  /// The latents whose decoded rows are nearest to the given ones, by gradient descent; see `Inversion`.
  ///
  /// The arguments are those of a VAE. There is a single start, by default the encoder's output, because the
  /// latents have no distribution from which others could be drawn.
  package func invert(
    _ x: UnsafePointer<Float>, rows: Int, from start: UnsafePointer<Float>? = nil,
    _ options: Inversion.Options, latents: UnsafeMutablePointer<Float>?, error: UnsafeMutablePointer<Float>?
  ) throws(GenerativeError) {
    try requireLatents()
    guard options.startCount == 1 else {
      throw GenerativeError(
        .argument,
        "n_starts must be 1 for an autoencoder, whose latents have no distribution, not \(options.startCount)"
      )
    }
    let inversion = try Inversion(
      decoder.network, decoder.weights, self.options.loss == .crossEntropy ? .sigmoid : .asIs, .normal,
      rows: rows, given: nil, latentSize: self.options.latentSize, options, context: context)
    try run(
      inversion, x, rows: rows, preparation, latentSize: self.options.latentSize, latents, error, context
    ) { (first) throws(GenerativeError) in
      if let start { return first.update(from: start, count: rows * self.options.latentSize) }
      guard let mask = options.mask else { return try self.encode(x, rows: rows, into: first) }
      let filled = try mask.filled(x, rows: rows, self.preparation?.means, self.context) {
        (x, y) throws(GenerativeError) in try self.reconstruct(x, rows: rows, into: y)
      }
      try self.encode(filled.base, rows: rows, into: first)
    }
  }
}

extension GAN {
  /// The latents whose generated rows are nearest to the given ones, by gradient descent; see `Inversion`.
  ///
  /// The arguments are those of a VAE, except that the first start is the center of the latents, 0, by
  /// default. Uniform latents stay in [−1, 1].
  package func invert(
    _ x: UnsafePointer<Float>, rows: Int, given labels: UnsafePointer<Int32>? = nil,
    by which: Generator = .average, from start: UnsafePointer<Float>? = nil, _ options: Inversion.Options,
    latents: UnsafeMutablePointer<Float>?, error: UnsafeMutablePointer<Float>?
  ) throws(GenerativeError) {
    try run(
      try inversion(rows: rows, given: labels, by: which, options), x, rows: rows, preparation,
      latentSize: self.options.latentSize, latents, error, context
    ) { (zeros) throws(GenerativeError) in
      if let start { zeros.update(from: start, count: rows * self.options.latentSize) }
    }
  }

  /// The inversion that `invert` runs on `rows` rows.
  package func inversion(
    rows: Int, given labels: UnsafePointer<Int32>? = nil, by which: Generator = .average,
    _ options: Inversion.Options
  ) throws(GenerativeError) -> Inversion {
    try Labels.check(labels, classCount: classCount)
    let weights = which == .average ? average?.weights ?? generator.weights : generator.weights
    return try Inversion(
      generator.network, weights, self.options.outputActivation == .tanh ? .halved : .asIs,
      self.options.latent == .normal ? .normal : .uniform, rows: rows, given: labels,
      latentSize: self.options.latentSize, maskedWeight: Inversion.usualWeight, options, context: context)
  }
}

/// Runs one inversion and copies its results out at the end. `fill` writes the first start over zeros.
private func run(
  _ inversion: Inversion, _ x: UnsafePointer<Float>, rows: Int, _ preparation: Preparation?, latentSize: Int,
  _ latents: UnsafeMutablePointer<Float>?, _ error: UnsafeMutablePointer<Float>?, _ context: Context,
  fill: (UnsafeMutablePointer<Float>) throws(GenerativeError) -> Void
) throws(GenerativeError) {
  guard rows > 0 else { return }
  let start = try Buffer<Float>(count: rows * latentSize, in: context.memory)
  let best = try Buffer<Float>(count: rows * latentSize, in: context.memory)
  let errors = try Buffer<Float>(count: rows, in: context.memory)
  try fill(start.base)
  try preparation.withRows(x, rows, in: context) { x throws(GenerativeError) in
    try inversion.run(x, rows: rows, from: start.base, best: best, error: errors)
  }
  latents?.update(from: best.base, count: best.count)
  error?.update(from: errors.base, count: rows)
}
