import Kernels

/// C ← C + Aᵀ·A in doubles, and the sums of A's columns, for rows of A packed slab by slab.
///
/// A slab is packed once and forms both sides of the product. Each task takes a few columns as the left-hand
/// side and multiplies them by all columns from their own on, which skips half of the products. Within a
/// slab, products are summed block by block in 32 bits (floats, or integers without loss), in a part of C
/// that fits in the second-level cache, and then added to the doubles.
///
/// If a slab cannot hold all columns, they are cut into stripes, which are multiplied in pairs.
struct RankUpdate {
  /// Packs `count` columns from `first` on, `depth` lanes deep from `start` on, into one panel, and adds them
  /// to `sums`.
  typealias PackPanel =
    (
      _ first: Int, _ count: Int, _ start: Int, _ depth: Int, _ panel: UnsafeMutablePointer<Float>,
      _ sums: UnsafeMutablePointer<Double>
    ) -> Void

  let context: Context
  let kernels: MomentKernels
  /// Columns of A; rows and columns of C.
  let columns: Int
  /// The number of lanes in a column of A.
  let depth: Int
  /// A itself if its rows are contiguous: the next slab is prefetched from it while the current one is
  /// multiplied.
  let source: UnsafeRawBufferPointer
  /// Packed; only the upper triangle is computed.
  let c: UnsafeMutablePointer<Double>
  let sums: UnsafeMutablePointer<Double>?

  /// The number of lanes summed in registers.
  private static let block = 320
  /// Maximum number of blocks in a slab. Over 1,280 floats summed in two levels, rounding stays below 1e-6 of
  /// Σ |a·a|.
  private static let mostBlocks = 4
  /// The number of left-hand columns per task. Small, because tasks differ in length.
  private static let taskColumns = 6 * ProductKernels.tileRows
  /// Maximum number of right-hand columns that a task's part of C spans.
  private static let partColumns = 832

  private var width: Int { context.kernels.product.tileColumns }

  /// Columns packed together, a number of lanes deep, and their sums.
  private struct Stripe {
    let first: Int
    let count: Int
    let panels: UnsafeMutablePointer<Float>
    let sums: UnsafeMutablePointer<Double>
  }

  func run(_ packPanel: PackPanel) {
    guard columns > 0, depth > 0 else { return }
    let padded = (columns + width - 1) / width * width
    // In addition to its lanes, a column has one sum in Double per block.
    let blocksOfAll = Scratch.columnCapacity / padded / (Self.block + 2)
    let isWhole = blocksOfAll >= 2
    let blocks = isWhole ? min(blocksOfAll, Self.mostBlocks) : 2
    let capacity = isWhole ? Scratch.columnCapacity : Scratch.columnCapacity / 2
    let slab = blocks * Self.block
    let stripe = isWhole ? padded : capacity / (slab + 2 * blocks) / width * width
    let nothing = UnsafeRawBufferPointer(start: nil, count: 0)
    context.scratches.withScratch { scratch in
      for start in stride(from: 0, to: depth, by: slab) {
        let depth = min(slab, depth - start)
        func packed(_ first: Int, at base: UnsafeMutablePointer<Float>) -> Stripe {
          let stripe = Stripe(
            first: first, count: min(stripe, columns - first), panels: base,
            sums: UnsafeMutableRawPointer(base + depth * stripe).assumingMemoryBound(to: Double.self))
          pack(stripe, start, depth, packPanel)
          return stripe
        }
        for first in stride(from: 0, to: columns, by: stripe) {
          let right = packed(first, at: scratch.columns)
          if let sums { for j in 0..<right.count { sums[first + j] += right.sums[j] } }
          for other in stride(from: 0, to: first, by: stripe) {
            multiply(
              packed(other, at: scratch.columns + capacity), right, depth, scratch, fetching: nothing)
          }
          multiply(
            right, right, depth, scratch,
            fetching: isWhole ? slabOfSource(from: start + depth, slab) : nothing)
        }
      }
    }
  }

