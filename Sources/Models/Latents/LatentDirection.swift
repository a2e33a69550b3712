import Tensors

/// The direction in latent space in which an attribute of the rows increases. It is a unit vector, computed
/// from latents whose attribute is known.
package struct LatentDirection {
  package enum Method: CaseIterable, Sendable {
    /// From the mean of the rows without the attribute to the mean of those with it (Larsen et al.,
    /// "Autoencoding beyond pixels using a learned similarity metric", ICML 2016, §4.2).
    case means
    /// The weights of a least-squares regression that predicts the attribute from the latent.
    case regression
  }

  package struct Options: Sendable {
    package var method = Method.regression
    /// For regression: λ of (C + λ·tr(C)/d·I)·w = c, with the d × d covariance C of the latents and their
    /// covariance c with the attribute (Hoerl & Kennard, "Ridge regression", 1970). A small λ keeps latents
    /// that the model does not use, which have nearly no variance, out of w.
    package var ridge = 1e-3

    package init() {}
  }

  /// Maximum latent size for regression, which takes d²/2 doubles and d³/3 operations.
  package static let regressionLimit = 4096

  /// The direction, of unit length.
  package let vector: Buffer<Float>
  /// Pearson's correlation between the projections on the direction and the attribute, in [−1, 1].
  package let correlation: Double
  /// The mean and standard deviation of the projections.
  package let mean: Double
  package let deviation: Double
  /// The projections for the attribute's smallest and largest value, on the regression line of projection on
  /// attribute. For a label with two values, the means of the two classes.
  package let low: Double
  package let high: Double

  /// - Parameters:
  ///   - latents: rows × latentSize, finite; at least two rows.
  ///   - attribute: one finite value per row. For `.means`, rows above the middle of its range have the
  ///     attribute.
  ///   - others: otherCount × latentSize directions to which this one is made orthogonal, so that it does not
  ///     change those attributes.
  /// - Throws: `.argument` if the attribute is the same in every row, or if no direction is left: the latents
  ///   do not determine the attribute, or lie in the span of the others. `.memory`.
  package init(
    latents: UnsafePointer<Float>, attribute: UnsafePointer<Float>, rows: Int, latentSize: Int,
    orthogonalTo others: UnsafePointer<Float>?, otherCount: Int, _ options: Options, context: Context
  ) throws(GenerativeError) {
    let (least, greatest) = try Self.range(attribute, rows)
    let direction = try Buffer<Double>(count: latentSize, in: context.memory)
    switch options.method {
    case .means:
      Self.difference(latents, attribute, above: (least + greatest) / 2, rows, into: direction)
    case .regression:
      try LeastSquares.solve(
        latents, attribute, rows: rows, ridge: options.ridge, into: direction, context: context)
    }
    try Self.finish(direction, orthogonalTo: others, otherCount, context)
    var moments = JointMoments()
    for row in 0..<rows {
      let latent = latents + row * latentSize
      let projection = (0..<latentSize).reduce(0) { $0 + Double(latent[$1]) * direction.base[$1] }
      moments.add(projection, Double(attribute[row]))
    }
    // Rounding may have left some direction nevertheless.
    guard moments.xx > 0 else {
      throw GenerativeError(.argument, "the latents say nothing about the attribute: they are all identical")
    }
    try self.init(direction, moments, count: Double(rows), least...greatest, context)
  }

  /// - Parameters:
  ///   - direction: of unit length.
  ///   - moments: the joint moments of the rows' projections on it and of the attribute.
  init(
    _ direction: Buffer<Double>, _ moments: JointMoments, count: Double, _ range: ClosedRange<Double>,
    _ context: Context
  ) throws(GenerativeError) {
    vector = try Buffer(count: direction.count, in: context.memory)
    for i in 0..<direction.count { vector.base[i] = Float(direction.base[i]) }
    mean = moments.xMean
    deviation = (moments.xx / count).squareRoot()
    correlation = max(-1, min(1, moments.xy / (moments.xx * moments.yy).squareRoot()))
    let slope = moments.xy / moments.yy
    low = mean + slope * (range.lowerBound - moments.yMean)
    high = mean + slope * (range.upperBound - moments.yMean)
  }

  /// Makes `direction` orthogonal to the others and of unit length.
  static func finish(
    _ direction: Buffer<Double>, orthogonalTo others: UnsafePointer<Float>?, _ otherCount: Int,
    _ context: Context
  ) throws(GenerativeError) {
    try normalise(direction, "the latents say nothing about the attribute: the direction")
    guard let others else { return }
    try orthogonalise(direction, to: others, otherCount, context)
    try normalise(direction, "the direction lies in the span of others: its remainder", least: 1e-6)
  }

  private static func range(
    _ attribute: UnsafePointer<Float>, _ rows: Int
  ) throws(GenerativeError) -> (Double, Double) {
    var (least, greatest) = (attribute[0], attribute[0])
    for row in 0..<rows { (least, greatest) = (min(least, attribute[row]), max(greatest, attribute[row])) }
    guard least < greatest else {
      throw GenerativeError(.argument, "attribute must differ between rows, all have \(least)")
    }
    return (Double(least), Double(greatest))
  }

  /// direction ← mean of the rows whose attribute is above `middle` − mean of the other rows.
  private static func difference(
    _ latents: UnsafePointer<Float>, _ attribute: UnsafePointer<Float>, above middle: Double,
    _ rows: Int, into direction: Buffer<Double>
  ) {
    let with = (0..<rows).reduce(0) { $0 + (Double(attribute[$1]) > middle ? 1 : 0) }
    for row in 0..<rows {
      let weight = Double(attribute[row]) > middle ? 1 / Double(with) : -1 / Double(rows - with)
      let latent = latents + row * direction.count
      for i in 0..<direction.count { direction.base[i] += weight * Double(latent[i]) }
    }
  }

  /// Removes the part of `direction` in the span of `others`, by Gram–Schmidt.
  private static func orthogonalise(
    _ direction: Buffer<Double>, to others: UnsafePointer<Float>, _ count: Int, _ context: Context
  ) throws(GenerativeError) {
    let d = direction.count
    let basis = try Buffer<Double>(count: count * d, in: context.memory)
    var rank = 0
    func remove(from v: UnsafeMutablePointer<Double>) {
      // Two passes are enough: the second removes what rounding left after the first.
      for _ in 0..<2 {
        for k in 0..<rank {
          let e = basis.base + k * d
          let part = (0..<d).reduce(0) { $0 + v[$1] * e[$1] }
          for i in 0..<d { v[i] -= part * e[i] }
        }
      }
    }
    for k in 0..<count {
      let e = basis.base + rank * d
      for i in 0..<d { e[i] = Double(others[k * d + i]) }
      let before = length(e, d)
      remove(from: e)
      let after = length(e, d)
      // A direction in the span of the earlier ones adds nothing.
      guard after > 1e-6 * before else { continue }
      for i in 0..<d { e[i] /= after }
      rank += 1
    }
    remove(from: direction.base)
  }

  private static func normalise(
    _ direction: Buffer<Double>, _ reason: String, least: Double = 0
  ) throws(GenerativeError) {
    let length = length(direction.base, direction.count)
    guard length > least, length.isFinite else {
      throw GenerativeError(.argument, "\(reason) has length zero")
    }
    for i in 0..<direction.count { direction.base[i] /= length }
  }

  private static func length(_ v: UnsafePointer<Double>, _ count: Int) -> Double {
    (0..<count).reduce(0) { $0 + v[$1] * v[$1] }.squareRoot()
  }
}

/// Means and sums of squared deviations of pairs, added one at a time (Welford, "Note on a method for
/// calculating corrected sums of squares and products", 1962).
struct JointMoments {
  private var count = 0.0
  var xMean = 0.0
  var yMean = 0.0
  var xx = 0.0
  var yy = 0.0
  var xy = 0.0

  mutating func add(_ x: Double, _ y: Double) {
    count += 1
    let (dx, dy) = (x - xMean, y - yMean)
    xMean += dx / count
    yMean += dy / count
    xx += dx * (x - xMean)
    yy += dy * (y - yMean)
    xy += dx * (y - yMean)
  }
}
