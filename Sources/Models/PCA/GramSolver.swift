import LinearAlgebra
import Statistics
import Tensors

/// PCA of fewer rows than columns, by the eigenvectors of the inner products of rows.
///
/// With the centered rows X, n × d:
///
///     X·Xᵀ/(n − 1) = Uᵀ·diag(λ)·U        n × n instead of d × d
///     Z = U·X,     Z·Zᵀ = Wᵀ·diag(λ·(n − 1))·W
///     V = diag(λ·(n − 1))^(−½)·W·Z       the components
///
/// where λ is not zero. Directions without variance complete V to orthonormal rows. Without rounding, W would
/// be the identity. With rounding, it makes small variances accurate, as in `Refinement`.
struct GramSolver {
  private let rows: RowBatch
  private let options: PCA.Options
  private let context: Context
  private let n: Int
  private let d: Int
  private let mean: Buffer<Double>

  /// The number of columns processed at a time.
  private static let stripe = 256
  /// With more rows of floats than this, products are first tried in Float.
  private static let widestDouble = 256

  static func solve(
    _ source: some RowSource, _ options: PCA.Options, in context: Context
  ) throws(GenerativeError) -> PCA.Solution {
    let (columns, element) = (source.columnCount, source.element)
    let solution = try source.withRows { rows throws(GenerativeError) in
      try GramSolver(rows, columns: columns, options, in: context).solve(element)
    }
    if let solution { return solution }
    let store = try RowStore(source, in: context)
    defer { withExtendedLifetime(store) {} }
    return try GramSolver(.floats(store.matrix), columns: columns, options, in: context).solve(element)
  }

  private init(
    _ rows: RowBatch, columns: Int, _ options: PCA.Options, in context: Context
  ) throws(GenerativeError) {
    (n, d) = (rows.rowCount, columns)
    try PCA.checkRowCount(n)
    try options.check(limit: min(n, d))
    guard checkedProduct(n, n) != nil else {
      throw GenerativeError(.memory, "the Gram matrix of \(n) rows does not fit in memory")
    }
    self.rows = rows
    self.options = options
    self.context = context
    mean = try Buffer(count: d, in: context.memory)
    if options.centres { try takeMean() }
  }

  private func solve(_ element: RowElement) throws(GenerativeError) -> PCA.Solution {
    if n > Self.widestDouble, case .floats(let floats) = rows, floats.columnStride == 1,
      let solution = try solveInFloat(floats, element)
    {
      return solution
    }
    return try solveInDouble(element)
  }

  // MARK: - In Double

  private func solveInDouble(_ element: RowElement) throws(GenerativeError) -> PCA.Solution {
    let limit = min(n, d)
    let rank = options.rank(rows: n, columns: d)
    // If there are more rows than columns, G is larger than the covariance and its eigenpairs less accurate.
    let isTall = n > d
    var (gram, total) = try gramInDouble()
    var eigen = try SymmetricEigen(
      destroying: gram.base, n: n, leading: isTall ? d : options.wantedCount(limit: limit), in: context)
    var variances = eigen.values
    var count = options.componentCount(
      variances: UnsafeBufferPointer(variances.elements), total: total, limit: limit)
    let spectrum = Spectrum(
      rowCount: n, columnCount: d, rank: rank, mean: mean, totalVariance: total, variances: variances,
      vectors: eigen.vectors, vectorCount: eigen.vectorCount)
    let reach = isTall ? .all : spectrum.refinement(of: count, element)
    if reach == .all, eigen.vectorCount < limit {
      (gram, total) = try gramInDouble()
      eigen = try SymmetricEigen(destroying: gram.base, n: n, in: context)
      variances = eigen.values
    }
    let m = reach == nil ? count : min(eigen.vectorCount, d)
    guard let size = checkedProduct(m, d) else {
      throw GenerativeError(.memory, "\(m) components of \(d) columns do not fit in memory")
    }
    let z = try Buffer<Double>(count: size, in: context.memory)
    let matrix = DoubleMatrix(z.base, rows: m, columns: d)
    if options.centres {
      // Removes what rounding left of the mean from every sum.
      for i in 0..<m {
        let u = eigen.vectors.base + i * n
        let share = (0..<n).reduce(0) { $0 + u[$1] } / Double(n)
        for p in 0..<n { u[p] -= share }
      }
    }
    try multiply(eigen.matrix[0..<m, 0..<n], into: matrix)
    if isTall {
      // Z would have more rows than can be independent, and `GradedEigen` could not solve their products.
      var found = 0
      while found < m, variances[found] > variances[0] * 0x1p-104 { found += 1 }
      try orthonormalise(z, m, found)
      variances = try Refinement.run(rows, mean: options.centres ? mean : nil, matrix, in: context)
      count = options.componentCount(
        variances: UnsafeBufferPointer(variances.elements), total: total, limit: limit)
    } else if reach != nil {
      let h = try Buffer<Double>(count: m * m, in: context.memory)
      let product = try DoubleProduct(rows: m, columns: m, in: context)
      product.add(matrix, matrix.transposed, into: DoubleMatrix(h.base, rows: m, columns: m), upperOnly: true)
      let scale = 1 / Double(n - 1)
      for p in 0..<m * m { h.base[p] *= scale }
      variances = try Refinement.rotate(
        matrix, by: try GradedEigen(destroying: h.base, n: m, in: context), in: context)
      count = options.componentCount(
        variances: UnsafeBufferPointer(variances.elements), total: total, limit: limit)
    }
    for i in rank..<max(rank, variances.count) { variances.base[i] = 0 }
    return try solution(z, count, variances, total, floor: Double(n) * 0x1p-104, element)
  }

