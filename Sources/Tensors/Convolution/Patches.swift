import Kernels

/// The patches of a batch of images that a kernel sees, as a matrix that exists only panel by panel.
///
/// Row m is a position (image, vertical, horizontal), column d a tap and a channel of it: (vertical
/// tap, horizontal tap, channel), channel fastest. Taps beside the image are zeros.
struct Patches {
  let source: UnsafePointer<Float>
  let vertical: PatchAxis
  let horizontal: PatchAxis
  let channels: Int
  /// `channels` zeros.
  let zeros: UnsafePointer<Float>

  /// Columns of the matrix.
  var depth: Int { vertical.tapCount * horizontal.tapCount * channels }
  /// Rows of the matrix, for one image.
  var positionCount: Int { vertical.positionCount * horizontal.positionCount }

  /// Where a position's first tap stands, possibly beside the image.
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

  // MARK: - Positions side by side

  /// panel[(d − start)·6 + i] ← column d of row `first` + i, for `count` ≤ 6 rows; zeros for the others.
  func packRows(
    _ first: Int, _ count: Int, _ start: Int, _ depth: Int, _ panel: UnsafeMutablePointer<Float>
  ) {
    // A missing row stands far beside the image.
    var places = InlineArray<6, Place>(repeating: Place(image: source, y: Int.min / 2, x: 0))
    var isInside = true  // horizontally, all of them with all taps
    for i in 0..<count {
      let place = place(first &+ i)
      places[i] = place
      isInside = isInside && place.x >= 0 && place.x &+ horizontal.tapCount <= horizontal.sourceCount
    }
    let run = horizontal.tapCount &* channels
    let end = start &+ depth
    var d = start
    var to = panel
    var rows = InlineArray<6, UnsafePointer<Float>>(repeating: zeros)
    while d < end {
      let tapRow = d / run
      var offset = d &- tapRow &* run
      var length = run &- offset
      var isInside = isInside
      for i in 0..<6 {
        let y = places[i].y &+ tapRow
        isInside = isInside && y >= 0 && y < vertical.sourceCount
      }
      if isInside {
        for i in 0..<6 { rows[i] = address(places[i], tapRow, 0) + offset }
      } else {
        let tap = offset / channels
        offset &-= tap &* channels
        length = channels &- offset
        for i in 0..<6 {
          let (y, x) = (places[i].y &+ tapRow, places[i].x &+ tap)
          let isPixel = y >= 0 && y < vertical.sourceCount && x >= 0 && x < horizontal.sourceCount
          rows[i] = isPixel ? address(places[i], tapRow, tap) + offset : zeros
        }
      }
      length = min(length, end &- d)
      interleave(rows, length, to)
      to += 6 &* length
      d &+= length
    }
  }

  @inline(__always)
  private func address(_ place: Place, _ tapRow: Int, _ tap: Int) -> UnsafePointer<Float> {
    let pixel = (place.y &+ tapRow) &* horizontal.sourceCount &+ place.x &+ tap
    return place.image + pixel &* channels
  }

  /// to[p·6 + i] ← rows[i][p]
  @inline(__always)
  private func interleave(
    _ rows: InlineArray<6, UnsafePointer<Float>>, _ count: Int, _ to: UnsafeMutablePointer<Float>
  ) {
    let (r0, r1, r2, r3, r4, r5) = (rows[0], rows[1], rows[2], rows[3], rows[4], rows[5])
    var p = 0
    var to = to
    while p &+ 4 <= count {
      let (a, b, c, d) = (load(r0 + p), load(r1 + p), load(r2 + p), load(r3 + p))
      let (e, f) = (load(r4 + p), load(r5 + p))
      // Transposed; six floats a row fill three vectors for every two rows.
      store(SIMD4(a[0], b[0], c[0], d[0]), to)
      store(SIMD4(e[0], f[0], a[1], b[1]), to + 4)
      store(SIMD4(c[1], d[1], e[1], f[1]), to + 8)
      store(SIMD4(a[2], b[2], c[2], d[2]), to + 12)
      store(SIMD4(e[2], f[2], a[3], b[3]), to + 16)
      store(SIMD4(c[3], d[3], e[3], f[3]), to + 20)
      p &+= 4
      to += 24
    }
    while p < count {
      to[0] = r0[p]
      to[1] = r1[p]
      to[2] = r2[p]
      to[3] = r3[p]
      to[4] = r4[p]
      to[5] = r5[p]
      p &+= 1
      to += 6
    }
  }

  // MARK: - Columns side by side

  /// panel[(m − start)·width + i] ← column `first` + i of row m, for `count` ≤ `width` columns; zeros
  /// for the others.
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

  /// Columns of one row of taps: elements `from` ..< `from` + `length` of it.
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

  /// One position at the border: position i after `place`, tap by tap.
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

@inline(__always) private func load(_ pointer: UnsafePointer<Float>) -> SIMD4<Float> {
  UnsafeRawPointer(pointer).loadUnaligned(as: SIMD4<Float>.self)
}

@inline(__always) private func store(_ value: SIMD4<Float>, _ pointer: UnsafeMutablePointer<Float>) {
  UnsafeMutableRawPointer(pointer).storeBytes(of: value, as: SIMD4<Float>.self)
}
