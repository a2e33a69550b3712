import Tensors

extension PCA.Solution {
  /// latents ← V·(x − μ) for every row, divided by the deviations when whitening; a component
  /// without variance then gives zero.
  ///
  /// - Parameters:
  ///   - rows: n × d. A NaN or an infinity gives such latents for its row.
  ///   - latents: n × k.
  /// - Throws: `.mismatch` when a shape is another.
  package func transform(_ rows: Matrix, into latents: Matrix, in context: Context) throws(GenerativeError) {
    try check(rows: rows, latents: latents)
    let p = Matrix(projection.base, rows: componentCount, columns: columnCount)
    context.multiply(rows, p.transposed, into: latents, bias: projectionBias.base)
  }

  /// rows ← Vᵀ·y + μ for every latent y, multiplied by the deviations when whitening.
  ///
  /// - Throws: `.mismatch` when a shape is not n × k and n × d.
  package func inverseTransform(
    _ latents: Matrix, into rows: Matrix, in context: Context
  ) throws(GenerativeError) {
    try check(rows: rows, latents: latents)
    let v = Matrix(expansion.base, rows: componentCount, columns: columnCount)
    context.multiply(latents, v, into: rows, bias: mean.base)
  }

  /// reconstructions ← the nearest points of the components' subspace: μ + Vᵀ·V·(x − μ).
  ///
  /// - Throws: `.mismatch` when a shape is not n × d; `.memory`.
  package func reconstruct(
    _ rows: Matrix, into reconstructions: Matrix, in context: Context
  ) throws(GenerativeError) {
    let block = max(1, min(rows.rowCount, 1024))
    let latents = try Buffer<Float>(count: block * componentCount, in: context.memory)
    guard rows.rowCount == reconstructions.rowCount else {
      throw GenerativeError(
        .mismatch, "n_rows must be \(rows.rowCount), not \(reconstructions.rowCount)")
    }
    for first in stride(from: 0, to: rows.rowCount, by: block) {
      let count = min(block, rows.rowCount - first)
      let y = Matrix(latents.base, rows: count, columns: componentCount)
      try transform(rows.rows(first, count), into: y, in: context)
      try inverseTransform(y, into: reconstructions.rows(first, count), in: context)
    }
  }

  private func check(rows: Matrix, latents: Matrix) throws(GenerativeError) {
    guard rows.columnCount == columnCount else {
      throw GenerativeError(.mismatch, "n_features must be \(columnCount), not \(rows.columnCount)")
    }
    guard latents.columnCount == componentCount else {
      throw GenerativeError(.mismatch, "n_components must be \(componentCount), not \(latents.columnCount)")
    }
    guard rows.rowCount == latents.rowCount else {
      throw GenerativeError(.mismatch, "n_rows must be \(rows.rowCount), not \(latents.rowCount)")
    }
  }
}
