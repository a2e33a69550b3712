/// How an image fills the height and width of a row.
package struct Resizing: Sendable {
  package enum Fit: Sendable {
    /// Scaled to cover the row, then cropped to it.
    case cover
    /// Scaled to fit within the row, padded with background.
    case contain
    /// Height and width are scaled independently.
    case stretch
  }

  package enum Filter: Sendable {
    /// Linear interpolation. When shrinking, it is widened by the factor, so that every source pixel counts.
    case triangle
    /// Lanczos with three lobes, widened likewise: sharper, but it overshoots at edges.
    case lanczos
    /// The source pixel at the center of the new one.
    case nearest

    /// The reach of the filter to each side at scale 1.
    var reach: Double { self == .lanczos ? 3 : self == .triangle ? 1 : 0 }

    func weight(_ x: Double) -> Double {
      let x = abs(x)
      if self == .triangle { return max(0, 1 - x) }
      if x < 1e-9 { return 1 }
      return x < 3 ? sinPi(x) * sinPi(x / 3) * 3 / (Double.pi * Double.pi * x * x) : 0
    }
  }

  package var fit = Fit.cover
  package var filter = Filter.triangle
  /// The size of the region that is cropped first, at most that of the image. nil: the image's height or
  /// width.
  package var cropHeight: Int?
  package var cropWidth: Int?
  /// The position of the cropped or contained part: 0 is left or top, 1 is right or bottom.
  package var placeX = 0.5
  package var placeY = 0.5
  /// The gray value around a contained image, 0 to 1.
  package var background = 0.0

  package init() {}

  /// How one axis of `source` pixels is mapped to one of `count` pixels.
  struct Axis {
    /// Source pixels that may be used.
    var bounds: Range<Int>
    /// The position in the source where the first new pixel begins, and the number of source pixels per new
    /// pixel.
    var start: Double
    var scale: Double
    /// The number of new pixels, and the number of pixels before them.
    var count: Int
    var offset = 0

    /// The same axis in the reverse direction.
    func reversed(_ source: Int) -> Axis {
      var axis = self
      axis.bounds = source - bounds.upperBound..<source - bounds.lowerBound
      axis.start = Double(source) - (start + scale * Double(count))
      return axis
    }

    /// The same axis of a source that was shrunk by a factor, with sizes rounded up.
    func shrunk(by factor: Int) -> Axis {
      var axis = self
      axis.bounds = bounds.lowerBound / factor..<(bounds.upperBound + factor - 1) / factor
      axis.start /= Double(factor)
      axis.scale /= Double(factor)
      return axis
    }
  }

  /// How an image of `source` pixels is mapped to one of `target` pixels.
  func axes(
    from source: (height: Int, width: Int), to target: (height: Int, width: Int)
  ) -> (y: Axis, x: Axis) {
    func cut(_ source: Int, _ crop: Int?, _ place: Double) -> Range<Int> {
      let count = min(max(crop ?? source, 1), source)
      let first = min(Int((Double(source - count) * place + 0.5).rounded(.down)), source - count)
      return first..<first + count
    }
    let rows = cut(source.height, cropHeight, placeY)
    let columns = cut(source.width, cropWidth, placeX)
    let (sy, sx) = (
      Double(rows.count) / Double(target.height), Double(columns.count) / Double(target.width)
    )
    func axis(_ bounds: Range<Int>, _ count: Int, _ own: Double, _ place: Double) -> Axis {
      switch fit {
      case .stretch:
        return Axis(bounds: bounds, start: Double(bounds.lowerBound), scale: own, count: count)
      case .cover:
        let scale = min(sy, sx)
        let start = Double(bounds.lowerBound) + (Double(bounds.count) - scale * Double(count)) * place
        return Axis(bounds: bounds, start: start, scale: scale, count: count)
      case .contain:
        let within = min(max(Int((Double(bounds.count) / max(sy, sx)).rounded()), 1), count)
        let offset = min(Int((Double(count - within) * place + 0.5).rounded(.down)), count - within)
        return Axis(
          bounds: bounds, start: Double(bounds.lowerBound), scale: Double(bounds.count) / Double(within),
          count: within, offset: offset)
      }
    }
    return (axis(rows, target.height, sy, placeY), axis(columns, target.width, sx, placeX))
  }
}

/// sin πx by its Taylor series, bit-identical on every processor. |x| must be at most 2³⁰.
package func sinPi(_ x: Double) -> Double {
  let whole = x.rounded()
  let t = (x - whole) * Double.pi
  // 1 − t²/3! + … up to t²²/23!, starting with the last term; |t| ≤ π/2.
  var sum = 1.0
  var n = 23.0
  while n > 1 {
    sum = 1 - t * t / (n * (n - 1)) * sum
    n -= 2
  }
  return Int(whole) & 1 == 0 ? t * sum : -t * sum
}
