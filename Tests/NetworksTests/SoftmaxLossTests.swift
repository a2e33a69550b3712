import Glibc
import Networks
import Tensors
import TestSupport
import Testing

@Suite struct SoftmaxLossTests {
  private let logits: [Float] = [0.3, -1.2, 2.5, 0, 90, 88.5, -60, 91]
  private let labels: [Int32] = [2, 0]

  private func loss(_ logits: [Double], _ label: Int) -> Double {
    let largest = logits.max() ?? 0
    return largest + log(logits.reduce(0) { $0 + exp($1 - largest) }) - logits[label]
  }

  @Test func `The loss is the negative log-probability, and its gradient agrees with finite differences`() {
    var values = logits
    var losses = [Float](repeating: -1, count: 2)
    var gradient = [Float](repeating: -1, count: 8)
    values.withUnsafeMutableBufferPointer { values in
      gradient.withUnsafeMutableBufferPointer { gradient in
        guard let values = values.baseAddress, let gradient = gradient.baseAddress else { return }
        SoftmaxLoss.evaluate(
          Matrix(values, rows: 2, columns: 4), labels: labels, losses: &losses, gradientScale: 0.5,
          dLogits: Matrix(gradient, rows: 2, columns: 4))
      }
    }
    for i in 0..<2 {
      let row = logits[4 * i..<4 * i + 4].map(Double.init)
      #expect(abs(Double(losses[i]) - loss(row, Int(labels[i]))) < 1e-5)
      for j in 0..<4 {
        var (up, down) = (row, row)
        up[j] += 1e-5
        down[j] -= 1e-5
        let slope = (loss(up, Int(labels[i])) - loss(down, Int(labels[i]))) / 2e-5
        #expect(abs(Double(gradient[4 * i + j]) - 0.5 * slope) < 1e-6)
      }
    }
  }

  @Test func `Probabilities are nonnegative and sum to one for any logits`() {
    var values = logits
    values[4] = 3e38
    var probabilities = [Float](repeating: -1, count: 8)
    values.withUnsafeMutableBufferPointer { values in
      guard let values = values.baseAddress else { return }
      SoftmaxLoss.probabilities(Matrix(values, rows: 2, columns: 4), into: &probabilities)
    }
    for i in 0..<2 {
      let row = probabilities[4 * i..<4 * i + 4]
      #expect(row.allSatisfy { $0 >= 0 } && abs(row.reduce(0, +) - 1) < 1e-6)
    }
    #expect(probabilities[4] == 1)
  }
}
