import Datasets
import Tensors
import TestSupport
import Testing

struct IDXTests {
  /// An IDX file as the format says it.
  private func idx(_ dimensions: [UInt32], _ elements: [UInt8], type: UInt8 = 8) -> [UInt8] {
    var bytes: [UInt8] = [0, 0, type, UInt8(dimensions.count)]
    for dimension in dimensions { bytes.append(bigEndian: dimension) }
    return bytes + elements
  }

  private let pixels = (0..<30).map { UInt8($0 * 8) }

  private func read(_ bytes: [UInt8]) throws -> IDXFile {
    let folder = try TemporaryFolder()
    return try IDXFile(path: folder.write(bytes, "file.idx"))
  }

  @Test(arguments: [false, true])
  func imagesAndLabelsAreRead(compressed: Bool) throws {
    let folder = try TemporaryFolder()
    func write(_ bytes: [UInt8], _ name: String) throws -> String {
      try folder.write(compressed ? gzip(bytes) : bytes, name)
    }
    let dataset = try Dataset.idx(
      imagesPath: write(idx([5, 2, 3], pixels), "images"),
      labelsPath: write(idx([5], [3, 0, 9, 1, 1]), "labels"))
    #expect(dataset.shape == Shape(height: 2, width: 3, channels: 1))
    #expect(dataset.rowCount == 5)
    #expect(dataset.classCount == 10)
    #expect(dataset.labels.map { Array($0.elements) } == [3, 0, 9, 1, 1])
    #expect(try dataset.floats(0..<5) == pixels.map { Float($0) / 255 })
  }

  @Test func everyRankHasItsShape() throws {
    let folder = try TemporaryFolder()
    for (dimensions, shape) in [
      ([30], Shape(features: 1)), ([6, 5], Shape(features: 5)),
      ([5, 2, 3], Shape(height: 2, width: 3, channels: 1)),
      ([1, 2, 5, 3], Shape(height: 2, width: 5, channels: 3)),
    ] as [([UInt32], Shape)] {
      let dataset = try Dataset.idx(imagesPath: folder.write(idx(dimensions, pixels), "file"))
      #expect(dataset.shape == shape)
      #expect(dataset.rowCount == Int(dimensions[0]))
    }
  }

  @Test func fashionMNISTIsReadWhereItIsInstalled() throws {
    let folder = "/usr/share/datasets/fashion-mnist"
    guard let start = try? contents("\(folder)/t10k-labels-idx1-ubyte.gz"), !start.isEmpty else { return }
    let dataset = try Dataset.idx(
      imagesPath: "\(folder)/t10k-images-idx3-ubyte.gz", labelsPath: "\(folder)/t10k-labels-idx1-ubyte.gz")
    #expect(dataset.rowCount == 10_000)
    #expect(dataset.shape == Shape(height: 28, width: 28, channels: 1))
    // A thousand of each kind of clothing, and the published mean brightness of the test set.
    let labels = Array(try #require(dataset.labels).elements)
    #expect((0..<10).allSatisfy { kind in labels.count { $0 == kind } == 1000 })
    let mean = try dataset.floats(0..<10_000).reduce(0.0) { $0 + Double($1) } / 7_840_000
    #expect(abs(mean - 0.2868) < 1e-4)
  }

  // MARK: - Damage

  @Test(arguments: [false, true])
  func aFileCutAnywhereIsAnError(compressed: Bool) throws {
    let plain = idx([5, 2, 3], pixels)
    let whole = compressed ? gzip(plain) : plain
    #expect(try read(whole).dimensions == [5, 2, 3])
    for count in 0..<whole.count {
      let found = status { try read(Array(whole.prefix(count))) }
      #expect(found == .truncated, "\(count) bytes")
    }
  }

  @Test func bytesAfterTheEndAreAnError() throws {
    let whole = idx([5, 2, 3], pixels)
    #expect(status { try read(whole + [0]) } == .trailing)
    #expect(status { try read(gzip(whole + [0])) } == .trailing)
    #expect(status { try read(gzip(whole) + [0]) } != nil)
  }

  @Test func gzipMembersAreJoined() throws {
    let whole = idx([5, 2, 3], pixels)
    let file = try read(gzip(Array(whole[..<20])) + gzip(Array(whole[20...])))
    #expect(Array(file.elements.elements) == pixels)
  }

  @Test func aWrongChecksumIsAnError() throws {
    var file = gzip(idx([5, 2, 3], pixels))
    file[file.count - 8] ^= 1
    #expect(status { try read(file) } == .format)
  }

  @Test(
    arguments: [
      ([0], GenerativeError.Status.format), ([0xFFFF_FFFF], .format), ([0x8000_0000, 1], .format),
      ([0x7FFF_FFFF, 0x7FFF_FFFF, 0x7FFF_FFFF, 0x7FFF_FFFF], .limit), ([0x7FFF_FFFF, 0x7FFF_FFFF], .limit),
      ([0x7FFF_FFFF], .truncated), ([31], .truncated), ([29], .trailing), ([5, 0, 3], .format),
    ] as [([UInt32], GenerativeError.Status)])
  func dimensionsThatLieAreRefusedBeforeMemoryIsTaken(
    dimensions: [UInt32], expected: GenerativeError.Status
  ) throws {
    let folder = try TemporaryFolder()
    for bytes in [idx(dimensions, pixels), gzip(idx(dimensions, pixels))] {
      let memory = Memory()
      let path = try folder.write(bytes, "file")
      let found = status { try IDXFile(path: path, in: memory) }
      // A compressed file could hold more than it does: that shows only at its end.
      #expect(found == expected)
      #expect(memory.peakByteCount < 1 << 20)
    }
  }

  @Test func otherFormatsAreRefused() throws {
    #expect(status { try read([0, 1, 8, 1, 0, 0, 0, 1, 5]) } == .format)
    #expect(status { try read([0, 0, 7, 1, 0, 0, 0, 1, 5]) } == .format)
    #expect(status { try read([0, 0, 8, 0, 5]) } == .format)
    #expect(status { try read(idx([1], [0, 0, 0, 0], type: 10)) } == .format)
    #expect(status { try read(idx([1, 1, 1, 1, 1], [5])) } == .limit)
    #expect(status { try IDXFile(path: "/nonexistent") } == .io)
    #expect(status { try IDXFile(path: "/tmp") } == .io)
  }

  @Test func labelsMustMatchTheImages() throws {
    let folder = try TemporaryFolder()
    let images = try folder.write(idx([5, 2, 3], pixels), "images")
    let labels = try folder.write(idx([4], [1, 2, 3, 4]), "labels")
    #expect(status { try Dataset.idx(imagesPath: images, labelsPath: labels) } == .mismatch)
    #expect(status { try Dataset.idx(imagesPath: images, labelsPath: images) } == .mismatch)
  }
}

extension Dataset {
  func floats(_ range: Range<Int>) throws -> [Float] {
    var values = [Float](repeating: -1, count: range.count * shape.count)
    try values.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      try read(range: range, into: base)
    }
    return values
  }
}
