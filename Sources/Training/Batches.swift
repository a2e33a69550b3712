import Checkpoints
import Datasets
import Ranks
import Tensors

/// The batches of an epoch, each read into the same memory: all of their rows, or only those of this rank.
///
/// A step takes one batch, or several, which are stored one after another.
package final class Batches {
  /// This rank's rows of the most recently read batch, packed.
  package var base: UnsafeMutablePointer<Float> { batch.base + (part * rowCapacity + offset) * rowSize }
  /// Maximum number of batches in a step.
  let partCount: Int
  /// Maximum number of rows read per batch.
  let rowCapacity: Int
  /// The number of steps in an epoch; 0 for a stream until the first epoch is over.
  private(set) var stepCount: Int
  /// CRC-32C of the rows that the stream has returned in this epoch, or all ranks' streams; 0 for rows in
  /// memory.
  var streamChecksum: UInt32 { joined.value }

  private let reader: BatchReader
  private let labels: Buffer<Int32>?
  /// The labels of a stream's rows; empty for other datasets.
  private let streamLabels: Buffer<Int32>
  /// The number of classes allowed in a stream's labels.
  private let classCount: Int
  private let targets: Dataset?
  private let minimumRows: Int
  /// Set only for a stream, whose rows cannot be checked beforehand.
  private let checksUnitRange: Bool
  private let batch: Buffer<Float>
  private let context: Context
  private let rowSize: Int
  private let team: Team?
  private let sharesRows: Bool
  /// nil for a stream, whose row count is unknown beforehand.
  private let deal: Deal?
  /// The number of batches read in this epoch.
  private var batchNumber = 0
  /// The index of the current batch in its step.
  private var part = 0
  /// Whether this epoch has no more batches.
  private var hasEnded = false
  /// The number of rows in the current batch before this rank's, if all were read.
  private var offset = 0
  /// Checksums of this rank's rows, and of all ranks' checksums and row counts.
  private var (checksum, joined) = (Checksum(), Checksum())

  /// - Parameters:
  ///   - rows: the number of rows in a batch, or in each rank's part of one.
  ///   - perStep: the number of batches per step; an epoch's last step may have fewer.
  ///   - minimumRows: a last batch with fewer rows is skipped.
  ///   - seed: the seed of each epoch's order; nil for rows in their own order.
  ///   - requiresUnitRange: whether a number outside [0, 1] is an error when a stream returns it. Rows in
  ///     memory are checked beforehand, by `Dataset.checkUnitRange`.
  ///   - rowCounts: the row counts of the ranks' datasets, or of the one they share.
  ///   - classCount: the number of classes of a conditional model; a stream's labels are checked as they are
  ///     read.
  package init(
    _ dataset: Dataset, rows: Int, perStep: Int = 1, minimumRows: Int, seed: UInt64?,
    requiresUnitRange: Bool = false, team: Team? = nil, sharesRows: Bool = true, rowCounts: [Int]? = nil,
    classCount: Int = 0, context: Context
  ) throws(GenerativeError) {
    let isStream = dataset.stream != nil
    let ranks = team?.ranks
    checksUnitRange = requiresUnitRange && isStream
    let batchRows = min(rows, dataset.rowCount ?? rows)
    // Every rank reads all of a shared stream and takes its part.
    let rowCapacity = isStream && sharesRows ? batchRows * (ranks?.count ?? 1) : batchRows
    var order = BatchOrder(
      batchSize: rowCapacity, shuffles: seed != nil, seed: seed ?? 0, keepsPartialBatch: true)
    order.shard = sharesRows ? 0 : ranks?.rank ?? 0
    order.classCount = classCount
    if let stream = dataset.stream {
      order.shuffleWindow = max(stream.shuffleWindow, 1)
      order.shuffles = order.shuffles && stream.shuffleWindow > 1
    }
    reader = try BatchReader(dataset, order: order)
    labels = dataset.labels
    self.classCount = classCount
    let hasLabels = dataset.stream?.hasLabels ?? false
    streamLabels = try Buffer(count: hasLabels ? rowCapacity : 0, in: context.memory)
    targets = dataset.targets
    rowSize = dataset.shape.count
    self.context = context
    self.minimumRows = max(minimumRows, 1)
    self.team = team
    self.sharesRows = sharesRows
    self.rowCapacity = rowCapacity
    let deal = dataset.rowCount.map { count in
      Deal(
        rank: ranks?.rank ?? 0, rankCount: ranks?.count ?? 1, batchRows: rows,
        rowCounts: rowCounts ?? [count])
    }
    self.deal = deal
    var batchCount = 0
    if let deal {
      batchCount = deal.stepCount
      if batchCount > 0, deal.slice(batchCount - 1).totalRows < self.minimumRows { batchCount -= 1 }
    }
    partCount = deal == nil ? perStep : max(1, min(perStep, batchCount))
    stepCount = (batchCount + partCount - 1) / partCount
    guard let floats = checkedProduct(rowCapacity, rowSize, partCount) else {
      throw GenerativeError(.memory, "batches of \(rowCapacity) rows do not fit in memory")
    }
    batch = try Buffer(count: floats, in: context.memory)
  }

  /// Goes back to the first batch, in the order of epoch `epoch`.
  package func start(epoch: Int) {
    reader.start(epoch: epoch)
    (batchNumber, part, hasEnded) = (0, 0, false)
    (checksum, joined) = (Checksum(), Checksum())
  }

  /// Skips the batches of the next steps; those of a stream are read. Returns false if `isCancelled`.
  ///
  /// - Throws: `.mismatch` if there are fewer batches; errors of `next`.
  func skip(steps: Int, unless isCancelled: () -> Bool) throws(GenerativeError) -> Bool {
    let missing = GenerativeError(.mismatch, "resume: the dataset ends before step \(steps) of an epoch")
    guard deal == nil else {
      guard steps <= stepCount else { throw missing }
      batchNumber = steps * partCount
      return true
    }
    for _ in 0..<steps {
      if isCancelled() { return false }
      if try next() == nil { throw missing }
      for part in 1..<partCount { _ = try next(part: part) }
    }
    return true
  }

  /// Reads the next batch and returns this rank's part of it, or nil at the end of the epoch.
  ///
  /// If rows in memory cannot be read, the team is notified of the fault, and the batch has no rows.
  ///
  /// - Parameters:
  ///   - part: index of this batch among those of its step.
  ///   - target: receives the rows' labels, which the dataset must have; nil if they are not needed. The
  ///     labels of a part start `rowCapacity` after those of the part before.
  ///   - outputs: receives the rows' targets, likewise.
  package func next(
    part: Int = 0, labels target: Buffer<Int32>? = nil, targets outputs: Buffer<Float>? = nil
  ) throws(GenerativeError) -> Deal.Slice? {
    guard !hasEnded else { return nil }
    self.part = part
    let labelBase = target.map { $0.base + part * rowCapacity }
    guard let deal else {
      let slice = try nextOfStream()
      if streamLabels.count > 0 {
        labelBase?.update(from: streamLabels.base + offset, count: slice.rowCount)
      }
      hasEnded = slice.totalRows < minimumRows
      return hasEnded ? nil : slice
    }
    var slice = deal.slice(batchNumber)
    guard slice.totalRows >= minimumRows else { return nil }
    batchNumber += 1
    do throws(GenerativeError) {
      try reader.read(slice.places, into: base)
      if let labelBase, let labels {
        for (position, row) in reader.rows.enumerated() { labelBase[position] = labels.base[Int(row)] }
      }
      if let outputs, let targets { try targets.read(rows: reader.rows, into: outputs.base) }
    } catch {
      guard let team else { throw error }
      team.fault = error
      slice.places = 0..<0
    }
    return slice
  }

  /// Reads the next rows of a stream; with ranks, an error on one rank is thrown on all.
  private func nextOfStream() throws(GenerativeError) -> Deal.Slice {
    offset = 0
    let home = base
    let count = try (team?.ranks).together { () throws(GenerativeError) in
      let hasLabels = streamLabels.count > 0
      let count = try reader.next(into: home, labels: hasLabels ? streamLabels.base : nil)
      if checksUnitRange {
        try checkUnitRange(UnsafeBufferPointer(start: home, count: count * rowSize), in: context) { _ in
          "a number of the stream"
        }
      }
      return count
    }
    checksum.append(home, count: count * rowSize)
    if streamLabels.count > 0, classCount > 0 { checksum.append(streamLabels.base, count: count) }
    guard let ranks = team?.ranks, !sharesRows else {
      joined = checksum
      guard let ranks = team?.ranks else {
        return Deal.Slice(places: 0..<count, firstRow: 0, totalRows: count)
      }
      let places = Deal.places(of: count, ranks.rank, of: ranks.count)
      offset = places.lowerBound
      return Deal.Slice(places: places, firstRow: offset, totalRows: count)
    }
    // Each rank's row count and checksum, in one number.
    let all = try ranks.gather(Int(bitPattern: UInt(checksum.value) << 32 | UInt(count)))
    all.withUnsafeBufferPointer { if let base = $0.baseAddress { joined.append(base, count: $0.count) } }
    let counts = all.map { $0 & 0xFFFF_FFFF }
    return Deal.Slice(
      places: 0..<count, firstRow: counts.prefix(ranks.rank).reduce(0, +), totalRows: counts.reduce(0, +))
  }

  /// Records the number of steps in the epoch that ends now. For a stream, it is unknown until then.
  func finish(steps: Int) { stepCount = steps }
}
