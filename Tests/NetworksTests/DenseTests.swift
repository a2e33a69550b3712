import Networks
import Tensors
import TestSupport
import Testing

@Suite("Dense")
struct DenseTests {
  @Test("forward and backward agree with PyTorch for every activation", arguments: torchActivations)
  func agreesWithPyTorch(name: String, activation: Activation) throws {
    let golden = try Golden("networks-layers")
    func array(_ key: String) throws -> [Float] { try golden("dense.\(name).\(key)") }
    let run = try LayerRun([Dense(Shape(features: 7), Shape(features: 4), activation)], rows: 5)
    run.weights.parameters.assign(try array("weight") + array("bias"))
    let x = try array("x")
    #expect(largestError(run.forward(x), try array("y")) < 1e-5)
    #expect(largestError(try run.backward(try array("dy"), x: x), try array("dx")) < 1e-5)
    #expect(largestError(run.gradient.elements, try array("dWeight") + array("dBias")) < 1e-5)
  }

  @Test("gradients agree with finite differences", arguments: activations)
  func gradients(name: String, activation: Activation) throws {
    try checkGradient(of: Dense(Shape(features: 7), Shape(features: 4), activation), rows: 3)
    try checkGradient(
      of: Dense(Shape(features: 4), Shape(features: 5), activation), rows: 3, mode: .inference)
    try checkGradient(
      of: Dense(Shape(features: 5), Shape(features: 3), activation, hasBias: false), rows: 7)
  }

  @Test("an inference pass gives the same bits as a training pass", arguments: activations)
  func inference(name: String, activation: Activation) throws {
    let layers = [Dense(Shape(features: 7), Shape(features: 4), activation)]
    let x = normals(5 * 7, seed: 1)
    let training = try LayerRun(layers, rows: 5)
    let inference = try LayerRun(layers, rows: 5, mode: .inference, purpose: .inference)
    #expect(largestError(training.forward(x), inference.forward(x)) < 1e-6)
  }
}
