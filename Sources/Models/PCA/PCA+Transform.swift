import LinearAlgebra
import Statistics
import Tensors

// Rows and latents may each be floats or doubles. The type of the rows determines the precision: doubles are
// processed in Double, floats to the precision of a float.
extension PCA.Solution {
  /// The number of rows processed at a time.
  func blockRows(_ rows: RowBatch) -> Int { max(1, min(rows.rowCount, 256)) }

  /// latents ← V·(x − μ) for every row, divided by the deviations when whitening. A component without
  /// variance then gives zero.
  ///
  /// - Parameters:
  ///   - rows: n × d. A NaN or an infinity gives NaN or infinite latents for its row.
  ///   - latents: n × k.
  /// - Throws: `.mismatch` if a shape is wrong; `.memory`.
  package func transform(
    _ rows: RowBatch, into latents: RowBatch, in context: Context
  ) throws(GenerativeError) {
    try check(rows: rows, latents: latents)
    try checkScale(of: rows, in: context)
    let isFew = componentCount <= Self.fewComponents
    if !isFew, let floats, case .floats(let x) = rows, case .floats(let y) = latents {
      let p = Matrix(floats.projection.base, rows: componentCount, columns: columnCount)
      return context.multiply(x, p.transposed, into: y, bias: floats.projectionBias.base)
    }
    if isFew || columnCount <= NarrowUpdate.mostColumns || rows.standsAsColumns {
      return try transformColumns(rows, into: latents, in: context)
    }
    let (n, k, d) = (rows.rowCount, componentCount, columnCount)
    let block = min(n, 48)
    let v = try PackedDoubles(matrix.transposed, in: context)
    let spaceCount = block * (d + k) + v.spaceCount(block)
    let space = try Buffer<Double>(uninitializedCount: context.threadCount * spaceCount, in: context.memory)
    // Blocks are independent, each processed by one worker.
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

  /// With at most this many components, a tile of the packed product would be half empty.
  private static var fewComponents: Int { 16 }

  /// `transform` for few components or columns, or for rows stored as columns. Rows are lanes, a few hundred
  /// columns are processed at a time, and no other memory is needed.
  private func transformColumns(
    _ rows: RowBatch, into latents: RowBatch, in context: Context
  ) throws(GenerativeError) {
    let (n, k, d) = (rows.rowCount, componentCount, columnCount)
    let projection = try ColumnProjection(matrix, in: context)
    // For many components, blocks have more rows, because all of V is read once per block. For rows stored as
    // columns, so that more than a cache line of each column is read.
    let stripe = min(d, rows.standsAsColumns ? 48 : k <= 2 * Self.fewComponents ? 256 : 64)
    let block = min(context.paddedRows(n), ColumnProjection.chunkRows(stripe, in: context))
    let spaceCount = block * (stripe + projection.outputCount)
    let space = try Buffer<Double>(uninitializedCount: context.threadCount * spaceCount, in: context.memory)
    context.parallelSlots((n + block - 1) / block, isSmall: n * d * (k + 8) < 2_000_000) { slot, index in
      let (first, count) = (index * block, min(block, n - index * block))
      let x = space.base + slot * spaceCount
      let y = x + block * stripe
      let height = context.paddedRows(count)
      for left in Swift.stride(from: 0, to: d, by: stripe) {
        let columns = left..<min(d, left + stripe)
        rows.centreColumns(
          first, count, columns: columns, of: d, about: mean.base, into: x, pitch: block, in: context)
        projection.run(x, height, pitch: block, columns: columns, into: y)
      }
      for p in 0..<(whitens ? k : 0) {
        let deviation = deviations.base[p]
        for i in p * block..<p * block + count { y[i] = deviation == 0 ? 0 : y[i] / deviation }
      }
      latents.write(columns: y, pitch: block, first, count, of: k)
    }
  }

  /// rows ← Vᵀ·y + μ for every latent y, multiplied by the deviations when whitening.
  ///
  /// - Throws: `.mismatch` if the shapes are not n × k and n × d; `.memory`.
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

  /// reconstructions ← the nearest points of the components' subspace, μ + Vᵀ·V·(x − μ).
  ///
  /// - Throws: `.mismatch` if a shape is not n × d; `.memory`.
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
          // Floats, in half of the memory for as many doubles.
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

  /// Calls `body` with blocks of rows: with the latents y = V·(x − μ) and the residuals x − μ − Vᵀ·y.
  ///
  /// - Parameter leavesRest: whether the residuals are computed. Otherwise `body` gets x − μ instead.
  ///
  /// - Throws: `.mismatch` for another number of columns; `.memory`; errors of `body`.
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

  /// distances ← ‖x − μ − Vᵀ·V·(x − μ)‖² of every row: the squared distance from the components' subspace.
  ///
  /// - Throws: see `forEachBlock`.
  func squaredDistances(
    of rows: RowBatch, into distances: UnsafeMutablePointer<Double>, in context: Context
  ) throws(GenerativeError) {
    let d = columnCount
    try forEachBlock(of: rows, leavesRest: true, in: context) { first, count, rest, _ in
      for i in 0..<count { distances[first + i] = context.dot(rest + i * d, rest + i * d, count: d) }
    }
  }

  /// Rejects rows of 0 … 255 after a fit to 8-bit images, which are read as 0 … 1.
  ///
  /// - Throws: see `RowBatch.checkPictures`.
  func checkScale(of rows: RowBatch, in context: Context) throws(GenerativeError) {
    guard element == .byte else { return }
    try rows.checkPictures(of: columnCount, "the PCA was fitted to", in: context)
  }

  private func check(rows: RowBatch, latents: RowBatch) throws(GenerativeError) {
    try rows.checkColumns(columnCount)
    try latents.checkColumns(componentCount, "n_components")
    guard rows.rowCount == latents.rowCount else {
      throw GenerativeError(.mismatch, "n_rows must be \(rows.rowCount), not \(latents.rowCount)")
    }
  }
}
