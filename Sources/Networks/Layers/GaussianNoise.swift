import Tensors

/// Gaussian noise. In training, y = x + ε with ε ~ N(0, deviation²); in inference, y = x.
///
/// Before a discriminator, it blurs both distributions until they overlap (Sønderby et al., "Amortised MAP
/// inference for image super-resolution", ICLR 2017: instance noise).
package final class GaussianNoise: Layer {
  package var kind: String { "gaussian noise" }
  package let input: Shape
  /// 0 or more, in the units of x.
  package let deviation: Float

  package var output: Shape { input }
  package var weightUseCount: Int { 0 }
  package var folding: Folding { .identity }

  package init(_ shape: Shape, deviation: Float) {
    input = shape
    self.deviation = deviation
  }

  package func forward(_ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, _ pass: LayerPass) {
    let count = pass.rows * input.count
    guard let random = pass.random else { return y.update(from: x, count: count) }
    pass.context.fillNormal(
      y, count: count, from: random, offset: pass.firstElement(input.count), deviation: deviation)
    pass.context.combine(1, x, 1, into: y, count: count)
  }

  /// dx = dy
  package func backward(
    _ dy: UnsafeMutablePointer<Float>, x: UnsafePointer<Float>, y: UnsafePointer<Float>,
    into dx: UnsafeMutablePointer<Float>?, _ pass: LayerPass
  ) {
    dx?.update(from: dy, count: pass.rows * input.count)
  }

  package var isPiecewiseLinear: Bool { true }

  /// u = t
  package func tangent(
    _ t: UnsafePointer<Float>, y: UnsafePointer<Float>, into u: UnsafeMutablePointer<Float>, _ pass: LayerPass
  ) {
    u.update(from: t, count: pass.rows * input.count)
  }
}

extension GaussianNoise {
  /// In inference y = x.
  package func write(to program: inout Program, _ numbers: LayerNumbers) {}
}
