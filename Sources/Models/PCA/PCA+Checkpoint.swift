import Checkpoints
import Statistics
import Tensors
import Training

/// The tensors of a PCA in a file:
///
///     mean                  d        explained_variance   k
///     components            k × d
///     statistics.shift      d        statistics.sum       d        statistics.product   d × d
///     for a sketch:                  statistics.square    d        statistics.product   d × l
///                                    statistics.direction d × l
///
/// The statistics are stored if further partial fits are to be possible.
extension PCA: Checkpointable {
  package static let kind = "pca"

  /// The solution and, if `content` is `.everything`, the statistics if there are any. If there are too few
  /// rows for a solution, only the statistics.
  ///
  /// Arrays are shared, not copied: write the checkpoint before the next fit.
  ///
  /// - Throws: `.state` before any fit; errors of `solution`.
  package func checkpoint(_ content: CheckpointContent) throws(GenerativeError) -> Checkpoint {
    let moments = content == .everything ? moments : nil
    var checkpoint = try Checkpoint(kind: Self.kind, limits: context.limits)
    try checkpoint.set(options)
    if let moments, !options.canBeSolved(moments) {
      try checkpoint.setOption("fitted.n_features", moments.columnCount)
      try checkpoint.setOption("fitted.n_rows", moments.rowCount)
      try checkpoint.setOption("fitted.element", moments.element.rawValue)
    } else {
      try add(try solution(), to: &checkpoint)
    }
    if let moments {
      let d = moments.columnCount
      try checkpoint.setOption("statistics.bytes", moments.unit != 1)
      try checkpoint.add("statistics.shift", shape: [d], moments.shift)
      try checkpoint.add("statistics.sum", shape: [d], moments.sums)
      try checkpoint.add(
        "statistics.product", shape: [d, moments.directions?.count ?? d], moments.products)
      try moments.addSketch(to: &checkpoint, "statistics.")
    }
    try calibration.add(to: &checkpoint)
    try names.add(to: &checkpoint)
    return checkpoint
  }

  private func add(_ solution: Solution, to checkpoint: inout Checkpoint) throws(GenerativeError) {
    let (k, d) = (solution.componentCount, solution.columnCount)
    try checkpoint.setOption("fitted.n_components", k)
    try checkpoint.setOption("fitted.n_features", d)
    try checkpoint.setOption("fitted.n_rows", solution.rowCount)
    try checkpoint.setOption("fitted.solver", solution.solver.rawValue)
    try checkpoint.setOption("fitted.element", solution.element.rawValue)
    try checkpoint.setOption("fitted.total_variance", solution.totalVariance)
    try checkpoint.setOption("fitted.noise_variance", solution.noiseVariance)
    try checkpoint.setOption("fitted.rounding", solution.rounding)
    try checkpoint.add("mean", shape: [d], solution.mean)
    try checkpoint.add("components", shape: [k, d], solution.components)
    try checkpoint.add("explained_variance", shape: [k], solution.explainedVariance)
  }

  /// The PCA in `checkpoint`, all of which is validated.
  ///
  /// - Throws: `.mismatch` for another kind of model, and for tensors that are missing or have other shapes;
  ///   `.format` for options that are missing or out of range; `.nonfinite`; `.memory`.
  package convenience init(
    _ checkpoint: Checkpoint, context: Context = .standard
  ) throws(GenerativeError) {
    try checkpoint.require(kind: Self.kind)
    var options = try Options(checkpoint)
    // In older files 0 means "auto", but no fit has 0 components then.
    let isEmpty = try checkpoint.option("fitted.n_components", default: 1) == 0
    if isEmpty { options.components = .count(0) }
    let d = try checkpoint.option("fitted.n_features", in: 1...context.limits.modelByteCount)
    let isSolved = checkpoint.hasOption("fitted.n_components")
    let rowCount = try checkpoint.option("fitted.n_rows", in: (isSolved ? 2 : 1)...Int.max)
    // Older files, which lack this entry, contain floats.
    let element =
      checkpoint.hasOption("fitted.element")
      ? RowElement(rawValue: try checkpoint.option("fitted.element", in: 0...2)) ?? .float : .float
    let solution =
      isSolved
      ? try Solution(checkpoint, options, columns: d, rowCount: rowCount, element, in: context) : nil
    var moments: Moments?
    if checkpoint["statistics.product"] != nil {
      let sketch = try MomentsSketch(checkpoint, "statistics.", columns: d, in: context)
      moments = try Moments(
        rowCount: rowCount,
        unit: try checkpoint.option("statistics.bytes", as: Bool.self) ? Moments.byteUnit : 1,
        shift: try checkpoint.doubles("statistics.shift", [d], in: context),
        sums: try checkpoint.finite("statistics.sum", [d], in: context),
        products: try checkpoint.finite(
          "statistics.product", [d, sketch?.directions.count ?? d], in: context),
        directions: sketch?.directions,
        squares: sketch?.squares, productLimit: sketch?.productLimit ?? 0, of: element, in: context)
    }
    guard solution != nil || moments != nil else {
      throw GenerativeError(.mismatch, "the file of a PCA has neither components nor statistics")
    }
    let calibration = try Calibration(checkpoint, in: context) { solution?.componentCount ?? 0 }
    let names = try ModelNames(checkpoint)
    try self.init(options, moments: moments, solution: solution, in: context)
    self.calibration = calibration
    self.names = names
  }
}

extension PCA.Solution {
  /// Reads what `add` wrote.
  fileprivate init(
    _ checkpoint: Checkpoint, _ options: PCA.Options, columns d: Int, rowCount: Int, _ element: RowElement,
    in context: Context
  ) throws(GenerativeError) {
    let k = try checkpoint.option("fitted.n_components", in: 0...min(rowCount, d))
    guard let solver = PCA.Solver(rawValue: try checkpoint.option("fitted.solver", in: 1...3)) else {
      throw GenerativeError(.format, "option fitted.solver names no solver")
    }
    let limit = Double.greatestFiniteMagnitude
    let variances: Buffer<Double> = try checkpoint.finite("explained_variance", [k], in: context)
    for i in 0..<k where variances[i] < 0 || (i > 0 && variances[i] > variances[i - 1]) {
      throw GenerativeError(.format, "explained_variance must be in descending order and not negative")
    }
    let total = try checkpoint.option("fitted.total_variance", in: 0...limit)
    try self.init(
      components: try checkpoint.doubles("components", [k, d], in: context),
      mean: try checkpoint.doubles("mean", [d], in: context), explainedVariance: variances,
      totalVariance: total,
      noiseVariance: try checkpoint.option("fitted.noise_variance", in: 0...limit), rowCount: rowCount,
      solver: solver, element: element,
      rounding: try checkpoint.option("fitted.rounding", default: total * Spectrum.roundingOfSums),
      whitens: options.whitens,
      in: context)
  }
}

extension PCA.Options {
  /// Whether these statistics have a solution: at least two rows, and enough for the requested number of
  /// components.
  func canBeSolved(_ moments: Moments) -> Bool {
    guard moments.rowCount >= 2, case .count(let k) = components else { return moments.rowCount >= 2 }
    return k <= min(moments.rowCount, moments.directions?.count ?? moments.columnCount)
  }
}
