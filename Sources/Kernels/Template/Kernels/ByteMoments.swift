// Exact column sums and products of bytes. A 32-bit lane holds the bytes of `rowsPerLane` rows, which one
// instruction multiplies and adds. With two rows, they are 16-bit numbers. With four, they are bytes on both
// sides, and the instruction takes one side as signed. That side gets b − 128.
//
// Sums fit in 32 bits for up to 2³¹ / 255² = 33,025 rows.

private typealias Lanes = UnsafePointer<Int32>

@inline(__always) private func load(_ pointer: Lanes) -> Integers {
  UnsafeRawPointer(pointer).loadUnaligned(as: Integers.self)
}

@inline(__always) private func store(_ value: Integers, _ pointer: UnsafeMutablePointer<Int32>) {
  UnsafeMutableRawPointer(pointer).storeBytes(of: value, as: Integers.self)
}

@inline(__always) private func lanes(_ panel: Input) -> Lanes {
  UnsafeRawPointer(panel).assumingMemoryBound(to: Int32.self)
}

@inline(__always) private func lanes(_ panel: Output) -> UnsafeMutablePointer<Int32> {
  UnsafeMutableRawPointer(panel).assumingMemoryBound(to: Int32.self)
}

/// Mask that maps each byte b of a lane to b − 128 and back if `rowsPerLane` is 4.
@inline(__always) private var signs: Int32 { Int32(bitPattern: rowsPerLane == 4 ? 0x8080_8080 : 0) }

/// The value of `MomentKernels.bias` for bytes.
var byteBias: Double { rowsPerLane == 4 ? 128 : 0 }

// MARK: - Products

/// One row of a tile of integers.
private struct IntegerRow {
  var x = Integers(repeating: 0)
  var y = Integers(repeating: 0)

  @inline(__always) mutating func add(_ a: Int32, _ bx: Integers, _ by: Integers) {
    let factor = Integers(repeating: a)
    x = addProducts(factor, bx, x)
    y = addProducts(factor, by, y)
  }

  @inline(__always) func write(_ c: UnsafeMutablePointer<Int32>, adding: Bool) {
    store(adding ? load(c) &+ x : x, c)
    store(adding ? load(c + laneCount) &+ y : y, c + laneCount)
  }
}

/// C (6 × 2V) ← A·B, or C + A·B if `adding`, from one packed panel each of A and B.
@inline(__always)
private func multiplyTile(
  _ a: Lanes, _ b: Lanes, _ depth: Int, _ c: UnsafeMutablePointer<Int32>, _ rowStride: Int, _ adding: Bool
) {
  var r0 = IntegerRow()
  var r1 = IntegerRow()
  var r2 = IntegerRow()
  var r3 = IntegerRow()
  var r4 = IntegerRow()
  var r5 = IntegerRow()
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
  r0.write(c, adding: adding)
  r1.write(c + rowStride, adding: adding)
  r2.write(c + 2 &* rowStride, adding: adding)
  r3.write(c + 3 &* rowStride, adding: adding)
  r4.write(c + 4 &* rowStride, adding: adding)
  r5.write(c + 5 &* rowStride, adding: adding)
}

/// See `MomentKernels.multiply`.
func multiplyBytes(
  _ a: Input, _ rows: Int, _ b: Input, _ panelStride: Int, _ columns: Int, _ depth: Int, _ c: Output,
  _ rowStride: Int, _ adding: Bool, _ diagonal: Int, _ next: UnsafeRawPointer?, _ nextByteCount: Int
) {
  forWholeTiles(rows, panelStride, columns, depth, rowStride, diagonal, next, nextByteCount) {
    i, j, place, _, _ in
    multiplyTile(lanes(a) + i, lanes(b) + j, depth, lanes(c) + place, rowStride, adding)
  }
}

/// See `MomentKernels.add`.
func addIntegers(_ products: Input, _ offset: Double, _ wide: Wide, _ count: Int) {
  let products = lanes(products)
  addWidened(offset, wide, count, { widen(load(products + $0)) }, { Double(products[$0]) })
}

// MARK: - Packing

/// See `MomentKernels.gather`.
func gatherBytes(
  _ panels: Input, _ panelStride: Int, _ columns: Int, _ first: Int, _ depth: Int, _ panel: Output
) {
  gatherColumns(panels, panelStride, columns, first, depth, panel) { $0 ^ SIMD4(repeating: signs) }
}

/// See `MomentKernels.pack`. Missing rows of a lane are zeros on the left-hand side, so their values on the
/// right-hand side do not matter.
func packBytes(
  _ source: UnsafeRawPointer, _ rowStride: Int, _ rows: Int, _ count: Int, _ shift: Input?, _ panel: Output,
  _ sums: Wide?
) {
  let source = source.assumingMemoryBound(to: UInt8.self)
  let panel = lanes(panel)
  let whole = rows / rowsPerLane
  var j = 0
  while j < tileColumns {
    let width = count &- j < laneCount ? (count < j ? 0 : count &- j) : laneCount
    var sum = Integers(repeating: 0)
    var p = 0
    while p < whole, width == laneCount {
      let lane = join(source + (p &* rowsPerLane &* rowStride &+ j), rowStride)
      sum = sum &+ sumOfBytes(lane)
      store(lane ^ Integers(repeating: signs), panel + (p &* tileColumns &+ j))
      p &+= 1
    }
    while p &* rowsPerLane < rows {
      var lane = Integers(repeating: 0)
      var row = p &* rowsPerLane
      var place: Int32 = 0
      while row < rows, place < 32 {
        var i = 0
        while i < width {
          lane[i] |= Int32(source[row &* rowStride &+ j &+ i]) &<< place
          i &+= 1
        }
        row &+= 1
        place &+= 32 / Int32(truncatingIfNeeded: rowsPerLane)
      }
      sum = sum &+ sumOfBytes(lane)
      store(lane ^ Integers(repeating: signs), panel + (p &* tileColumns &+ j))
      p &+= 1
    }
    var i = 0
    while i < width, let sums {
      sums[j &+ i] += Double(sum[i])
      i &+= 1
    }
    j &+= laneCount
  }
}

/// Combines the bytes of `rowsPerLane` rows into one lane per column.
@inline(__always)
private func join(_ rows: UnsafePointer<UInt8>, _ rowStride: Int) -> Integers {
  let first = integers(bytes: rows)
  let second = integers(bytes: rows + rowStride)
  guard rowsPerLane == 4 else { return first | second &<< Integers(repeating: 16) }
  let third = integers(bytes: rows + 2 &* rowStride)
  let fourth = integers(bytes: rows + 3 &* rowStride)
  return (first | second &<< Integers(repeating: 8))
    | (third &<< Integers(repeating: 16) | fourth &<< Integers(repeating: 24))
}

/// The sum of the bytes in each lane, in any arrangement.
@inline(__always) private func sumOfBytes(_ lane: Integers) -> Integers {
  let even = lane & Integers(repeating: 0x00ff_00ff)
  let odd = (lane &>> Integers(repeating: 8)) & Integers(repeating: 0x00ff_00ff)
  let both = even &+ odd
  return (both & Integers(repeating: 0xffff)) &+ (both &>> Integers(repeating: 16))
}
