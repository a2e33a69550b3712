// Column sums and products of floats; see `MomentKernels`.

import CShims

typealias Wide = UnsafeMutablePointer<Double>

/// Calls `body` for each tile with the offsets of its panel of A, its panel of B and its place in C, and with
/// flags for the halves of the tile that are needed. Halves past the last column or entirely below the
/// diagonal are not needed. The outer loop walks B, as in `multiplyBlock`. See `MomentKernels.multiply` for
/// the diagonal and `next`.
@inline(__always)
func forWholeTiles(
  _ rows: Int, _ panelStride: Int, _ columns: Int, _ depth: Int, _ rowStride: Int, _ diagonal: Int,
  _ next: UnsafeRawPointer?, _ nextByteCount: Int,
  _ body: (_ a: Int, _ b: Int, _ c: Int, _ hasLeft: Bool, _ hasRight: Bool) -> Void
) {
  let tiles = ((rows &+ tileRows &- 1) / tileRows) &* ((columns &+ tileColumns &- 1) / tileColumns)
  let share = tiles == 0 ? 0 : nextByteCount / tiles
  var fetched = 0
  var line = 0
  var j = 0
  var b = 0
  while j < columns {
    let last = diagonal == Int.min ? rows : j &+ tileColumns &- diagonal
    let lastLeft = diagonal == Int.min ? rows : last &- laneCount
    let end = last < rows ? last : rows
    var i = 0
    while i < end {
      if let next {
        fetched &+= share
        while line < fetched {
          shim_prefetch_far(next + line)
          line &+= 64
        }
      }
      body(i &* depth, b, i &* rowStride &+ j, i < lastLeft, columns &- j > laneCount)
      i &+= tileRows
    }
    b &+= panelStride
    j &+= tileColumns
  }
}

/// One vector of a tile: C (6 × V) ← A·B, or C + A·B if `adding`. Depth steps alternate between two sets of
/// sums, because with six dependent multiply-adds latency would take half of the time.
@inline(never)
func multiplyVector(
  _ a: Input, _ b: Input, _ depth: Int, _ c: Output, _ rowStride: Int, _ adding: Bool
) {
  var r0 = all(0)
  var r1 = all(0)
  var r2 = all(0)
  var r3 = all(0)
  var r4 = all(0)
  var r5 = all(0)
  var s0 = all(0)
  var s1 = all(0)
  var s2 = all(0)
  var s3 = all(0)
  var s4 = all(0)
  var s5 = all(0)
  var a = a
  var b = b
  var p = depth
  while p > 0 {
    let x = load(b)
    r0 = multiplyAdd(all(a[0]), x, r0)
    r1 = multiplyAdd(all(a[1]), x, r1)
    r2 = multiplyAdd(all(a[2]), x, r2)
    r3 = multiplyAdd(all(a[3]), x, r3)
    r4 = multiplyAdd(all(a[4]), x, r4)
    r5 = multiplyAdd(all(a[5]), x, r5)
    if p > 1 {
      let y = load(b + tileColumns)
      s0 = multiplyAdd(all(a[6]), y, s0)
      s1 = multiplyAdd(all(a[7]), y, s1)
      s2 = multiplyAdd(all(a[8]), y, s2)
      s3 = multiplyAdd(all(a[9]), y, s3)
      s4 = multiplyAdd(all(a[10]), y, s4)
      s5 = multiplyAdd(all(a[11]), y, s5)
    }
    a += 2 &* tileRows
    b += 2 &* tileColumns
    p &-= 2
  }
  @inline(__always) func write(_ row: Floats, _ c: Output) { store(adding ? load(c) + row : row, c) }
  write(r0 + s0, c)
  write(r1 + s1, c + rowStride)
  write(r2 + s2, c + 2 &* rowStride)
  write(r3 + s3, c + 3 &* rowStride)
  write(r4 + s4, c + 4 &* rowStride)
  write(r5 + s5, c + 5 &* rowStride)
}

/// See `MomentKernels.multiply`.
func multiplyFloats(
  _ a: Input, _ rows: Int, _ b: Input, _ panelStride: Int, _ columns: Int, _ depth: Int, _ c: Output,
  _ rowStride: Int, _ adding: Bool, _ diagonal: Int, _ next: UnsafeRawPointer?, _ nextByteCount: Int
) {
  forWholeTiles(rows, panelStride, columns, depth, rowStride, diagonal, next, nextByteCount) {
    i, j, place, hasLeft, hasRight in
    if hasLeft && hasRight {
      multiplyTile(a + i, b + j, depth, c + place, rowStride, adding)
    } else if hasLeft {
      multiplyVector(a + i, b + j, depth, c + place, rowStride, adding)
    } else if hasRight {
      multiplyVector(a + i, b + j + laneCount, depth, c + place + laneCount, rowStride, adding)
    }
  }
}

/// See `MomentKernels.add`.
func addFloats(_ products: Input, _ offset: Double, _ wide: Wide, _ count: Int) {
  addWidened(offset, wide, count, { widen(load(products + $0)) }, { Double(products[$0]) })
}

/// wide += products + offset. `vector` and `scalar` return the products that start at a given index.
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

/// See `MomentKernels.gather`. `convert` is applied to every lane.
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
  // Six adjacent columns of one panel are loaded as four and two.
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
    // The rows of the next call.
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
