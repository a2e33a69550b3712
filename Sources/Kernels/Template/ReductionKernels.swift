/// Sums whose order depends only on the count.
package struct ReductionKernels: Sendable {
  package typealias Input = UnsafePointer<Float>
  package typealias Output = UnsafeMutablePointer<Float>

  /// Σ x, in Double.
  package var sum: @Sendable (_ x: Input, _ count: Int) -> Double
  /// Σ x·y, in Double.
  package var dot: @Sendable (_ x: Input, _ y: Input, _ count: Int) -> Double
  /// Whether every element is finite.
  package var isFinite: @Sendable (_ x: Input, _ count: Int) -> Bool
  /// Whether every element lies between `low` and `high`. 0 must lie between them too.
  package var isWithin: @Sendable (_ x: Input, _ low: Float, _ high: Float, _ count: Int) -> Bool
  /// sums[j] ← Σᵢ x[i, j], or sums[j] + Σᵢ x[i, j] if adding, over `columns` adjacent columns.
  package var columnSums:
    @Sendable (_ x: Input, _ rows: Int, _ columns: Int, _ rowStride: Int, _ sums: Output, _ adding: Bool) ->
      Void
  /// squares[j] ← Σᵢ (x[i, j] − mean[j])²
  package var columnSquares:
    @Sendable (_ x: Input, _ rows: Int, _ columns: Int, _ rowStride: Int, _ mean: Input, _ squares: Output) ->
      Void
  /// Σ softplus(l) − t·l over one row. If dLogits is not nil, dLogits ← scale · (σ(l) − t).
  package var crossEntropy:
    @Sendable (_ logits: Input, _ targets: Input, _ scale: Float, _ dLogits: Output?, _ count: Int) -> Double
  /// Σ (y − t)² over one row. If dy is not nil, dy ← scale · 2(y − t).
  package var squaredError:
    @Sendable (_ y: Input, _ targets: Input, _ scale: Float, _ dy: Output?, _ count: Int) -> Double

  package init(
    sum: @escaping @Sendable (Input, Int) -> Double,
    dot: @escaping @Sendable (Input, Input, Int) -> Double,
    isFinite: @escaping @Sendable (Input, Int) -> Bool,
    isWithin: @escaping @Sendable (Input, Float, Float, Int) -> Bool,
    columnSums: @escaping @Sendable (Input, Int, Int, Int, Output, Bool) -> Void,
    columnSquares: @escaping @Sendable (Input, Int, Int, Int, Input, Output) -> Void,
    crossEntropy: @escaping @Sendable (Input, Input, Float, Output?, Int) -> Double,
    squaredError: @escaping @Sendable (Input, Input, Float, Output?, Int) -> Double
  ) {
    self.sum = sum
    self.dot = dot
    self.isFinite = isFinite
    self.isWithin = isWithin
    self.columnSums = columnSums
    self.columnSquares = columnSquares
    self.crossEntropy = crossEntropy
    self.squaredError = squaredError
  }
}
