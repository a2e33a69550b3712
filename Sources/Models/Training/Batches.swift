import Datasets
import Tensors

/// The batches of an epoch: rows in a new random order each time, or in their own.
///
/// A stream is shuffled within a window: each row is drawn from the rows held, whose place the next
/// row of the stream takes.
final class Batches {
  /// The present batch, packed rows.
  var base: UnsafeMutablePointer<Float> { batch.base }
  /// Steps of an epoch; 0 for a stream until one epoch is over.
  private(set) var stepCount: Int

  private let dataset: Dataset
  private let rowCapacity: Int
  private let minimumRows: Int
  private let seed: UInt64?
  private let batch: Buffer<Float>
  private let order: Buffer<Int32>
  private var position = 0

  private let window: Buffer<Float>
  private var held = 0
  private var draws = 0
  private var random = Random(seed: 0, purpose: .shuffle)

  /// - Parameters:
  ///   - minimumRows: a last batch of fewer rows is left out.
  ///   - seed: nil for rows in their own order.
  init(
    _ dataset: Dataset, rows: Int, minimumRows: Int, seed: UInt64?, context: Context
  ) throws(GenerativeError) {
    self.dataset = dataset
    self.minimumRows = minimumRows
    self.seed = seed
    let width = dataset.shape.count
    let count = dataset.rowCount
    rowCapacity = min(rows, count ?? rows)
    batch = try Self.rows(rowCapacity, width, context)
    order = try Buffer(count: count ?? 0, in: context.memory)
    let windowRows = seed == nil ? 0 : dataset.stream?.shuffleRowCount ?? 0
    window = try Self.rows(windowRows, width, context)
    stepCount = 0
    if let count {
      let remainder = count % rowCapacity
      stepCount = count / rowCapacity + (remainder >= max(minimumRows, 1) ? 1 : 0)
      for row in 0..<count { order.base[row] = Int32(row) }
    }
  }

  private static func rows(
    _ count: Int, _ width: Int, _ context: Context
  ) throws(GenerativeError) -> Buffer<Float> {
    guard let floats = checkedProduct(count, width) else {
      throw GenerativeError(.memory, "\(count) rows of \(width) do not fit in memory")
    }
    return try Buffer(count: floats, in: context.memory)
  }

  /// Goes back to the first batch, in the order of this epoch.
  func start(epoch: Int) throws(GenerativeError) {
    position = 0
    random = Random(seed: seed ?? 0, purpose: .shuffle, step: UInt64(epoch))
    if let stream = dataset.stream {
      stream.rewind()
      draws = 0
      held = 0
      if windowCapacity > 0 { held = try stream.read(maxRowCount: windowCapacity, into: window.base) }
    } else if seed != nil {
      random.permute(order.base, count: order.count)
    }
  }

  /// Fills the next batch and returns its rows, 0 at the epoch's end.
  func next() throws(GenerativeError) -> Int {
    let rows: Int
    if let stream = dataset.stream {
      rows =
        windowCapacity > 0 ? try draw(from: stream) : try stream.read(maxRowCount: rowCapacity, into: base)
    } else {
      rows = min(rowCapacity, order.count - position)
      if rows > 0 {
        try dataset.read(rows: UnsafeBufferPointer(start: order.base + position, count: rows), into: base)
      }
      position += rows
    }
    return rows >= minimumRows ? rows : 0
  }

  /// Tells how many steps the epoch that ends now had, which a stream could not know before.
  func finish(steps: Int) { stepCount = steps }

  private var windowCapacity: Int { window.count / dataset.shape.count }

  private func draw(from stream: RowStream) throws(GenerativeError) -> Int {
    let width = dataset.shape.count
    var rows = 0
    while rows < rowCapacity, held > 0 {
      let words = random.words(UInt64(draws))
      draws += 1
      let chosen = Int(UInt64(words.x).multipliedFullWidth(by: UInt64(held) << 32).high)
      let place = window.base + chosen * width
      (base + rows * width).update(from: place, count: width)
      rows += 1
      if try stream.read(maxRowCount: 1, into: place) == 0 {
        held -= 1
        if chosen != held { place.update(from: window.base + held * width, count: width) }
      }
    }
    return rows
  }
}
