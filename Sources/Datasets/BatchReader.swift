import Tensors

/// How an epoch traverses a dataset.
package struct BatchOrder: Sendable {
  /// The number of rows per batch, at least 1.
  package var batchSize: Int
  /// Whether every epoch has its own order. Otherwise all use the order of the dataset.
  package var shuffles = true
  package var seed: UInt64 = 0
  /// Whether the remaining rows at an epoch's end form a smaller batch.
  package var keepsPartialBatch = false
  /// The number of rows in the shuffle buffer of a stream; 1 keeps its order.
  package var shuffleWindow = 8192
  /// The number of classes allowed in a stream's labels; 0: any.
  package var classCount = 0
  /// A number that gives datasets with the same seed different orders.
  package var shard = 0

  package init(
    batchSize: Int, shuffles: Bool = true, seed: UInt64 = 0, keepsPartialBatch: Bool = false,
    shuffleWindow: Int = 8192
  ) {
    self.batchSize = batchSize
    self.shuffles = shuffles
    self.seed = seed
    self.keepsPartialBatch = keepsPartialBatch
    self.shuffleWindow = shuffleWindow
  }
}

/// Reads a dataset batch by batch, epoch by epoch.
///
/// The order of an epoch depends only on the seed and the epoch. Rows in memory are permuted. A stream is
/// shuffled within a window: each returned row is a random one from the window, which is refilled from the
/// stream before every batch. All memory is allocated at the start.
package final class BatchReader {
  package let dataset: Dataset
  package let order: BatchOrder
  /// The number of batches in an epoch; nil for a stream.
  package let batchCount: Int?

  private let columnCount: Int
  /// The epoch's order; empty for a stream.
  private let permutation: Buffer<Int32>
  private var nextRow = 0
  private var lastRows = 0..<0

  // The buffered rows of a stream and their number. `random` picks one of them.
  private let window: Buffer<Float>
  private let windowLabels: Buffer<Int32>
  private var windowCount = 0
  private var random = Random(seed: 0, purpose: .shuffle)
  private var draws: UInt64 = 0

  /// - Throws: `.argument` if the batch size is not between 1 and, if partial batches are dropped, the number
  ///   of rows; `.memory`.
  package init(_ dataset: Dataset, order: BatchOrder) throws(GenerativeError) {
    self.dataset = dataset
    self.order = order
    columnCount = dataset.shape.count
    let rowCount = dataset.rowCount
    try require(
      order.batchSize,
      in: 1...(order.keepsPartialBatch ? Int(Int32.max) : rowCount ?? Int(Int32.max)), "batch_size")
    try require(order.shuffleWindow, in: 1...Int(Int32.max), "shuffle_window")
    permutation = try Buffer(count: rowCount ?? 0, in: dataset.context.memory)
    let windowRows = rowCount == nil && order.shuffles ? order.shuffleWindow : 0
    guard let windowSize = checkedProduct(windowRows, columnCount) else {
      throw GenerativeError(.argument, "a shuffle_window of \(windowRows) rows is too large")
    }
    window = try Buffer(count: windowSize, in: dataset.context.memory)
    let hasLabels = dataset.stream?.hasLabels ?? false
    windowLabels = try Buffer(count: hasLabels ? windowRows : 0, in: dataset.context.memory)
    batchCount = rowCount.map { rows in
      order.keepsPartialBatch ? (rows - 1) / order.batchSize + 1 : rows / order.batchSize
    }
    start(epoch: 0)
  }

  /// Goes to the beginning of epoch `epoch`.
  package func start(epoch: Int) {
    nextRow = 0
    lastRows = 0..<0
    let stream = UInt64(truncatingIfNeeded: epoch) | UInt64(truncatingIfNeeded: order.shard) << 40
    random = Random(seed: order.seed, purpose: .shuffle, step: stream)
    draws = 0
    if let stream = dataset.stream {
      stream.rewind()
      windowCount = 0
    } else if order.shuffles {
      random.permute(permutation.base, count: permutation.count)
    } else {
      for i in 0..<permutation.count { permutation.base[i] = Int32(truncatingIfNeeded: i) }
    }
  }

  /// Reads the rows at these positions of the epoch's order, packed. For rows in memory.
  package func read(
    _ places: Range<Int>, into rows: UnsafeMutablePointer<Float>
  ) throws(GenerativeError) {
    lastRows = places
    try dataset.read(rows: self.rows, into: rows)
  }

  /// Reads the next batch, packed, and returns its number of rows; 0 at the end of the epoch.
  ///
  /// - Parameters:
  ///   - rows: memory for `batchSize` rows.
  ///   - labels: receives the rows' classes if the dataset is a stream with labels; nil if they are not
  ///     needed.
  /// - Throws: errors of `Dataset.read` and `RowStream.read`; `.argument` if a stream ends before its first
  ///   batch is full.
  package func next(
    into rows: UnsafeMutablePointer<Float>, labels: UnsafeMutablePointer<Int32>? = nil
  ) throws(GenerativeError) -> Int {
    let count: Int
    if let stream = dataset.stream {
      count = try nextOfStream(stream, into: rows, stream.hasLabels ? labels : nil)
      dataset.preparation?.apply(rows, rows: count, into: rows)
      if count == 0, nextRow == 0 {
        throw GenerativeError(
          .argument, "the rows callback ended before one batch of \(order.batchSize) rows")
      }
    } else {
      let left = permutation.count - nextRow
      count = left >= order.batchSize ? order.batchSize : order.keepsPartialBatch ? left : 0
      lastRows = nextRow..<nextRow + count
      try dataset.read(rows: self.rows, into: rows)
    }
    nextRow += count
    return count
  }

  /// The indices of the dataset's rows in the most recent batch; empty for a stream.
  ///
  /// Valid until the next call.
  package var rows: UnsafeBufferPointer<Int32> {
    UnsafeBufferPointer(rebasing: UnsafeBufferPointer(permutation.elements)[lastRows])
  }

  private func nextOfStream(
    _ stream: RowStream, into rows: UnsafeMutablePointer<Float>, _ labels: UnsafeMutablePointer<Int32>?
  ) throws(GenerativeError) -> Int {
    var count = 0
    if order.shuffles {
      while count < order.batchSize {
        // Reads once before a batch, so that the callback is asked for many rows at once.
        if count == 0 || windowCount == 0 {
          windowCount += try stream.read(
            maxRowCount: order.shuffleWindow - windowCount, into: window.base + windowCount * columnCount,
            labels: stream.hasLabels ? windowLabels.base + windowCount : nil, classCount: order.classCount)
        }
        if windowCount == 0 { break }
        let place = random.below(windowCount, draw: draws)
        let held = window.base + place * columnCount
        draws += 1
        windowCount -= 1
        (rows + count * columnCount).update(from: held, count: columnCount)
        held.update(from: window.base + windowCount * columnCount, count: columnCount)
        if stream.hasLabels {
          labels?[count] = windowLabels.base[place]
          windowLabels.base[place] = windowLabels.base[windowCount]
        }
        count += 1
      }
    } else {
      count = try stream.read(
        maxRowCount: order.batchSize, into: rows, labels: labels, classCount: order.classCount)
    }
    return count == order.batchSize || order.keepsPartialBatch ? count : 0
  }
}

extension Random {
  /// A number in 0 ..< `bound`: draw number `draw` of this stream.
  fileprivate func below(_ bound: Int, draw: UInt64) -> Int {
    let w = words(draw)
    return Int((UInt64(w.x) << 32 | UInt64(w.y)).multipliedFullWidth(by: UInt64(bound)).high)
  }
}
