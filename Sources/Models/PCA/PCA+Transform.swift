import LinearAlgebra
import Statistics
import Tensors

// Rows and latents may be of floats or doubles, each as it likes; the rule of precision is the rows': of
// doubles everything is computed in Double, of floats to what a float holds.
extension PCA.Solution {
  /// Rows taken at a time.
  func blockRows(_ rows: RowBatch) -> Int { max(1, min(rows.rowCount, 256)) }

  /// latents ← V·(x − μ) for every row, divided by the deviations when whitening; a component
  /// without variance then gives zero.
  ///
  /// - Parameters:
  ///   - rows: n × d. A NaN or an infinity gives such latents for its row.
  ///   - latents: n × k.
  /// - Throws: `.mismatch` when a shape is another; `.memory`.
  package func transform(
    _ rows: RowBatch, into latents: RowBatch, in context: Context
  ) throws(GenerativeError) {
    try check(rows: rows, latents: latents)
    try checkScale(of: rows, in: context)
    if let floats, case .floats(let x) = rows, case .floats(let y) = latents {
      let p = Matrix(floats.projection.base, rows: componentCount, columns: columnCount)
      return context.multiply(x, p.transposed, into: y, bias: floats.projectionBias.base)
    }
    let (n, k, d) = (rows.rowCount, componentCount, columnCount)
    let block = min(n, d <= 64 ? 256 : 48)
    let v = try PackedDoubles(matrix.transposed, in: context)
    let spaceCount = block * (d + k) + v.spaceCount(block)
    let space = try Buffer<Double>(uninitializedCount: context.threadCount * spaceCount, in: context.memory)
    // Blocks one by one, each of a worker's own.
    context.parallelSlots((n + max(block, 1) - 1) / max(block, 1), isSmall: n * d * (k + 4) < 400_000) {
      slot, index in
      let (first, count) = (index * block, min(block, n - index * block))
      let x = space.base + slot * spaceCount
      let y = x + block * d
      rows.centre(first, count, columns: 0..<d, of: d, about: mean.base, into: x)
      v.multiply(x, count, into: y, space: y + block * k)
      if whitens {
        for i in 0..<count {
          for p in 0..<k {
            let deviation = deviations.base[p]
            y[i * k + p] = deviation == 0 ? 0 : y[i * k + p] / deviation
          }
        }
      }
      latents.write(y, first, count, of: k)
    }
  }

  /// rows ← Vᵀ·y + μ for every latent y, multiplied by the deviations when whitening.
  ///
  /// - Throws: `.mismatch` when a shape is not n × k and n × d; `.memory`.
  package func inverseTransform(
    _ latents: RowBatch, into rows: RowBatch, in context: Context
  ) throws(GenerativeError) {
    try check(rows: rows, latents: latents)
    if let floats, case .floats(let x) = rows, case .floats(let y) = latents {
      let v = Matrix(floats.expansion.base, rows: componentCount, columns: columnCount)
      return context.multiply(y, v, into: x, bias: floats.mean.base)
    }
    let (k, d) = (componentCount, columnCount)
    let block = blockRows(latents)
    let y = try Buffer<Double>(uninitializedCount: block * k, in: context.memory)
    let x = try Buffer<Double>(uninitializedCount: block * d, in: context.memory)
    let product = try DoubleProduct(rows: block, columns: d, in: context)
    for first in stride(from: 0, to: latents.rowCount, by: block) {
      let count = min(block, latents.rowCount - first)
      latents.centre(first, count, of: k, about: nil, into: y.base, in: context)
      expand(y.base, count, into: x.base, product)
      rows.write(x.base, first, count, of: d)
    }
  }

  /// x ← Vᵀ·diag(deviations)·y + μ; y is overwritten.
  func expand(
    _ y: UnsafeMutablePointer<Double>, _ count: Int, into x: UnsafeMutablePointer<Double>,
    _ product: DoubleProduct
  ) {
    let (k, d) = (componentCount, columnCount)
    for i in 0..<count {
      for p in 0..<k { y[i * k + p] *= deviations.base[p] }
      (x + i * d).update(from: mean.base, count: d)
    }
    product.add(
      DoubleMatrix(y, rows: count, columns: k), matrix, into: DoubleMatrix(x, rows: count, columns: d))
  }

