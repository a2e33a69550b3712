import Networks
import Tensors
import TestSupport
import Testing

@Suite("Residual layers and spectral norm")
struct ResidualTests {
  @Test("gradients of residuals, also nested, agree with finite differences")
  func gradients() throws {
    let image = Shape(height: 6, width: 4, channels: 2)
    let down = try Convolution(image, filters: 3, Window(kernel: 4, stride: 2, padding: 1), .silu)
    let below = try Residual([
      Dense(down.output, Shape(features: 5), .tanh), Dense(Shape(features: 5), down.output, .identity),
    ])
    let up = try TransposedConvolution(
      down.output, filters: 2, Window(kernel: 4, stride: 2, padding: 1), .identity)
    try checkGradient(of: Residual([down, below, up]), rows: 3)
    try checkGradient(of: Residual([down, below, up]), Dense(image, Shape(features: 3), .tanh), rows: 2)
  }

  @Test("a residual adds its input, with a cache or without")
  func sum() throws {
    let dense = Dense(Shape(features: 5), Shape(features: 5), .silu)
    let run = try LayerRun([try Residual([dense])], rows: 3)
    let alone = try LayerRun([dense], rows: 3)
    alone.weights.copy(run.weights)
    let bare = try LayerRun([try Residual([dense])], rows: 3, mode: .inference, purpose: .inference)
    bare.weights.copy(run.weights)
    let x = normals(15, seed: 2)
    let wanted = zip(alone.forward(x), x).map { $0 + $1 }
    #expect(zip(run.forward(x), wanted).allSatisfy { abs($0 - $1) < 1e-6 })
    #expect(zip(bare.forward(x), wanted).allSatisfy { abs($0 - $1) < 1e-6 })
  }

  @Test("layers that do not fit are refused")
  func refusal() {
    let a = Dense(Shape(features: 5), Shape(features: 4), .silu)
    #expect(throws: GenerativeError.self) { try Residual([a]) }
    #expect(throws: GenerativeError.self) { try Residual([]) }
    #expect(throws: GenerativeError.self) { try SpectralNormalization(GaussianNoise(a.input, deviation: 1)) }
  }

  /// With u at its fixed point σ and its derivative are exact.
  @Test("spectral norm's gradients agree with finite differences")
  func spectralGradients() throws {
    let dense = Dense(Shape(features: 4), Shape(features: 3), .tanh)
    let layer = try SpectralNormalization(dense)
    let run = try LayerRun([layer], rows: 5)
    let x = normals(20, seed: 6)
    let r = normals(15, seed: 7)
    for _ in 0..<300 { _ = run.forward(x) }
    let start = Array(run.weights.statistics.elements)
    _ = run.forward(x)
    _ = try run.backward(r, x: x)
    let gradient = Array(run.gradient.elements)
    for i in 0..<run.weights.parameters.count {
      func loss(_ change: Float) -> Double {
        let value = run.weights.parameters[i]
        run.weights.parameters[i] = value + change
        defer { run.weights.parameters[i] = value }
        // The singular vector follows the weight.
        run.weights.statistics.assign(start)
        for _ in 0..<300 { _ = run.forward(x) }
        return zip(run.forward(x), r).reduce(0) { $0 + Double($1.0) * Double($1.1) }
      }
      #expect(abs(Double(gradient[i]) - (loss(2e-3) - loss(-2e-3)) / 4e-3) < 5e-3)
    }
  }
}
