import Ranks
import Statistics
import Tensors
import Training

/// Principal component analysis.
///
/// After Shlens, "A tutorial on principal component analysis" (2014). For rows x ∈ ℝᵈ with mean μ:
///
///     C = Σ (x − μ)·(x − μ)ᵀ / (n − 1)         covariance
///     C = Vᵀ·diag(λ)·V,  λ₁ ≥ λ₂ ≥ …            rows of V: the principal components
///     y = V·(x − μ)                             transform; the covariance of y is diag(λ)
///     x̂ = Vᵀ·y + μ                              inverse transform, the nearest point of the subspace
///
/// The sign of a component is chosen so that its element with the largest magnitude is positive (of equal
/// ones, the first). Fitting needs exclusive access; everything else may run on any number of threads.
package final class PCA: Sendable {
  package let options: Options
  package let context: Context
  /// The ranks that share this PCA's fits; nil: only this process.
  private let ranks: (@Sendable () throws(GenerativeError) -> Ranks?)?
  private let state = Guarded(State())
  private let keptNames = Guarded(ModelNames())

  /// The statistics of the rows seen, and the solution.
  struct State {
    /// The statistics, which fits that can continue keep; nil after a Gram fit.
    nonisolated(unsafe) var moments: Moments?
    /// The solution for the current `moments`, if it was computed.
    var solution: Solution?
    var calibration = Calibration()
  }

  /// - Parameter ranks: called by each fit, which then fits to the rows of all ranks.
  /// - Throws: `.argument` for options out of range.
  package init(
    _ options: Options = Options(), ranks: (@Sendable () throws(GenerativeError) -> Ranks?)? = nil,
    in context: Context = .standard
  ) throws(GenerativeError) {
    try options.check()
    self.options = options
    self.ranks = ranks
    self.context = context
  }

  // MARK: - Fitting

  /// Fits to all rows of `source`. An earlier fit is replaced; after an error it is kept.
  ///
  /// - Throws: `.argument` for fewer than two rows or more components than min(rows, columns); `.nonfinite`;
  ///   `.memory`; errors of the source.
  package func fit(_ source: some RowSource) throws(GenerativeError) {
    if let ranks = try ranks?() { return try fit(source, over: ranks) }
    let columns = source.columnCount
    let isWide = source.knownRowCount.map { $0 < columns } ?? false
    if options.solver == .gram || (options.solver == .automatic && isWide) {
      let solution = try GramSolver.solve(source, options, in: context)
      return replace(State(moments: nil, solution: solution))
    }
    replace(options.solver == .sketch ? try fitBySketch(source) : try fitByCovariance(source))
  }

  private func fitBySketch(_ source: some RowSource) throws(GenerativeError) -> State {
    var moments = try Self.moments(of: source, try emptyMoments(columns: source.columnCount))
    for _ in 1..<options.passCount {
      let refined = try Moments(refining: moments, centred: options.centres, in: context)
      let next = try Self.moments(of: source, refined)
      guard next.rowCount == moments.rowCount else {
        throw GenerativeError(
          .mismatch, "the first pass had \(moments.rowCount) rows and the next \(next.rowCount)")
      }
      moments = next
    }
    try Run.proceed(moments.rowCount, of: moments.rowCount)
    return State(moments: moments, solution: try Solution(of: moments, options, in: context))
  }

  static func moments(
    of source: some RowSource, _ moments: Moments
  ) throws(GenerativeError) -> Moments {
    try source.forEachBatch { batch throws(GenerativeError) in
      // After an error, the moments are discarded.
      try moments.add(batch, isChecked: true)
    }
    return moments
  }

  private func emptyMoments(columns: Int) throws(GenerativeError) -> Moments {
    guard options.solver == .sketch else { return try Moments(columns: columns, in: context) }
    return try Moments(
      columns: columns, directions: try options.directions(columns: columns, in: context), in: context)
  }

  /// Adds rows to those seen before. The result is that of one fit to all of them, up to rounding.
  ///
  /// The eigenproblem is solved by the next call that needs its solution.
  ///
  /// - Throws: `.mismatch` for another number of columns than before; `.nonfinite`, and then nothing of that
  ///   batch was added; `.state` after a fit on the Gram path; `.memory`; errors of the source.
  package func partialFit(_ source: some RowSource) throws(GenerativeError) {
    let moments = try continuedMoments(columns: source.columnCount)
    try source.forEachBatch { batch throws(GenerativeError) in
      let before = moments.rowCount
      // Also for a part of a batch, if the call is stopped.
      defer { if moments.rowCount > before { replace(State(moments: moments, solution: nil)) } }
      try moments.add(batch, isChecked: batch.isSummable && source.isChecked)
    }
  }

  /// Adds the rows that `other` has seen. `other` is not changed.
  ///
  /// - Throws: `.mismatch` for another number of columns or other directions; `.state` if either was fitted
  ///   on the Gram path, or if `other` has seen no rows; `.memory`.
  package func merge(_ other: PCA) throws(GenerativeError) {
    guard let theirs = other.moments else {
      throw GenerativeError(.state, "the other PCA has no statistics to merge")
    }
    try merge(theirs)
  }

  /// Adds the rows that `theirs` has seen. `theirs` is not changed.
  ///
  /// - Throws: `.mismatch`, `.state` and `.memory`, like `merge`.
  package func merge(_ theirs: Moments) throws(GenerativeError) {
    if theirs.directions != nil, options.solver == .covariance {
      throw GenerativeError(.mismatch, "the covariance solver needs all products, not those of a sketch")
    }
    let moments = try continuedMoments(columns: theirs.columnCount, like: theirs)
    if moments === theirs {
      throw GenerativeError(.argument, "other must not be the PCA itself")
    }
    try moments.merge(theirs)
    replace(State(moments: moments, solution: nil))
  }

  /// The number of rows seen.
  package var rowCount: Int {
    state.withLock { $0.moments?.rowCount ?? $0.solution?.rowCount ?? 0 }
  }

  /// The statistics, if this fit can continue.
  var moments: Moments? { state.withLock { $0.moments } }

  private func continuedMoments(
    columns: Int, like other: Moments? = nil
  ) throws(GenerativeError) -> Moments {
    let (moments, isFinal) = state.withLock { ($0.moments, $0.moments == nil && $0.solution != nil) }
    if isFinal {
      throw GenerativeError(
        .state, "a PCA fitted on the Gram path keeps no statistics: fit it with the covariance solver")
    }
    if let moments { return moments }
    if options.solver == .gram {
      throw GenerativeError(.state, "the Gram path needs all rows at once: partial fits need the covariance")
    }
    guard let other else { return try emptyMoments(columns: columns) }
    return try Moments(columns: columns, other.precision, directions: other.directions, in: context)
  }

  package var calibration: Calibration {
    get { state.withLock { $0.calibration } }
    set { state.withLock { $0.calibration = newValue } }
  }

  /// The names of the columns of the rows that this PCA was fitted to.
  package var names: ModelNames {
    get { keptNames.withLock { $0 } }
    set { keptNames.replace(by: newValue) }
  }

  func replace(_ new: State) {
    state.replace(by: new)
  }

  /// Restores the state stored in a file.
  convenience init(
    _ options: Options, moments: Moments?, solution: Solution?, in context: Context
  ) throws(GenerativeError) {
    try self.init(options, in: context)
    replace(State(moments: moments, solution: solution))
  }

  // MARK: - Results

  /// Components, variances and everything else for all rows so far.
  ///
  /// - Throws: `.state` before the first row; after partial fits, errors of `fit`.
  package func solution() throws(GenerativeError) -> Solution {
    let kept = state.withLock { $0 }
    if let solution = kept.solution { return solution }
    guard let moments = kept.moments else { throw GenerativeError(.state, "this PCA is not fitted yet") }
    // Threads that call this at the same time solve the same problem, with the same bits.
    let solution = try Solution(of: moments, options, in: context)
    replace(State(moments: moments, solution: solution))
    return solution
  }
}
