// A product with few rows streams through B. To keep 12 multiply-adds in flight, these kernels take several
// panels of B at once: 1 row × 6 panels, 2 × 3 and 3 × 2. Each element is summed in the order of
// `multiplyTile`, so its bits are the same.

/// One row × six panels.
@inline(__always)
private func multiplySixPanels(
  _ a: Input, _ aDepthStride: Int, _ b: Input, _ panelStride: Int, _ bDepthStride: Int, _ depth: Int,
  _ c: Output, _ adding: Bool
) {
  var r0 = TileRow()
  var r1 = TileRow()
  var r2 = TileRow()
  var r3 = TileRow()
  var r4 = TileRow()
  var r5 = TileRow()
  var a = a
  var b = b
  let b3 = 3 &* panelStride
  var p = depth
  while p > 0 {
    let factor = a[0]
    r0.add(factor, load(b), load(b + laneCount))
    r1.add(factor, load(b + panelStride), load(b + panelStride + laneCount))
    r2.add(factor, load(b + 2 &* panelStride), load(b + 2 &* panelStride + laneCount))
    let h = b + b3
    r3.add(factor, load(h), load(h + laneCount))
    r4.add(factor, load(h + panelStride), load(h + panelStride + laneCount))
    r5.add(factor, load(h + 2 &* panelStride), load(h + 2 &* panelStride + laneCount))
    a += aDepthStride
    b += bDepthStride
    p &-= 1
  }
  r0.write(c, adding: adding)
  r1.write(c + tileColumns, adding: adding)
  r2.write(c + 2 &* tileColumns, adding: adding)
  r3.write(c + 3 &* tileColumns, adding: adding)
  r4.write(c + 4 &* tileColumns, adding: adding)
  r5.write(c + 5 &* tileColumns, adding: adding)
}

/// Up to three rows × two panels. Rows past `rows` repeat the last one and are not written.
@inline(__always)
private func multiplyTwoPanels(
  _ a: Input, _ aRowStride: Int, _ aDepthStride: Int, _ rows: Int, _ b: Input, _ panelStride: Int,
  _ bDepthStride: Int, _ depth: Int, _ c: Output, _ rowStride: Int, _ adding: Bool
) {
  var r0 = TileRow()
  var r1 = TileRow()
  var r2 = TileRow()
  var s0 = TileRow()
  var s1 = TileRow()
  var s2 = TileRow()
  var a = a
  var b = b
  let a1 = rows > 1 ? aRowStride : 0
  let a2 = rows > 2 ? 2 &* aRowStride : a1
  var p = depth
  while p > 0 {
    let x = load(b)
    let y = load(b + laneCount)
    let z = load(b + panelStride)
    let w = load(b + panelStride + laneCount)
    r0.add(a[0], x, y)
    s0.add(a[0], z, w)
    r1.add(a[a1], x, y)
    s1.add(a[a1], z, w)
    r2.add(a[a2], x, y)
    s2.add(a[a2], z, w)
    a += aDepthStride
    b += bDepthStride
    p &-= 1
  }
  r0.write(c, adding: adding)
  s0.write(c + tileColumns, adding: adding)
  guard rows > 1 else { return }
  r1.write(c + rowStride, adding: adding)
  s1.write(c + rowStride + tileColumns, adding: adding)
  guard rows > 2 else { return }
  r2.write(c + 2 &* rowStride, adding: adding)
  s2.write(c + 2 &* rowStride + tileColumns, adding: adding)
}

/// Up to three rows × one panel of `width` columns, computed in `tile`.
@inline(__always)
private func multiplyOnePanel(
  _ a: Input, _ aRowStride: Int, _ aDepthStride: Int, _ rows: Int, _ b: Input, _ bDepthStride: Int,
  _ width: Int, _ depth: Int, _ c: Output, _ rowStride: Int, _ adding: Bool, _ tile: Output
) {
  var r0 = TileRow()
  var r1 = TileRow()
  var r2 = TileRow()
  var a = a
  var b = b
  let a1 = rows > 1 ? aRowStride : 0
  let a2 = rows > 2 ? 2 &* aRowStride : a1
  var p = depth
  while p > 0 {
    let x = load(b)
    let y = load(b + laneCount)
    r0.add(a[0], x, y)
    r1.add(a[a1], x, y)
    r2.add(a[a2], x, y)
    a += aDepthStride
    b += bDepthStride
    p &-= 1
  }
  r0.write(tile, adding: false)
  r1.write(tile + tileColumns, adding: false)
  r2.write(tile + 2 &* tileColumns, adding: false)
  writePartialTile(tile, rows, width, c, rowStride, adding)
}

/// See `ProductKernels.MultiplyRows`.
func multiplyRows(
  _ a: Input, _ aRowStride: Int, _ aDepthStride: Int, _ rows: Int, _ b: Input, _ panelStride: Int,
  _ bDepthStride: Int, _ columns: Int, _ depth: Int, _ c: Output, _ rowStride: Int, _ adding: Bool,
  _ tile: Output
) {
  var b = b
  var c = c
  var left = columns
  if rows == 1 {
    while left >= 6 &* tileColumns {
      multiplySixPanels(a, aDepthStride, b, panelStride, bDepthStride, depth, c, adding)
      b += 6 &* panelStride
      c += 6 &* tileColumns
      left &-= 6 &* tileColumns
    }
  }
  while left >= 2 &* tileColumns {
    multiplyTwoPanels(
      a, aRowStride, aDepthStride, rows, b, panelStride, bDepthStride, depth, c, rowStride, adding)
    b += 2 &* panelStride
    c += 2 &* tileColumns
    left &-= 2 &* tileColumns
  }
  while left > 0 {
    let width = left < tileColumns ? left : tileColumns
    multiplyOnePanel(
      a, aRowStride, aDepthStride, rows, b, bDepthStride, width, depth, c, rowStride, adding, tile)
    b += panelStride
    c += tileColumns
    left &-= tileColumns
  }
}
