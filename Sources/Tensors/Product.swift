import Kernels

/// One matrix product: how it is cut into blocks, packed and distributed over the threads.
///
/// The five loops of BLIS (Van Zee & van de Geijn, "BLIS: a framework for rapidly instantiating BLAS
/// functionality", ACM TOMS 41, 2015). From the outside in: chunks of columns and groups of depth blocks
/// whose packed B fits in the shared scratch buffer; tasks of rows, each packing its own A; then, inside the
/// kernel, panels of B, panels of A and the tile.
///
/// Depth is cut the same way for any m, n and number of threads, and every kernel sums a depth block front to
/// back. An element's bits therefore depend only on its row of A, its column of B, and k.
struct Product {
  /// Where the right-hand side comes from.
  enum Columns {
    /// A matrix with any strides; packed as needed.
    case matrix(Matrix)
    /// A whole `PackedMatrix`.
    case packed(UnsafePointer<Float>)
    /// Packs `count` columns from `column` on, `depth` elements deep from `start` on, into one panel.
    case packer(PackPanel)
  }

  /// Packs `count` rows or columns from `first` on, `depth` elements deep from `start` on.
  typealias PackPanel =
    (_ first: Int, _ count: Int, _ start: Int, _ depth: Int, _ panel: UnsafeMutablePointer<Float>) -> Void

  let context: Context
  let rows: Int
  let columns: Int
  let depth: Int
  let c: Matrix
  var accumulating = false
  var bias: UnsafePointer<Float>?
  var activation = Activation.identity

  private var kernels: ProductKernels { context.product }

  // MARK: - Cutting

  /// The depth of all blocks except the last: equal shares of at most `most`.
  static func depthBlock(_ depth: Int, most: Int = Scratch.depthCapacity) -> Int {
    let blockCount = max(1, (depth + most - 1) / most)
    let share = (depth + blockCount - 1) / blockCount
    return max(4, (share + 3) / 4 * 4)
  }

  /// Below this number of multiply-adds, threads cost more than they gain: about 10 µs of one core.
  private static let smallWork = 400_000

  // MARK: - Running

  /// Runs the product with A as a matrix.
  func run(_ a: Matrix, _ b: Columns) {
    guard rows > 0, columns > 0 else { return }
    guard depth > 0 else { return finish(rows: 0..<rows, columns: 0..<columns, clearing: true) }
    if rows <= 3, runFewRows(a, b) { return }
    let pack = kernels.packRows
    run(b, plain: a.columnStride == 1 && kernels.roundRows == nil ? a : nil) {
      first, count, start, depth, panel in
      pack(a.address(first, start), a.columnStride, a.rowStride, depth, count, panel)
    }
  }

  /// Runs the product with A packed by `packRows`, six rows per panel, or with `plain` as unpacked A.
  func run(_ b: Columns, plain: Matrix? = nil, packRows: PackPanel) {
    guard rows > 0, columns > 0 else { return }
    guard depth > 0 else { return finish(rows: 0..<rows, columns: 0..<columns, clearing: true) }
    let width = kernels.tileColumns
    let panelCount = (columns + width - 1) / width
    let block = Product.depthBlock(depth)
    if case .packed(let panels) = b {
      context.scratches.withScratch { scratch in
        multiplyGroup(
          scratch, panels, packedPanelCount: panelCount, firstPanel: 0, panelCount: panelCount, start: 0,
          end: depth, block: block, plain, packRows)
      }
      return
    }
    let panelCapacity = Scratch.columnCapacity / (kernels.lanes(block) * width)
    let chunk = min(panelCount, panelCapacity)
    // A single thread multiplies right after packing, so that a block's panels stay in its own cache.
    let groupDepth = context.threadCount == 1 ? block : max(1, panelCapacity / chunk) * block
    context.scratches.withScratch { scratch in
      for first in stride(from: 0, to: panelCount, by: chunk) {
        let count = min(chunk, panelCount - first)
        for start in stride(from: 0, to: depth, by: groupDepth) {
          let end = min(depth, start + groupDepth)
          pack(
            b, firstPanel: first, panelCount: count, start: start, end: end, block: block,
            into: scratch.columns)
          multiplyGroup(
            scratch, scratch.columns, packedPanelCount: count, firstPanel: first, panelCount: count,
            start: start, end: end, block: block, plain, packRows)
        }
      }
    }
  }

