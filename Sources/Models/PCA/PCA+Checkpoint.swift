import Checkpoints
import Statistics
import Tensors

/// What a file holds of a PCA:
///
///     mean                  d        explained_variance   k
///     components            k × d
///     statistics.shift      d        statistics.sum       d        statistics.product   d × d
///     of a sketch:                   statistics.square    d        statistics.product   d × l
///                                    statistics.direction d × l
///
/// The statistics are there when further partial fits shall be possible.
extension PCA: Checkpointable {
  package static let kind = "pca"

  /// The solution and, with everything, the statistics when there are any.
  ///
  /// Arrays are shared, not copied: write the checkpoint before the next fit.
  ///
  /// - Throws: `.state` before any fit, and what `solution` throws.
  package func checkpoint(_ content: CheckpointContent) throws(GenerativeError) -> Checkpoint {
    let solution = try solution()
    let k = solution.componentCount
    let d = solution.columnCount
    var checkpoint = try Checkpoint(kind: Self.kind, limits: context.limits)
    try checkpoint.set(options)
    try checkpoint.setOption("fitted.n_components", k)
    try checkpoint.setOption("fitted.n_features", d)
    try checkpoint.setOption("fitted.n_rows", solution.rowCount)
    try checkpoint.setOption("fitted.solver", solution.solver.rawValue)
    try checkpoint.setOption("fitted.total_variance", solution.totalVariance)
    try checkpoint.setOption("fitted.noise_variance", solution.noiseVariance)
    try checkpoint.add("mean", shape: [d], solution.mean)
    try checkpoint.add("components", shape: [k, d], solution.components)
    try checkpoint.add("explained_variance", shape: [k], solution.explainedVariance)
    if content == .everything, let moments {
      try checkpoint.setOption("statistics.bytes", moments.unit != 1)
      try checkpoint.add("statistics.shift", shape: [d], moments.shift)
      try checkpoint.add("statistics.sum", shape: [d], moments.sums)
      try checkpoint.add(
        "statistics.product", shape: [d, moments.directions?.count ?? d], moments.products)
      try moments.addSketch(to: &checkpoint, "statistics.")
    }
    try calibration.add(to: &checkpoint)
    return checkpoint
  }

  /// The PCA that was kept in `checkpoint`; nothing in it is believed.
  ///
  /// - Throws: `.mismatch` for another kind of model and for tensors missing or of other shapes;
  ///   `.format` for options missing or outside their range; `.nonfinite`; `.memory`.
  package convenience init(
    _ checkpoint: Checkpoint, context: Context = .standard
  ) throws(GenerativeError) {
    try checkpoint.require(kind: Self.kind)
    let options = try Options(checkpoint)
    let d = try checkpoint.option("fitted.n_features", in: 1...context.limits.modelByteCount)
    let rowCount = try checkpoint.option("fitted.n_rows", in: 2...Int.max)
    let k = try checkpoint.option("fitted.n_components", in: 1...min(rowCount, d))
    guard let solver = Solver(rawValue: try checkpoint.option("fitted.solver", in: 1...3)) else {
      throw GenerativeError(.format, "option fitted.solver names no solver")
    }
    let limit = Double.greatestFiniteMagnitude
    let variances: Buffer<Double> = try checkpoint.finite("explained_variance", [k], in: context)
    for i in 0..<k where variances[i] < 0 || (i > 0 && variances[i] > variances[i - 1]) {
      throw GenerativeError(.format, "explained_variance must fall and not be negative")
    }
    let solution = try Solution(
      components: try checkpoint.finite("components", [k, d], in: context),
      mean: try checkpoint.finite("mean", [d], in: context), explainedVariance: variances,
      totalVariance: try checkpoint.option("fitted.total_variance", in: 0...limit),
      noiseVariance: try checkpoint.option("fitted.noise_variance", in: 0...limit), rowCount: rowCount,
      solver: solver, whitens: options.whitens, in: context)
    var moments: Moments?
    if checkpoint["statistics.product"] != nil {
      let sketch = try MomentsSketch(checkpoint, "statistics.", columns: d, in: context)
      moments = try Moments(
        rowCount: rowCount,
        unit: try checkpoint.option("statistics.bytes", as: Bool.self) ? Moments.byteUnit : 1,
        shift: try checkpoint.finite("statistics.shift", [d], in: context),
        sums: try checkpoint.finite("statistics.sum", [d], in: context),
        products: try checkpoint.finite(
          "statistics.product", [d, sketch?.directions.count ?? d], in: context),
        directions: sketch?.directions, squares: sketch?.squares, productLimit: sketch?.productLimit ?? 0,
        in: context)
    }
    let calibration = try Calibration(checkpoint, in: context) { k }
    try self.init(options, moments: moments, solution: solution, in: context)
    self.calibration = calibration
  }
}
