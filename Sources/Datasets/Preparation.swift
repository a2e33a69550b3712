import Glibc
import Tensors

/// The map from a caller's rows to those that a network sees, for each column: y = (x − mean) / deviation.
///
/// A constant column has deviation 0. It is mapped to y = (x − mean) / |mean|, and back to the mean.
package final class Preparation: Sendable {
  package let means: Buffer<Double>
  package let deviations: Buffer<Double>
  private let context: Context

  /// Creates a preparation from equally many means and deviations. Deviations must not be negative.
  package init(means: Buffer<Double>, deviations: Buffer<Double>, context: Context) {
    self.means = means
    self.deviations = deviations
    self.context = context
  }

  package var columnCount: Int { means.count }

  /// Σ ln deviation. ln p(x) of a caller's row is ln p(y) minus this.
  package var logVolume: Double { deviations.elements.reduce(0) { $0 + ($1 > 0 ? log($1) : 0) } }

  /// y ← prepared rows of x. x and y may be the same memory.
  package func apply(_ x: UnsafePointer<Float>, rows: Int, into y: UnsafeMutablePointer<Float>) {
    map(rows) { row, j in y[row + j] = value(Double(x[row + j]), j) }
  }

  /// x ← the caller's rows for prepared rows y, clamped to the range of floats. x and y may be the same
  /// memory.
  package func undo(_ y: UnsafePointer<Float>, rows: Int, into x: UnsafeMutablePointer<Float>) {
    let limit = Double(Float.greatestFiniteMagnitude)
    map(rows) { row, j in
      let value = means.base[j] + Double(y[row + j]) * deviations.base[j]
      x[row + j] = Float(min(max(value, -limit), limit))
    }
  }

  /// The prepared value of x in column j.
  @inline(__always)
  func value(_ x: Double, _ j: Int) -> Float {
    let (mean, deviation) = (means.base[j], deviations.base[j])
    return Float((x - mean) / (deviation > 0 ? deviation : mean == 0 ? 1 : abs(mean)))
  }

  private func map(_ rows: Int, _ body: (_ offset: Int, _ column: Int) -> Void) {
    // Enough numbers to be worth waking a worker.
    let chunk = max(1, 65_536 / max(columnCount, 1))
    context.parallel((rows + chunk - 1) / chunk) { c in
      for row in c * chunk..<min((c + 1) * chunk, rows) {
        for j in 0..<columnCount { body(row * columnCount, j) }
      }
    }
  }
}

/// Without a preparation, rows are unchanged.
extension Preparation? {
  /// y ← rows of x, of `width` floats, as the networks see them.
  package func write(_ x: UnsafePointer<Float>, rows: Int, width: Int, into y: UnsafeMutablePointer<Float>) {
    guard let self else { return y.update(from: x, count: rows * width) }
    self.apply(x, rows: rows, into: y)
  }

  /// Calls `body` with rows as the networks see them: these rows, or prepared copies.
  package func withRows<Result>(
    _ x: UnsafePointer<Float>, _ rows: Int, in context: Context,
    _ body: (UnsafePointer<Float>) throws(GenerativeError) -> Result
  ) throws(GenerativeError) -> Result {
    guard let self else { return try body(x) }
    let prepared = try Buffer<Float>(count: rows * self.columnCount, in: context.memory)
    self.apply(x, rows: rows, into: prepared.base)
    return try body(prepared.base)
  }
}

extension Dataset {
  /// These rows, prepared when they are read as floats.
  ///
  /// - Parameter preparation: must have as many columns as a row.
  package func prepared(by preparation: Preparation) -> Dataset {
    Dataset(
      shape: shape, source: source, owner: owner?.object, selection: selection, labels: labels,
      factors: factors, names: names, firstNamedRow: firstNamedRow, preparation: preparation,
      targets: targets?.prepared(by: preparation), isChecked: isChecked, context: context)
  }
}
