import Tensors

/// How close rows in [0, 1] are to clean ones: squared error, signal-to-noise ratio and structural
/// similarity, each as a mean over rows with its standard error.
package struct ReconstructionQuality {
  /// Σ (x − y)² of a row.
  package let squaredError: Estimate
  /// 10 log₁₀(1 / mean squared error) of a row, in decibels; infinite if any row is exact.
  package let signalToNoise: Estimate
  package let similarity: Estimate

  /// The number of floats compared between two progress reports.
  private static let blockFloats = 1 << 20

  /// - Throws: `.memory`, `.cancelled`.
  package init(
    _ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, rows: Int, shape: Shape, context: Context
  ) throws(GenerativeError) {
    let values = try Buffer<Double>(count: rows, in: context.memory)
    let width = shape.count
    context.parallel(rows) { row in
      values.base[row] = RowErrors.squaredError(x + row * width, y + row * width, width)
    }
    squaredError = Estimate(values.elements)
    for row in 0..<rows { values.base[row] = RowErrors.decibels(values.base[row], width) }
    signalToNoise = Estimate(values.elements)
    let similarity = StructuralSimilarity(shape)
    let block = max(1, Self.blockFloats / width)
    for first in stride(from: 0, to: rows, by: block) {
      try Run.proceed(first, of: rows)
      try similarity.evaluate(
        x + first * width, y + first * width, rows: min(block, rows - first), into: values.base + first,
        context: context)
    }
    self.similarity = Estimate(values.elements)
  }
}
