import Tensors

/// A uniform sample of at most m of the rows seen, without replacement. It does not depend on how the rows
/// were split, ordered or merged.
///
/// Row number g of the whole data has a random key, a function of (seed, g). The m rows with the smallest
/// keys are kept (bottom-k sampling: Cohen & Kaplan, "Summarizing data using bottom-k sketches", PODC 2007).
/// The smallest keys of a union are among the smallest of its parts, so merging is a merge of sorted lists.
/// Until more than m rows were seen, all of them are kept.
package final class Reservoir: @unchecked Sendable {
  package let columnCount: Int
  /// m
  package let capacity: Int
  package let seed: UInt64
  /// The number of rows seen.
  package private(set) var rowCount: Int
  /// The number of rows kept.
  package private(set) var keptCount = 0
  package let context: Context

  /// A kept row: its key, its number and its position in `rows`.
  private struct Entry: BitwiseCopyable {
    let key: UInt64
    let number: Int64
    let place: Int32

    func precedes(_ other: Entry) -> Bool {
      key != other.key ? key < other.key : number < other.number
    }
  }

  /// Memory for a heap with the largest key first, and for its rows. Both grow with the number of kept rows.
  private var room: Buffer<Entry>
  private var rows: Buffer<Float>
  private var entries: UnsafeMutableBufferPointer<Entry> {
    UnsafeMutableBufferPointer(start: room.base, count: keptCount)
  }
  private let random: Random

  /// - Throws: `.argument` for no columns or no capacity; `.memory`.
  package init(
    columns: Int, capacity: Int, seed: UInt64, in context: Context = .standard
  ) throws(GenerativeError) {
    guard columns >= 1 else {
      throw GenerativeError(.argument, "n_features must be at least 1, not \(columns)")
    }
    guard capacity >= 1, capacity <= Int(Int32.max) else {
      throw GenerativeError(.argument, "capacity must be between 1 and \(Int32.max), not \(capacity)")
    }
    guard checkedProduct(columns, capacity) != nil else {
      throw GenerativeError(.memory, "\(capacity) rows of \(columns) columns do not fit in memory")
    }
    columnCount = columns
    self.capacity = capacity
    self.seed = seed
    self.context = context
    rowCount = 0
    room = try Buffer(count: 0, in: context.memory)
    rows = try Buffer(count: 0, in: context.memory)
    random = Random(seed: seed, purpose: .reservoir)
  }

  // MARK: - Adding

  /// The number of rows between two progress reports.
  private static let partRows = 4096

  /// Adds a batch whose first row has number `first` in the whole data.
  ///
  /// - Throws: `.mismatch` for another number of columns; `.nonfinite`; `.memory`. Nothing is added then.
  package func add(_ batch: RowBatch, first: Int) throws(GenerativeError) {
    try checkNumbers(first, batch.rowCount)
    try makeRoom(for: batch.rowCount)
    try batch.checkColumns(columnCount)
    try batch.checkFinite(in: context)
    // A row that a float cannot represent is detected before any row of the batch is added.
    if case .doubles = batch {
      let row = try Buffer<Float>(count: columnCount, in: context.memory)
      for i in 0..<batch.rowCount { try batch.round(i, 1, of: columnCount, into: row.base, in: context) }
    }
    try addAll(first, batch.rowCount) { i, target in
      try? batch.round(i, 1, of: columnCount, into: target, in: context)
    }
  }

  /// Adds the rows that `other` has seen. `other` is not changed.
  ///
  /// - Throws: `.mismatch` for another number of columns, capacity or seed, and for a row that both have
  ///   kept; `.memory`. Nothing is merged then.
  package func merge(_ other: Reservoir) throws(GenerativeError) {
    for (name, own, theirs) in [
      ("n_features", columnCount, other.columnCount), ("capacity", capacity, other.capacity),
    ] where own != theirs {
      throw GenerativeError(.mismatch, "\(name) must be \(own), not \(theirs)")
    }
    guard seed == other.seed else {
      throw GenerativeError(.mismatch, "seed must be \(seed), not \(other.seed)")
    }
    let (total, overflow) = rowCount.addingReportingOverflow(other.rowCount)
    guard !overflow else { throw GenerativeError(.limit, "more rows than can be counted") }
    try checkApart(other)
    try makeRoom(for: other.keptCount)
    for entry in other.entries {
      guard let place = place(for: entry.key, entry.number) else { continue }
      row(place).update(from: other.row(entry.place), count: columnCount)
    }
    rowCount = total
  }

  // MARK: - Results

  /// The kept rows, in the order of their numbers.
  ///
  /// - Parameters:
  ///   - rows: receives keptCount × columns; nil if not needed.
  ///   - numbers: receives keptCount numbers; nil if not needed.
  /// - Throws: `.memory`.
  package func fill(
    rows: UnsafeMutablePointer<Float>?, numbers: UnsafeMutablePointer<Int64>?
  ) throws(GenerativeError) {
    let order = try byNumber()
    for i in 0..<keptCount {
      numbers?[i] = order.base[i].number
      (rows.map { $0 + i * columnCount })?.update(from: row(order.base[i].place), count: columnCount)
    }
  }

  // MARK: - State

  /// Restores the rows that `fill` wrote.
  ///
  /// - Throws: `.format` for row numbers that do not increase, or for more rows than were seen or fit;
  ///   `.memory`.
  package convenience init(
    columns: Int, capacity: Int, seed: UInt64, rowCount: Int, numbers: Buffer<Int64>, rows: Buffer<Float>,
    in context: Context
  ) throws(GenerativeError) {
    let kept = numbers.count
    guard kept == min(capacity, rowCount), rows.count == checkedProduct(kept, columns) else {
      throw GenerativeError(
        .format, "a sample of \(kept) rows cannot be of \(rowCount) rows with room for \(capacity)")
    }
    try self.init(columns: columns, capacity: capacity, seed: seed, in: context)
    try makeRoom(for: kept)
    var previous: Int64 = -1
    for i in 0..<kept {
      let number = numbers.base[i]
      guard number > previous else { throw GenerativeError(.format, "the sample's row numbers must rise") }
      previous = number
      guard let place = place(for: key(number), number) else { continue }
      row(place).update(from: rows.base + i * columns, count: columns)
    }
    self.rowCount = rowCount
  }

  // MARK: - Inside

  private func checkNumbers(_ first: Int, _ count: Int) throws(GenerativeError) {
    let (_, passes) = first.addingReportingOverflow(count)
    let (_, overflows) = rowCount.addingReportingOverflow(count)
    guard first >= 0, !passes, !overflows else {
      throw GenerativeError(.argument, "first_row must be at least 0 and leave room to count, not \(first)")
    }
  }

  /// Allocates memory for further rows, as far as they can be kept.
  private func makeRoom(for more: Int) throws(GenerativeError) {
    let needed = min(capacity, keptCount + min(more, capacity))
    guard needed > room.count else { return }
    let count = min(capacity, max(needed, 2 * room.count))
    let newRoom = try Buffer<Entry>(count: count, in: context.memory)
    let newRows = try Buffer<Float>(count: count * columnCount, in: context.memory)
    newRoom.base.update(from: room.base, count: keptCount)
    newRows.base.update(from: rows.base, count: keptCount * columnCount)
    (room, rows) = (newRoom, newRows)
  }

  private func byNumber() throws(GenerativeError) -> Buffer<Entry> {
    let order = try Buffer(copying: UnsafeBufferPointer(entries), in: context.memory)
    var elements = order.elements
    elements.sort { $0.number < $1.number }
    return order
  }

  private func checkApart(_ other: Reservoir) throws(GenerativeError) {
    let (own, theirs) = (try byNumber(), try other.byNumber())
    var i = 0
    for j in 0..<theirs.count {
      let number = theirs.base[j].number
      while i < own.count, own.base[i].number < number { i += 1 }
      guard i < own.count, own.base[i].number == number else { continue }
      throw GenerativeError(.mismatch, "row \(number) is in both: each part needs its own first_row")
    }
  }

  /// - Throws: `.cancelled`, after the rows before were added.
  private func addAll(
    _ first: Int, _ count: Int, _ copy: (Int, UnsafeMutablePointer<Float>) -> Void
  ) throws(GenerativeError) {
    for i in 0..<count {
      if i > 0, i % Self.partRows == 0 { try Run.proceed(i, of: count) }
      let number = Int64(first + i)
      if let place = place(for: key(number), number) { copy(i, row(place)) }
      rowCount += 1
    }
  }

  private func key(_ number: Int64) -> UInt64 {
    let words = random.words(UInt64(number))
    return UInt64(words.x) << 32 | UInt64(words.y)
  }

  private func row(_ place: Int32) -> UnsafeMutablePointer<Float> { rows.base + Int(place) * columnCount }

  /// The position for a row with this key if it is to be kept: a free one, or the largest key's.
  private func place(for key: UInt64, _ number: Int64) -> Int32? {
    if keptCount < capacity {
      let entry = Entry(key: key, number: number, place: Int32(keptCount))
      room.base[keptCount] = entry
      keptCount += 1
      rise(keptCount - 1)
      return entry.place
    }
    let entries = entries
    let entry = Entry(key: key, number: number, place: entries[0].place)
    guard entry.precedes(entries[0]) else { return nil }
    entries[0] = entry
    sink()
    return entry.place
  }

  private func swap(_ i: Int, _ j: Int) { (room.base[i], room.base[j]) = (room.base[j], room.base[i]) }

  private func rise(_ start: Int) {
    let entries = entries
    var i = start
    while i > 0, entries[(i - 1) / 2].precedes(entries[i]) {
      swap(i, (i - 1) / 2)
      i = (i - 1) / 2
    }
  }

  private func sink() {
    let entries = entries
    var i = 0
    while 2 * i + 1 < entries.count {
      var child = 2 * i + 1
      if child + 1 < entries.count, entries[child].precedes(entries[child + 1]) { child += 1 }
      guard entries[i].precedes(entries[child]) else { return }
      swap(i, child)
      i = child
    }
  }
}
