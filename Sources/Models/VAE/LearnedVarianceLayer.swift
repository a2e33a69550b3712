import Networks
import Tensors

/// The decoder's last layer if the variance of a Gaussian likelihood is learned. It passes rows on unchanged
/// and owns λ = ln σ², either one for all pixels or one per pixel.
///
/// Its gradient comes from the loss, not through the rows: the VAE adds it.
final class LearnedVarianceLayer: Layer {
  var kind: String { "learned variance" }
  let input: Shape
  private let isPerPixel: Bool

  init(_ shape: Shape, isPerPixel: Bool) { (input, self.isPerPixel) = (shape, isPerPixel) }

  var output: Shape { input }
  var parameters: [Parameter] {
    [Parameter("log_variance", shape: [isPerPixel ? input.count : 1], .constant(0))]
  }

  var weightUseCount: Int { parameterCount }

  func forward(_ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, _ pass: LayerPass) {
    y.update(from: x, count: pass.rows * input.count)
  }

  func backward(
    _ dy: UnsafeMutablePointer<Float>, x: UnsafePointer<Float>, y: UnsafePointer<Float>,
    into dx: UnsafeMutablePointer<Float>?, _ pass: LayerPass
  ) {
    dx?.update(from: dy, count: pass.rows * input.count)
  }
}

extension LearnedVarianceLayer {
  /// y = x
  func write(to program: inout Program, _ numbers: LayerNumbers) {}
}
