/// C (6 × 2V) ← A·B, or C + A·B, from one panel of B and six rows of A as they lie.
@inline(__always)
private func multiplyPlainTile(
  _ a: Input, _ aRowStride: Int, _ aDepthStride: Int, _ b: Input, _ bDepthStride: Int, _ depth: Int,
  _ c: Output, _ rowStride: Int, _ adding: Bool
) {
  var r0 = TileRow()
  var r1 = TileRow()
  var r2 = TileRow()
  var r3 = TileRow()
  var r4 = TileRow()
  var r5 = TileRow()
  // Two pointers, three rows each: one alone would be stepped from row to row, an add at a time.
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

/// See `ProductKernels.multiplyPlain`. Whole tiles here, what is left to `multiplyRows`, which sums in
/// the same order.
func multiplyPlain(
  _ a: Input, _ aRowStride: Int, _ aDepthStride: Int, _ rows: Int, _ b: Input, _ panelStride: Int,
  _ bDepthStride: Int, _ columns: Int, _ depth: Int, _ c: Output, _ rowStride: Int, _ adding: Bool,
  _ tile: Output
) {
  let whole = columns / tileColumns &* tileColumns
  let tileEnd = rows / tileRows &* tileRows
  var bPanel = b
  var j = 0
  while j < whole {
    var i = 0
    while i < tileEnd {
      multiplyPlainTile(
        a + i &* aRowStride, aRowStride, aDepthStride, bPanel, bDepthStride, depth,
        c + (i &* rowStride &+ j), rowStride, adding)
      i &+= tileRows
    }
    bPanel += panelStride
    j &+= tileColumns
  }
  var i = 0
  while i < rows {
    // Under whole tiles only the last columns are left.
    let isUnderTiles = i < tileEnd
    let count = rows &- i < 3 ? rows &- i : 3
    let first = isUnderTiles ? whole : 0
    if first < columns {
      multiplyRows(
        a + i &* aRowStride, aRowStride, aDepthStride, count, isUnderTiles ? bPanel : b, panelStride,
        bDepthStride, columns &- first, depth, c + (i &* rowStride &+ first), rowStride, adding, tile)
    }
    i &+= count
  }
}
