import Synchronization
import Tensors

/// Rows that a caller provides piece by piece, in order, any number of times.
package final class RowStream: Sendable {
  /// Writes up to `maxRowCount` packed rows, starting with row `firstRow`, and returns their number: 0 after
  /// the last row, negative to stop with an error.
  ///
  /// Called with rows in order. `firstRow` 0 means to start over. It must not read the dataset that it
  /// serves.
  package typealias Pull = (
    _ firstRow: Int, _ maxRowCount: Int, _ rows: UnsafeMutablePointer<Float>
  ) -> Int

  /// A `Pull` that also writes the class of each row to `labels`.
  package typealias LabelledPull = (
    _ firstRow: Int, _ maxRowCount: Int, _ rows: UnsafeMutablePointer<Float>,
    _ labels: UnsafeMutablePointer<Int32>?
  ) -> Int

  private struct Position: Sendable {
    var nextRow = 0
    var ended = false
  }

  private nonisolated(unsafe) let pull: LabelledPull
  private let columnCount: Int
  private let memory: Memory
  private let position = Guarded(Position())
  private let busy = Atomic(false)

  /// The number of rows in the shuffle buffer; 1 or less keeps the stream's order.
  package let shuffleWindow: Int
  /// Whether rows have class labels.
  package let hasLabels: Bool

  /// - Parameter pull: for a stream without labels, it receives nil for them.
  init(
    columnCount: Int, shuffleWindow: Int, hasLabels: Bool, in memory: Memory, pull: @escaping LabelledPull
  ) {
    self.columnCount = columnCount
    self.shuffleWindow = shuffleWindow
    self.hasLabels = hasLabels
    self.memory = memory
    self.pull = pull
  }

  /// Starts over with row 0.
  package func rewind() { position.withLock { $0 = Position() } }

  /// Reads the next rows: as many as requested, fewer only at the end, and 0 after it.
  ///
  /// - Parameters:
  ///   - labels: receives the rows' classes if the stream has labels; nil if they are not needed.
  ///   - classCount: the number of classes allowed; 0: any.
  /// - Throws: `.busy` if called from the callback; `.argument` if the callback returns more rows than
  ///   requested or an invalid label; `.cancelled` if it returns a negative count; `.nonfinite`; `.memory`.
  package func read(
    maxRowCount: Int, into rows: UnsafeMutablePointer<Float>, labels: UnsafeMutablePointer<Int32>? = nil,
    classCount: Int = 0
  ) throws(GenerativeError) -> Int {
    let spare = hasLabels && labels == nil ? try Buffer<Int32>(count: maxRowCount, in: memory) : nil
    let labels = hasLabels ? labels ?? spare?.base : nil
    guard busy.compareExchange(expected: false, desired: true, ordering: .acquiring).exchanged else {
      throw GenerativeError(.busy, "a rows callback must not read the dataset it serves")
    }
    defer { busy.store(false, ordering: .releasing) }
    var here = position.withLock { $0 }
    var count = 0
    while count < maxRowCount, !here.ended {
      // No lock is held here, so the callback may do anything, including never returning.
      let got = pull(
        here.nextRow, maxRowCount - count, rows + count * columnCount, labels.map { $0 + count })
      guard got >= 0 else {
        throw GenerativeError(.cancelled, "the rows callback stopped with \(got) at row \(here.nextRow)")
      }
      guard got <= maxRowCount - count else {
        throw GenerativeError(
          .argument,
          "the rows callback returned \(got) rows, but at most \(maxRowCount - count) were requested")
      }
      if let bad = (0..<got * columnCount).first(where: { !rows[count * columnCount + $0].isFinite }) {
        throw .nonfinite(
          row: here.nextRow + bad / columnCount, column: bad % columnCount,
          value: Double(rows[count * columnCount + bad]))
      }
      if let labels {
        let limit = classCount > 0 ? classCount : Int(Int32.max) + 1
        if let bad = (count..<count + got).first(where: { !(0..<limit).contains(Int(labels[$0])) }) {
          throw GenerativeError(
            .argument,
            "the label of the stream's row \(here.nextRow + bad - count) must be between 0 and \(limit - 1), not "
              + "\(labels[bad])")
        }
      }
      here.ended = got == 0
      here.nextRow += got
      count += got
    }
    position.withLock { [here] in $0 = here }
    return count
  }
}