  /// Packs panels of B in blocks, each block stored as panels.
  func pack(
    _ b: Columns, firstPanel: Int, panelCount: Int, start: Int, end: Int, block: Int,
    into target: UnsafeMutablePointer<Float>
  ) {
    let width = kernels.tileColumns
    let packColumns = kernels.packColumns
    let blockCount = (end - start + block - 1) / block
    // About 32,000 floats per task.
    let share = max(1, 32_768 / (block * width))
    let shares = (panelCount + share - 1) / share
    let isSmall = (end - start) * panelCount * width < 32_768
    context.parallelSlots(blockCount * shares, isSmall: isSmall) { _, task in
      let p = start + task / shares * block
      let depth = min(block, end - p)
      let from = task % shares * share
      // Blocks begin at multiples of four elements, so that no lane spans two of them.
      let base = target + kernels.lanes(p - start) * panelCount * width
      // Packs a few rows of all panels at a time: a row's parts in adjacent panels share pages.
      let step = 16
      for q in stride(from: 0, to: depth, by: step) {
        for panel in from..<min(panelCount, from + share) {
          let j = (firstPanel + panel) * width
          let count = min(width, columns - j)
          let to = base + (panel * kernels.lanes(depth) + kernels.lanes(q)) * width
          let height = min(step, depth - q)
          switch b {
          case .matrix(let b):
            packColumns(b.address(p + q, j), b.rowStride, b.columnStride, height, count, to)
          case .packer(let packPanel): packPanel(j, count, p + q, height, to)
          case .packed: break
          }
        }
      }
    }
  }

  /// Multiplies all rows by some packed panels, over some depth blocks.
  private func multiplyGroup(
    _ scratch: Scratch, _ panels: UnsafePointer<Float>, packedPanelCount: Int, firstPanel: Int,
    panelCount: Int, start: Int, end: Int, block: Int, _ plain: Matrix?, _ packRows: PackPanel
  ) {
    let width = kernels.tileColumns
    let tileRows = ProductKernels.tileRows
    let cut = cutRows(panelCount: panelCount, depth: end - start)
    context.parallelSlots(cut.rowBlocks * cut.columnParts, isSmall: cut.isSmall) { slot, task in
      let share = task / cut.columnParts
      let i = share * cut.tileCount / cut.rowBlocks * tileRows
      let height = min(rows, (share + 1) * cut.tileCount / cut.rowBlocks * tileRows) - i
      let part = task % cut.columnParts * cut.panelsPerPart
      let partEnd = min(panelCount, part + cut.panelsPerPart)
      guard height > 0, part < partEnd else { return }
      let j = (firstPanel + part) * width
      let n = min(columns, (firstPanel + partEnd) * width) - j
      let packedRows = scratch.rows(slot: slot)
      var p = start
      while p < end {
        let depth = min(block, end - p)
        let lanes = kernels.lanes(depth)
        let b = panels + (kernels.lanes(p - start) * packedPanelCount + part * lanes) * width
        let target = c.base + (i * c.rowStride + j)
        let isAdding = accumulating || p > 0
        let tile = scratch.tile(slot: slot)
        if let plain {
          kernels.multiplyPlain(
            plain.address(i, p), plain.rowStride, 1, height, b, lanes * width, width, n, lanes, target,
            c.rowStride, isAdding, tile)
        } else {
          for first in stride(from: 0, to: height, by: tileRows) {
            packRows(i + first, min(tileRows, height - first), p, depth, packedRows + first * lanes)
          }
          kernels.multiplyBlock(
            packedRows, height, b, lanes * width, n, lanes, target, c.rowStride, isAdding, tile)
        }
        p += depth
      }
      if end == self.depth { finish(rows: i..<i + height, columns: j..<j + n, clearing: false) }
    }
  }

  /// How a group is distributed: into blocks of rows, as equal as tiles allow, and into parts of the columns
  /// if there are too few rows.
  private func cutRows(
    panelCount: Int, depth: Int
  ) -> (rowBlocks: Int, tileCount: Int, columnParts: Int, panelsPerPart: Int, isSmall: Bool) {
    let threads = context.threadCount
    let tileRows = ProductKernels.tileRows
    let isSmall = threads == 1 || rows * panelCount * kernels.tileColumns * depth < Product.smallWork
    var blocks = (rows + Scratch.rowCapacity - 1) / Scratch.rowCapacity
    var parts = 1
    if !isSmall {
      if blocks < threads { blocks = min(threads, (rows + 23) / 24) }
      if blocks >= threads {
        blocks = (blocks + threads - 1) / threads * threads
      } else {
        parts = min(panelCount, (threads + blocks - 1) / blocks)
      }
    }
    let tileCount = (rows + tileRows - 1) / tileRows
    return (blocks, tileCount, parts, (panelCount + parts - 1) / parts, isSmall)
  }

