import LinearAlgebra
import Statistics
import Tensors

// The covariance path: sums in one pass, an eigenproblem, and further passes if the result needs them.

extension PCA {
  /// Fits to all rows of `source` by their covariance.
  func fitByCovariance(_ source: some RowSource) throws(GenerativeError) -> State {
    // Sums of float products are used only for rows that can be read again, in case the result does not
    // tolerate their error.
    let canRepeat = source.knownRowCount != nil
    let precision: Moments.Precision = canRepeat && source.element == .float ? .single : .double
    var moments = try Self.moments(
      of: source, try Moments(columns: source.columnCount, precision, in: context))
    try Run.proceed(moments.rowCount, of: moments.rowCount)
    var (spectrum, count) = try options.spectrum(of: moments, in: context)
    if moments.hasFloatProducts, !moments.bears(spectrum, count) {
      moments = try Self.moments(of: source, try Moments(columns: source.columnCount, in: context))
      (spectrum, count) = try options.spectrum(of: moments, in: context)
    }
    if canRepeat {
      try refine(&spectrum, &count, of: moments, in: source)
      if source.element == .double {
        spectrum.rounding = spectrum.totalVariance * Spectrum.roundingOfRows
      }
    }
    let solution = try Solution(
      spectrum, count, element: source.element, solver: .covariance, options, in: context)
    return State(moments: moments, solution: solution)
  }

  /// Refines components by another pass over the rows, if they need it.
  private func refine(
    _ spectrum: inout Spectrum, _ count: inout Int, of moments: Moments, in source: some RowSource
  ) throws(GenerativeError) {
    guard let reach = spectrum.refinement(of: count, source.element) else { return }
    // The neighbours of the last component may be directions without variance, whose share of it is a rounding
    // error of the covariance.
    if reach == .all || count >= spectrum.rank, spectrum.vectorCount < spectrum.columnCount {
      spectrum = try Spectrum(
        of: moments, wanted: spectrum.columnCount, centred: options.centres, in: context)
    }
    spectrum.variances = try Refinement.run(
      source, rowCount: spectrum.rowCount, mean: options.centres ? spectrum.mean : nil, spectrum.matrix,
      in: context)
    count = options.componentCount(spectrum)
  }

  /// - Throws: `.argument` for fewer than two rows, for which no variance is defined.
  static func checkRowCount(_ count: Int) throws(GenerativeError) {
    guard count >= 2 else {
      throw GenerativeError(.argument, "n_rows must be at least 2 to fit a PCA, not \(count)")
    }
  }
}

extension PCA.Solution {
  /// Solves for the rows in `moments`, which cannot be read again.
  ///
  /// - Throws: `.argument` for fewer than two rows or too many components; `.nonfinite` if the squares
  ///   overflowed; `.memory`; `.internalFault`.
  init(of moments: Moments, _ options: PCA.Options, in context: Context) throws(GenerativeError) {
    guard moments.directions == nil else {
      try self.init(ofSketch: moments, options, in: context)
      return
    }
    let (spectrum, count) = try options.spectrum(of: moments, in: context)
    try self.init(
      spectrum, count, element: moments.element, solver: .covariance, options, in: context)
  }

  init(
    _ spectrum: Spectrum, _ count: Int, element: RowElement, solver: PCA.Solver, _ options: PCA.Options,
    in context: Context
  ) throws(GenerativeError) {
    let rank = options.rank(rows: spectrum.rowCount, columns: spectrum.columnCount)
    for i in rank..<max(rank, spectrum.variances.count) { spectrum.variances.base[i] = 0 }
    try self.init(
      components: spectrum.vectors, count: count,
      variances: UnsafeBufferPointer(spectrum.variances.elements), totalVariance: spectrum.totalVariance,
      mean: spectrum.mean, rowCount: spectrum.rowCount, solver: solver, element: element,
      rounding: spectrum.rounding, whitens: options.whitens, in: context)
  }
}

extension PCA.Options {
  /// The eigenpairs of the rows in `moments`, and the number of components.
  func spectrum(of moments: Moments, in context: Context) throws(GenerativeError) -> (Spectrum, Int) {
    let limit = min(moments.rowCount, moments.columnCount)
    try PCA.checkRowCount(moments.rowCount)
    try check(limit: limit)
    let spectrum = try Spectrum(
      of: moments, wanted: wantedCount(limit: limit), centred: centres, in: context)
    return (spectrum, componentCount(spectrum))
  }

  /// The number of components for a spectrum.
  func componentCount(_ spectrum: Spectrum) -> Int {
    componentCount(
      variances: UnsafeBufferPointer(spectrum.variances.elements), total: spectrum.totalVariance,
      limit: min(spectrum.rowCount, spectrum.columnCount))
  }
}

/// The rule for float products: their error must not exceed the uncertainty due to the input's own precision.
enum FloatProducts {
  /// The standard error of a sum of n products, relative to the root of the sum of their squares. Blocks of
  /// 320 are summed in Float, with errors of 2⁻²⁴ of the sum so far, and the sums of blocks in Double.
  static func error(of n: Int) -> Double { 0x1p-24 * 64 / Double(n).squareRoot() }

  /// Whether an eigenvalue is large enough for the error of a matrix of such sums. The error may be ten units
  /// in the last place of a float, plus four times the error of a singular value decomposition in Float.
  ///
  /// - Parameters:
  ///   - largest: the largest eigenvalue.
  ///   - peak: the largest element of the diagonal; `trace` is the sum of the diagonal.
  static func bear(
    _ value: Double, largest: Double, peak: Double, trace: Double, count n: Int
  ) -> Bool {
    // The norm of a random symmetric matrix is twice the root of the sum of squares of a row.
    let error = 2 * error(of: n) * (peak * trace).squareRoot()
    let allowed = 10 * 0x1p-23 * value + 4 * 0x1p-24 * (largest * value).squareRoot()
    // Beyond these, the products themselves overflow or underflow.
    return error <= allowed && (1e-20...1e30).contains(trace)
  }
}

extension Moments {
  /// Whether the leading components of a spectrum are those that products in Double would give, to the
  /// precision of a float.
  func bears(_ spectrum: Spectrum, _ count: Int) -> Bool {
    let n = Double(max(rowCount - 1, 1))
    var (peak, constant) = (0.0, 0)
    for j in 0..<columnCount {
      peak = max(peak, square(j) / n)
      if square(j) == 0 { constant += 1 }
    }
    // Columns without variance give as many variances that are exactly zero.
    let last = min(count, columnCount - constant)
    guard last > 0 else { return false }
    return FloatProducts.bear(
      spectrum.variances[last - 1], largest: spectrum.variances[0], peak: peak, trace: spectrum.totalVariance,
      count: rowCount)
  }
}
