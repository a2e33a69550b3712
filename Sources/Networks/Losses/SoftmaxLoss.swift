import Glibc
import Tensors

/// The negative log-probability, in nats, that softmax of a row's logits assigns to its class.
package enum SoftmaxLoss {
  /// losses[i] ← ln Σⱼ e^lⱼ − l_class. If given, dLogits ← gradientScale · (softmax − one-hot).
  ///
  /// Both matrices have packed rows. A label is a column index.
  package static func evaluate(
    _ logits: Matrix, labels: UnsafePointer<Int32>, losses: UnsafeMutablePointer<Float>,
    gradientScale: Float = 1, dLogits: Matrix? = nil
  ) {
    for i in 0..<logits.rowCount {
      let (row, label) = (logits.row(i), Int(labels[i]))
      let normalizer = logSum(row, logits.columnCount)
      losses[i] = Float(normalizer - Double(row[label]))
      guard let gradient = dLogits?.row(i) else { continue }
      for j in 0..<logits.columnCount {
        let probability = exp(Double(row[j]) - normalizer)
        gradient[j] = gradientScale * Float(probability - (j == label ? 1 : 0))
      }
    }
  }

  /// probabilities ← softmax of each row. Both may be the same memory.
  package static func probabilities(_ logits: Matrix, into probabilities: UnsafeMutablePointer<Float>) {
    for i in 0..<logits.rowCount {
      let row = logits.row(i)
      let normalizer = logSum(row, logits.columnCount)
      for j in 0..<logits.columnCount {
        probabilities[i * logits.columnCount + j] = Float(exp(Double(row[j]) - normalizer))
      }
    }
  }

  private static func logSum(_ row: UnsafePointer<Float>, _ count: Int) -> Double {
    let largest = Double(UnsafeBufferPointer(start: row, count: count).max() ?? 0)
    var sum = 0.0
    for j in 0..<count { sum += exp(Double(row[j]) - largest) }
    return largest + log(sum)
  }
}
