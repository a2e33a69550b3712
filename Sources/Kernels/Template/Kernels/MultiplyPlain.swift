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
      multiplyTile(
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
