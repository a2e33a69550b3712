import Kernels

/// The patches that a kernel reads from a batch of images, as a matrix that exists only one panel at a time.
///
/// Row m is a position (image, vertical, horizontal). Column d is a tap and a channel: (vertical tap,
/// horizontal tap, channel), channel fastest. Taps outside the image are zeros.
struct Patches {
  let source: UnsafePointer<Float>
  let vertical: PatchAxis
  let horizontal: PatchAxis
  let channels: Int

  /// The number of columns of the matrix.
  var depth: Int { vertical.tapCount * horizontal.tapCount * channels }
  /// The number of rows of the matrix per image.
  var positionCount: Int { vertical.positionCount * horizontal.positionCount }

  /// The location of a position's first tap, possibly outside the image.
  private struct Place {
    var image: UnsafePointer<Float>
    var y: Int
    var x: Int
  }

  private func place(_ position: Int) -> Place {
    let (image, inImage) = position.quotientAndRemainder(dividingBy: positionCount)
    let (a, b) = inImage.quotientAndRemainder(dividingBy: horizontal.positionCount)
    return Place(
      image: source + image * vertical.sourceCount * horizontal.sourceCount * channels,
      y: a * vertical.stride + vertical.origin, x: b * horizontal.stride + horizontal.origin)
  }

  // MARK: - Rows

  /// rows[i·depth + d − start] ← column d of row `first` + i, for `count` rows.
  func copyRows(
    _ first: Int, _ count: Int, _ start: Int, _ depth: Int, _ rows: UnsafeMutablePointer<Float>
  ) {
    let run = horizontal.tapCount &* channels
    let firstTapRow = start / run
    let imageCount = vertical.sourceCount &* horizontal.sourceCount &* channels
    let lastX = (horizontal.positionCount &- 1) &* horizontal.stride &+ horizontal.origin
    let lastY = (vertical.positionCount &- 1) &* vertical.stride &+ vertical.origin
    var place = place(first)
    var to = rows
    for _ in 0..<count {
      // The part of a run of taps that lies inside the image.
      let low = max(0, -place.x) &* channels
      let high = min(horizontal.tapCount, horizontal.sourceCount &- place.x) &* channels
      let end = to + depth
      var tapRow = firstTapRow
      var offset = start &- tapRow &* run
      while to < end {
        let length = min(run &- offset, end - to)
        let y = place.y &+ tapRow
        if y < 0 || y >= vertical.sourceCount {
          fill(to, length)
        } else {
          let source = address(place, tapRow, 0)
          let from = min(max(low, offset), offset &+ length)
          let until = max(from, min(high, offset &+ length))
          fill(to, from &- offset)
          copy(source + from, until &- from, to + (from &- offset))
          fill(to + (until &- offset), offset &+ length &- until)
        }
        to += length
        tapRow &+= 1
        offset = 0
      }
      if place.x < lastX {
        place.x &+= horizontal.stride
        continue
      }
      place.x = horizontal.origin
      if place.y < lastY {
        place.y &+= vertical.stride
      } else {
        place.y = vertical.origin
        place.image += imageCount
      }
    }
  }

  @inline(__always)
  private func address(_ place: Place, _ tapRow: Int, _ tap: Int) -> UnsafePointer<Float> {
    let pixel = (place.y &+ tapRow) &* horizontal.sourceCount &+ place.x &+ tap
    return place.image + pixel &* channels
  }

  /// A call of the C library would take longer than copying most runs.
  @inline(__always)
  private func copy(_ from: UnsafePointer<Float>, _ count: Int, _ to: UnsafeMutablePointer<Float>) {
    var p = 0
    while p &+ 4 <= count {
      UnsafeMutableRawPointer(to + p).storeBytes(
        of: UnsafeRawPointer(from + p).loadUnaligned(as: SIMD4<Float>.self), as: SIMD4<Float>.self)
      p &+= 4
    }
    while p < count {
      to[p] = from[p]
      p &+= 1
    }
  }

  @inline(__always)
  private func fill(_ to: UnsafeMutablePointer<Float>, _ count: Int) {
    var p = 0
    while p < count {
      to[p] = 0
      p &+= 1
    }
  }

  // MARK: - Columns side by side

  /// panel[(m − start)·width + i] ← column `first` + i of row m for `count` ≤ `width` columns; the other
  /// columns are zeros.
  func packColumns(
    _ first: Int, _ count: Int, _ start: Int, _ depth: Int, _ panel: UnsafeMutablePointer<Float>,
    width: Int, pack: @escaping ProductKernels.Pack
  ) {
    if count < width { panel.update(repeating: 0, count: depth * width) }
    let run = horizontal.tapCount * channels
    var j = first
    while j < first + count {
      let tapRow = j / run
      let from = j - tapRow * run
      let length = min(run - from, first + count - j)
      packRun(
        tapRow, from, length, start, depth, panel + (j - first), width: width,
        pack: length == width ? pack : nil)
      j += length
    }
  }

  /// Packs elements `from` ..< `from` + `length` of one row of taps.
  private func packRun(
    _ tapRow: Int, _ from: Int, _ length: Int, _ start: Int, _ depth: Int,
    _ panel: UnsafeMutablePointer<Float>, width: Int,
    pack: ProductKernels.Pack?
  ) {
    let firstTap = from / channels
    let lastTap = (from + length - 1) / channels
    let pitch = horizontal.stride * channels
    // Positions b whose taps are all pixels: 0 ≤ b·stride + origin + tap < sourceCount.
    let low = max(0, ceilingDivide(-horizontal.origin - firstTap, horizontal.stride))
    let high = ceilingDivide(
      max(0, horizontal.sourceCount - horizontal.origin - lastTap), horizontal.stride)
    var m = start
    while m < start + depth {
      let b = m % horizontal.positionCount
      let positions = min(horizontal.positionCount - b, start + depth - m)
      let place = place(m)
      let to = panel + (m - start) * width
      let y = place.y + tapRow
      guard y >= 0, y < vertical.sourceCount else {
        for i in 0..<positions { (to + i * width).update(repeating: 0, count: length) }
        m += positions
        continue
      }
      let inside = min(max(low - b, 0), positions)
      let outside = max(min(high - b, positions), inside)
      for i in 0..<inside { copyTaps(place, i, tapRow, from, length, to + i * width) }
      let source = address(place, tapRow, 0) + from
      if let pack {
        pack(source + inside * pitch, pitch, 1, outside - inside, length, to + inside * width)
      } else {
        for i in inside..<outside { (to + i * width).update(from: source + i * pitch, count: length) }
      }
      for i in outside..<positions { copyTaps(place, i, tapRow, from, length, to + i * width) }
      m += positions
    }
  }

  /// Copies one position at the border, tap by tap: position i after `place`.
  private func copyTaps(
    _ place: Place, _ i: Int, _ tapRow: Int, _ from: Int, _ length: Int, _ to: UnsafeMutablePointer<Float>
  ) {
    var place = place
    place.x += i * horizontal.stride
    var e = from
    while e < from + length {
      let tap = e / channels
      let count = min((tap + 1) * channels, from + length) - e
      let x = place.x + tap
      if x >= 0, x < horizontal.sourceCount {
        (to + (e - from)).update(from: address(place, tapRow, tap) + (e - tap * channels), count: count)
      } else {
        (to + (e - from)).update(repeating: 0, count: count)
      }
      e += count
    }
  }
}

/// ⌈a / b⌉ for b > 0.
private func ceilingDivide(_ a: Int, _ b: Int) -> Int { a > 0 ? (a + b - 1) / b : -(-a / b) }
