import Kernels
import Tensors

extension Context {
  /// Σ x·y
  package func dot(
    _ x: UnsafePointer<Double>, _ y: UnsafePointer<Double>, count: Int
  ) -> Double { kernels.doubles.dot(x, y, count) }

  /// Whether every x is finite. 0·x is NaN if x is NaN or infinite.
  package func isFinite(_ x: UnsafePointer<Double>, count: Int) -> Bool {
    withUnsafeTemporaryAllocation(of: Double.self, capacity: 256) { zeros in
      guard let zero = zeros.baseAddress else { return false }
      zero.initialize(repeating: 0, count: 256)
      let (dot, block) = (kernels.doubles.dot, 1 << 16)
      let isFinite = Guarded(true)
      parallelSlots((count + block - 1) / block) { _, index in
        for first in stride(from: index * block, to: min(count, (index + 1) * block), by: 256)
        where dot(x + first, zero, min(256, count - first)) != 0 {
          return isFinite.withLock { $0 = false }
        }
      }
      return isFinite.withLock { $0 }
    }
  }

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
