import Datasets
import Networks
import Tensors

/// What stands between a caller's rows and the networks.
///
/// Differences of doubles are those of two floats, high + low, of which the low one takes up what the high one
/// lost: (x − high) − low rounds where x − mean would.
extension Program {
  /// x − mean
  mutating func subtract(_ mean: Buffer<Double>, _ context: Context) throws(GenerativeError) {
    try offset(by: mean, sign: -1, context)
  }

  /// x + mean
  mutating func add(_ mean: Buffer<Double>, _ context: Context) throws(GenerativeError) {
    try offset(by: mean, sign: 1, context)
  }

  private mutating func offset(
    by mean: Buffer<Double>, sign: Double, _ context: Context
  ) throws(GenerativeError) {
    let mean = mean.elements
    func low(_ j: Int) -> Float { Float(sign * (mean[j] - Double(Float(mean[j])))) }
    // What is left of a value rounded to a float.
    let hasLow = mean.indices.contains { low($0) != 0 }
    let high = Operation.offset(try Numbers(mean.count, in: context) { Float(sign * mean[$0]) })
    let rest = hasLow ? Operation.offset(try Numbers(mean.count, in: context) { low($0) }) : nil
    // Towards zero the larger comes first, away from it the smaller.
    if sign < 0 { append(high) }
    if let rest { append(rest) }
    if sign > 0 { append(high) }
  }

  /// The caller's rows as the networks see them.
  mutating func prepare(_ preparation: Preparation?, _ context: Context) throws(GenerativeError) {
    guard let preparation else { return }
    let (means, deviations) = (preparation.means, preparation.deviations)
    try subtract(means, context)
    append(
      .scale(
        try Numbers(means.count, in: context) {
          let (mean, deviation) = (means.base[$0], deviations.base[$0])
          return Float(1 / (deviation > 0 ? deviation : mean == 0 ? 1 : abs(mean)))
        }))
  }

  /// The way back.
  mutating func undo(_ preparation: Preparation?, _ context: Context) throws(GenerativeError) {
    guard let preparation else { return }
    append(
      .scale(try Numbers(preparation.columnCount, in: context) { Float(preparation.deviations.base[$0]) }))
    try add(preparation.means, context)
  }

  /// Σ (x − y)² of the last value x
  mutating func sumSquares(from y: Int) {
    view(as: shape(y))
    append(.subtract(y))
    append(.multiply(last))
    append(.sum, to: Shape(features: 1))
  }

  /// y = a·x + b, one pair for all features.
  mutating func map(by a: Float, adding b: Float, _ context: Context) throws(GenerativeError) {
    let count = shape(last).channels
    append(.scale(try Numbers(count, in: context) { _ in a }))
    append(.offset(try Numbers(count, in: context) { _ in b }))
  }

  /// Gives the last value this shape.
  mutating func view(as shape: Shape) {
    if self.shape(last) != shape { append(.reshape, to: shape) }
  }
}
