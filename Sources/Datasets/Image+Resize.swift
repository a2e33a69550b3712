import Tensors

/// The number of new rows computed at a time.
private let blockRows = 16

extension Image {
  /// This image resized to `height` × `width`, filtered as `resizing` specifies.
  ///
  /// Each axis is filtered in turn. Colors are weighted by their alpha, so that colors of transparent pixels
  /// do not count.
  ///
  /// - Throws: `.argument` or `.limit`, like the initializer.
  package func resized(
    height newHeight: Int, width newWidth: Int, by resizing: Resizing = Resizing(),
    limits: InputLimits = .standard, in memory: Memory = .standard
  ) throws(GenerativeError) -> Image {
    let result = try Image(
      shape: Shape(height: newHeight, width: newWidth, channels: channels), limits: limits, in: memory)
    let axes = resizing.axes(from: (height, width), to: (newHeight, newWidth))
    return try resampled(axes.y, axes.x, resizing, limits, in: memory).placed(
      in: result, axes.y.offset, axes.x.offset, resizing.background)
  }

  /// This image placed inside `result`, which may be larger, surrounded by background.
  func placed(in result: Image, _ top: Int, _ left: Int, _ background: Double) -> Image {
    if shape == result.shape { return self }
    let count = width * channels
    for i in 0..<result.pixels.count {
      // The background is opaque.
      result.pixels.base[i] = channels == 4 && i % 4 == 3 ? 255 : quantize(Float(background))
    }
    for y in 0..<height {
      (result.pixels.base + ((top + y) * result.width + left) * channels).update(
        from: pixels.base + y * count, count: count)
    }
    return result
  }

  /// Computes the new pixels for these axes.
  func resampled(
    _ y: Resizing.Axis, _ x: Resizing.Axis, _ resizing: Resizing, _ limits: InputLimits, in memory: Memory
  ) throws(GenerativeError) -> Image {
    func isIdentity(_ axis: Resizing.Axis, _ count: Int) -> Bool {
      axis.count == count && axis.start == 0 && axis.scale == 1
    }
    if isIdentity(y, height), isIdentity(x, width) { return self }
    let result = try Image(
      shape: Shape(height: y.count, width: x.count, channels: channels), limits: limits, in: memory)
    let rows = try Taps(y, resizing.filter, in: memory)
    let columns = try Taps(x, resizing.filter, in: memory)
    let isClear = hasTransparency
    // The range of source columns that the new columns need.
    let firstColumn = columns[0].first
    let last = columns[x.count - 1]
    let rowCount = (last.first + last.count - firstColumn) * channels
    let narrow = try Buffer<Float>(count: blockRows * rowCount, in: memory)
    let turned = try Buffer<Float>(count: blockRows * rowCount, in: memory)
    let clear = try Buffer<Float>(count: isClear ? rows.mostCount * rowCount : 0, in: memory)
    let made = try Buffer<Float>(count: blockRows * channels, in: memory)
    for top in stride(from: 0, to: y.count, by: blockRows) {
      let block = min(blockRows, y.count - top)
      for j in 0..<block {
        let taps = rows[top + j]
        let source = pixels.base + (taps.first * width + firstColumn) * channels
        let target = narrow.base + j * rowCount
        if isClear {
          for k in 0..<taps.count {
            premultiply(source + k * width * 4, into: clear.base + k * rowCount, count: rowCount / 4)
          }
          weigh(
            UnsafePointer(clear.base), rowStride: rowCount, taps.weights, rows: taps.count, into: target,
            count: rowCount)
        } else {
          weigh(
            UnsafePointer(source), rowStride: width * channels, taps.weights, rows: taps.count, into: target,
            count: rowCount)
        }
      }
      // Transposed: the columns of a block become rows, which the same loop sums.
      for i in 0..<rowCount {
        for j in 0..<block { turned.base[i * blockRows + j] = narrow.base[j * rowCount + i] }
      }
      for i in 0..<x.count {
        let taps = columns[i]
        weigh(
          UnsafePointer(turned.base + (taps.first - firstColumn) * channels * blockRows),
          rowStride: channels * blockRows, taps.weights, rows: taps.count, into: made.base,
          count: channels * blockRows)
        for j in 0..<block {
          write(
            made.base + j, isClear, into: result.pixels.base + ((top + j) * x.count + i) * channels)
        }
      }
    }
    return result
  }

  /// Whether some pixel is not opaque.
  private var hasTransparency: Bool {
    guard channels == 4 else { return false }
    for i in stride(from: 3, to: pixels.count, by: 4) where pixels.base[i] < 255 { return true }
    return false
  }

  /// Writes a pixel whose channels are `blockRows` apart.
  @inline(__always)
  private func write(
    _ values: UnsafePointer<Float>, _ isClear: Bool, into target: UnsafeMutablePointer<UInt8>
  ) {
    func byte(_ value: Float) -> UInt8 { UInt8(min(max(value, 0), 255) + 0.5) }
    let alpha = isClear ? values[3 * blockRows] : 0
    for c in 0..<channels {
      var value = values[c * blockRows]
      if isClear, c < 3 { value = byte(alpha) > 0 ? value * 255 / alpha : 0 }
      target[c] = byte(value)
    }
  }
}

/// Converts RGBA to colors multiplied by alpha.
private func premultiply(
  _ source: UnsafePointer<UInt8>, into target: UnsafeMutablePointer<Float>, count: Int
) {
  for i in stride(from: 0, to: 4 * count, by: 4) {
    let alpha = Float(source[i + 3])
    for c in 0..<3 { target[i + c] = Float(source[i + c]) * alpha / 255 }
    target[i + 3] = alpha
  }
}

/// The weights by which source pixels are summed into new ones, along one axis.
private struct Taps {
  private let weights: Buffer<Float>
  private let ranges: Buffer<SIMD2<Int32>>
  /// Maximum number of source pixels per new pixel.
  let mostCount: Int

  init(
    _ axis: Resizing.Axis, _ filter: Resizing.Filter, in memory: Memory
  ) throws(GenerativeError) {
    let widening = max(axis.scale, 1)
    let reach = filter.reach * widening
    mostCount = min(2 * Int(reach.rounded(.up)) + 2, axis.bounds.count)
    weights = try Buffer(count: axis.count * mostCount, in: memory)
    ranges = try Buffer(count: axis.count, in: memory)
    let low = axis.bounds.lowerBound
    let high = axis.bounds.upperBound
    for i in 0..<axis.count {
      let center = axis.start + (Double(i) + 0.5) * axis.scale
      let w = weights.base + i * mostCount
      w[0] = 1
      // Centers on a boundary belong to the next pixel, whatever the rounding.
      var first = min(max(Int(center + 1e-9), low), high - 1)
      var count = 1
      if reach > 0 {
        first = min(max(Int(center - reach + 0.5), low), high - 1)
        count = min(max(Int(center + reach + 0.5), first + 1), min(high, first + mostCount)) - first
        func weight(_ k: Int) -> Double { filter.weight((Double(first + k) + 0.5 - center) / widening) }
        var total = 0.0
        for k in 0..<count { total += weight(k) }
        if total == 0 {
          count = 1
        } else {
          for k in 0..<count { w[k] = Float(weight(k) / total) }
        }
      }
      ranges.base[i] = SIMD2(Int32(first), Int32(count))
    }
  }

  subscript(i: Int) -> (first: Int, count: Int, weights: UnsafePointer<Float>) {
    (Int(ranges.base[i].x), Int(ranges.base[i].y), UnsafePointer(weights.base + i * mostCount))
  }
}
