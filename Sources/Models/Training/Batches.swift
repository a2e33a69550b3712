import Checkpoints
import Datasets
import Tensors

/// The batches of an epoch, each read into the same memory.
final class Batches {
  /// The present batch, packed rows.
  var base: UnsafeMutablePointer<Float> { batch.base }
  /// Steps of an epoch; 0 for a stream until one epoch is over.
  private(set) var stepCount: Int
  /// CRC-32C of the rows that a stream has given in this epoch; 0 for rows in memory.
  var streamChecksum: UInt32 { checksum.value }

  private let reader: BatchReader
  private let labels: Buffer<Int32>?
  private let minimumRows: Int
  /// For a stream, whose rows cannot be looked at before.
  private let checksUnitRange: Bool
  private let batch: Buffer<Float>
  private let rowCapacity: Int
  private let isStream: Bool
  private var checksum = Checksum()

  /// - Parameters:
  ///   - minimumRows: a last batch of fewer rows is left out.
  ///   - seed: of each epoch's order; nil for rows in their own order.
  ///   - requiresUnitRange: whether a number outside [0, 1] is an error as a stream gives it; rows in
  ///     memory are checked beforehand, by `Dataset.checkUnitRange`.
  init(
    _ dataset: Dataset, rows: Int, minimumRows: Int, seed: UInt64?, requiresUnitRange: Bool = false,
    context: Context
  ) throws(GenerativeError) {
    isStream = dataset.stream != nil
    checksUnitRange = requiresUnitRange && isStream
    let batchRows = min(rows, dataset.rowCount ?? rows)
    var order = BatchOrder(
      batchSize: batchRows, shuffles: seed != nil, seed: seed ?? 0, keepsPartialBatch: true)
    if let stream = dataset.stream {
      order.shuffleWindow = max(stream.shuffleWindow, 1)
      order.shuffles = order.shuffles && stream.shuffleWindow > 1
    }
    reader = try BatchReader(dataset, order: order)
    rowCapacity = batchRows
    labels = dataset.labels
    self.minimumRows = minimumRows
    guard let floats = checkedProduct(batchRows, dataset.shape.count) else {
      throw GenerativeError(.memory, "a batch of \(batchRows) rows does not fit in memory")
    }
    batch = try Buffer(count: floats, in: context.memory)
    stepCount = 0
    if let count = dataset.rowCount {
      let (full, rest) = count.quotientAndRemainder(dividingBy: batchRows)
      stepCount = full + (rest > 0 && rest >= minimumRows ? 1 : 0)
    }
  }

  /// Goes back to the first batch, in the order of this epoch.
  func start(epoch: Int) {
    reader.start(epoch: epoch)
    checksum = Checksum()
  }

  /// Leaves out the next steps' batches; a stream's are read. Returns false when `isCancelled`.
  ///
  /// - Throws: `.mismatch` when there are not so many; what `next` throws.
  func skip(steps: Int, unless isCancelled: () -> Bool) throws(GenerativeError) -> Bool {
    let missing = GenerativeError(.mismatch, "resume: the dataset ends before step \(steps) of an epoch")
    guard isStream else {
      guard steps <= stepCount else { throw missing }
      reader.skip(batches: steps)
      return true
    }
    for _ in 0..<steps {
      if isCancelled() { return false }
      if try next() == 0 { throw missing }
    }
    return true
  }

  /// Fills the next batch and returns its rows, 0 at the epoch's end.
  ///
  /// - Parameter target: gets the rows' labels, which the dataset must have; nil: nobody asks.
  func next(labels target: Buffer<Int32>? = nil) throws(GenerativeError) -> Int {
    let rows = try reader.next(into: base)
    let count = rows * (batch.count / rowCapacity)
    if checksUnitRange { try checkUnitRange(count) }
    if isStream { checksum.append(base, count: count) }
    if let target, let labels {
      for (position, row) in reader.rows.enumerated() { target.base[position] = labels.base[Int(row)] }
    }
    return rows >= minimumRows ? rows : 0
  }

  private func checkUnitRange(_ count: Int) throws(GenerativeError) {
    for i in 0..<count where !(base[i] >= 0 && base[i] <= 1) {
      throw GenerativeError(.argument, "the stream gave \(base[i]); image data must lie between 0 and 1")
    }
  }

  /// Tells how many steps the epoch that ends now had, which a stream could not know before.
  func finish(steps: Int) { stepCount = steps }
}
