import Kernels
import Tensors

extension Context {
  /// Σ x·y
  package func dot(
    _ x: UnsafePointer<Double>, _ y: UnsafePointer<Double>, count: Int
  ) -> Double { kernels.doubles.dot(x, y, count) }

  /// y ← y + a·x
  package func add(
    _ a: Double, _ x: UnsafePointer<Double>, to y: UnsafeMutablePointer<Double>, count: Int
  ) { kernels.doubles.addScaled(a, x, y, count) }
}

/// (x, y) ← (c·x + s·y, c·y − s·x)
func rotate(
  _ x: UnsafeMutablePointer<Double>, _ y: UnsafeMutablePointer<Double>, cosine c: Double, sine s: Double,
  count: Int
) {
  for i in 0..<count {
    let u = x[i]
    let v = y[i]
    x[i] = c * u + s * v
    y[i] = c * v - s * u
  }
}
