import LinearAlgebra
import Statistics
import Tensors

/// PCA of fewer rows than columns by the eigenvectors of the rows' inner products.
///
/// With the centred rows X, n × d:
///
///     X·Xᵀ/(n − 1) = Uᵀ·diag(λ)·U        n × n instead of d × d
///     V = diag(λ·(n − 1))^(−½)·U·X       the components
///
/// where λ is not zero; directions without variance complete V to orthonormal rows.
struct GramSolver {
  private let rows: Matrix
  private let context: Context
  private let mean: Buffer<Double>
  /// s, the mean rounded to Float: what is taken off the rows, exactly or with one rounding.
  private let shift: Buffer<Float>

  private var n: Int { rows.rowCount }
  private var d: Int { rows.columnCount }

  /// Columns taken at a time.
  private static let stripe = 256
  /// Up to so many rows products are taken in Double, beyond in Float over a few hundred columns.
  private static let widestDouble = 256

  static func solve(
    _ source: some RowSource, _ options: PCA.Options, in context: Context
  ) throws(GenerativeError) -> PCA.Solution {
    let solution = try source.withRows { rows throws(GenerativeError) in
      try GramSolver(rows, options, in: context).solve(options)
    }
    if let solution { return solution }
    let store = try RowStore(source, in: context)
    defer { withExtendedLifetime(store) {} }
    return try GramSolver(store.matrix, options, in: context).solve(options)
  }

  private init(_ rows: Matrix, _ options: PCA.Options, in context: Context) throws(GenerativeError) {
    try PCA.checkRowCount(rows.rowCount)
    try options.check(limit: min(rows.rowCount, rows.columnCount))
    self.rows = rows
    self.context = context
    mean = try Buffer(count: rows.columnCount, in: context.memory)
    shift = try Buffer(count: rows.columnCount, in: context.memory)
    if options.centres { takeMean() }
  }

  private func solve(_ options: PCA.Options) throws(GenerativeError) -> PCA.Solution {
    let limit = min(n, d)
    guard let area = checkedProduct(n, n) else {
      throw GenerativeError(.memory, "the Gram matrix of \(n) rows does not fit memory")
    }
    let gram = try Buffer<Double>(count: area, in: context.memory)
    try addProducts(to: gram.base)
    if options.centres { try centre(gram.base) }
    let scale = 1 / Double(n - 1)
    context.parallel(n) { i in
      for j in i..<n { gram.base[i * n + j] *= scale }
    }
    var total = 0.0
    for i in 0..<n { total += gram.base[i * (n + 1)] }
    if !total.isFinite { try checkFinite(rows, in: context) }

    let wanted = options.wantedCount(limit: limit)
    let eigen = try SymmetricEigen(destroying: gram.base, n: n, leading: wanted, in: context)
    let variances = UnsafeBufferPointer(eigen.values.elements)
    let k = options.componentCount(variances: variances, total: total, limit: limit)
    guard let size = checkedProduct(k, d) else {
      throw GenerativeError(.memory, "\(k) components of \(d) columns do not fit memory")
    }
    // What is smaller is rounding, and so would be its direction.
    let floor = eigen.values[0] * (n > Self.widestDouble ? 1e-7 : 1e-14)
    var rank = 0
    while rank < k, eigen.values[rank] > floor { rank += 1 }
    let components = try Buffer<Double>(count: size, in: context.memory)
    try addComponents(eigen, rank: rank, to: components.base)
    try Orthonormalizer.complete(
      components, rows: k, columns: d, rank: rank, seed: options.seed, in: context)
    return try PCA.Solution(
      components: components.base, count: k, variances: variances, totalVariance: total, mean: mean.base,
      rowCount: n, columnCount: d, solver: .gram, whitens: options.whitens, in: context)
  }

  // MARK: - Steps

  /// μ in Double, and s.
  private func takeMean() {
    context.parallel((d + Self.stripe - 1) / Self.stripe) { index in
      let columns = index * Self.stripe..<min(d, (index + 1) * Self.stripe)
      for i in 0..<n {
        let row = rows.base + i * rows.rowStride
        for j in columns { mean.base[j] += Double(row[j]) }
      }
      for j in columns {
        mean.base[j] /= Double(n)
        shift.base[j] = Float(mean.base[j])
      }
    }
  }

