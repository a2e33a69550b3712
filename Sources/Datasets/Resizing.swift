/// How an image fills the height and width of a row.
package struct Resizing: Sendable {
  package enum Fit: Sendable {
    /// Scaled to cover the row, and cropped to it.
    case cover
    /// Scaled to fit within the row, padded with background.
    case contain
    /// Height and width scaled each by its own factor.
    case stretch
  }

  package enum Filter: Sendable {
    /// Linear interpolation; when shrinking widened by the factor, so that every source pixel counts.
    case triangle
    /// Lanczos of three lobes, widened likewise: sharper, but it overshoots at edges.
    case lanczos
    /// The source pixel at the new one's centre.
    case nearest

    /// How far the filter reaches to each side at scale 1.
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
  /// The size of the region cut out first, at most the image; nil: its height, its width.
  package var cropHeight: Int?
  package var cropWidth: Int?
  /// The position of the cut-out or contained part: 0 left or top, 1 right or bottom.
  package var placeX = 0.5
  package var placeY = 0.5
  /// The gray value, 0 to 1, around a contained image.
  package var background = 0.0

  package init() {}

  /// How one axis of `source` pixels becomes one of `count`.
  struct Axis {
    /// Source pixels that may be used.
    var bounds: Range<Int>
    /// Where in the source the first new pixel begins, and how many source pixels a new one takes.
    var start: Double
    var scale: Double
    /// The new pixels, and the number of pixels before them.
    var count: Int
    var offset = 0

    /// The same axis read from the other end.
    func reversed(_ source: Int) -> Axis {
      var axis = self
      axis.bounds = source - bounds.upperBound..<source - bounds.lowerBound
      axis.start = Double(source) - (start + scale * Double(count))
      return axis
    }

    /// The same axis of a source shrunk to a fraction of its pixels, rounded up.
    func shrunk(by factor: Int) -> Axis {
      var axis = self
      axis.bounds = bounds.lowerBound / factor..<(bounds.upperBound + factor - 1) / factor
      axis.start /= Double(factor)
      axis.scale /= Double(factor)
      return axis
    }
  }

  /// How a picture of `source` pixels becomes one of `target`.
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

/// sin πx by its Taylor series, bit-identical on every processor; |x| of at most 2³⁰.
package func sinPi(_ x: Double) -> Double {
  let whole = x.rounded()
  let t = (x - whole) * Double.pi
  // 1 − t²/3! + … to t²²/23!, from the last term on; |t| ≤ π/2.
  var sum = 1.0
  var n = 23.0
  while n > 1 {
    sum = 1 - t * t / (n * (n - 1)) * sum
    n -= 2
  }
  return Int(whole) & 1 == 0 ? t * sum : -t * sum
}
