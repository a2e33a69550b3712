// The micro-kernel of the matrix product in Double: 6 rows × 2 vectors, as in MultiplyTile.swift.

typealias DoubleInput = UnsafePointer<Double>
typealias DoubleOutput = UnsafeMutablePointer<Double>

/// The number of lanes in a vector of doubles.
@inline(__always) var doubleLaneCount: Int { DoubleVector.scalarCount }
@inline(__always) private var doubleTileColumns: Int { 2 * DoubleVector.scalarCount }
/// How many products are added one by one; sums of so many are then added. Where all products are the same, each
/// step of a longer chain would be rounded the same way.
@inline(__always) private var doubleChain: Int { 32 }

@inline(__always) func loadDoubles(_ pointer: DoubleInput) -> DoubleVector {
  UnsafeRawPointer(pointer).loadUnaligned(as: DoubleVector.self)
}

@inline(__always) func storeDoubles(_ value: DoubleVector, _ pointer: DoubleOutput) {
  UnsafeMutableRawPointer(pointer).storeBytes(of: value, as: DoubleVector.self)
}

/// One row of a tile: two adjacent vectors.
private struct DoubleTileRow {
  var x = DoubleVector(repeating: 0)
  var y = DoubleVector(repeating: 0)

  @inline(__always) mutating func add(_ a: Double, _ bx: DoubleVector, _ by: DoubleVector) {
    let factor = DoubleVector(repeating: a)
    x = multiplyAdd(factor, bx, x)
    y = multiplyAdd(factor, by, y)
  }

  @inline(__always) func add(to c: DoubleOutput) {
    storeDoubles(loadDoubles(c) + x, c)
    storeDoubles(loadDoubles(c + doubleLaneCount) + y, c + doubleLaneCount)
  }
}

/// C (6 × 2V) ← C + A·B. `aStep` and `bStep` are the distances to the next six elements of A and 2V elements
/// of B.
@inline(__always)
private func multiplyDoubleTile(
  _ a: DoubleInput, _ aStep: Int, _ b: DoubleInput, _ bStep: Int, _ depth: Int, _ c: DoubleOutput,
  _ rowStride: Int
) {
  var r0 = DoubleTileRow()
  var r1 = DoubleTileRow()
  var r2 = DoubleTileRow()
  var r3 = DoubleTileRow()
  var r4 = DoubleTileRow()
  var r5 = DoubleTileRow()
  var a = a
  var b = b
  var p = depth
  while p > 0 {
    let x = loadDoubles(b)
    let y = loadDoubles(b + doubleLaneCount)
    r0.add(a[0], x, y)
    r1.add(a[1], x, y)
    r2.add(a[2], x, y)
    r3.add(a[3], x, y)
    r4.add(a[4], x, y)
    r5.add(a[5], x, y)
    a += aStep
    b += bStep
    p &-= 1
  }
  r0.add(to: c)
  r1.add(to: c + rowStride)
  r2.add(to: c + 2 &* rowStride)
  r3.add(to: c + 3 &* rowStride)
  r4.add(to: c + 4 &* rowStride)
  r5.add(to: c + 5 &* rowStride)
}

/// C ← C + T for a whole tile T.
@inline(__always) private func addDoubleTile(_ tile: DoubleInput, _ c: DoubleOutput, _ rowStride: Int) {
  var r = 0
  while r < tileRows {
    let row = tile + r &* doubleTileColumns
    DoubleTileRow(x: loadDoubles(row), y: loadDoubles(row + doubleLaneCount)).add(to: c + r &* rowStride)
    r &+= 1
  }
}

/// See `DoubleKernels.MultiplyBlock`.
func multiplyDoubleBlock(
  _ a: DoubleInput, _ rows: Int, _ b: DoubleInput, _ columns: Int, _ depth: Int, _ c: DoubleOutput,
  _ rowStride: Int, _ diagonal: Int, _ tile: DoubleOutput
) {
  var j = 0
  var bPanel = b
  while j < columns {
    let width = columns &- j < doubleTileColumns ? columns &- j : doubleTileColumns
    // Rows from here on lie entirely below the diagonal.
    let lastRow = diagonal == Int.min ? rows : j &+ width &- diagonal
    let end = lastRow < rows ? lastRow : rows
    var i = 0
    var aPanel = a
    while i < end {
      let height = rows &- i < tileRows ? rows &- i : tileRows
      let target = c + (i &* rowStride &+ j)
      if depth <= doubleChain && height == tileRows && width == doubleTileColumns {
        multiplyDoubleTile(aPanel, tileRows, bPanel, doubleTileColumns, depth, target, rowStride)
      } else {
        var k = 0
        while k < tileRows &* doubleTileColumns {
          tile[k] = 0
          k &+= 1
        }
        var p = 0
        while p < depth {
          multiplyDoubleTile(
            aPanel + p &* tileRows, tileRows, bPanel + p &* doubleTileColumns, doubleTileColumns,
            depth &- p < doubleChain ? depth &- p : doubleChain, tile, doubleTileColumns)
          p &+= doubleChain
        }
        if height == tileRows && width == doubleTileColumns {
          addDoubleTile(tile, target, rowStride)
        } else {
          var r = 0
          while r < height {
            var s = 0
            while s < width {
              target[r &* rowStride &+ s] += tile[r &* doubleTileColumns &+ s]
              s &+= 1
            }
            r &+= 1
          }
        }
      }
      aPanel += depth &* tileRows
      i &+= tileRows
    }
    bPanel += depth &* doubleTileColumns
    j &+= doubleTileColumns
  }
}