  /// Packs a stripe's panels in blocks, each block stored as panels.
  private func pack(_ stripe: Stripe, _ start: Int, _ depth: Int, _ packPanel: PackPanel) {
    let panelCount = (stripe.count + width - 1) / width
    let sumCount = panelCount * width
    let blockCount = (depth + Self.block - 1) / Self.block
    stripe.sums.update(repeating: 0, count: blockCount * sumCount)
    // Rows are read in stretches of one kilobyte, long enough for prefetching.
    let share = max(1, 256 / width)
    let shares = (panelCount + share - 1) / share
    context.parallelSlots(blockCount * shares, isSmall: depth * stripe.count < 32_768) { _, task in
      let block = task / shares
      let panels = task % shares * share..<min(panelCount, (task % shares + 1) * share)
      let p = block * Self.block
      let height = min(Self.block, depth - p)
      let base = stripe.panels + p * sumCount
      let step = 16
      for q in stride(from: 0, to: height, by: step) {
        for panel in panels {
          let j = panel * width
          packPanel(
            stripe.first + j, min(width, stripe.count - j), start + p + q, min(step, height - q),
            base + (panel * height + q) * width, stripe.sums + (block * sumCount + j))
        }
      }
    }
    for block in 1..<max(1, blockCount) {
      for j in 0..<sumCount { stripe.sums[j] += stripe.sums[block * sumCount + j] }
    }
  }

  /// The part of A that will be packed next.
  private func slabOfSource(from start: Int, _ slab: Int) -> UnsafeRawBufferPointer {
    let lane = source.count / depth
    return UnsafeRawBufferPointer(rebasing: source[lane * start..<lane * min(depth, start + slab)])
  }

  /// Adds the products of the columns of two stripes, or of one stripe with itself. Prefetches `next`
  /// meanwhile.
  private func multiply(
    _ left: Stripe, _ right: Stripe, _ depth: Int, _ scratch: Scratch,
    fetching next: UnsafeRawBufferPointer
  ) {
    let isTriangle = left.first == right.first
    let leftStride = (left.count + width - 1) / width * width
    let rightStride = (right.count + width - 1) / width * width
    let parts = (rightStride + Self.partColumns - 1) / Self.partColumns
    let part = (rightStride / width + parts - 1) / parts * width
    let tasks = (left.count + Self.taskColumns - 1) / Self.taskColumns
    let isSmall = left.count * right.count * depth < 400_000
    /// The right-hand columns for a task, starting at the panel that reaches the diagonal.
    func range(_ task: Int) -> Range<Int> {
      let end = min(rightStride, (task % parts + 1) * part)
      let diagonal = isTriangle ? task / parts * Self.taskColumns / width * width : 0
      return min(end, max(task % parts * part, diagonal))..<end
    }
    func rangesBefore(_ task: Int) -> Int { (0..<task).reduce(0) { $0 + range($1).count } }
    let all = rangesBefore(tasks * parts)
    context.parallelSlots(tasks * parts, isSmall: isSmall) { slot, task in
      let i = task / parts * Self.taskColumns
      let height = min(Self.taskColumns, left.count - i)
      let (j, end) = (range(task).lowerBound, range(task).upperBound)
      guard j < end else { return }
      let rows = scratch.rows(slot: slot)
      let products = rows + Self.taskColumns * Self.block
      // Prefetches evenly, in proportion to columns × depth.
      let before = rangesBefore(task) * depth
      for p in stride(from: 0, to: depth, by: Self.block) {
        let block = min(Self.block, depth - p)
        let fetched = next.count * (before + p * (end - j)) / (all * depth)
        let fetchedThen = next.count * (before + (p + block) * (end - j)) / (all * depth)
        for first in stride(from: 0, to: height, by: ProductKernels.tileRows) {
          kernels.gather(
            left.panels + p * leftStride, block * width, left.count, i + first, block, rows + first * block)
        }
        kernels.multiply(
          rows, height, right.panels + (p * rightStride + j * block), block * width,
          min(end, right.count) - j, block, products, end - j, p > 0, isTriangle ? i - j : Int.min,
          next.baseAddress.map { $0 + fetched }, fetchedThen - fetched)
      }
      for row in 0..<height {
        let first = isTriangle ? max(j, i + row) : j
        let last = min(end, right.count)
        guard first < last else { continue }
        kernels.add(
          products + (row * (end - j) + first - j), kernels.bias * left.sums[i + row],
          c + ((left.first + i + row) * columns + right.first + first), last - first)
      }
    }
  }
}

