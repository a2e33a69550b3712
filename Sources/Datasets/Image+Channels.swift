import Tensors

extension Image {
  /// This image with 1, 3 or 4 channels.
  ///
  /// Colors become gray by the Rec. 601 luma 0.299 R + 0.587 G + 0.114 B. If alpha is dropped, the image is
  /// composited over white. If alpha is added, it is opaque.
  ///
  /// - Throws: `.argument` for other numbers of channels.
  package func converted(
    toChannels count: Int, limits: InputLimits = .standard, in memory: Memory = .standard
  ) throws(GenerativeError) -> Image {
    if count == channels { return self }
    let result = try Image(
      shape: Shape(height: height, width: width, channels: count), limits: limits, in: memory)
    convert(
      pixels.base, channels: channels, count: height * width, into: result.pixels.base, channels: count)
    return result
  }
}

/// Converts pixels of 1 (gray), 2 (gray and alpha), 3 or 4 channels to 1, 3 or 4.
func convert(
  _ source: UnsafePointer<UInt8>, channels: Int, count: Int,
  into target: UnsafeMutablePointer<UInt8>, channels targetChannels: Int
) {
  let hasColor = channels >= 3
  let hasAlpha = channels == 2 || channels == 4
  for i in 0..<count {
    let s = source + i * channels
    let t = target + i * targetChannels
    var r = s[0]
    var g = hasColor ? s[1] : r
    var b = hasColor ? s[2] : r
    let alpha = hasAlpha ? s[channels - 1] : 255
    if targetChannels < 4, alpha < 255 {
      r = overWhite(r, alpha)
      g = overWhite(g, alpha)
      b = overWhite(b, alpha)
    }
    if targetChannels == 1 {
      t[0] = hasColor ? luma(r, g, b) : r
    } else {
      t[0] = r
      t[1] = g
      t[2] = b
      if targetChannels == 4 { t[3] = alpha }
    }
  }
}

/// 0.299 r + 0.587 g + 0.114 b, rounded, computed with 16 fractional bits. Gray colors keep their value.
@inline(__always)
private func luma(_ r: UInt8, _ g: UInt8, _ b: UInt8) -> UInt8 {
  UInt8(truncatingIfNeeded: (19_595 * UInt32(r) + 38_470 * UInt32(g) + 7_471 * UInt32(b) + 32_768) >> 16)
}

/// α·v + (1 − α)·white, rounded.
@inline(__always)
private func overWhite(_ value: UInt8, _ alpha: UInt8) -> UInt8 {
  let a = UInt32(alpha)
  return UInt8(truncatingIfNeeded: (a * UInt32(value) + (255 - a) * 255 + 127) / 255)
}
