/// Matrix products in Double, for the eigensolver and for statistics that need all the digits.
///
/// Holds the packing space, so that a product allocates nothing. One product at a time.
package final class DoubleProduct {
  /// Rows and columns of the register tile.
  private static let tileRows = 4
  private static let tileColumns = 8
  /// Depth of a packed block: 256 × 8 doubles of B are half of a 32 KiB L1.
  private static let depth = 256

  private let context: Context
  private let packedA: Buffer<Double>
  private let packedB: Buffer<Double>

  /// Space for products of at most `rows` × `columns`, of any depth.
  ///
  /// - Throws: `.memory`.
  package init(rows: Int, columns: Int, in context: Context) throws(GenerativeError) {
    self.context = context
    let tall = roundUp(rows, Self.maximumChunk)
    guard let a = checkedProduct(tall, Self.depth),
      let b = checkedProduct(roundUp(columns, Self.tileColumns), Self.depth)
    else { throw GenerativeError(.memory, "cannot multiply \(rows) × \(columns) doubles") }
    packedA = try Buffer(count: a, in: context.memory)
    packedB = try Buffer(count: b, in: context.memory)
  }

  /// Rows per unit of work: 64 × 256 doubles of A are a quarter of a 512 KiB L2.
  private static let maximumChunk = 64

  /// C ← C + scale · A·B; of C only tiles that reach the upper triangle when `upperOnly`.
  ///
  /// A is m × k, B k × n, C m × n with unit column stride; any strides of A and B. Each element is
  /// summed in an order that depends on k alone: the same bits for any m, n and thread count.
  package func add(
    _ a: DoubleMatrix, _ b: DoubleMatrix, scale: Double = 1, into c: DoubleMatrix,
    upperOnly: Bool = false
  ) {
    let m = c.rowCount
    let n = c.columnCount
    // Few rows still make a few chunks, so that every worker has one.
    let chunk = min(Self.maximumChunk, max(Self.tileRows, roundUp(m / 4, Self.tileRows)))
    var p = 0
    while p < a.columnCount {
      let k = min(Self.depth, a.columnCount - p)
      let bBlock = b[p..<p + k, 0..<n]
      let aBlock = a[0..<m, p..<p + k]
      let panels = (n + Self.tileColumns - 1) / Self.tileColumns
      context.parallel((panels + 15) / 16) { group in
        for panel in group * 16..<min(panels, group * 16 + 16) {
          packColumns(
            bBlock, from: panel * Self.tileColumns, into: packedB.base + panel * Self.tileColumns * k)
        }
      }
      context.parallel((m + chunk - 1) / chunk) { index in
        let first = index * chunk
        let rows = first..<min(m, first + chunk)
        let packed = packedA.base + first * k
        packRows(aBlock[rows, 0..<k], scale: scale, into: packed)
        for panel in 0..<panels {
          let j = panel * Self.tileColumns
          var i = 0
          while i < rows.count {
            if !upperOnly || j + Self.tileColumns > first + i {
              tile(
                packed + i * k, packedB.base + j * k, depth: k,
                into: c.base + (first + i) * c.rowStride + j, stride: c.rowStride,
                rows: min(Self.tileRows, rows.count - i), columns: min(Self.tileColumns, n - j))
            }
            i += Self.tileRows
          }
        }
      }
      p += k
    }
  }

  /// Eight columns of B, one row of them after the other, zeros past the edge.
  private func packColumns(_ b: DoubleMatrix, from j: Int, into packed: UnsafeMutablePointer<Double>) {
    let width = min(Self.tileColumns, b.columnCount - j)
    for p in 0..<b.rowCount {
      let row = b.base + p * b.rowStride + j * b.columnStride
      let target = packed + p * Self.tileColumns
      for c in 0..<width { target[c] = row[c * b.columnStride] }
      for c in width..<Self.tileColumns { target[c] = 0 }
    }
  }

  /// All rows of A in tiles of four, one column of four after the other, zeros past the edge.
  private func packRows(_ a: DoubleMatrix, scale: Double, into packed: UnsafeMutablePointer<Double>) {
    var i = 0
    var target = packed
    while i < a.rowCount {
      let height = min(Self.tileRows, a.rowCount - i)
      for p in 0..<a.columnCount {
        let column = a.base + i * a.rowStride + p * a.columnStride
        for r in 0..<height { target[r] = scale * column[r * a.rowStride] }
        for r in height..<Self.tileRows { target[r] = 0 }
        target += Self.tileRows
      }
      i += Self.tileRows
    }
  }

  /// C ← C + A·B for one tile of 4 × 8, as two halves of 4 × 4 that fit sixteen registers.
  private func tile(
    _ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, depth: Int,
    into c: UnsafeMutablePointer<Double>, stride: Int, rows: Int, columns: Int
  ) {
    var half = 0
    while half < columns {
      var c0 = SIMD4<Double>.zero
      var c1 = c0
      var c2 = c0
      var c3 = c0
      var ap = UnsafeRawPointer(a)
      var bp = UnsafeRawPointer(b + half)
      for _ in 0..<depth {
        let x = ap.loadUnaligned(as: SIMD4<Double>.self)
        let y = bp.loadUnaligned(as: SIMD4<Double>.self)
        c0 += x[0] * y
        c1 += x[1] * y
        c2 += x[2] * y
        c3 += x[3] * y
        ap += 32
        bp += 64
      }
      let width = min(4, columns - half)
      store(c0, into: c + half, columns: width)
      if rows > 1 { store(c1, into: c + stride + half, columns: width) }
      if rows > 2 { store(c2, into: c + 2 * stride + half, columns: width) }
      if rows > 3 { store(c3, into: c + 3 * stride + half, columns: width) }
      half += 4
    }
  }
}

/// row ← row + sums, for the tile's first columns.
@inline(__always)
private func store(_ sums: SIMD4<Double>, into row: UnsafeMutablePointer<Double>, columns: Int) {
  for j in 0..<columns { row[j] += sums[j] }
}

/// The least multiple of `unit` that is at least `count`, and at least one unit.
private func roundUp(_ count: Int, _ unit: Int) -> Int { (max(count, 1) + unit - 1) / unit * unit }