  // MARK: - Few rows

  /// At most three rows: streams B, packed or unpacked. Returns false if B must be packed first.
  private func runFewRows(_ a: Matrix, _ b: Columns) -> Bool {
    let width = kernels.tileColumns
    let panelCount = (columns + width - 1) / width
    let block = Product.depthBlock(depth)
    let roundsOperands = kernels.roundRows != nil
    switch b {
    case .packed(let panels) where a.columnStride == 1 || !roundsOperands:
      streamRows(a, panelCount: panelCount, block: block) { p, lanes, panel in
        (panels + (kernels.lanes(p) * panelCount + panel * lanes) * width, lanes * width, width)
      }
      return true
    case .matrix(let b) where b.columnStride == 1 && columns >= width && !roundsOperands:
      let whole = columns / width
      part(0..<whole * width).streamRows(a, panelCount: whole, block: block) { p, _, panel in
        (UnsafePointer(b.base + (p * b.rowStride + panel * width)), width, b.rowStride)
      }
      // After the last whole panel, a vector would reach past the end of B.
      if whole < panelCount {
        let rest = whole * width..<columns
        part(rest).run(a, .matrix(b.columns(rest.lowerBound, rest.count)))
      }
      return true
    default: return false
    }
  }

  /// The product restricted to some columns.
  private func part(_ range: Range<Int>) -> Product {
    Product(
      context: context, rows: rows, columns: range.count, depth: depth,
      c: c.columns(range.lowerBound, range.count),
      accumulating: accumulating, bias: bias.map { $0 + range.lowerBound }, activation: activation)
  }

  private func streamRows(
    _ a: Matrix, panelCount: Int, block: Int,
    _ locate: (_ start: Int, _ lanes: Int, _ panel: Int) -> (UnsafePointer<Float>, Int, Int)
  ) {
    let width = kernels.tileColumns
    let multiplyRows = kernels.multiplyRows
    let threads = context.threadCount
    let isSmall = threads == 1 || rows * depth * columns < 100_000
    let parts = isSmall ? 1 : min(threads, (panelCount + 5) / 6)
    let share = (panelCount + parts - 1) / parts
    context.scratches.withScratch { scratch in
      context.parallelSlots(parts, isSmall: isSmall) { slot, part in
        let first = part * share
        let end = min(panelCount, first + share)
        guard first < end else { return }
        let j = first * width
        let n = min(columns, end * width) - j
        for p in stride(from: 0, to: depth, by: block) {
          let depth = min(block, depth - p)
          let lanes = kernels.lanes(depth)
          var (rowBase, rowStride) = (a.address(0, p), a.rowStride)
          if let roundRows = kernels.roundRows {
            roundRows(rowBase, rowStride, rows, depth, scratch.rows(slot: slot), lanes)
            (rowBase, rowStride) = (scratch.rows(slot: slot), lanes)
          }
          let (b, panelStride, depthStride) = locate(p, lanes, first)
          multiplyRows(
            rowBase, rowStride, a.columnStride, rows, b, panelStride, depthStride, n, lanes,
            c.base + j, c.rowStride, accumulating || p > 0, scratch.tile(slot: slot))
        }
        finish(rows: 0..<rows, columns: j..<j + n, clearing: false)
      }
    }
  }

  // MARK: - The last write

  /// Adds the bias to a finished block of C and applies the activation. `clearing` is for a product with
  /// depth 0.
  private func finish(rows: Range<Int>, columns: Range<Int>, clearing: Bool) {
    guard !accumulating, clearing || bias != nil || activation != .identity else { return }
    let kernel = context.kernels.elementwise.finishRow
    let (function, slope) = activation.kernel
    for i in rows {
      let row = c.base + (i * c.rowStride + columns.lowerBound)
      if clearing { row.update(repeating: 0, count: columns.count) }
      kernel(row, bias.map { $0 + columns.lowerBound }, function, slope, columns.count)
    }
  }
}
