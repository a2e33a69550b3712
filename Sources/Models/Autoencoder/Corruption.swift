import Tensors

/// How a denoising autoencoder's input is corrupted (Vincent et al., "Extracting and composing robust
/// features with denoising autoencoders", ICML 2008).
package enum Corruption: Equatable, Sendable {
  case none
  /// Adds N(0, deviation²), then clamps to [0, 1].
  case gaussian(deviation: Float)
  /// Sets this share of the pixels to 0.
  case masking(share: Float)
  /// Sets this share of the pixels to 0 or 1 with equal probability.
  case saltAndPepper(share: Float)

  /// y ← corrupted x. Element `offset` + i of the stream corrupts element i, so a row is corrupted in the
  /// same way in any batch. x and y may be the same memory.
  package func apply(
    _ x: UnsafePointer<Float>, count: Int, into y: UnsafeMutablePointer<Float>, from random: Random,
    offset: Int = 0, scratch: UnsafeMutablePointer<Float>, context: Context
  ) {
    switch self {
    case .none: y.update(from: x, count: count)
    case .gaussian(let deviation):
      context.fillNormal(scratch, count: count, from: random, offset: offset, deviation: deviation)
      context.combine(1, x, 1, into: scratch, count: count)
      context.clamp(scratch, to: 0, 1, count: count, into: y)
    case .masking(let share):
      context.fillUniform(scratch, count: count, from: random, offset: offset)
      for i in 0..<count { y[i] = scratch[i] < share ? 0 : x[i] }
    case .saltAndPepper(let share):
      context.fillUniform(scratch, count: count, from: random, offset: offset)
      let pepper = share / 2
      for i in 0..<count { y[i] = scratch[i] < share ? (scratch[i] < pepper ? 0 : 1) : x[i] }
    }
  }

  /// Corrupts `rows` rows of `width` floats, in blocks.
  ///
  /// - Throws: `.memory`.
  package func apply(
    _ x: UnsafePointer<Float>, rows: Int, width: Int, into y: UnsafeMutablePointer<Float>,
    seed: UInt64, context: Context
  ) throws(GenerativeError) {
    let random = Random(seed: seed, purpose: .corruption)
    let scratch = try Buffer<Float>(count: width, in: context.memory)
    for row in 0..<rows {
      // Each row has its own stream, whatever the width.
      let offset = row * width
      apply(
        x + offset, count: width, into: y + offset, from: random.row(row), scratch: scratch.base,
        context: context)
    }
  }
}

extension Random {
  /// An independent stream for one row.
  func row(_ index: Int) -> Random {
    Random(seed: seed, purpose: purpose, step: UInt64(truncatingIfNeeded: index))
  }
}
