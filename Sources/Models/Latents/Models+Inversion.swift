import Datasets
import Networks
import Tensors
import Training

extension VAE {
  /// The latents whose decoded means are nearest to given rows, by gradient descent: see `Inversion`.
  ///
  /// - Parameters:
  ///   - x: rows × shape.
  ///   - start: the first start, rows × latent; nil: the encoder's means.
  ///   - latents: gets rows × latent; nil when not wanted.
  ///   - error: gets the squared error of each row, prepared where rows are, summed over its floats; nil when not wanted.
  ///   - labels: of a conditional model, one per row and each one of its classes.
  /// - Throws: `.cancelled`, `.nonfinite`, `.memory`; `.state` when a conditional model gets no labels or
  ///   another gets some; outputs are then as they were.
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
      if let start {
        means.update(from: start, count: rows * self.options.latentSize)
      } else {
        try self.encode(x, rows: rows, given: labels, mean: means, logVariance: nil)
      }
    }
  }

  /// What `invert` runs on `rows` rows.
  package func inversion(
    rows: Int, given labels: UnsafePointer<Int32>? = nil, _ options: Inversion.Options
  ) throws(GenerativeError) -> Inversion {
    try Labels.check(labels, classCount: classCount)
    return try Inversion(
      decoder.network, decoder.weights, self.options.likelihood == .bernoulli ? .sigmoid : .asIs,
      .normal, rows: rows, given: labels, latentSize: self.options.latentSize, options, context: context)
  }
}

extension GAN {
  /// The latents whose generated rows are nearest to given ones, by gradient descent: see `Inversion`.
  ///
  /// The arguments are a VAE's, but for the first start, which is by default the middle of the
  /// latents, 0. Uniform latents stay in [−1, 1].
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

  /// What `invert` runs on `rows` rows.
  package func inversion(
    rows: Int, given labels: UnsafePointer<Int32>? = nil, by which: Generator = .average,
    _ options: Inversion.Options
  ) throws(GenerativeError) -> Inversion {
    try Labels.check(labels, classCount: classCount)
    let weights = which == .average ? average?.weights ?? generator.weights : generator.weights
    return try Inversion(
      generator.network, weights, self.options.outputActivation == .tanh ? .halved : .asIs,
      self.options.latent == .normal ? .normal : .uniform, rows: rows, given: labels,
      latentSize: self.options.latentSize, options, context: context)
  }
}

/// One inversion, its results copied out at the end; `fill` writes the first start over zeros.
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
