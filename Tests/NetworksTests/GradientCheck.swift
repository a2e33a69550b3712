import Networks
import Tensors
import TestSupport
import Testing

/// Compares the backward pass of a stack with central differences of its forward pass.
///
/// The loss is the projection Σ r·y on fixed random r, summed in Double; every input and every
/// parameter moves by ±`step`. Float rounding of y (1e-7 relative) over 2·step and the third
/// derivative times step² / 6 both stay below `tolerance` of the largest derivative. A move that takes
/// any output through zero, where ReLU and its kin have their kink, says nothing and is left out; that
/// may happen to one move in eight.
///
/// Then the other paths of backward: it must add to the gradient, and the input's and the parameters'
/// share must not depend on whether the other is asked for.
func checkGradient(
  of layers: any Layer..., rows: Int, labels: [Int32]? = nil,
  mode: Mode = .training(Random(seed: 3, purpose: .test)),
  step: Float = 4e-3, tolerance: Float = 2e-3, sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let run = try LayerRun(layers, rows: rows, labels: labels, mode: mode)
  let network = run.network
  // Away from the neat starting values, variances positive.
  let offsets = normals(network.parameterCount, seed: 11)
  for i in 0..<network.parameterCount { run.weights.parameters[i] += 0.3 * offsets[i] }
  let statistics = normals(network.statisticCount, seed: 12)
  for i in 0..<network.statisticCount { run.weights.statistics[i] += 0.5 * abs(statistics[i]) }
  let start = Array(run.weights.statistics.elements)

  let x = try copy(normals(rows * network.input.count, seed: 13))
  let r = normals(rows * network.output.count, seed: 14)
  func forward() -> [Float] {
    run.weights.statistics.assign(start)
    return run.forward(Array(x.elements))
  }
  /// The derivative by element i of `values`, or nil at a kink.
  func difference(_ values: Buffer<Float>, _ i: Int) -> Float? {
    let value = values[i]
    defer { values[i] = value }
    values[i] = value + step
    let plus = forward()
    values[i] = value - step
    let minus = forward()
    guard zip(plus, minus).allSatisfy({ ($0 > 0) == ($1 > 0) }) else { return nil }
    let change = r.indices.reduce(0) { $0 + Double(r[$1]) * (Double(plus[$1]) - Double(minus[$1])) }
    return Float(change / (2 * Double(step)))
  }
  func compare(_ derivative: [Float], _ values: Buffer<Float>, _ comment: Comment) {
    let expected = derivative.indices.map { difference(values, $0) }
    let known = expected.compactMap { $0 }
    let scale = max(1, known.map(abs).reduce(0, max))
    let error = zip(derivative, expected).map { a, b in b.map { abs(a - $0) / scale } ?? 0 }.reduce(0, max)
    #expect(error < tolerance, comment, sourceLocation: sourceLocation)
    #expect(8 * known.count >= 7 * expected.count - 8, comment, sourceLocation: sourceLocation)
  }

  _ = forward()
  let ones = [Float](repeating: 1, count: network.parameterCount)
  run.gradient.assign(ones)
  let dx = try run.backward(r, x: Array(x.elements))
  let accumulated = Array(run.gradient.elements)
  compare(dx, x, "dx")
  compare(accumulated.map { $0 - 1 }, run.weights.parameters, "gradient")
  #expect(dx.contains { abs($0) > 1e-3 }, sourceLocation: sourceLocation)

  _ = forward()
  let dy = try copy(r)
  let alone = try Buffer<Float>(count: x.count)
  network.backward(
    dy.base, x: x.base, rows: rows, given: labels, run.weights, run.workspace, mode, gradient: nil,
    inputGradient: alone.base)
  #expect(Array(alone.elements) == dx, "dx without a gradient", sourceLocation: sourceLocation)

  _ = forward()
  dy.assign(r)
  run.gradient.assign(ones)
  network.backward(
    dy.base, x: x.base, rows: rows, given: labels, run.weights, run.workspace, mode,
    gradient: run.gradient.base)
  #expect(
    Array(run.gradient.elements) == accumulated, "gradient without dx", sourceLocation: sourceLocation)
}

/// The activations with stored PyTorch arrays. make_networks.py can write those of softplus, too.
let torchActivations = activations.filter { $0.name != "softplus" }

/// Every activation.
let activations: [(name: String, activation: Activation)] = [
  ("identity", .identity), ("relu", .relu), ("leakyReLU", .leakyReLU(slope: 0.2)), ("silu", .silu),
  ("elu", .elu), ("tanh", .tanh), ("sigmoid", .sigmoid), ("softplus", .softplus),
]
