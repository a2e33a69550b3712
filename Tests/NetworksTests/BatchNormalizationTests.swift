import Networks
import Tensors
import TestSupport
import Testing

@Suite("Batch normalization")
struct BatchNormalizationTests {
  private let shape = Shape(height: 5, width: 2, channels: 4)

  @Test(
    "agrees with PyTorch in training, in its running statistics and in inference", arguments: torchActivations
  )
  func agreesWithPyTorch(name: String, activation: Activation) throws {
    let golden = try Golden("networks-layers")
    func array(_ key: String) throws -> [Float] { try golden("norm.\(name).\(key)") }
    let layer = BatchNormalization(shape, activation)
    let run = try LayerRun([layer], rows: 3)
    run.weights.parameters.assign(try array("scale") + array("shift"))
    let x = try array("x")
    #expect(largestError(run.forward(x), try array("y")) < 1e-5)
    #expect(largestError(try run.backward(try array("dy"), x: x), try array("dx")) < 2e-5)
    #expect(largestError(run.gradient.elements, try array("dScale") + array("dShift")) < 2e-5)

    _ = run.forward(x.map { 3 * $0 - 1 })
    #expect(
      largestError(run.weights.statistics.elements, try array("running_mean") + array("running_var")) < 1e-5)

    let frozen = try LayerRun([layer], rows: 3, mode: .inference)
    frozen.weights.copy(run.weights)
    #expect(largestError(frozen.forward(x), try array("inference")) < 1e-5)
    #expect(largestError(try frozen.backward(try array("dy"), x: x), try array("inferenceDx")) < 1e-5)
    let finished = try LayerRun([layer], rows: 3, mode: .inference, purpose: .inference)
    finished.weights.copy(run.weights)
    #expect(largestError(finished.forward(x), try array("inference")) < 1e-5)
  }

  @Test("gradients agree with finite differences", arguments: activations)
  func gradients(name: String, activation: Activation) throws {
    try checkGradient(of: BatchNormalization(Shape(features: 4), activation), rows: 7, step: 2e-3)
    try checkGradient(of: BatchNormalization(shape, activation), rows: 3, step: 2e-3)
    try checkGradient(
      of: BatchNormalization(shape, activation), rows: 3, mode: .inference, step: 2e-3)
    try checkGradient(
      of: BatchNormalization(Shape(features: 3), activation, isAffine: false), rows: 6, step: 2e-3)
  }

  @Test("sums over many chunks of rows agree with Double")
  func manyRows() throws {
    // 3 columns make chunks of 5,461 rows, so that this takes three.
    let (rows, channels) = (12_345, 3)
    let run = try LayerRun([BatchNormalization(Shape(features: channels))], rows: rows)
    let x = normals(rows * channels, seed: 1).map { 2 * $0 + 5 }
    let dy = normals(rows * channels, seed: 2)
    _ = run.forward(x)
    _ = try run.backward(dy, x: x)
    for c in 0..<channels {
      let column = stride(from: c, to: x.count, by: channels)
      let mean = column.reduce(0) { $0 + Double(x[$1]) } / Double(rows)
      let variance = column.reduce(0) { $0 + (Double(x[$1]) - mean) * (Double(x[$1]) - mean) } / Double(rows)
      #expect(abs(Double(run.weights.statistics[c]) - 0.1 * mean) < 1e-6)
      let unbiased = variance * Double(rows) / Double(rows - 1)
      #expect(abs(Double(run.weights.statistics[channels + c]) - (0.9 + 0.1 * unbiased)) < 1e-5)
      let deviation = (variance + 1e-5).squareRoot()
      let dScale = column.reduce(0) { $0 + Double(dy[$1]) * (Double(x[$1]) - mean) / deviation }
      let dShift = column.reduce(0) { $0 + Double(dy[$1]) }
      #expect(abs(Double(run.gradient[c]) - dScale) < 0.02)
      #expect(abs(Double(run.gradient[channels + c]) - dShift) < 0.02)
    }
  }

  @Test("a single row of a vector gives the shift and keeps the running variance")
  func oneRow() throws {
    let run = try LayerRun([BatchNormalization(Shape(features: 3))], rows: 1)
    run.weights.parameters.assign([1, 1, 1, 0.5, -2, 3])
    #expect(run.forward([7, -8, 9]) == [0.5, -2, 3])
    #expect(
      Array(run.weights.statistics.elements) == [Float(0.1) * 7, Float(0.1) * -8, Float(0.1) * 9, 1, 1, 1])
  }
}
