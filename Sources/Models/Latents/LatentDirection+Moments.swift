import LinearAlgebra
import Statistics
import Tensors

extension LatentDirection {
  /// Computes the direction from statistics of rows [latent | attributes], which may be gathered on any
  /// number of machines. The result is the same as from the rows themselves, up to rounding.
  ///
  /// Let C be the covariance of the latents, c their covariance with the attribute, and v the variance of the
  /// attribute. Regression needs nothing else. For an attribute with two values, a and b, the difference of
  /// the means of its rows is (b − a)·c/v.
  ///
  /// - Parameters:
  ///   - attribute: 0 ..< attributeCount, an index into the columns after the latents.
  ///   - range: the smallest and largest value of the attribute.
  /// - Throws: `.argument` in the same cases as for rows, and for `.means` if the attribute has other values
  ///   than the two of `range`; `.state` for a sketch or fewer than two rows; `.memory`.
  package init(
    _ moments: Moments, attribute: Int, of attributeCount: Int, _ range: ClosedRange<Double>,
    orthogonalTo others: UnsafePointer<Float>?, otherCount: Int, _ options: Options, context: Context
  ) throws(GenerativeError) {
    guard moments.directions == nil else {
      throw GenerativeError(.state, "a direction needs all products, not those of a sketch")
    }
    guard moments.rowCount >= 2 else {
      throw GenerativeError(.state, "a direction needs at least 2 rows, not \(moments.rowCount)")
    }
    let width = moments.columnCount
    let d = width - attributeCount
    let column = d + attribute
    guard let area = checkedProduct(width, width) else {
      throw GenerativeError(.memory, "the covariance of \(width) columns does not fit in memory")
    }
    let all = try Buffer<Double>(count: area, in: context.memory)
    let means = try Buffer<Double>(count: width, in: context.memory)
    try moments.covariance(into: all.base)
    context.mirrorUpperTriangle(all.base, columns: width)
    moments.mean(into: means.base)
    let n = Double(moments.rowCount)
    let variance = all.base[column * (width + 1)]
    guard variance > 0 else {
      throw GenerativeError(.argument, "attribute must differ between rows, all have \(means.base[column])")
    }

    let direction = try Buffer<Double>(count: d, in: context.memory)
    for i in 0..<d { direction.base[i] = all.base[i * width + column] }
    switch options.method {
    case .means:
      try Self.checkTwoValues(range, mean: means.base[column], variance: variance * (n - 1) / n)
    case .regression:
      let covariance = try Buffer<Double>(count: d * d, in: context.memory)
      for i in 0..<d { (covariance.base + i * d).update(from: all.base + i * width, count: d) }
      LeastSquares.solve(covariance.base, ridge: options.ridge, into: direction)
    }
    try Self.finish(direction, orthogonalTo: others, otherCount, context)

    var projections = JointMoments()
    for i in 0..<d {
      let w = direction.base[i]
      projections.xMean += w * means.base[i]
      projections.xy += w * all.base[i * width + column] * (n - 1)
      projections.xx += w * context.dot(all.base + i * width, direction.base, count: d) * (n - 1)
    }
    projections.yMean = means.base[column]
    projections.yy = variance * (n - 1)
    guard projections.xx > 0 else {
      throw GenerativeError(.argument, "the latents say nothing about the attribute: they are all identical")
    }
    try self.init(direction, projections, count: n, range, context)
  }

  /// The mean of (x − a)·(b − x) is zero only if all rows have the values a or b.
  private static func checkTwoValues(
    _ range: ClosedRange<Double>, mean: Double, variance: Double
  ) throws(GenerativeError) {
    let (a, b) = (range.lowerBound, range.upperBound)
    let between = (mean - a) * (b - mean) - variance
    guard abs(between) <= 1e-5 * (b - a) * (b - a) else {
      throw GenerativeError(
        .argument, "means need an attribute of two values, \(a) and \(b): use regression for others")
    }
  }
}
