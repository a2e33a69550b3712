typealias Wide = UnsafeMutablePointer<Double>

/// The rows, from the first on, of a panel that do not lie wholly below the diagonal; see
/// `ProductKernels.MultiplyBlock`.
@inline(__always)
func rowsAbove(_ diagonal: Int, _ panelEnd: Int, _ rows: Int) -> Int {
  let last = diagonal == Int.min ? rows : panelEnd &- diagonal
  return last < rows ? last : rows
}

/// See `SymmetricKernels.addBlock`.
func addBlock(
  _ a: Input, _ rows: Int, _ b: Input, _ panelStride: Int, _ columns: Int, _ depth: Int, _ c: Wide,
  _ rowStride: Int, _ diagonal: Int, _ tile: Output
) {
  var j = 0
  var bPanel = b
  while j < columns {
    let width = columns &- j < tileColumns ? columns &- j : tileColumns
    let end = rowsAbove(diagonal, j &+ width, rows)
    var i = 0
    var aPanel = a
    while i < end {
      let height = rows &- i < tileRows ? rows &- i : tileRows
      multiplyTile(aPanel, bPanel, depth, tile, tileColumns, false)
      var row = 0
      while row < height {
        addRow(tile + row &* tileColumns, width, c + ((i &+ row) &* rowStride &+ j))
        row &+= 1
      }
      aPanel += depth &* tileRows
      i &+= tileRows
    }
    bPanel += panelStride
    j &+= tileColumns
  }
}

/// c += the first `width` floats of a tile's row.
@inline(__always) private func addRow(_ x: Output, _ width: Int, _ c: Wide) {
  if width == tileColumns {
    add(widen(load(x)), to: c)
    add(widen(load(x + laneCount)), to: c + laneCount)
  } else {
    var j = 0
    while j < width {
      c[j] += Double(x[j])
      j &+= 1
    }
  }
}

/// c += x over one vector.
@inline(__always) func add(_ x: Doubles, to c: Wide) {
  let old = UnsafeRawPointer(c).loadUnaligned(as: Doubles.self)
  UnsafeMutableRawPointer(c).storeBytes(of: old + x, as: Doubles.self)
}

/// See `SymmetricKernels.gatherRows`.
func gatherRows(_ panels: Input, _ panelStride: Int, _ rows: Int, _ first: Int, _ depth: Int, _ panel: Output)
{
  @inline(__always) func place(_ i: Int) -> Input {
    let row = first &+ i < rows ? first &+ i : rows &- 1
    return panels + (row / tileColumns &* panelStride &+ row % tileColumns)
  }
  let r0 = place(0)
  let r1 = place(1)
  let r2 = place(2)
  let r3 = place(3)
  let r4 = place(4)
  let r5 = place(5)
  var to = panel
  var at = 0
  let end = depth &* tileColumns
  while at < end {
    to[0] = r0[at]
    to[1] = r1[at]
    to[2] = r2[at]
    to[3] = r3[at]
    to[4] = r4[at]
    to[5] = r5[at]
    to += tileRows
    at &+= tileColumns
  }
}

/// See `SymmetricKernels.subtractShift`.
func subtractShift(_ panel: Output, _ depth: Int, _ width: Int, _ shift: Input, _ count: Int) {
  if width == tileColumns, count == width {
    let x = load(shift)
    let y = load(shift + laneCount)
    var row = panel
    var p = depth
    while p > 0 {
      store(load(row) - x, row)
      store(load(row + laneCount) - y, row + laneCount)
      row += tileColumns
      p &-= 1
    }
    return
  }
  var i = 0
  while i < count {
    let s = shift[i]
    var p = 0
    while p < depth {
      panel[p &* width &+ i] -= s
      p &+= 1
    }
    i &+= 1
  }
}

/// See `SymmetricKernels.addColumnSums`.
func addColumnSums(
  _ x: Input, _ rows: Int, _ columns: Int, _ rowStride: Int, _ shift: Input?, _ sums: Wide
) {
  var j = 0
  while j &+ laneCount <= columns {
    let s = shift.map { load($0 + j) } ?? all(0)
    var sum = Doubles(repeating: 0)
    var i = 0
    while i < rows {
      sum += widen(load(x + (i &* rowStride &+ j)) - s)
      i &+= 1
    }
    add(sum, to: sums + j)
    j &+= laneCount
  }
  while j < columns {
    let s = shift.map { $0[j] } ?? 0
    var sum = 0.0
    var i = 0
    while i < rows {
      sum += Double(x[i &* rowStride &+ j] - s)
      i &+= 1
    }
    sums[j] += sum
    j &+= 1
  }
}
