import Datasets
import Tensors
import Testing

struct BatchReaderTests {
  /// Rows 0 ..< count of one number, their own index.
  private func counting(_ count: Int) throws -> Dataset {
    let values = (0..<count).map { Float($0) }
    return try values.withUnsafeBytes { bytes in
      try Dataset.memory(
        #require(bytes.baseAddress), .float32, rowCount: count, shape: Shape(features: 1), ownership: .copied)
    }
  }

  /// The same from a callback that hands out `piece` rows at a time.
  private func streaming(_ count: Int, piece: Int = 7) throws -> Dataset {
    try Dataset.stream(shape: Shape(features: 1)) { first, maxCount, rows in
      let got = min(count - first, maxCount, piece)
      for i in 0..<max(got, 0) { rows[i] = Float(first + i) }
      return got
    }
  }

  private func epoch(_ reader: BatchReader, _ epoch: Int) throws -> [[Float]] {
    let room = try Buffer<Float>(count: reader.order.batchSize)
    var batches: [[Float]] = []
    reader.start(epoch: epoch)
    while true {
      let count = try reader.next(into: room.base)
      if count == 0 { return batches }
      batches.append(Array(room.elements[..<count]))
    }
  }

  // MARK: - Rows in memory

  @Test func everyEpochHoldsEveryRowOnceInItsOwnOrder() throws {
    let reader = try BatchReader(
      counting(23), order: BatchOrder(batchSize: 5, seed: 3, keepsPartialBatch: true))
    let first = try epoch(reader, 0)
    let second = try epoch(reader, 1)
    #expect(first.map(\.count) == [5, 5, 5, 5, 3])
    #expect(reader.batchCount == 5)
    #expect(first.joined().sorted() == (0..<23).map { Float($0) })
    #expect(second.joined().sorted() == (0..<23).map { Float($0) })
    #expect(first != second)
    #expect(try epoch(reader, 0) == first)
  }

  @Test func aPartialBatchIsDroppedUnlessKept() throws {
    let reader = try BatchReader(counting(23), order: BatchOrder(batchSize: 5, shuffles: false))
    #expect(try epoch(reader, 4) == (0..<4).map { b in (0..<5).map { Float(5 * b + $0) } })
    #expect(reader.batchCount == 4)
  }

  @Test func theRowsOfABatchAreTold() throws {
    let reader = try BatchReader(counting(9), order: BatchOrder(batchSize: 4, seed: 8))
    let room = try Buffer<Float>(count: 4)
    #expect(try reader.next(into: room.base) == 4)
    #expect(reader.rows.map { Float($0) } == Array(room.elements))
  }

  @Test func badBatchSizesAreErrors() throws {
    let dataset = try counting(9)
    for size in [0, -1, 10, .max] {
      #expect(status { try BatchReader(dataset, order: BatchOrder(batchSize: size)) } == .argument)
    }
  }

  // MARK: - Streams

  @Test func aStreamIsReadInOrderInWholeBatches() throws {
    let reader = try BatchReader(
      streaming(23), order: BatchOrder(batchSize: 10, shuffles: false, keepsPartialBatch: true))
    for _ in 0..<2 {
      let batches = try epoch(reader, 0)
      #expect(batches.map(\.count) == [10, 10, 3])
      #expect(Array(batches.joined()) == (0..<23).map { Float($0) })
    }
  }

  @Test(arguments: [1, 6, 50])
  func aStreamIsShuffledWithinItsWindow(window: Int) throws {
    let reader = try BatchReader(
      streaming(101),
      order: BatchOrder(batchSize: 8, seed: 2, keepsPartialBatch: true, shuffleWindow: window))
    let rows = try Array(epoch(reader, 0).joined())
    #expect(rows.sorted() == (0..<101).map { Float($0) })
    // No row comes before the window has reached it.
    #expect(rows.enumerated().allSatisfy { Int($1) <= $0 + window + 8 })
    #expect((rows == rows.sorted()) == (window == 1))
    #expect(try Array(epoch(reader, 0).joined()) == rows)
    if window > 1 { #expect(try Array(epoch(reader, 1).joined()) != rows) }
  }

  @Test func aStreamTooShortForABatchIsAnError() throws {
    for shuffles in [false, true] {
      let reader = try BatchReader(streaming(4), order: BatchOrder(batchSize: 5, shuffles: shuffles))
      #expect(status { try epoch(reader, 0) } == .argument)
      let empty = try BatchReader(
        streaming(0), order: BatchOrder(batchSize: 5, shuffles: shuffles, keepsPartialBatch: true))
      #expect(status { try epoch(empty, 0) } == .argument)
    }
  }

  // MARK: - Callbacks that misbehave

  private func firstRead(_ pull: @escaping RowStream.Pull) throws -> GenerativeError {
    let dataset = try Dataset.stream(shape: Shape(features: 2), pull: pull)
    let stream = try #require(dataset.stream)
    let room = try Buffer<Float>(count: 8)
    let error = #expect(throws: GenerativeError.self) { try stream.read(maxRowCount: 4, into: room.base) }
    return try #require(error)
  }

  @Test func nonsenseFromACallbackIsAnError() throws {
    #expect(try firstRead { _, _, _ in 5 }.status == .argument)
    #expect(try firstRead { _, _, _ in .max }.status == .argument)
    #expect(try firstRead { _, _, _ in -1 }.status == .cancelled)
    #expect(try firstRead { _, _, _ in .min }.status == .cancelled)
    let error = try firstRead { first, _, rows in
      rows[0] = 1
      rows[1] = first == 2 ? .nan : 1
      return 1
    }
    #expect(error.message == "row 2, column 1 is nan; data must hold no NaN and no inf")
  }

  @Test func aCallbackThatReadsItsOwnDatasetIsRefused() throws {
    final class Loop { var stream: RowStream? }
    nonisolated(unsafe) let loop = Loop()
    let dataset = try Dataset.stream(shape: Shape(features: 1)) { _, _, rows in
      (try? loop.stream?.read(maxRowCount: 1, into: rows)) ?? -7
    }
    loop.stream = dataset.stream
    let room = try Buffer<Float>(count: 1)
    #expect(status { try dataset.stream?.read(maxRowCount: 1, into: room.base) } == .cancelled)
    loop.stream = nil
  }

  @Test func aStreamHasNoRowsInAnyOrder() throws {
    let dataset = try streaming(5)
    #expect(dataset.rowCount == nil)
    let room = try Buffer<Float>(count: 5)
    #expect(status { try dataset.read(range: 0..<1, into: room.base) } == .unsupported)
    #expect(status { try dataset.rows(0..<1) } == .unsupported)
    #expect(status { try dataset.split(share: 0.5, seed: 0) } == .unsupported)
    #expect(status { try Dataset.stream(shape: Shape(features: 0)) { _, _, _ in 0 } } == .argument)
  }
}
