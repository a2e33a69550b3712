import Tensors

/// An image with 8 bits per channel: height × width × channels, rows packed, channels last.
///
/// One channel is gray, three are RGB, four are RGB and alpha (not premultiplied). All are gamma-encoded as
/// in the file.
package struct Image: Sendable {
  package let shape: Shape
  package let pixels: Buffer<UInt8>

  package var height: Int { shape.height }
  package var width: Int { shape.width }
  package var channels: Int { shape.channels }

  /// A black image.
  ///
  /// - Throws: `.argument` unless there are 1, 3 or 4 channels and both sides are positive; `.limit` if it
  ///   has more pixels than `limits` allow.
  package init(
    shape: Shape, limits: InputLimits = .standard, in memory: Memory = .standard
  ) throws(GenerativeError) {
    guard [1, 3, 4].contains(shape.channels) else {
      throw GenerativeError(.argument, "an image must have 1, 3 or 4 channels, not \(shape.channels)")
    }
    let count = try Image.pixelCount(height: shape.height, width: shape.width, limits)
    self.shape = shape
    pixels = try Buffer(count: count * shape.channels, in: memory)
  }

  /// An image of one row of floats: 0 becomes 0, 1 becomes 255, other values are clamped and NaN becomes 0.
  package init(
    row: UnsafePointer<Float>, shape: Shape, in memory: Memory = .standard
  ) throws(GenerativeError) {
    try self.init(shape: shape, in: memory)
    for i in 0..<shape.count { pixels.base[i] = quantize(row[i]) }
  }

  /// The number of pixels of an image with these sides, checked against the limits.
  static func pixelCount(
    height: Int, width: Int, _ limits: InputLimits
  ) throws(GenerativeError) -> Int {
    guard height > 0, width > 0 else {
      throw GenerativeError(.argument, "an image must have positive sides, not \(height) × \(width)")
    }
    guard max(height, width) <= limits.sideLength, let count = checkedProduct(height, width),
      count <= limits.pixelCount
    else {
      throw GenerativeError(
        .limit,
        "an image of \(height) × \(width) exceeds the limit of \(limits.sideLength) per side and "
          + "\(limits.pixelCount) pixels")
    }
    return count
  }
}

/// The nearest of 256 levels for a value in [0, 1]. Values outside are clamped, and NaN becomes 0.
@inline(__always)
func quantize(_ value: Float) -> UInt8 {
  // max(0, NaN) is not 0 on every platform; this comparison always gives 0.
  value > 0 ? UInt8(min(value, 1) * 255 + 0.5) : 0
}
