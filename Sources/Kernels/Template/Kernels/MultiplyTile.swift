// The micro-kernel of Goto & van de Geijn, "Anatomy of high-performance matrix multiplication" (ACM TOMS 34,
// 2008), in the shape that BLIS uses.
//
// 6 rows × 2 vectors: with AVX2, 12 accumulators, 2 vectors of B and 1 broadcast of A fill 15 of 16
// registers, and 12 independent multiply-adds cover a latency of 4 cycles at 2 per cycle.

let tileRows = 6
@inline(__always) var tileColumns: Int { 2 * laneCount }

/// One row of a tile: two adjacent vectors.
struct TileRow {
  var x = Floats(repeating: 0)
  var y = Floats(repeating: 0)

  @inline(__always) mutating func add(_ a: Float, _ bx: Floats, _ by: Floats) {
    let factor = all(a)
    x = multiplyAdd(factor, bx, x)
    y = multiplyAdd(factor, by, y)
  }

  @inline(__always) func write(_ c: Output, adding: Bool) {
    store(adding ? load(c) + x : x, c)
    store(adding ? load(c + laneCount) + y : y, c + laneCount)
  }
}

/// C (6 × 2V) ← A·B, or C + A·B if `adding`, from one panel of B and six unpacked rows of A.
@inline(__always)
func multiplyTile(
  _ a: Input, _ aRowStride: Int, _ aDepthStride: Int, _ b: Input, _ bDepthStride: Int, _ depth: Int,
  _ c: Output, _ rowStride: Int, _ adding: Bool
) {
  var r0 = TileRow()
  var r1 = TileRow()
  var r2 = TileRow()
  var r3 = TileRow()
  var r4 = TileRow()
  var r5 = TileRow()
  // C is accessed only after the loop, so it can be fetched from far caches in the meantime.
  prefetchRow(c)
  prefetchRow(c + rowStride)
  prefetchRow(c + 2 &* rowStride)
  prefetchRow(c + 3 &* rowStride)
  prefetchRow(c + 4 &* rowStride)
  prefetchRow(c + 5 &* rowStride)
  // Two pointers with three rows each. With one pointer, the compiler would step it from row to row, one
  // addition at a time.
  var a = a
  var lower = a + 3 &* aRowStride
  var b = b
  var p = depth
  while p > 0 {
    let x = load(b)
    let y = load(b + laneCount)
    r0.add(a[0], x, y)
    r1.add(a[aRowStride], x, y)
    r2.add(a[2 &* aRowStride], x, y)
    r3.add(lower[0], x, y)
    r4.add(lower[aRowStride], x, y)
    r5.add(lower[2 &* aRowStride], x, y)
    a += aDepthStride
    lower += aDepthStride
    b += bDepthStride
    p &-= 1
  }
  r0.write(c, adding: adding)
  r1.write(c + rowStride, adding: adding)
  r2.write(c + 2 &* rowStride, adding: adding)
  r3.write(c + 3 &* rowStride, adding: adding)
  r4.write(c + 4 &* rowStride, adding: adding)
  r5.write(c + 5 &* rowStride, adding: adding)
}

/// Prefetches one row of a tile of C.
@inline(__always) private func prefetchRow(_ c: Output) {
  prefetch(c)
  prefetch(c + laneCount)
  prefetch(c + (tileColumns &- 1))
}

/// `multiplyTile` for one packed panel each of A and B.
///
/// Not inlined: in the surrounding loops it could lose a register to them, and with one accumulator in memory
/// it runs at half the speed.
@inline(never)
func multiplyTile(_ a: Input, _ b: Input, _ depth: Int, _ c: Output, _ rowStride: Int, _ adding: Bool) {
  multiplyTile(a, 1, tileRows, b, tileColumns, depth, c, rowStride, adding)
}

/// The left half of a tile, for the last columns of B if they fit in one vector. Not inlined, like
/// `multiplyTile`.
@inline(never)
func multiplyHalfTile(_ a: Input, _ b: Input, _ depth: Int, _ c: Output, _ rowStride: Int, _ adding: Bool) {
  multiplyHalfTile(a, 1, tileRows, b, tileColumns, depth, c, rowStride, adding)
}

/// `multiplyHalfTile` for six unpacked rows of A.
@inline(__always)
func multiplyHalfTile(
  _ a: Input, _ aRowStride: Int, _ aDepthStride: Int, _ b: Input, _ bDepthStride: Int, _ depth: Int,
  _ c: Output, _ rowStride: Int, _ adding: Bool
) {
  var r0 = all(0)
  var r1 = all(0)
  var r2 = all(0)
  var r3 = all(0)
  var r4 = all(0)
  var r5 = all(0)
  var a = a
  var lower = a + 3 &* aRowStride
  var b = b
  var p = depth
  while p > 0 {
    let x = load(b)
    r0 = multiplyAdd(all(a[0]), x, r0)
    r1 = multiplyAdd(all(a[aRowStride]), x, r1)
    r2 = multiplyAdd(all(a[2 &* aRowStride]), x, r2)
    r3 = multiplyAdd(all(lower[0]), x, r3)
    r4 = multiplyAdd(all(lower[aRowStride]), x, r4)
    r5 = multiplyAdd(all(lower[2 &* aRowStride]), x, r5)
    a += aDepthStride
    lower += aDepthStride
    b += bDepthStride
    p &-= 1
  }
  @inline(__always) func write(_ row: Floats, _ c: Output) { store(adding ? load(c) + row : row, c) }
  write(r0, c)
  write(r1, c + rowStride)
  write(r2, c + 2 &* rowStride)
  write(r3, c + 3 &* rowStride)
  write(r4, c + 4 &* rowStride)
  write(r5, c + 5 &* rowStride)
}

/// Copies the first `rows` × `columns` elements of a packed tile to C, or adds them if `adding`.
@inline(__always)
func writePartialTile(
  _ tile: Input, _ rows: Int, _ columns: Int, _ c: Output, _ rowStride: Int, _ adding: Bool
) {
  var i = 0
  while i < rows {
    let source = tile + i &* tileColumns
    let target = c + i &* rowStride
    var j = 0
    while j < columns {
      target[j] = adding ? target[j] + source[j] : source[j]
      j &+= 1
    }
    i &+= 1
  }
}
