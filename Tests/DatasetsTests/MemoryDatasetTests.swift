import Datasets
import Tensors
import Testing

struct MemoryDatasetTests {
  private func doubles(_ dataset: Dataset, _ range: Range<Int>) throws -> [Double] {
    var values = [Double](repeating: -1, count: range.count * dataset.shape.count)
    try values.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      try dataset.read(range: range, into: base)
    }
    return values
  }

  private func rows(_ dataset: Dataset, _ indices: [Int32]) throws -> [Float] {
    var values = [Float](repeating: -1, count: indices.count * dataset.shape.count)
    try values.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      try indices.withUnsafeBufferPointer { try dataset.read(rows: $0, into: base) }
    }
    return values
  }

  private func dataset<Element: BitwiseCopyable>(
    _ elements: [Element], _ kind: ElementKind, rowCount: Int, shape: Shape, rowStride: Int? = nil,
    columnStride: Int? = nil, offset: Int = 0, labels: [Int32]? = nil
  ) throws -> Dataset {
    try elements.withUnsafeBytes { bytes in
      let base = try #require(bytes.baseAddress) + offset
      guard let labels else {
        return try Dataset.memory(
          base, kind, rowCount: rowCount, shape: shape, rowStride: rowStride,
          columnStride: columnStride, ownership: .copied)
      }
      return try Dataset.memory(
        base, kind, rowCount: rowCount, shape: shape, rowStride: rowStride, columnStride: columnStride,
        ownership: .copied, labels: labels)
    }
  }

  private let vector = Shape(features: 3)

  // MARK: - Values

  @Test func bytesAreReadAsTheirExactShareOf255() throws {
    let all = (0...255).map { UInt8($0) }
    let dataset = try dataset(all, .uint8, rowCount: 4, shape: Shape(height: 8, width: 8, channels: 1))
    #expect(try dataset.floats(0..<4) == all.map { Float($0) / 255 })
    #expect(try doubles(dataset, 1..<3) == all[64..<192].map { Double($0) / 255 })
  }

  @Test func floatsAreReadAsTheyAre() throws {
    let values: [Float] = [0.1, -5, 1e-42, 3e38, 0, -0.0]
    let dataset = try dataset(values, .float32, rowCount: 2, shape: vector)
    #expect(try dataset.floats(0..<2) == values)
    let (first, second) = (Array(values[..<3]), Array(values[3...]))
    let expected: [Float] = second + first + second
    #expect(try rows(dataset, [1, 0, 1]) == expected)
  }

  @Test func doublesKeepTheirPrecisionWhereItIsAskedFor() throws {
    let values = [0.1, 1 / 3, .pi, -1e-300, 12345.678901234, 1]
    let dataset = try dataset(values, .float64, rowCount: 2, shape: vector)
    #expect(try doubles(dataset, 0..<2) == values)
    #expect(try dataset.floats(0..<2) == values.map { Float($0) })
  }

  @Test func manyRowsAreReadTheSameOnAnyNumberOfThreads() throws {
    let values = (0..<300_000).map { Float($0 % 1013) }
    for threads in [1, 2, 5] {
      let context = try Context(threadCount: threads)
      let read = try values.withUnsafeBytes { bytes in
        try Dataset.memory(
          #require(bytes.baseAddress), .float32, rowCount: 100_000, shape: vector, context: context
        ).floats(0..<100_000)
      }
      #expect(read == values)
    }
  }

  // MARK: - Strides

  @Test func stridesLeadToTheElements() throws {
    // A 4 × 7 array: every other column of rows 0, 1, 2, from column 1 on.
    let array = (0..<28).map { Float($0) }
    let strided = try dataset(
      array, .float32, rowCount: 3, shape: vector, rowStride: 28, columnStride: 8, offset: 4)
    #expect(try strided.floats(0..<3) == [1, 3, 5, 8, 10, 12, 15, 17, 19])
    // Upside down and from right to left.
    let reversed = try dataset(
      array, .float32, rowCount: 4, shape: vector, rowStride: -28, columnStride: -4, offset: 27 * 4)
    #expect(try reversed.floats(0..<4) == [27, 26, 25, 20, 19, 18, 13, 12, 11, 6, 5, 4])
    // The same row again and again.
    let repeated = try dataset(array, .float32, rowCount: 3, shape: vector, rowStride: 0)
    #expect(try repeated.floats(0..<3) == [0, 1, 2, 0, 1, 2, 0, 1, 2])
  }

  @Test func elementsNeedNoAlignment() throws {
    let values: [Double] = [1, 2, 3, 4, 5, 6]
    let shifted: [UInt8] = [0] + values.withUnsafeBytes { Array($0) }
    let dataset = try dataset(shifted, .float64, rowCount: 2, shape: vector, offset: 1)
    #expect(try doubles(dataset, 0..<2) == values)
  }

  @Test func borrowedMemoryIsReadInPlaceAndCopiedMemoryIsNot() throws {
    let buffer = try Buffer<Float>(count: 6)
    func make(_ ownership: Dataset.Ownership) throws -> Dataset {
      try .memory(buffer.base, .float32, rowCount: 2, shape: vector, ownership: ownership)
    }
    let borrowed = try make(.borrowed)
    let copied = try make(.copied)
    buffer[4] = 7
    #expect(try borrowed.floats(1..<2) == [0, 7, 0])
    #expect(try copied.floats(1..<2) == [0, 0, 0])
    // What was checked when borrowed is checked again when read.
    buffer[5] = .nan
    let error = #expect(throws: GenerativeError.self) { try borrowed.floats(0..<2) }
    #expect(error?.status == .nonfinite)
    #expect(error?.message == "row 1, column 2 is nan; data must hold no NaN and no inf")
  }

  @Test func uncheckedRowsAreCheckedWhenTheyAreRead() throws {
    let buffer = try Buffer<Float>(count: 6)
    buffer[5] = .infinity
    func make(checks: Bool) throws -> Dataset {
      try .memory(buffer.base, .float32, rowCount: 2, shape: vector, checks: checks)
    }
    #expect(throws: GenerativeError.self) { try make(checks: true) }
    let dataset = try make(checks: false)
    #expect(!dataset.isChecked)
    #expect(try !dataset.rows(0..<1).isChecked)
    #expect(try dataset.floats(0..<1) == [0, 0, 0])
    let error = #expect(throws: GenerativeError.self) { try dataset.floats(0..<2) }
    #expect(error?.message == "row 1, column 2 is inf; data must hold no NaN and no inf")
  }

  // MARK: - Bytes

  @Test func packedBytesAreHandedOutInPlace() throws {
    let bytes = (0..<12).map { UInt8($0) }
    let packed = try dataset(bytes, .uint8, rowCount: 4, shape: vector)
    #expect(try packed.withBytes { Array(UnsafeBufferPointer(start: $0, count: 12)) } == bytes)
    let tail = try packed.rows(1..<3)
    #expect(try tail.withBytes { Array(UnsafeBufferPointer(start: $0, count: 6)) } == Array(bytes[3..<9]))
    #expect(try dataset([1 as Float, 2, 3], .float32, rowCount: 1, shape: vector).withBytes { $0 } == nil)
  }

  @Test func bytesThatAreNotPackedAreGathered() throws {
    let bytes = (0..<12).map { UInt8($0) }
    let picked = try [3, 0, 2].withUnsafeBufferPointer {
      try dataset(bytes, .uint8, rowCount: 4, shape: vector).subset($0)
    }
    #expect(try picked.withBytes { $0 } == nil)
    var read = [UInt8](repeating: 0, count: 6)
    try read.withUnsafeMutableBufferPointer {
      try picked.readBytes(range: 1..<3, into: #require($0.baseAddress))
    }
    #expect(read == [0, 1, 2, 6, 7, 8])
  }

  // MARK: - Bad arguments

  @Test func badCountsShapesAndStridesAreErrors() throws {
    let one: [Float] = [0]
    func make(_ rowCount: Int, _ shape: Shape, _ rowStride: Int? = nil, _ columnStride: Int? = nil)
      -> GenerativeError.Status?
    {
      status {
        try one.withUnsafeBytes { bytes in
          _ = try Dataset.memory(
            #require(bytes.baseAddress), .float32, rowCount: rowCount, shape: shape, rowStride: rowStride,
            columnStride: columnStride)
        }
      }
    }
    let pixel = Shape(features: 1)
    #expect(make(1, pixel) == nil)
    for count in [0, -1, .min, .max, 1 << 31] { #expect(make(count, pixel) == .argument) }
    for shape in [
      Shape(features: 0), Shape(features: -3), Shape(height: .max, width: 2, channels: 1),
      Shape(height: 1 << 20, width: 1 << 20, channels: 1), Shape(height: 0, width: 0, channels: 0),
    ] {
      #expect(make(1, shape) == .argument)
    }
    for stride in [Int.max, .min, .max / 2] {
      #expect(make(3, pixel, stride) == .argument)
      #expect(make(1, Shape(features: 3), nil, stride) == .argument)
    }
  }

  @Test(arguments: [Float.nan, .infinity, -.infinity])
  func whatIsNotFiniteIsNamed(value: Float) throws {
    var values = [Float](repeating: 0.5, count: 30_000)
    values[23_456] = value
    let error = #expect(throws: GenerativeError.self) {
      try dataset(values, .float32, rowCount: 10_000, shape: vector)
    }
    #expect(error?.status == .nonfinite)
    #expect(error?.message == "row 7818, column 2 is \(value); data must hold no NaN and no inf")
  }

  @Test func aDoubleTooLargeForAFloatIsNamedWhereFloatsAreRead() throws {
    let dataset = try dataset([0, 0, 1e300], .float64, rowCount: 1, shape: vector)
    let error = #expect(throws: GenerativeError.self) { try rows(dataset, [0]) }
    #expect(error?.status == .nonfinite)
    #expect(error?.message == "row 0, column 2 is 1e+300, which a 32-bit float cannot hold")
    #expect(try doubles(dataset, 0..<1)[2] == 1e300)
  }

  @Test func indicesOutOfRangeAreErrors() throws {
    let dataset = try dataset([0, 1, 2, 3, 4, 5] as [Float], .float32, rowCount: 2, shape: vector)
    for index: Int32 in [-1, 2, .max, .min] {
      #expect(status { try rows(dataset, [0, index]) } == .argument)
    }
    for range in [1..<3, -1..<1, Int.max - 1..<Int.max] {
      let room = try Buffer<Float>(count: 6)
      #expect(status { try dataset.read(range: range, into: room.base) } == .argument)
    }
    #expect(try rows(dataset, []) == [])
  }

  @Test func theUnitRangeIsChecked() throws {
    let good = try dataset([0, 1, 0.5] as [Float], .float32, rowCount: 1, shape: vector)
    try good.checkUnitRange()
    let bad = try dataset([0, 1, 0.5, 0, 0, 255] as [Float], .float32, rowCount: 2, shape: vector)
    let error = #expect(throws: GenerativeError.self) { try bad.checkUnitRange() }
    #expect(
      error?.message
        == "row 1, column 2 is 255.0, and this model takes images, whose values lie between 0 and 1: scale "
        + "the rows (8-bit values by 1/255), or create the model with preparation standardize")
    // What rounding adds to scaled rows.
    try dataset([0, 1 + 1e-15, -1e-16] as [Double], .float64, rowCount: 1, shape: vector).checkUnitRange()
    let beyond = try dataset([0, 1.00001, 1] as [Double], .float64, rowCount: 1, shape: vector)
    #expect(throws: GenerativeError.self) { try beyond.checkUnitRange() }
  }

  @Test func aMemoryLimitIsAnError() throws {
    let context = try Context(threadCount: 1, memory: Memory(limit: 8 << 20))
    let found = status {
      try Dataset.faces(
        rowCount: 10_000, shape: Shape(height: 64, width: 64, channels: 3), seed: 1, context: context)
    }
    #expect(found == .memory)
  }

  // MARK: - Views

  @Test func viewsKeepRowsLabelsAndOrder() throws {
    let values = (0..<21).map { Float($0) }
    let whole = try dataset(
      values, .float32, rowCount: 7, shape: vector, labels: [10, 11, 12, 13, 14, 15, 16])
    let tail = try whole.rows(2..<7)
    let picked = try [4, 0, 0].withUnsafeBufferPointer { try tail.subset($0) }
    #expect(picked.rowCount == 3)
    #expect(try picked.floats(0..<3) == [18, 19, 20, 6, 7, 8, 6, 7, 8])
    #expect(picked.labels.map { Array($0.elements) } == [16, 12, 12])
    let last = try picked.rows(1..<2)
    #expect(try last.floats(0..<1) == [6, 7, 8])
    #expect(last.labels.map { Array($0.elements) } == [12])
    #expect(status { try whole.rows(3..<3) } == .argument)
    #expect(status { try whole.rows(3..<8) } == .argument)
    #expect(status { try [7].withUnsafeBufferPointer { try whole.subset($0) } } == .argument)
    #expect(status { try [-1].withUnsafeBufferPointer { try whole.subset($0) } } == .argument)
  }

  @Test func aSplitPartsTheRowsBySeed() throws {
    let values = (0..<101).map { Float($0) }
    let whole = try dataset(values, .float32, rowCount: 101, shape: Shape(features: 1))
    let (rest, held) = try whole.split(share: 0.3, seed: 5)
    let a = try rest.floats(0..<71)
    let b = try held.floats(0..<30)
    #expect((a + b).sorted() == values)
    #expect(a == a.sorted() && b == b.sorted())
    #expect(try whole.split(share: 0.3, seed: 5).held.floats(0..<30) == b)
    #expect(try whole.split(share: 0.3, seed: 6).held.floats(0..<30) != b)
    for (share, count) in [(1e-9, 1), (0.999, 100), (0.5, 50)] {
      #expect(try whole.split(share: share, seed: 1).held.rowCount == count)
    }
    #expect(status { try whole.rows(0..<1).split(share: 0.5, seed: 1) } == .argument)
  }

  @Test func negativeLabelsAreErrors() {
    #expect(
      status {
        try dataset(
          [0, 0, 0, 0] as [Float], .float32, rowCount: 2, shape: Shape(features: 2), labels: [0, -1])
      }
        == .argument)
  }
}
