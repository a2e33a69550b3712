import Tensors

extension Image {
  /// This picture scaled to cover `height` × `width` and cropped to it around the centre.
  ///
  /// A separable triangle filter, widened by the factor when shrinking, so that every pixel of the
  /// source counts, and linear interpolation when enlarging. Channels are filtered one by one, alpha
  /// too.
  ///
  /// - Throws: `.argument` or `.limit` as for a new picture.
  package func resized(
    height newHeight: Int, width newWidth: Int, limits: InputLimits = .standard,
    in memory: Memory = .standard
  ) throws(GenerativeError) -> Image {
    if newHeight == height, newWidth == width { return self }
    let result = try Image(
      shape: Shape(height: newHeight, width: newWidth, channels: channels), limits: limits, in: memory)
    // Source pixels per new pixel, the same both ways.
    let scale = min(Float(height) / Float(newHeight), Float(width) / Float(newWidth))
    let rows = try TriangleFilter(from: height, to: newHeight, scale: scale, in: memory)
    let columns = try TriangleFilter(from: width, to: newWidth, scale: scale, in: memory)

    // Only the source rows that some new row needs: (last − first) × newWidth × channels
    let firstRow = rows.taps(0).first
    let lastRow = rows.taps(newHeight - 1)
    let neededRows = lastRow.first + lastRow.count - firstRow
    let rowCount = newWidth * channels
    let narrow = try Buffer<Float>(count: neededRows * rowCount, in: memory)
    for y in 0..<neededRows {
      let source = pixels.base + (firstRow + y) * width * channels
      let target = narrow.base + y * rowCount
      for x in 0..<newWidth {
        let taps = columns.taps(x)
        for c in 0..<channels {
          var sum: Float = 0
          for k in 0..<taps.count {
            sum += taps.weights[k] * Float(source[(taps.first + k) * channels + c])
          }
          target[x * channels + c] = sum
        }
      }
    }

    let row = try Buffer<Float>(count: rowCount, in: memory)
    for y in 0..<newHeight {
      let taps = rows.taps(y)
      row.base.update(repeating: 0, count: rowCount)
      for k in 0..<taps.count {
        let source = narrow.base + (taps.first - firstRow + k) * rowCount
        for i in 0..<rowCount { row.base[i] += taps.weights[k] * source[i] }
      }
      let target = result.pixels.base + y * rowCount
      for i in 0..<rowCount { target[i] = UInt8(min(max(row.base[i], 0), 255) + 0.5) }
    }
    return result
  }
}

/// The weights with which source pixels add up to new ones, along one axis.
private struct TriangleFilter {
  private let weights: Buffer<Float>
  private let ranges: Buffer<SIMD2<Int32>>
  private let stride: Int

  /// New pixel i is centred at (i + ½)·scale in a window of `count`·scale in the source's middle.
  init(from sourceCount: Int, to count: Int, scale: Float, in memory: Memory) throws(GenerativeError) {
    let reach = max(scale, 1)
    stride = 2 * Int(reach.rounded(.up)) + 2
    weights = try Buffer(count: count * stride, in: memory)
    ranges = try Buffer(count: count, in: memory)
    let start = (Float(sourceCount) - Float(count) * scale) / 2
    for i in 0..<count {
      let center = start + (Float(i) + 0.5) * scale
      let first = min(max(Int(center - reach + 0.5), 0), sourceCount - 1)
      let end = min(max(Int(center + reach + 0.5), first + 1), min(sourceCount, first + stride))
      let w = weights.base + i * stride
      var total: Float = 0
      for k in 0..<end - first {
        w[k] = max(0, 1 - abs(Float(first + k) + 0.5 - center) / reach)
        total += w[k]
      }
      if total == 0 {
        w[0] = 1
        total = 1
      }
      for k in 0..<end - first { w[k] /= total }
      ranges.base[i] = SIMD2(Int32(first), Int32(end - first))
    }
  }

  func taps(_ i: Int) -> (first: Int, count: Int, weights: UnsafePointer<Float>) {
    (Int(ranges.base[i].x), Int(ranges.base[i].y), UnsafePointer(weights.base + i * stride))
  }
}
