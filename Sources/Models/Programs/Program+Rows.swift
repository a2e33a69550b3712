import Datasets
import Networks
import Tensors

/// The conversions between a caller's rows and the networks' values.
///
/// A mean is a double. Programs store it as two floats, high + low, where low is the rounding error of high:
/// (x − high) − low is as accurate as x − mean.
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
    // low is not zero for a mean that a float cannot represent.
    let hasLow = mean.indices.contains { low($0) != 0 }
    let high = Operation.offset(try Numbers(mean.count, in: context) { Float(sign * mean[$0]) })
    let rest = hasLow ? Operation.offset(try Numbers(mean.count, in: context) { low($0) }) : nil
    // When subtracting, the larger number comes first; when adding, the smaller.
    if sign < 0 { append(high) }
    if let rest { append(rest) }
    if sign > 0 { append(high) }
  }

  /// Appends the conversion of a caller's rows to the networks' values.
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

  /// Appends the inverse of `prepare`.
  mutating func undo(_ preparation: Preparation?, _ context: Context) throws(GenerativeError) {
    guard let preparation else { return }
    append(
      .scale(try Numbers(preparation.columnCount, in: context) { Float(preparation.deviations.base[$0]) }))
    try add(preparation.means, context)
  }

  /// Appends Σ (x − y)², where x is the last value.
  mutating func sumSquares(from y: Int) {
    view(as: shape(y))
    append(.subtract(y))
    append(.multiply(last))
    append(.sum, to: Shape(features: 1))
  }

  /// Appends y = a·x + b, with the same a and b for all features.
  mutating func map(by a: Float, adding b: Float, _ context: Context) throws(GenerativeError) {
    let count = shape(last).channels
    append(.scale(try Numbers(count, in: context) { _ in a }))
    append(.offset(try Numbers(count, in: context) { _ in b }))
  }

  /// Reshapes the last value.
  mutating func view(as shape: Shape) {
    if self.shape(last) != shape { append(.reshape, to: shape) }
  }
}