  /// G = X·Xᵀ/(n − 1) in the upper triangle, and its trace.
  private func gramInDouble() throws(GenerativeError) -> (gram: Buffer<Double>, trace: Double) {
    let gram = try Buffer<Double>(count: n * n, in: context.memory)
    let product = try DoubleProduct(rows: n, columns: n, in: context)
    try forEachStripe { _, x in
      product.add(x, x.transposed, into: DoubleMatrix(gram.base, rows: n, columns: n), upperOnly: true)
    }
    if options.centres { try centre(gram.base) }
    return try (gram, scaled(gram))
  }

  /// Z ← U·X
  private func multiply(_ u: DoubleMatrix, into z: DoubleMatrix) throws(GenerativeError) {
    let product = try DoubleProduct(rows: z.rowCount, columns: Self.stripe, in: context)
    try forEachStripe { columns, x in product.add(u, x, into: z[0..<z.rowCount, columns]) }
  }

  /// Calls `body` for one stripe of columns of X after another, centered about `centre`; nil: about the mean.
  private func forEachStripe(
    about centre: UnsafePointer<Double>? = nil, _ body: (_ columns: Range<Int>, _ x: DoubleMatrix) -> Void
  ) throws(GenerativeError) {
    let block = try Buffer<Double>(uninitializedCount: n * min(d, Self.stripe), in: context.memory)
    for first in stride(from: 0, to: d, by: Self.stripe) {
      try Run.proceed(first, of: d)
      let columns = first..<min(d, first + Self.stripe)
      context.parallelSlots((n + 63) / 64, isSmall: n * columns.count < 20_000) { _, group in
        let start = group * 64
        rows.centre(
          start, min(64, n - start), columns: columns, of: d, about: centre ?? UnsafePointer(mean.base),
          into: block.base + start * columns.count)
      }
      body(columns, DoubleMatrix(block.base, rows: n, columns: columns.count))
    }
  }

  // MARK: - In Float

  /// Returns nil if the spectrum does not tolerate the errors of float products.
  private func solveInFloat(_ rows: Matrix, _ element: RowElement) throws(GenerativeError) -> PCA.Solution? {
    // s: the mean rounded to Float. It is subtracted from the rows, exactly or with one rounding.
    let shift = try Buffer<Float>(count: d, in: context.memory)
    for j in 0..<d { shift.base[j] = Float(mean.base[j]) }
    let gram = try Buffer<Double>(count: n * n, in: context.memory)
    context.rankUpdate(rowsOf: rows, subtracting: shift.base, into: gram.base)
    if options.centres { try centre(gram.base) }
    let total: Double
    do {
      total = try scaled(gram)
    } catch {
      if error.status == .nonfinite { return nil }
      throw error
    }
    var peak = 0.0
    for i in 0..<n { peak = max(peak, gram.base[i * (n + 1)]) }
    let limit = min(n, d)
    let eigen = try SymmetricEigen(
      destroying: gram.base, n: n, leading: options.wantedCount(limit: limit), in: context)
    let count = options.componentCount(
      variances: UnsafeBufferPointer(eigen.values.elements), total: total, limit: limit)
    let rank = options.rank(rows: n, columns: d)
    let last = min(count, rank)
    guard last > 0,
      FloatProducts.bear(eigen.values[last - 1], largest: eigen.values[0], peak: peak, trace: total, count: d)
    else { return nil }
    guard let size = checkedProduct(count, d) else {
      throw GenerativeError(.memory, "\(count) components of \(d) columns do not fit in memory")
    }
    let u = try Buffer<Float>(count: count * n, in: context.memory)
    let v = try Buffer<Float>(count: size, in: context.memory)
    context.convert(eigen.vectors.base, count: count * n, into: u.base)
    // About s, because U·1 is zero.
    context.multiply(
      Matrix(u.base, rows: count, columns: n), rows, subtracting: shift.base,
      into: Matrix(v.base, rows: count, columns: d))
    let z = try Buffer<Double>(uninitializedCount: size, in: context.memory)
    context.parallel(count) { i in
      for p in i * d..<(i + 1) * d { z.base[p] = Double(v.base[p]) }
    }
    for i in rank..<max(rank, eigen.values.count) { eigen.values.base[i] = 0 }
    return try solution(z, count, eigen.values, total, floor: 1e-7, element)
  }

