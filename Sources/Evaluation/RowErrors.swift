import Glibc
import Tensors

/// How far rows are from what they should be.
package enum RowErrors {
  /// Σ (x − y)² of a row, averaged over rows.
  package static func meanSquaredError(
    _ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, rows: Int, rowSize: Int
  ) -> Double {
    var total = 0.0
    for row in 0..<rows { total += squaredError(x + row * rowSize, y + row * rowSize, rowSize) }
    return total / Double(rows)
  }

  /// The peak signal-to-noise ratio in decibels, 10 log₁₀(1 / mean squared error), averaged over rows;
  /// infinite when a row is exact.
  package static func peakSignalToNoise(
    _ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, rows: Int, rowSize: Int
  ) -> Double {
    var total = 0.0
    for row in 0..<rows {
      total += decibels(squaredError(x + row * rowSize, y + row * rowSize, rowSize), rowSize)
    }
    return total / Double(rows)
  }

  /// 10 log₁₀(1 / mean squared error) of a row's Σ (x − y)².
  static func decibels(_ squaredError: Double, _ rowSize: Int) -> Double {
    -10 * log10(squaredError / Double(rowSize))
  }

  /// Σ (x − y)² of a row.
  package static func squaredError(
    _ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, _ count: Int
  ) -> Double {
    var total = 0.0
    for i in 0..<count {
      let d = Double(x[i]) - Double(y[i])
      total += d * d
    }
    return total
  }
}
