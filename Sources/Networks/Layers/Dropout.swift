import Tensors

/// Dropout. In training, each feature is zeroed with probability `rate`, and the others are multiplied by 1 /
/// (1 − rate) to preserve the mean. In inference, y = x.
///
/// Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting", JMLR 2014.
package final class Dropout: Layer {
  package var kind: String { "dropout" }
  package let input: Shape
  /// In [0, 1).
  package let rate: Float

  package var output: Shape { input }
  package var weightUseCount: Int { 0 }
  package var folding: Folding { .identity }

  package init(_ shape: Shape, rate: Float) {
    input = shape
    self.rate = rate
  }

  /// The factor of every feature.
  package func cacheCount(rows: Int) -> Int { rows * input.count }

  package func forward(_ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, _ pass: LayerPass) {
    let count = pass.rows * input.count
    guard let random = pass.random else { return y.update(from: x, count: count) }
    let factors = pass.cache ?? y
    pass.context.fillUniform(factors, count: count, from: random, offset: pass.firstElement(input.count))
    let kept = 1 / (1 - rate)
    for i in 0..<count { factors[i] = factors[i] < rate ? 0 : kept }
    pass.context.multiply(x, by: factors, count: count, into: y)
  }

  /// dx = dy · factor
  package func backward(
    _ dy: UnsafeMutablePointer<Float>, x: UnsafePointer<Float>, y: UnsafePointer<Float>,
    into dx: UnsafeMutablePointer<Float>?, _ pass: LayerPass
  ) {
    guard let dx else { return }
    let count = pass.rows * input.count
    guard let factors = pass.cache, pass.random != nil else { return dx.update(from: dy, count: count) }
    pass.context.multiply(dy, by: factors, count: count, into: dx)
  }

  package var isPiecewiseLinear: Bool { true }

  /// u = t · factor
  package func tangent(
    _ t: UnsafePointer<Float>, y: UnsafePointer<Float>, into u: UnsafeMutablePointer<Float>, _ pass: LayerPass
  ) {
    let count = pass.rows * input.count
    guard let factors = pass.cache, pass.random != nil else { return u.update(from: t, count: count) }
    pass.context.multiply(t, by: factors, count: count, into: u)
  }
}

extension Dropout {
  /// In inference y = x.
  package func write(to program: inout Program, _ numbers: LayerNumbers) {}
}
