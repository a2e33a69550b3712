// Loops over contiguous doubles. `a * b + c`, not `addingProduct`: without FMA in the target that
// is a library call per lane.

/// Σ x·y, in four interleaved partial sums.
package func dotProduct(_ x: UnsafePointer<Double>, _ y: UnsafePointer<Double>, count: Int) -> Double {
  let xRaw = UnsafeRawPointer(x)
  let yRaw = UnsafeRawPointer(y)
  var sum0 = SIMD4<Double>.zero
  var sum1 = SIMD4<Double>.zero
  var i = 0
  while i + 8 <= count {
    sum0 +=
      xRaw.loadUnaligned(fromByteOffset: i * 8, as: SIMD4<Double>.self)
      * yRaw.loadUnaligned(fromByteOffset: i * 8, as: SIMD4<Double>.self)
    sum1 +=
      xRaw.loadUnaligned(fromByteOffset: i * 8 + 32, as: SIMD4<Double>.self)
      * yRaw.loadUnaligned(fromByteOffset: i * 8 + 32, as: SIMD4<Double>.self)
    i += 8
  }
  var total = (sum0 + sum1).sum()
  while i < count {
    total += x[i] * y[i]
    i += 1
  }
  return total
}

/// y ← y − a·x
package func subtract(
  _ a: Double, _ x: UnsafePointer<Double>, from y: UnsafeMutablePointer<Double>, count: Int
) {
  let xRaw = UnsafeRawPointer(x)
  let yRaw = UnsafeMutableRawPointer(y)
  var i = 0
  while i + 4 <= count {
    let value =
      UnsafeRawPointer(yRaw).loadUnaligned(fromByteOffset: i * 8, as: SIMD4<Double>.self)
      - a * xRaw.loadUnaligned(fromByteOffset: i * 8, as: SIMD4<Double>.self)
    yRaw.storeBytes(of: value, toByteOffset: i * 8, as: SIMD4<Double>.self)
    i += 4
  }
  while i < count {
    y[i] -= a * x[i]
    i += 1
  }
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