  /// G ← G + X·Xᵀ in the upper triangle, of few rows about μ, of many about s.
  private func addProducts(to gram: UnsafeMutablePointer<Double>) throws(GenerativeError) {
    guard n <= Self.widestDouble else {
      return context.rankUpdate(rowsOf: rows, subtracting: shift.base, into: gram)
    }
    let block = try Buffer<Double>(count: n * min(d, Self.stripe), in: context.memory)
    let product = try DoubleProduct(rows: n, columns: n, in: context)
    for first in stride(from: 0, to: d, by: Self.stripe) {
      try Run.proceed(first, of: d)
      let x = centred(first..<min(d, first + Self.stripe), into: block.base)
      product.add(x, x.transposed, into: DoubleMatrix(gram, rows: n, columns: n), upperOnly: true)
    }
  }

  /// G ← (I − 1·1ᵀ/n)·G·(I − 1·1ᵀ/n), in the upper triangle: what the shift left of the mean goes.
  private func centre(_ gram: UnsafeMutablePointer<Double>) throws(GenerativeError) {
    let means = try Buffer<Double>(count: n, in: context.memory)
    for i in 0..<n {
      let row = gram + i * n
      var sum = row[i]
      for j in i + 1..<max(n, i + 1) {
        sum += row[j]
        means.base[j] += row[j]
      }
      means.base[i] += sum
    }
    var grand = 0.0
    for i in 0..<n {
      means.base[i] /= Double(n)
      grand += means.base[i] / Double(n)
    }
    context.parallel(n) { i in
      let offset = grand - means.base[i]
      for j in i..<n { gram[i * n + j] += offset - means.base[j] }
    }
  }

  /// V ← diag(λ·(n − 1))^(−½)·U·X, of the first `rank` rows; about s, since U·1 is zero.
  private func addComponents(
    _ eigen: SymmetricEigen, rank: Int, to components: UnsafeMutablePointer<Double>
  ) throws(GenerativeError) {
    func scale(_ i: Int, _ row: UnsafeMutablePointer<Double>) {
      let inverse = 1 / (eigen.values[i] * Double(n - 1)).squareRoot()
      for j in 0..<d { row[j] *= inverse }
    }
    if n <= Self.widestDouble {
      let block = try Buffer<Double>(count: n * min(d, Self.stripe), in: context.memory)
      let product = try DoubleProduct(rows: n, columns: Self.stripe, in: context)
      let v = DoubleMatrix(components, rows: rank, columns: d)
      for first in stride(from: 0, to: d, by: Self.stripe) {
        try Run.proceed(first, of: d)
        let columns = first..<min(d, first + Self.stripe)
        product.add(
          eigen.matrix[0..<rank, 0..<n], centred(columns, into: block.base), into: v[0..<rank, columns])
      }
      for i in 0..<rank { scale(i, components + i * d) }
      return
    }
    let u = try Buffer<Float>(count: rank * n, in: context.memory)
    let v = try Buffer<Float>(count: rank * d, in: context.memory)
    context.convert(eigen.vectors.base, count: rank * n, into: u.base)
    context.multiply(
      Matrix(u.base, rows: rank, columns: n), rows, subtracting: shift.base,
      into: Matrix(v.base, rows: rank, columns: d))
    context.parallel(rank) { i in
      for p in i * d..<(i + 1) * d { components[p] = Double(v.base[p]) }
      scale(i, components + i * d)
    }
  }

  /// Columns of X in `block`, packed.
  private func centred(_ columns: Range<Int>, into block: UnsafeMutablePointer<Double>) -> DoubleMatrix {
    let width = columns.count
    context.parallel((n + 63) / 64) { group in
      for i in group * 64..<min(n, (group + 1) * 64) {
        let row = rows.base + i * rows.rowStride
        for j in columns {
          block[i * width + j - columns.lowerBound] = Double(row[j]) - mean.base[j]
        }
      }
    }
    return DoubleMatrix(block, rows: n, columns: width)
  }
}
