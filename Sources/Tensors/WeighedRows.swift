import Kernels

/// y ← Σₖ weights[k] · xₖ over `rows` rows of bytes that are `rowStride` elements apart. Every processor
/// gives the same bits.
package func weigh(
  _ x: UnsafePointer<UInt8>, rowStride: Int, _ weights: UnsafePointer<Float>, rows: Int,
  into y: UnsafeMutablePointer<Float>, count: Int
) { Kernels.table.elementwise.weighBytes(x, rowStride, weights, rows, y, count) }

/// `weigh` for floats.
package func weigh(
  _ x: UnsafePointer<Float>, rowStride: Int, _ weights: UnsafePointer<Float>, rows: Int,
  into y: UnsafeMutablePointer<Float>, count: Int
) { Kernels.table.elementwise.weighFloats(x, rowStride, weights, rows, y, count) }