  /// reconstructions ← the nearest points of the components' subspace: μ + Vᵀ·V·(x − μ).
  ///
  /// - Throws: `.mismatch` when a shape is not n × d; `.memory`.
  package func reconstruct(
    _ rows: RowBatch, into reconstructions: RowBatch, in context: Context
  ) throws(GenerativeError) {
    guard rows.rowCount == reconstructions.rowCount else {
      throw GenerativeError(.mismatch, "n_rows must be \(rows.rowCount), not \(reconstructions.rowCount)")
    }
    let k = componentCount
    let block = 4 * blockRows(rows)
    let latents = try Buffer<Double>(count: block * k, in: context.memory)
    for first in stride(from: 0, to: rows.rowCount, by: block) {
      let count = min(block, rows.rowCount - first)
      let y: RowBatch =
        switch rows {
        case .floats:
          // As many floats as there is room for in half of it.
          .floats(
            Matrix(
              UnsafeMutableRawPointer(latents.base).assumingMemoryBound(to: Float.self), rows: count,
              columns: k))
        default: .doubles(DoubleMatrix(latents.base, rows: count, columns: k))
        }
      try transform(rows.part(first, count), into: y, in: context)
      try inverseTransform(y, into: reconstructions.part(first, count), in: context)
    }
  }

  /// Calls `body` with blocks of rows: of each y = V·(x − μ), and what it leaves, x − μ − Vᵀ·y.
  ///
  /// - Parameter leavesRest: whether the rest is to be computed; else x − μ stands in its place.
  ///
  /// - Throws: `.mismatch` for another number of columns; `.memory`; and what `body` throws.
  func forEachBlock(
    of rows: RowBatch, leavesRest: Bool, in context: Context,
    _ body: (
      _ first: Int, _ count: Int, _ rest: UnsafePointer<Double>, _ latents: UnsafePointer<Double>
    ) throws(GenerativeError) -> Void
  ) throws(GenerativeError) {
    let (k, d) = (componentCount, columnCount)
    try rows.checkColumns(d)
    try checkScale(of: rows, in: context)
    let block = blockRows(rows)
    let centred = try Buffer<Double>(uninitializedCount: block * d, in: context.memory)
    let latents = try Buffer<Double>(uninitializedCount: block * k, in: context.memory)
    let product = try DoubleProduct(rows: block, columns: leavesRest ? d : max(k, 1), in: context)
    for first in stride(from: 0, to: rows.rowCount, by: block) {
      let count = min(block, rows.rowCount - first)
      rows.centre(first, count, of: d, about: mean.base, into: centred.base, in: context)
      latents.base.update(repeating: 0, count: count * k)
      let x = DoubleMatrix(centred.base, rows: count, columns: d)
      let y = DoubleMatrix(latents.base, rows: count, columns: k)
      product.add(x, matrix.transposed, into: y)
      if leavesRest { product.add(y, matrix, scale: -1, into: x) }
      try body(first, count, centred.base, latents.base)
    }
  }

  /// distances ← ‖x − μ − Vᵀ·V·(x − μ)‖² of every row: to the components' subspace.
  ///
  /// - Throws: as `forEachBlock`.
  func squaredDistances(
    of rows: RowBatch, into distances: UnsafeMutablePointer<Double>, in context: Context
  ) throws(GenerativeError) {
    let d = columnCount
    try forEachBlock(of: rows, leavesRest: true, in: context) { first, count, rest, _ in
      for i in 0..<count { distances[first + i] = context.dot(rest + i * d, rest + i * d, count: d) }
    }
  }

  /// After a fit to pictures of bytes, which are read as 0 … 1, rows of 0 … 255 are a mistake; looked for in up
  /// to 256 rows from all over. Noise and corruption may well leave 0 … 1, but not so far.
  ///
  /// - Throws: `.argument` naming a number beyond; `.memory`.
  func checkScale(of rows: RowBatch, in context: Context) throws(GenerativeError) {
    guard element == .byte else { return }
    let count = min(rows.rowCount, 256)
    let x = try Buffer<Double>(uninitializedCount: columnCount, in: context.memory)
    for i in 0..<count {
      let row = i * rows.rowCount / count
      rows.centre(row, 1, columns: 0..<columnCount, of: columnCount, about: nil, into: x.base)
      let far = (0..<columnCount).first { abs(x[$0]) > Self.farthest && x[$0].isFinite }
      guard let far else { continue }
      throw GenerativeError(
        .argument,
        "row \(row), column \(far) is \(x[far]); the PCA was fitted to 8-bit pictures, whose values are 0 to 1: "
          + "divide rows by 255")
    }
  }

  private static var farthest: Double { 8 }

  private func check(rows: RowBatch, latents: RowBatch) throws(GenerativeError) {
    try rows.checkColumns(columnCount)
    try latents.checkColumns(componentCount, "n_components")
    guard rows.rowCount == latents.rowCount else {
      throw GenerativeError(.mismatch, "n_rows must be \(rows.rowCount), not \(latents.rowCount)")
    }
  }
}
