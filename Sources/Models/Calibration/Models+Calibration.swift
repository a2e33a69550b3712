import Networks
import Statistics
import Tensors
import Training

extension PCA: Calibrated {
  package var classCount: Int { 0 }

  package func sizes() throws(GenerativeError) -> (row: Int, latent: Int) {
    let solution = try solution()
    return (solution.columnCount, solution.componentCount)
  }

  package func latents(
    of rows: RowBatch, given labels: UnsafePointer<Int32>?, first: Int, seed: UInt64,
    into z: UnsafeMutablePointer<Float>
  ) throws(GenerativeError) {
    let solution = try solution()
    try solution.transform(
      rows, into: .floats(Matrix(z, rows: rows.rowCount, columns: solution.componentCount)), in: context)
  }

  package func rows(
    of z: UnsafePointer<Float>, given labels: UnsafePointer<Int32>?, count: Int,
    into x: UnsafeMutablePointer<Float>
  ) throws(GenerativeError) {
    let solution = try solution()
    try solution.inverseTransform(
      .floats(Matrix(reading: z, rows: count, columns: solution.componentCount)),
      into: .floats(Matrix(x, rows: count, columns: solution.columnCount)), in: context)
  }

  /// The squared distance from the subspace of the components.
  package func scores(
    of rows: RowBatch, given labels: UnsafePointer<Int32>?, into scores: UnsafeMutablePointer<Double>
  ) throws(GenerativeError) {
    try solution().squaredDistances(of: rows, into: scores, in: context)
  }
}

extension Autoencoder: Calibrated {
  package func sizes() -> (row: Int, latent: Int) { (options.shape.count, options.latentSize) }

  package func latents(
    of rows: RowBatch, given labels: UnsafePointer<Int32>?, first: Int, seed: UInt64,
    into z: UnsafeMutablePointer<Float>
  ) throws(GenerativeError) {
    try rows.asFloats(of: options.shape.count, in: context) { x throws(GenerativeError) in
      try encode(x, rows: rows.rowCount, into: z)
    }
  }

  package func rows(
    of z: UnsafePointer<Float>, given labels: UnsafePointer<Int32>?, count: Int,
    into x: UnsafeMutablePointer<Float>
  ) throws(GenerativeError) {
    try decode(z, rows: count, into: x)
  }

  /// The squared error of the reconstruction, computed on prepared rows if rows are prepared.
  package func scores(
    of rows: RowBatch, given labels: UnsafePointer<Int32>?, into scores: UnsafeMutablePointer<Double>
  ) throws(GenerativeError) {
    let (width, n) = (options.shape.count, rows.rowCount)
    try rows.asFloats(of: width, in: context) { x throws(GenerativeError) in
      let y = try Buffer<Float>(count: n * width, in: context.memory)
      let losses = try Buffer<Float>(count: n, in: context.memory)
      try withPrepared(x, rows: n) { x throws(GenerativeError) in
        try reconstructPrepared(x, rows: n, into: y.base)
        ReconstructionLoss.squaredError.evaluate(
          Matrix(y.base, rows: n, columns: width), targets: Matrix(reading: x, rows: n, columns: width),
          losses: losses.base, context: context)
      }
      for i in 0..<n { scores[i] = Double(losses.base[i]) }
    }
  }
}

extension VAE: Calibrated {
  package func sizes() -> (row: Int, latent: Int) { (options.shape.count, options.latentSize) }

  /// One latent drawn from each row's Gaussian, because the decoder was trained on such latents.
  package func latents(
    of rows: RowBatch, given labels: UnsafePointer<Int32>?, first: Int, seed: UInt64,
    into z: UnsafeMutablePointer<Float>
  ) throws(GenerativeError) {
    try rows.asFloats(of: options.shape.count, in: context) { x throws(GenerativeError) in
      try encodeSample(x, rows: rows.rowCount, first: first, seed: seed, given: labels, into: z)
    }
  }

  package func rows(
    of z: UnsafePointer<Float>, given labels: UnsafePointer<Int32>?, count: Int,
    into x: UnsafeMutablePointer<Float>
  ) throws(GenerativeError) {
    try decode(z, rows: count, given: labels, into: x)
  }

  /// The negative bound at the mean of each row's Gaussian, so that a score depends only on its row.
  package func scores(
    of rows: RowBatch, given labels: UnsafePointer<Int32>?, into scores: UnsafeMutablePointer<Double>
  ) throws(GenerativeError) {
    let n = rows.rowCount
    let divergences = try Buffer<Double>(count: n, in: context.memory)
    try rows.asFloats(of: options.shape.count, in: context) { x throws(GenerativeError) in
      try bound(
        x, rows: n, samples: 0, seed: 0, given: labels, reconstruction: scores, divergence: divergences.base)
      for i in 0..<n { scores[i] += divergences.base[i] }
      guard requiresUnitRange else { return }
      // Pixels outside [0, 1] have probability zero.
      let width = options.shape.count
      for i in 0..<n where !context.isUnit(x + i * width, count: width) { scores[i] = .infinity }
    }
  }
}
