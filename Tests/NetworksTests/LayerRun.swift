import Networks
import Tensors

/// One layer as a network of its own, with everything a forward and a backward pass need.
final class LayerRun {
  let context: Context
  let network: Network
  let weights: Weights
  let workspace: Workspace
  let gradient: Buffer<Float>
  let rows: Int
  let mode: Mode
  /// The class of each row.
  let labels: [Int32]?

  init(
    _ layers: [any Layer], rows: Int, labels: [Int32]? = nil,
    mode: Mode = .training(Random(seed: 3, purpose: .test)), purpose: Workspace.Purpose = .training,
    precision: Precision = .float32, context: Context = .standard
  ) throws {
    self.context = context
    network = try Network("test", layers, precision: precision)
    weights = try Weights(network, seed: 5, context: context)
    workspace = try Workspace(network, rows: rows, purpose, context: context)
    gradient = try Buffer(count: network.parameterCount)
    self.rows = rows
    self.mode = mode
    self.labels = labels
  }

  // Inlined where its result is not used, the optimizer (Swift 6.3.1) frees the array before it is filled.
  @inline(never) func forward(_ x: [Float]) -> [Float] {
    let y = network.forward(x, rows: rows, given: labels, weights, workspace, mode)
    return Array(UnsafeBufferPointer(start: y, count: rows * network.output.count))
  }

  /// dx, after a forward pass of the same x.
  func backward(_ dy: [Float], x: [Float]) throws -> [Float] {
    let dy = try copy(dy)
    let dx = try Buffer<Float>(count: rows * network.input.count)
    network.backward(
      dy.base, x: x, rows: rows, given: labels, weights, workspace, mode, gradient: gradient.base,
      inputGradient: dx.base)
    return Array(dx.elements)
  }
}

func copy(_ values: [Float]) throws -> Buffer<Float> {
  try values.withUnsafeBufferPointer { try Buffer(copying: $0) }
}

extension Buffer where Element == Float {
  /// Takes over `values`, from the start.
  func assign(_ values: [Float]) { for (i, value) in values.enumerated() { self[i] = value } }
}