  // MARK: - Steps

  /// μ: the first row plus the mean of the other rows' differences from it.
  private func takeMean() throws(GenerativeError) {
    let first = try Buffer<Double>(count: d, in: context.memory)
    rows.centre(0, 1, columns: 0..<d, of: d, about: nil, into: first.base)
    try forEachStripe(about: first.base) { columns, x in
      // Each column is summed separately, in the order of the rows.
      context.parallelSlots((columns.count + 31) / 32, isSmall: n * columns.count < 20_000) { _, group in
        for j in group * 32..<min(columns.count, group * 32 + 32) {
          var sum = 0.0
          for i in 0..<n { sum += x.base[i * columns.count + j] }
          mean.base[columns.lowerBound + j] = first.base[columns.lowerBound + j] + sum / Double(n)
        }
      }
    }
  }

  /// G ← (I − 1·1ᵀ/n)·G·(I − 1·1ᵀ/n) in the upper triangle. Removes what rounding left of the mean.
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
    context.parallelSlots(n, isSmall: n * n < 40_000) { _, i in
      let offset = grand - means.base[i]
      for j in i..<n { gram[i * n + j] += offset - means.base[j] }
    }
  }

  /// G ← G/(n − 1) in the upper triangle. Returns its trace.
  ///
  /// - Throws: `.nonfinite` for rows that contain a NaN or an infinity, or whose squares overflow.
  private func scaled(_ gram: Buffer<Double>) throws(GenerativeError) -> Double {
    let scale = 1 / Double(n - 1)
    context.parallelSlots(n, isSmall: n * n < 40_000) { _, i in
      for j in i..<n { gram.base[i * n + j] *= scale }
    }
    var trace = 0.0
    for i in 0..<n { trace += gram.base[i * (n + 1)] }
    guard trace.isFinite else {
      try rows.checkFinite(in: context)
      try rows.checkSquares()
      throw GenerativeError(.nonfinite, "the sum of the squares of all rows overflows")
    }
    return trace
  }

  /// Makes the first `rank` rows of Z orthonormal, and completes them to `count` rows.
  private func orthonormalise(_ z: Buffer<Double>, _ count: Int, _ rank: Int) throws(GenerativeError) {
    context.parallelSlots(rank, isSmall: rank * d < 100_000) { _, i in
      let row = z.base + i * d
      let scale = 1 / max(context.dot(row, row, count: d), .leastNormalMagnitude).squareRoot()
      for j in 0..<d { row[j] *= scale }
    }
    try Orthonormalizer.complete(
      z, rows: count, columns: d, rank: rank, seed: options.seed, in: context)
  }

  /// Computes V from Z: rows of unit length, completed by arbitrary directions for those without variance.
  private func solution(
    _ z: Buffer<Double>, _ count: Int, _ variances: Buffer<Double>, _ total: Double, floor: Double,
    _ element: RowElement
  ) throws(GenerativeError) -> PCA.Solution {
    // Smaller variances are rounding errors, and so would be their directions.
    var rank = 0
    while rank < count, variances[rank] > variances[0] * floor { rank += 1 }
    try orthonormalise(z, count, rank)
    return try PCA.Solution(
      components: z, count: count, variances: UnsafeBufferPointer(variances.elements), totalVariance: total,
      mean: mean, rowCount: n, solver: .gram, element: element,
      rounding: total * (element == .double ? Spectrum.roundingOfRows : Spectrum.roundingOfSums),
      whitens: options.whitens, in: context)
  }
}
