import Networks
import Tensors
import Training

extension PCA: Calibrated {
  package func sizes() throws(GenerativeError) -> (row: Int, latent: Int) {
    let solution = try solution()
    return (solution.columnCount, solution.componentCount)
  }

  package func latents(
    of x: UnsafePointer<Float>, rows: Int, first: Int, seed: UInt64, into z: UnsafeMutablePointer<Float>
  ) throws(GenerativeError) {
    let solution = try solution()
    try solution.transform(
      Matrix(reading: x, rows: rows, columns: solution.columnCount),
      into: Matrix(z, rows: rows, columns: solution.componentCount), in: context)
  }

  package func rows(
    of z: UnsafePointer<Float>, count: Int, into x: UnsafeMutablePointer<Float>
  ) throws(GenerativeError) {
    let solution = try solution()
    try solution.inverseTransform(
      Matrix(reading: z, rows: count, columns: solution.componentCount),
      into: Matrix(x, rows: count, columns: solution.columnCount), in: context)
  }

  /// The squared distance to the components' subspace.
  package func scores(
    of x: UnsafePointer<Float>, rows: Int, into scores: UnsafeMutablePointer<Double>
  ) throws(GenerativeError) {
    let solution = try solution()
    let width = solution.columnCount
    try squaredErrors(x, rows: rows, of: width, into: scores, in: context) { y throws(GenerativeError) in
      try solution.reconstruct(
        Matrix(reading: x, rows: rows, columns: width), into: Matrix(y, rows: rows, columns: width),
        in: context)
    }
  }
}

extension Autoencoder: Calibrated {
  package func sizes() -> (row: Int, latent: Int) { (options.shape.count, options.latentSize) }

  package func latents(
    of x: UnsafePointer<Float>, rows: Int, first: Int, seed: UInt64, into z: UnsafeMutablePointer<Float>
  ) throws(GenerativeError) {
    try encode(x, rows: rows, into: z)
  }

  package func rows(
    of z: UnsafePointer<Float>, count: Int, into x: UnsafeMutablePointer<Float>
  ) throws(GenerativeError) {
    try decode(z, rows: count, into: x)
  }

  /// The squared error of the reconstruction.
  package func scores(
    of x: UnsafePointer<Float>, rows: Int, into scores: UnsafeMutablePointer<Double>
  ) throws(GenerativeError) {
    try squaredErrors(x, rows: rows, of: options.shape.count, into: scores, in: context) {
      y throws(GenerativeError) in try reconstruct(x, rows: rows, into: y)
    }
  }
}

extension VAE: Calibrated {
  package func sizes() throws(GenerativeError) -> (row: Int, latent: Int) {
    guard options.classCount == 0 else {
      throw GenerativeError(
        .unsupported, "a model with classes has no mixture and no threshold: it needs labels")
    }
    return (options.shape.count, options.latentSize)
  }

  /// One latent drawn from each row's Gaussian: together they are what the decoder has learned from.
  package func latents(
    of x: UnsafePointer<Float>, rows: Int, first: Int, seed: UInt64, into z: UnsafeMutablePointer<Float>
  ) throws(GenerativeError) {
    try encodeSample(x, rows: rows, first: first, seed: seed, into: z)
  }

  package func rows(
    of z: UnsafePointer<Float>, count: Int, into x: UnsafeMutablePointer<Float>
  ) throws(GenerativeError) {
    try decode(z, rows: count, into: x)
  }

  /// The negative of the bound, at the mean of each row's Gaussian, so that a row's score is its own.
  package func scores(
    of x: UnsafePointer<Float>, rows: Int, into scores: UnsafeMutablePointer<Double>
  ) throws(GenerativeError) {
    let divergences = try Buffer<Double>(count: rows, in: context.memory)
    try bound(x, rows: rows, samples: 0, seed: 0, reconstruction: scores, divergence: divergences.base)
    for i in 0..<rows { scores[i] += divergences.base[i] }
  }
}

/// errors ← ‖x − y‖² of each row, y being what `reconstruct` writes.
private func squaredErrors(
  _ x: UnsafePointer<Float>, rows: Int, of width: Int, into errors: UnsafeMutablePointer<Double>,
  in context: Context, _ reconstruct: (UnsafeMutablePointer<Float>) throws(GenerativeError) -> Void
) throws(GenerativeError) {
  let y = try Buffer<Float>(count: rows * width, in: context.memory)
  let losses = try Buffer<Float>(count: rows, in: context.memory)
  try reconstruct(y.base)
  ReconstructionLoss.squaredError.evaluate(
    Matrix(y.base, rows: rows, columns: width), targets: Matrix(reading: x, rows: rows, columns: width),
    losses: losses.base, context: context)
  for i in 0..<rows { errors[i] = Double(losses.base[i]) }
}
