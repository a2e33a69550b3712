/// See `ProductKernels.multiplyPlain`. Computes whole tiles and leaves the remaining rows to `multiplyRows`,
/// which sums in the same order.
func multiplyPlain(
  _ a: Input, _ aRowStride: Int, _ aDepthStride: Int, _ rows: Int, _ b: Input, _ panelStride: Int,
  _ bDepthStride: Int, _ columns: Int, _ depth: Int, _ c: Output, _ rowStride: Int, _ adding: Bool,
  _ tile: Output
) {
  let tileEnd = rows / tileRows &* tileRows
  var bPanel = b
  var j = 0
  while j < columns {
    let width = columns &- j < tileColumns ? columns &- j : tileColumns
    var i = 0
    while i < tileEnd {
      let aTile = a + i &* aRowStride
      let target = c + (i &* rowStride &+ j)
      if width == tileColumns {
        multiplyTile(
          aTile, aRowStride, aDepthStride, bPanel, bDepthStride, depth, target, rowStride, adding)
      } else if width == laneCount {
        multiplyHalfTile(
          aTile, aRowStride, aDepthStride, bPanel, bDepthStride, depth, target, rowStride, adding)
      } else {
        multiplyTile(
          aTile, aRowStride, aDepthStride, bPanel, bDepthStride, depth, tile, tileColumns, false)
        writePartialTile(tile, tileRows, width, target, rowStride, adding)
      }
      i &+= tileRows
    }
    bPanel += panelStride
    j &+= tileColumns
  }
  var i = tileEnd
  while i < rows {
    let count = rows &- i < 3 ? rows &- i : 3
    multiplyRows(
      a + i &* aRowStride, aRowStride, aDepthStride, count, b, panelStride, bDepthStride, columns, depth,
      c + i &* rowStride, rowStride, adding, tile)
    i &+= count
  }
}
