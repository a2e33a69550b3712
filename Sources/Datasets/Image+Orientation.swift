import Tensors

extension Image {
  /// This image rotated and mirrored according to its EXIF orientation, 1 … 8 (Exif 2.3, tag 0x0112).
  func oriented(
    _ orientation: Int, _ limits: InputLimits, in memory: Memory
  ) throws(GenerativeError) -> Image {
    guard (2...8).contains(orientation) else { return self }
    let transposes = orientation >= 5
    let result = try Image(
      shape: Shape(
        height: transposes ? width : height, width: transposes ? height : width, channels: channels),
      limits: limits, in: memory)
    for y in 0..<result.height {
      for x in 0..<result.width {
        // The stored pixel that is displayed at (y, x).
        let (row, column) =
          switch orientation {
          case 2: (y, width - 1 - x)
          case 3: (height - 1 - y, width - 1 - x)
          case 4: (height - 1 - y, x)
          case 5: (x, y)
          case 6: (height - 1 - x, y)
          case 7: (height - 1 - x, width - 1 - y)
          default: (x, width - 1 - y)
          }
        let source = pixels.base + (row * width + column) * channels
        (result.pixels.base + (y * result.width + x) * channels).update(from: source, count: channels)
      }
    }
    return result
  }
}

extension Resizing {
  /// The axes of an image as it is stored, `height` × `width`, given its axes as it is displayed.
  static func stored(
    _ seen: (y: Axis, x: Axis), _ orientation: Int, height: Int, width: Int
  ) -> (y: Axis, x: Axis) {
    let transposes = orientation >= 5
    let y = transposes ? seen.x : seen.y
    let x = transposes ? seen.y : seen.x
    // Reversed if the first stored row, or column, is displayed last.
    return (
      [3, 4, 6, 7].contains(orientation) ? y.reversed(height) : y,
      [2, 3, 7, 8].contains(orientation) ? x.reversed(width) : x
    )
  }
}
