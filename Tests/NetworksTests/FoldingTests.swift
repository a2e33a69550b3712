import Networks
import Tensors
import TestSupport
import Testing

@Suite("Folding")
struct FoldingTests {
  private let window = Window(kernel: 4, stride: 2, padding: 1)

  /// The outputs of `layers` before and after folding, from random weights and statistics.
  private func outputs(_ layers: [any Layer]) throws -> (before: [Float], after: [Float], layers: Int) {
    let rows = 5
    let labels: [Int32] = [2, 0, 1, 2, 0]
    let run = try LayerRun(layers, rows: rows, labels: labels, mode: .inference, purpose: .inference)
    let shifts = normals(run.weights.parameters.count, seed: 1)
    for i in shifts.indices { run.weights.parameters[i] += 0.1 * shifts[i] }
    let statistics = normals(run.weights.statistics.count, seed: 2)
    for i in statistics.indices { run.weights.statistics[i] += 0.5 * abs(statistics[i]) }
    let x = normals(rows * run.network.input.count, seed: 3)
    let (network, weights) = try run.network.folded(run.weights, context: run.context)
    let workspace = try Workspace(network, rows: rows, .inference, context: run.context)
    let y = network.forward(x, rows: rows, given: labels, weights, workspace, .inference)
    let after = Array(UnsafeBufferPointer(start: y, count: rows * network.output.count))
    return (run.forward(x), after, network.layers.count)
  }

  @Test("a folded network gives the same outputs with fewer layers", arguments: activations)
  func folds(name: String, activation: Activation) throws {
    let (a, b, c) = (
      Shape(height: 3, width: 2, channels: 4), Shape(height: 6, width: 4, channels: 5), Shape(features: 7)
    )
    let generator: [any Layer] = [
      Dense(c, a, .identity), BatchNormalization(a, activation),
      try TransposedConvolution(a, filters: 5, window, .identity, hasBias: false),
      BatchNormalization(b, activation, isAffine: false),
    ]
    let discriminator: [any Layer] = [
      GaussianNoise(b, deviation: 0.3), try Convolution(b, filters: 4, window, .identity),
      BatchNormalization(a, activation), Dropout(a, rate: 0.2), Dense(a, c, .identity, hasBias: false),
      BatchNormalization(c, activation), Dense(c, c, .identity),
    ]
    let odd = Shape(height: 5, width: 4, channels: 5)
    let padded = try [ZeroPadding(odd, to: b)] + discriminator.dropFirst()
    let cropped = try generator + [Cropping(b, to: odd)]
    for (layers, count) in [(generator, 2), (discriminator, 3), (padded, 4), (cropped, 3)] {
      let result = try outputs(layers)
      #expect(largestError(result.after, result.before) < 1e-5)
      #expect(result.layers == count)
    }
  }

  @Test("class biases may precede a normalization", arguments: activations)
  func foldsAcrossClasses(name: String, activation: Activation) throws {
    let (a, b, c) = (
      Shape(height: 3, width: 2, channels: 4), Shape(height: 6, width: 4, channels: 5), Shape(features: 7)
    )
    let layers: [any Layer] = [
      Dense(c, a, .identity), ClassBias(Shape(features: a.count), classCount: 3),
      BatchNormalization(a, activation, isAffine: false),
      try TransposedConvolution(a, filters: 5, window, .identity, hasBias: false),
      ClassBias(b, classCount: 3, tapCount: 4), BatchNormalization(b, activation),
    ]
    let result = try outputs(layers)
    #expect(largestError(result.after, result.before) < 1e-5)
    #expect(result.layers == 4)
  }

  @Test("a normalization without a linear layer before it is kept, and so is a network of noise layers")
  func keeps() throws {
    let c = Shape(features: 7)
    let layers: [any Layer] = [
      BatchNormalization(c, .relu), Dense(c, c, .tanh), BatchNormalization(c), BatchNormalization(c),
      Dense(c, c, .identity), BatchNormalization(c), BatchNormalization(c),
    ]
    let result = try outputs(layers)
    #expect(largestError(result.after, result.before) < 1e-5)
    #expect(result.layers == 6)
    let noise = try outputs([Dropout(c, rate: 0.2)])
    #expect(noise.after == noise.before && noise.layers == 1)
  }

  @Test("a custom layer folds as it declares")
  func foldsWhatSaysSo() throws {
    let shape = Shape(features: 5)
    let found = try outputs([Dense(Shape(features: 3), shape, .identity), Turnover(input: shape)])
    #expect(found.layers == 1)
    for (before, after) in zip(found.before, found.after) { #expect(abs(before - after) < 1e-5) }
  }
}

/// y = 1 − 2·x
private final class Turnover: AffineLayer {
  let kind = "turnover"
  let input: Shape
  let activation = Activation.identity

  init(input: Shape) { self.input = input }

  var output: Shape { input }
  var weightUseCount: Int { input.count }

  func forward(_ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, _ pass: LayerPass) {
    for i in 0..<pass.rows * input.count { y[i] = 1 - 2 * x[i] }
  }

  func backward(
    _ dy: UnsafeMutablePointer<Float>, x: UnsafePointer<Float>, y: UnsafePointer<Float>,
    into dx: UnsafeMutablePointer<Float>?, _ pass: LayerPass
  ) {
    for i in 0..<pass.rows * input.count { dx?[i] = -2 * dy[i] }
  }

  func inferenceAffine(
    channel: Int, parameters: UnsafePointer<Float>, statistics: UnsafePointer<Float>
  ) -> (gain: Float, offset: Float) { (-2, 1) }
}
