// Column sums and products of floats; see `MomentKernels`.

typealias Wide = UnsafeMutablePointer<Double>

/// Calls `body` with the offsets of every tile's panel of A, panel of B and place in C, and the columns of B
/// from there on. The outer loop walks B, as in `multiplyBlock`; see `MomentKernels.multiply` for the
/// diagonal.
@inline(__always)
func forWholeTiles(
  _ rows: Int, _ panelStride: Int, _ columns: Int, _ depth: Int, _ rowStride: Int, _ diagonal: Int,
  _ body: (_ a: Int, _ b: Int, _ c: Int, _ columns: Int) -> Void
) {
  var j = 0
  var b = 0
  while j < columns {
    let last = diagonal == Int.min ? rows : j &+ tileColumns &- diagonal
    let end = last < rows ? last : rows
    var i = 0
    while i < end {
      body(i &* depth, b, i &* rowStride &+ j, columns &- j)
      i &+= tileRows
    }
    b &+= panelStride
    j &+= tileColumns
  }
}

/// See `MomentKernels.multiply`.
func multiplyFloats(
  _ a: Input, _ rows: Int, _ b: Input, _ panelStride: Int, _ columns: Int, _ depth: Int, _ c: Output,
  _ rowStride: Int, _ adding: Bool, _ diagonal: Int
) {
  forWholeTiles(rows, panelStride, columns, depth, rowStride, diagonal) {
    if $3 > laneCount {
      multiplyTile(a + $0, b + $1, depth, c + $2, rowStride, adding)
    } else {
      multiplyHalfTile(a + $0, b + $1, depth, c + $2, rowStride, adding)
    }
  }
}

/// See `MomentKernels.add`.
func addFloats(_ products: Input, _ offset: Double, _ wide: Wide, _ count: Int) {
  addWidened(offset, wide, count, { widen(load(products + $0)) }, { Double(products[$0]) })
}

/// wide += products + offset, of which `vector` and `scalar` give those from a place on.
@inline(__always)
func addWidened(
  _ offset: Double, _ wide: Wide, _ count: Int, _ vector: (Int) -> Doubles, _ scalar: (Int) -> Double
) {
  let offsets = Doubles(repeating: offset)
  var j = 0
  while j &+ laneCount <= count {
    add(vector(j) + offsets, to: wide + j)
    j &+= laneCount
  }
  while j < count {
    wide[j] += scalar(j) + offset
    j &+= 1
  }
}

/// c += x over one vector.
@inline(__always) func add(_ x: Doubles, to c: Wide) {
  let old = UnsafeRawPointer(c).loadUnaligned(as: Doubles.self)
  UnsafeMutableRawPointer(c).storeBytes(of: old + x, as: Doubles.self)
}

/// See `MomentKernels.gather`; `convert` makes something of every lane.
@inline(__always)
func gatherColumns(
  _ panels: Input, _ panelStride: Int, _ columns: Int, _ first: Int, _ depth: Int, _ panel: Output,
  _ convert: (SIMD4<Int32>) -> SIMD4<Int32>
) {
  let source = UnsafeRawPointer(panels)
  @inline(__always) func place(_ i: Int) -> UnsafeRawPointer {
    let column = first &+ i < columns ? first &+ i : columns &- 1
    return source + 4 &* (column / tileColumns &* panelStride &+ column % tileColumns)
  }
  @inline(__always) func lanes4(_ pointer: UnsafeRawPointer) -> SIMD4<Int32> {
    pointer.loadUnaligned(as: SIMD4<Int32>.self)
  }
  var to = UnsafeMutableRawPointer(panel)
  var at = 0
  let end = 4 &* depth &* tileColumns
  // Six neighbours in one panel are four and two.
  let c0 = place(0)
  let c4 = place(4)
  if place(5) == c0 + 20 {
    while at < end {
      to.storeBytes(of: convert(lanes4(c0 + at)), as: SIMD4<Int32>.self)
      let pair = (c4 + at).loadUnaligned(as: SIMD2<Int32>.self)
      let converted = convert(SIMD4(lowHalf: pair, highHalf: pair))
      (to + 16).storeBytes(of: converted.lowHalf, as: SIMD2<Int32>.self)
      to += 4 &* tileRows
      at &+= 4 &* tileColumns
    }
    return
  }
  let c1 = place(1)
  let c2 = place(2)
  let c3 = place(3)
  let c5 = place(5)
  while at < end {
    @inline(__always) func lane(_ column: UnsafeRawPointer) -> Int32 {
      (column + at).loadUnaligned(as: Int32.self)
    }
    to.storeBytes(of: convert(SIMD4(lane(c0), lane(c1), lane(c2), lane(c3))), as: SIMD4<Int32>.self)
    let pair = SIMD2(lane(c4), lane(c5))
    let converted = convert(SIMD4(lowHalf: pair, highHalf: pair))
    (to + 16).storeBytes(of: converted.lowHalf, as: SIMD2<Int32>.self)
    to += 4 &* tileRows
    at &+= 4 &* tileColumns
  }
}

/// See `MomentKernels.gather`.
func gatherFloats(
  _ panels: Input, _ panelStride: Int, _ columns: Int, _ first: Int, _ depth: Int, _ panel: Output
) { gatherColumns(panels, panelStride, columns, first, depth, panel) { $0 } }

/// See `MomentKernels.pack`.
func packFloats(
  _ source: UnsafeRawPointer, _ rowStride: Int, _ rows: Int, _ count: Int, _ shift: Input?, _ panel: Output,
  _ sums: Wide?
) {
  var from = source.assumingMemoryBound(to: Float.self)
  var to = panel
  var p = rows
  if count == tileColumns {
    // The next call's rows.
    let ahead = rows &* rowStride
    let x = shift.map { load($0) } ?? all(0)
    let y = shift.map { load($0 + laneCount) } ?? all(0)
    var sumX = Doubles(repeating: 0)
    var sumY = Doubles(repeating: 0)
    while p > 0 {
      prefetch(from + ahead)
      prefetch(from + (ahead &+ tileColumns &- 1))
      let dx = load(from) - x
      let dy = load(from + laneCount) - y
      store(dx, to)
      store(dy, to + laneCount)
      sumX += widen(dx)
      sumY += widen(dy)
      from += rowStride
      to += tileColumns
      p &-= 1
    }
    if let sums {
      add(sumX, to: sums)
      add(sumY, to: sums + laneCount)
    }
    return
  }
  while p > 0 {
    var i = 0
    while i < count {
      let d = from[i] - (shift.map { $0[i] } ?? 0)
      to[i] = d
      if let sums { sums[i] += Double(d) }
      i &+= 1
    }
    while i < tileColumns {
      to[i] = 0
      i &+= 1
    }
    from += rowStride
    to += tileColumns
    p &-= 1
  }
}
