import LinearAlgebra
import Statistics
import Tensors

/// The eigenpairs of a covariance on their way to a solution.
struct Spectrum {
  /// Of the total a share that is what rounding leaves of no variance: in sums of squares, of floats' own
  /// rounding too; and in refined rows of doubles.
  static let (roundingOfSums, roundingOfRows) = (1e-14, 0x1p-100)

  let rowCount: Int
  let columnCount: Int
  /// Zeros when not centred.
  let mean: Buffer<Double>
  let totalVariance: Double
  /// Falling; all of them, or the leading ones.
  var variances: Buffer<Double>
  /// One a row, of as many of the leading as were asked for.
  var vectors: Buffer<Double>
  var vectorCount: Int
  /// Variances that can be other than zero.
  let rank: Int
  /// A variance so small is what rounding leaves of none.
  var rounding: Double

  var matrix: DoubleMatrix { DoubleMatrix(vectors.base, rows: vectorCount, columns: columnCount) }

  /// Solves C = Vᵀ·diag(λ)·V for the covariance of what `moments` saw.
  ///
  /// - Parameter wanted: vectors, and variances that count.
  /// - Throws: `.nonfinite` when the squares overflowed; `.memory`; `.internalFault`.
  init(
    of moments: Moments, wanted: Int, centred: Bool, in context: Context
  ) throws(GenerativeError) {
    let d = moments.columnCount
    rowCount = moments.rowCount
    columnCount = d
    rank = min(centred ? rowCount - 1 : rowCount, d)
    // The upper triangle, which is all that is written, is all that is read.
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

  /// Whether the first `count` components and what they leave need refinement, and with all others or alone; nil:
  /// they are right.
  ///
  /// What is left is the total less the variances found, and so right to the total's rounding: all others take part
  /// where that is too much of it.
  ///
  /// - Parameter element: of the rows.
  func refinement(of count: Int, _ element: RowElement) -> Refinement.Reach? {
    let count = min(count, rank)
    let first = variances[0]
    let last = count > 0 ? variances[count - 1] : first
    let rest = (0..<count).reduce(totalVariance) { $0 - variances[$1] }
    let isRestLost =
      count < rank && first > 0
      && (element == .double ? rest < totalVariance * 1e-4 : rest < first * Double(rank - count) * 1e-9)
    if isRestLost || Refinement.needsAll(from: first, to: last) { return .all }
    return Refinement.isNeeded(from: first, to: last, of: element) ? .found : nil
  }
}
