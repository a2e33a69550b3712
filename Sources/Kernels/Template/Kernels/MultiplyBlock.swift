/// See `ProductKernels.MultiplyBlock`.
///
/// The outer loop walks B. A panel of B then stays in the first-level cache while the panels of A stream from
/// the second.
func multiplyBlock(
  _ a: Input, _ rows: Int, _ b: Input, _ panelStride: Int, _ columns: Int, _ depth: Int, _ c: Output,
  _ rowStride: Int, _ adding: Bool, _ tile: Output
) {
  var j = 0
  var bPanel = b
  while j < columns {
    let width = columns &- j < tileColumns ? columns &- j : tileColumns
    var i = 0
    var aPanel = a
    while i < rows {
      let height = rows &- i < tileRows ? rows &- i : tileRows
      let target = c + (i &* rowStride &+ j)
      if height == tileRows && width == tileColumns {
        multiplyTile(aPanel, bPanel, depth, target, rowStride, adding)
      } else if height == tileRows && width == laneCount {
        multiplyHalfTile(aPanel, bPanel, depth, target, rowStride, adding)
      } else {
        if width > laneCount {
          multiplyTile(aPanel, bPanel, depth, tile, tileColumns, false)
        } else {
          multiplyHalfTile(aPanel, bPanel, depth, tile, tileColumns, false)
        }
        writePartialTile(tile, height, width, target, rowStride, adding)
      }
      aPanel += depth &* tileRows
      i &+= tileRows
    }
    bPanel += panelStride
    j &+= tileColumns
  }
}