extension Context {
  /// C ← C + (A − 1·sᵀ)ᵀ·(A − 1·sᵀ) in the upper triangle of doubles. The lower triangle is undefined until
  /// `mirrorUpperTriangle`. sums[j] ← sums[j] + Σᵢ (a[i, j] − s[j]).
  ///
  /// A is m × n with unit column stride, C is n × n packed, and `shift` s has n elements (nil: zeros). The
  /// error of an element relative to Σ |a·a| is about 1e-6 at most, for any number of rows.
  package func rankUpdate(
    _ a: Matrix, subtracting shift: Input? = nil, into c: UnsafeMutablePointer<Double>,
    sums: UnsafeMutablePointer<Double>? = nil
  ) {
    let kernels = kernels.floatMoments
    let isPacked = a.rowStride == a.columnCount
    let update = RankUpdate(
      context: self, kernels: kernels, columns: a.columnCount, depth: a.rowCount,
      source: UnsafeRawBufferPointer(start: a.base, count: isPacked ? 4 * a.rowCount * a.columnCount : 0),
      c: c, sums: sums)
    update.run { first, count, start, depth, panel, sums in
      kernels.pack(
        a.address(start, first), a.rowStride, depth, count, shift.map { $0 + first }, panel, sums)
    }
  }

  /// `rankUpdate` for bytes. Exact while the sums are below 2⁵³.
  ///
  /// A has `rows` rows of `columns` bytes, `rowStride` bytes apart. C is columns × columns packed.
  package func rankUpdate(
    bytes a: UnsafePointer<UInt8>, rows: Int, columns: Int, rowStride: Int,
    into c: UnsafeMutablePointer<Double>, sums: UnsafeMutablePointer<Double>? = nil
  ) {
    let kernels = kernels.byteMoments
    let group = kernels.rowsPerLane
    let update = RankUpdate(
      context: self, kernels: kernels, columns: columns, depth: (rows + group - 1) / group,
      source: UnsafeRawBufferPointer(start: a, count: rowStride == columns ? rows * columns : 0), c: c,
      sums: sums)
    update.run { first, count, start, depth, panel, sums in
      let row = start * group
      kernels.pack(
        a + (row * rowStride + first), rowStride, min(depth * group, rows - row), count, nil, panel, sums)
    }
  }

  /// C ← C + (A − 1·sᵀ)·(A − 1·sᵀ)ᵀ in the upper triangle of doubles: products of rows instead of columns.
  ///
  /// A is n × m with unit column stride, C is n × n packed, and `shift` s has m elements. As accurate as the
  /// above.
  package func rankUpdate(
    rowsOf a: Matrix, subtracting shift: Input, into c: UnsafeMutablePointer<Double>
  ) {
    let pack = kernels.product.packColumns
    let scale = kernels.elementwise.scale
    let width = kernels.product.tileColumns
    let update = RankUpdate(
      context: self, kernels: kernels.floatMoments, columns: a.rowCount, depth: a.columnCount,
      source: UnsafeRawBufferPointer(start: nil, count: 0), c: c, sums: nil)
    update.run { first, count, start, depth, panel, _ in
      pack(a.address(first, start), 1, a.rowStride, depth, count, panel)
      for p in 0..<depth { scale(panel + p * width, 1, -shift[start + p], panel + p * width, width) }
    }
  }

  /// Copies the upper triangle of the packed n × n matrix to the lower one.
  package func mirrorUpperTriangle(_ c: UnsafeMutablePointer<Double>, columns n: Int) {
    // Blocks of 32 × 32, so that both sides stay in the cache.
    let blockCount = (n + 31) / 32
    parallel(blockCount) { block in
      let rows = block * 32..<min(n, (block + 1) * 32)
      for first in stride(from: 0, to: rows.upperBound, by: 32) {
        for i in rows {
          for j in first..<min(i, first + 32) { c[i * n + j] = c[j * n + i] }
        }
      }
    }
  }
}
