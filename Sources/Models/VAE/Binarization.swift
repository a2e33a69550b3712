import Networks
import Tensors

/// Binarizes gray rows at random: a pixel becomes 1 with a probability equal to its gray value, otherwise 0.
/// Each seed gives a new sample: dynamic binarization (Salakhutdinov & Murray, "On the quantitative analysis
/// of deep belief networks", ICML 2008).
package enum Binarization {
  /// y ← 0 or 1. Row i of a seed is the same in any batch. x and y may be the same memory.
  ///
  /// - Throws: `.memory`.
  package static func apply(
    _ x: UnsafePointer<Float>, rows: Int, width: Int, into y: UnsafeMutablePointer<Float>, seed: UInt64,
    context: Context
  ) throws(GenerativeError) {
    guard let floats = checkedProduct(context.threadCount, width) else {
      throw GenerativeError(.memory, "rows of \(width) floats do not fit in memory")
    }
    let scratch = try Buffer<Float>(count: floats, in: context.memory)
    context.parallelSlots(rows) { slot, row in
      let uniforms = scratch.base + slot * width
      let random = Random(seed: seed, purpose: .binarisation, step: UInt64(row)).pass(0)
      context.fillUniform(uniforms, count: width, from: random)
      let offset = row * width
      for j in 0..<width { y[offset + j] = uniforms[j] < x[offset + j] ? 1 : 0 }
    }
  }
}
