import Glibc

/// The error of a row with respect to its target.
enum RowErrors {
  /// Σ (x − y)² of a row.
  static func squaredError(_ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, _ count: Int) -> Double {
    var total = 0.0
    for i in 0..<count {
      let d = Double(x[i]) - Double(y[i])
      total += d * d
    }
    return total
  }

  /// 10 log₁₀(1 / mean squared error), computed from a row's Σ (x − y)²; infinite for an exact row.
  static func decibels(_ squaredError: Double, _ rowSize: Int) -> Double {
    -10 * log10(squaredError / Double(rowSize))
  }
}
