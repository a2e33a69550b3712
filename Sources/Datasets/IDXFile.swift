import Tensors

/// An array of numbers in the IDX format of the MNIST family, plain or gzipped.
///
/// A big-endian header contains 0, 0, the element type, the rank, and that many 32-bit dimensions. The
/// elements follow, and nothing after them (Y. LeCun, "The MNIST database of handwritten digits").
package struct IDXFile {
  package let dimensions: [Int]
  package let format: NumberFormat
  /// The bytes of the elements, the last dimension fastest.
  package let elements: Buffer<UInt8>

  private static let largestRank = 4

  /// - Throws: `.io`; `.format` for a wrong header or an unknown element type; `.limit` for a rank above 4 or
  ///   too many elements; `.truncated` or `.trailing` if the file is shorter or longer than its header says.
  ///   All name the path.
  package init(path: String, in memory: Memory = .standard) throws(GenerativeError) {
    let file = try InputFile(path: path)
    let isCompressed = try file.kind() == .gzip
    try self.init(
      reading: isCompressed ? try GzipReader(file, in: memory) : PlainReader(file), path: path, in: memory)
  }

  init(
    reading bytes: any ByteReader, path: String, in memory: Memory
  ) throws(GenerativeError) {
    func fail(_ status: GenerativeError.Status, _ reason: String) -> GenerativeError {
      GenerativeError(status, "\(path): \(reason)")
    }
    let header = try Buffer<UInt8>(count: 4 + 4 * IDXFile.largestRank, in: memory)
    func readHeader(_ range: Range<Int>) throws(GenerativeError) {
      guard try bytes.read(range.count, into: header.base + range.lowerBound) == range.count else {
        throw fail(.truncated, "the file ends within its IDX header")
      }
    }
    try readHeader(0..<4)
    let (zeros, type, rank) = (header.base[0] | header.base[1], header.base[2], Int(header.base[3]))
    guard zeros == 0, (8...14).contains(type), rank >= 1 else { throw fail(.format, "not an IDX file") }
    switch type {
    case 8: format = NumberFormat(kind: .unsigned, byteCount: 1)
    case 9: format = NumberFormat(kind: .signed, byteCount: 1)
    case 11: format = NumberFormat(kind: .signed, byteCount: 2, isBigEndian: true)
    case 12: format = NumberFormat(kind: .signed, byteCount: 4, isBigEndian: true)
    case 13: format = NumberFormat(kind: .float, byteCount: 4, isBigEndian: true)
    case 14: format = NumberFormat(kind: .float, byteCount: 8, isBigEndian: true)
    default: throw fail(.format, "not an IDX file: \(type) is not an element type")
    }
    guard rank <= IDXFile.largestRank else {
      throw fail(.limit, "\(rank) dimensions, more than the limit of \(IDXFile.largestRank)")
    }
    try readHeader(4..<4 + 4 * rank)

    var dimensions: [Int] = []
    var count: Int? = 1
    for i in 1...rank {
      let b = header.base + 4 * i
      let dimension = Int(b[0]) << 24 | Int(b[1]) << 16 | Int(b[2]) << 8 | Int(b[3])
      guard dimension >= 1, dimension <= Int32.max else {
        throw fail(.format, "dimension \(i) must be between 1 and \(Int32.max), not \(dimension)")
      }
      dimensions.append(dimension)
      count = count.flatMap { checkedProduct($0, dimension) }
    }
    let shape = dimensions.map(String.init).joined(separator: " × ")
    guard let count, count <= 1 << 40 else {
      throw fail(.limit, "\(shape) elements exceed the limit of 2⁴⁰")
    }
    // Checked before anything is allocated for the elements. Cannot overflow: there are at most 2⁴⁰ elements
    // of at most 8 bytes.
    let byteCount = count * format.byteCount
    guard byteCount <= bytes.largestByteCount else {
      throw fail(.truncated, "the file is too short for its \(shape) elements")
    }
    elements = try Buffer(uninitializedCount: byteCount, in: memory)
    let got = try bytes.readAll(byteCount, into: elements.base)
    guard got == byteCount else {
      throw fail(.truncated, "\(got / format.byteCount) elements instead of \(shape)")
    }
    guard try bytes.read(1, into: header.base) == 0 else {
      throw fail(.trailing, "bytes follow its \(shape) elements")
    }
    self.dimensions = dimensions
  }
}
