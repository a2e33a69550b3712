// Exact products of bytes: pairs of 16-bit numbers are multiplied and added in one instruction, twice
// the rate of floats. A 32-bit lane holds 2³¹ / (2 · 255²) = 16,512 pairs.

@inline(__always) private func load(_ pointer: UnsafePointer<Int32>) -> Integers {
  UnsafeRawPointer(pointer).loadUnaligned(as: Integers.self)
}

@inline(__always) private func store(_ value: Integers, _ pointer: UnsafeMutablePointer<Int32>) {
  UnsafeMutableRawPointer(pointer).storeBytes(of: value, as: Integers.self)
}

/// One row of a tile of integers.
private struct PairRow {
  var x = Integers(repeating: 0)
  var y = Integers(repeating: 0)

  @inline(__always) mutating func add(_ a: Int32, _ bx: Integers, _ by: Integers) {
    let pair = Integers(repeating: a)
    x = x &+ multiplyPairs(pair, bx)
    y = y &+ multiplyPairs(pair, by)
  }

  @inline(__always) func write(_ tile: UnsafeMutablePointer<Int32>) {
    store(x, tile)
    store(y, tile + laneCount)
  }
}

/// tile (6 × 2V) ← A·B from one packed panel of each.
@inline(__always)
private func multiplyByteTile(
  _ a: UnsafePointer<Int32>, _ b: UnsafePointer<Int32>, _ depth: Int, _ tile: UnsafeMutablePointer<Int32>
) {
  var r0 = PairRow()
  var r1 = PairRow()
  var r2 = PairRow()
  var r3 = PairRow()
  var r4 = PairRow()
  var r5 = PairRow()
  var a = a
  var b = b
  var p = depth
  while p > 0 {
    let x = load(b)
    let y = load(b + laneCount)
    r0.add(a[0], x, y)
    r1.add(a[1], x, y)
    r2.add(a[2], x, y)
    r3.add(a[3], x, y)
    r4.add(a[4], x, y)
    r5.add(a[5], x, y)
    a += tileRows
    b += tileColumns
    p &-= 1
  }
  r0.write(tile)
  r1.write(tile + tileColumns)
  r2.write(tile + 2 &* tileColumns)
  r3.write(tile + 3 &* tileColumns)
  r4.write(tile + 4 &* tileColumns)
  r5.write(tile + 5 &* tileColumns)
}

/// See `SymmetricKernels.addByteBlock`.
func addByteBlock(
  _ a: UnsafePointer<Int32>, _ rows: Int, _ b: UnsafePointer<Int32>, _ panelStride: Int, _ columns: Int,
  _ depth: Int, _ c: Wide, _ rowStride: Int, _ diagonal: Int, _ tile: UnsafeMutablePointer<Int32>
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
      multiplyByteTile(aPanel, bPanel, depth, tile)
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

/// c += the first `width` integers of a tile's row.
@inline(__always) private func addRow(_ x: UnsafeMutablePointer<Int32>, _ width: Int, _ c: Wide) {
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

/// See `SymmetricKernels.packBytes`.
func packBytes(
  _ source: UnsafePointer<UInt8>, _ rowStride: Int, _ rows: Int, _ count: Int, _ width: Int,
  _ panel: UnsafeMutablePointer<Int32>
) {
  var p = 0
  while p < rows {
    let even = source + p &* rowStride
    // The last row of an odd number has no partner: it is paired with itself times zero.
    let hasOdd = p &+ 1 < rows
    let odd = hasOdd ? even + rowStride : even
    let keep: Int32 = hasOdd ? -1 : 0
    let target = panel + (p &>> 1) &* width
    var i = 0
    while i &+ laneCount <= count {
      let upper = (integers(bytes: odd + i) & Integers(repeating: keep)) &<< Integers(repeating: 16)
      store(integers(bytes: even + i) | upper, target + i)
      i &+= laneCount
    }
    while i < count {
      target[i] = Int32(even[i]) | ((Int32(odd[i]) & keep) &<< 16)
      i &+= 1
    }
    while i < width {
      target[i] = 0
      i &+= 1
    }
    p &+= 2
  }
}

/// See `SymmetricKernels.addByteColumnSums`.
func addByteColumnSums(
  _ x: UnsafePointer<UInt8>, _ rows: Int, _ columns: Int, _ rowStride: Int, _ sums: Wide
) {
  // 2³¹ / 255 rows fit a lane.
  let most = 1 &<< 22
  var start = 0
  while start < rows {
    let end = rows &- start < most ? rows : start &+ most
    var j = 0
    while j < columns {
      let width = columns &- j < laneCount ? columns &- j : laneCount
      var sum = Integers(repeating: 0)
      var i = start
      while i < end {
        let row = x + (i &* rowStride &+ j)
        if width == laneCount {
          sum = sum &+ integers(bytes: row)
        } else {
          var k = 0
          while k < width {
            sum[k] = sum[k] &+ Int32(row[k])
            k &+= 1
          }
        }
        i &+= 1
      }
      var k = 0
      while k < width {
        sums[j &+ k] += Double(sum[k])
        k &+= 1
      }
      j &+= laneCount
    }
    start = end
  }
}
