import Tensors

/// PCA of fewer rows than columns by the eigenvectors of the rows' inner products.
///
/// With the centred rows X, n × d:
///
///     X·Xᵀ/(n − 1) = Uᵀ·diag(λ)·U        n × n instead of d × d
///     V = diag(λ·(n − 1))^(−½)·U·X       the components
///
/// where λ is not zero; directions without variance complete V to orthonormal rows.
enum GramSolver {
  /// Columns centred and multiplied at a time.
  private static let stripe = 256
  /// Up to so many rows products are taken in Double, beyond in Float over a few hundred columns.
  private static let widestDouble = 256

  static func solve(
    _ source: some RowSource, _ options: PCA.Options, in context: Context
  ) throws(GenerativeError) -> PCA.Solution {
    let rows = try RowStore(source, in: context)
    let n = rows.rowCount
    let d = rows.columnCount
    try PCA.checkRowCount(n)
    let limit = min(n, d)
    try options.check(limit: limit)
    let mean = try Buffer<Double>(count: d, in: context.memory)
    if options.centres { rows.mean(into: mean.base, in: context) }

    // G = X·Xᵀ, and the total variance its trace.
    guard let area = checkedProduct(n, n) else {
      throw GenerativeError(.memory, "the Gram matrix of \(n) rows does not fit memory")
    }
    let gram = try Buffer<Double>(count: area, in: context.memory)
    let block = try Buffer<Double>(count: n * min(d, stripe), in: context.memory)
    let product = try DoubleProduct(rows: n, columns: max(n, stripe), in: context)
    let scale = 1 / Double(n - 1)
    if n > widestDouble {
      try addFloatProducts(rows, mean: mean.base, to: gram.base, in: context)
    } else {
      for first in stride(from: 0, to: d, by: stripe) {
        let x = rows.centred(first..<min(d, first + stripe), mean: mean.base, into: block.base, in: context)
        product.add(x, x.transposed, into: DoubleMatrix(gram.base, rows: n, columns: n), upperOnly: true)
      }
    }
    context.parallel(n) { i in
      for j in i..<n { gram.base[i * n + j] *= scale }
    }
    var total = 0.0
    for i in 0..<n { total += gram.base[i * (n + 1)] }

    var wanted = limit
    if case .count(let k) = options.components { wanted = k }
    let eigen = try SymmetricEigen(destroying: gram.base, n: n, largest: wanted, in: context)
    let variances = UnsafeBufferPointer(eigen.values.elements)
    let k = options.componentCount(variances: variances, total: total, limit: limit)

    // V = U·X with rows scaled to length one.
    guard let size = checkedProduct(k, d) else {
      throw GenerativeError(.memory, "\(k) components of \(d) columns do not fit memory")
    }
    let components = try Buffer<Double>(count: size, in: context.memory)
    var rank = 0
    // What is smaller is rounding, and so would be its direction.
    let floor = eigen.values[0] * (n > widestDouble ? 1e-7 : 1e-14)
    while rank < k, eigen.values[rank] > floor { rank += 1 }
    for i in 0..<rank {
      let inverse = 1 / (eigen.values[i] * Double(n - 1)).squareRoot()
      for p in i * n..<(i + 1) * n { eigen.vectors.base[p] *= inverse }
    }
    for first in stride(from: 0, to: d, by: stripe) {
      let columns = first..<min(d, first + stripe)
      let x = rows.centred(columns, mean: mean.base, into: block.base, in: context)
      product.add(
        eigen.matrix[0..<rank, 0..<n], x,
        into: DoubleMatrix(components.base, rows: k, columns: d)[0..<rank, columns])
    }
    try Orthonormalizer.complete(
      components, rows: k, columns: d, rank: rank, seed: options.seed, in: context)
    return try PCA.Solution(
      components: components.base, count: k, variances: variances, totalVariance: total, mean: mean.base,
      rowCount: n, columnCount: d, solver: .gram, whitens: options.whitens, in: context)
  }

  /// G ← G + X·Xᵀ in the upper triangle, by columns of X that become rows.
  private static func addFloatProducts(
    _ rows: RowStore, mean: UnsafePointer<Double>, to gram: UnsafeMutablePointer<Double>, in context: Context
  ) throws(GenerativeError) {
    let n = rows.rowCount
    let d = rows.columnCount
    // A multiple of the 320 that are summed in Float.
    let depth = 1280
    let block = try Buffer<Float>(count: min(d, depth) * n, in: context.memory)
    for first in stride(from: 0, to: d, by: depth) {
      let columns = first..<min(d, first + depth)
      rows.centredTransposed(columns, mean: mean, into: block.base, in: context)
      context.rankUpdate(Matrix(block.base, rows: columns.count, columns: n), into: gram)
    }
  }
}
