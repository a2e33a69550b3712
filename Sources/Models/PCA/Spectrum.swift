import LinearAlgebra
import Statistics
import Tensors

/// The eigenpairs of a covariance, from which a solution is made.
struct Spectrum {
  /// The fraction of the total below which a variance is a rounding error of zero: for sums of squares,
  /// including the rounding of floats themselves; and for refined rows of doubles.
  static let (roundingOfSums, roundingOfRows) = (1e-14, 0x1p-100)

  let rowCount: Int
  let columnCount: Int
  /// Zeros if not centered.
  let mean: Buffer<Double>
  let totalVariance: Double
  /// All variances, or the leading ones; decreasing.
  var variances: Buffer<Double>
  /// One vector per row, for as many leading variances as were requested.
  var vectors: Buffer<Double>
  var vectorCount: Int
  /// The number of variances that can be nonzero.
  let rank: Int
  /// A variance this small is a rounding error of zero.
  var rounding: Double

  var matrix: DoubleMatrix { DoubleMatrix(vectors.base, rows: vectorCount, columns: columnCount) }

  /// Solves C = Vᵀ·diag(λ)·V for the covariance of the rows in `moments`.
  ///
  /// - Parameter wanted: the number of vectors, and of the variances that matter.
  /// - Throws: `.nonfinite` if the squares overflowed; `.memory`; `.internalFault`.
  init(
    of moments: Moments, wanted: Int, centred: Bool, in context: Context
  ) throws(GenerativeError) {
    let d = moments.columnCount
    rowCount = moments.rowCount
    columnCount = d
    rank = min(centred ? rowCount - 1 : rowCount, d)
    // Only the upper triangle is written and read.
    let c = try Buffer<Double>(uninitializedCount: d * d, in: context.memory)
    try moments.covariance(into: c.base, centred: centred)
    var total = 0.0
    for j in 0..<d { total += c.base[j * d + j] }
    totalVariance = total
    mean = try Buffer<Double>(count: d, in: context.memory)
    if centred { moments.mean(into: mean.base) }
    let eigen = try SymmetricEigen(destroying: c.base, n: d, leading: wanted, in: context)
    variances = eigen.values
    vectors = eigen.vectors
    vectorCount = wanted
    rounding = total * Self.roundingOfSums
    try moments.covariance(into: c.base, centred: centred)
    try polish(c, in: context)
  }

  /// The largest number of variances that are polished, and the smallest, relative to λ₁. Others have smaller
  /// errors.
  private static let (mostPolished, leastPolished) = (256, 0x1p-10)
  /// Variances count as equal if they differ by less than this fraction of the largest. The vectors of equal ones
  /// may be rotated into each other.
  private static let equality = 0x1p-46

  /// Replaces leading variances by vᵀ·C·v / vᵀ·v: accurate to about one unit in the last place of λ₁, where
  /// reducing C to three diagonals costs up to ten. Equal ones are shifted by the mean of their corrections.
  ///
  /// - Parameter c: C in the upper triangle; the lower one is overwritten.
  private func polish(_ c: Buffer<Double>, in context: Context) throws(GenerativeError) {
    let d = columnCount
    let m = (0..<min(vectorCount, Self.mostPolished)).prefix {
      variances[$0] > variances[0] * Self.leastPolished
    }.count
    for i in 0..<d {
      for j in 0..<i { c.base[i * d + j] = c.base[j * d + i] }
    }
    let images = try Buffer<Double>(count: m * d, in: context.memory)
    let product = try DoubleProduct(rows: m, columns: d, in: context)
    product.add(
      matrix[0..<m, 0..<d], DoubleMatrix(c.base, rows: d, columns: d),
      into: DoubleMatrix(images.base, rows: m, columns: d))
    let least = variances[0] * Self.equality
    var (first, correction) = (0, 0.0)
    for i in 0..<m {
      let v = vectors.base + i * d
      let quotient = context.dot(v, images.base + i * d, count: d) / context.dot(v, v, count: d)
      correction += quotient - variances[i]
      if i + 1 < variances.count, variances[i] - variances[i + 1] < least { continue }
      for j in first...i { variances.base[j] += correction / Double(i + 1 - first) }
      (first, correction) = (i + 1, 0)
    }
  }

  init(
    rowCount: Int, columnCount: Int, rank: Int, mean: Buffer<Double>, totalVariance: Double,
    variances: Buffer<Double>,
    vectors: Buffer<Double>, vectorCount: Int
  ) {
    self.rowCount = rowCount
    self.columnCount = columnCount
    self.rank = rank
    self.mean = mean
    self.totalVariance = totalVariance
    self.variances = variances
    self.vectors = vectors
    self.vectorCount = vectorCount
    rounding = totalVariance * Self.roundingOfSums
  }

  /// Whether the first `count` components and the residual variance need refinement, alone or together with
  /// all others. nil: they are accurate.
  ///
  /// The residual variance is the total minus the variances found, so it is accurate only to the rounding of
  /// the total. If that is too large a fraction of it, all others are refined too.
  ///
  /// - Parameter element: the element type of the rows.
  func refinement(of count: Int, _ element: RowElement) -> Refinement.Reach? {
    let count = min(count, rank)
    let first = variances[0]
    let last = count > 0 ? variances[count - 1] : first
    let rest = (0..<count).reduce(totalVariance) { $0 - variances[$1] }
    let isRestLost =
      count < rank && first > 0
      && (element == .double ? rest < totalVariance * 1e-4 : rest < first * Double(rank - count) * 1e-9)
    if isRestLost || Refinement.needsAll(from: first, to: last, of: element) { return .all }
    return Refinement.isNeeded(from: first, to: last, of: element) ? .found : nil
  }
}
