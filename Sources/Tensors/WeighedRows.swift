import Kernels

/// y ← Σₖ weights[k] · xₖ of `rows` rows of bytes that lie `rowStride` elements apart; the same bits on every
/// processor.
package func weigh(
  _ x: UnsafePointer<UInt8>, rowStride: Int, _ weights: UnsafePointer<Float>, rows: Int,
  into y: UnsafeMutablePointer<Float>, count: Int
) { Kernels.table.elementwise.weighBytes(x, rowStride, weights, rows, y, count) }

/// The same of floats.
package func weigh(
  _ x: UnsafePointer<Float>, rowStride: Int, _ weights: UnsafePointer<Float>, rows: Int,
  into y: UnsafeMutablePointer<Float>, count: Int
) { Kernels.table.elementwise.weighFloats(x, rowStride, weights, rows, y, count) }
