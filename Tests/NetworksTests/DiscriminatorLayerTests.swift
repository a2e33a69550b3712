import Networks
import Tensors
import TestSupport
import Testing

@Suite struct DiscriminatorLayerTests {
  private let labels: [Int32] = [2, 0, 2, 1, 2]

  @Test func `Gradients agree with finite differences`() throws {
    try checkGradient(
      of: ClassProjection(Shape(features: 7), classCount: 3, weight: .he(fanIn: 7)), rows: 5, labels: labels)
    for channels in [1, 3] {
      let shape = Shape(height: 7, width: 10, channels: channels)
      try checkGradient(of: ImageAugmentation(shape, probability: 1, range: 2), rows: 5)
      try checkGradient(of: ImageAugmentation(shape, probability: 1, range: 2), rows: 5, mode: .inference)
    }
  }

  @Test func `A projection is the sum of two products`() throws {
    let run = try LayerRun(
      [ClassProjection(Shape(features: 6), classCount: 3, weight: .he(fanIn: 6))], rows: 5, labels: labels)
    let weight = normals(4 * 6 + 1, seed: 1)
    run.weights.parameters.assign(weight)
    let x = normals(5 * 6, seed: 2)
    let y = run.forward(x)
    for (i, label) in labels.enumerated() {
      let wanted = (0..<6).reduce(Double(weight[24])) {
        $0 + Double(x[i * 6 + $1]) * (Double(weight[$1]) + Double(weight[(1 + Int(label)) * 6 + $1]))
      }
      #expect(abs(Double(y[i]) - wanted) < 1e-5)
    }
  }

  private func augmented(_ x: [Float], _ shape: Shape, rows: Int, probability: Float) throws -> [Float] {
    try LayerRun([ImageAugmentation(shape, probability: probability, range: 1)], rows: rows).forward(x)
  }

  @Test func `Each augmentation has its probability, and without one images are unchanged`() throws {
    let shape = Shape(height: 8, width: 8, channels: 1)
    let rows = 4000
    // A ramp to the right of each image.
    let x = (0..<rows * 64).map { Float($0 % 8) / 7 + 1 }
    #expect(try augmented(x, shape, rows: rows, probability: 0) == x)
    let y = try augmented(x, shape, rows: rows, probability: 0.4)
    let changed = (0..<rows).count { y[$0 * 64..<($0 + 1) * 64] != x[$0 * 64..<($0 + 1) * 64] }
    // Unchanged: no mirror (0.8), no shift (0.6 + 0.4/9), no color (0.6), no cut (0.6).
    let share = 1 - 0.8 * (0.6 + 0.4 / 9) * 0.6 * 0.6
    #expect(abs(Double(changed) / Double(rows) - share) < 0.03)
    // A cut is a rectangle of at most 4 × 4 zeros; a shift lets in at most a line and a column.
    #expect((0..<rows).allSatisfy { row in (0..<64).count { y[row * 64 + $0] == 0 } <= 16 + 15 })
  }

  @Test func `A probability stays within its bounds`() throws {
    let shape = Shape(height: 4, width: 4, channels: 1)
    let run = try LayerRun([ImageAugmentation(shape, probability: 0, range: 1)], rows: 1)
    run.network.adaptAugmentation(run.weights, by: 0.25)
    #expect(run.weights.statistics[0] == 0.25)
    run.network.adaptAugmentation(run.weights, by: 2)
    #expect(run.weights.statistics[0] == 1)
    run.network.adaptAugmentation(run.weights, by: -3)
    #expect(run.weights.statistics[0] == 0)
  }
}
