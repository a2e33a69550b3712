import Tensors

/// An array of bytes in the IDX format of the MNIST family, plain or gzipped.
///
/// A big-endian header says 0, 0, the element type (8: u8, the one supported), the rank, and that
/// many 32-bit dimensions; the elements follow, and nothing after them (Y. LeCun, "The MNIST
/// database of handwritten digits").
package struct IDXFile {
  package let dimensions: [Int]
  /// The elements, the last dimension fastest.
  package let elements: Buffer<UInt8>

  private static let largestRank = 4
  /// Compressed files are read whole.
  private static let largestCompressedFile = 4 << 30

  /// - Throws: `.io`; `.format` for a wrong header, `.unsupported` for other elements than u8,
  ///   `.limit` for a rank above 4 or too many elements, `.truncated` and `.trailing` where the file
  ///   does not hold what its header says; all naming the path.
  package init(path: String, in memory: Memory = .standard) throws(GenerativeError) {
    let file = try InputFile(path: path)
    let start = try Buffer<UInt8>(count: 2, in: memory)
    try file.read(2, into: start.base)
    let isCompressed = start.base[0] == 0x1F && start.base[1] == 0x8B
    try self.init(
      reading: isCompressed
        ? try GzipReader(file, limit: IDXFile.largestCompressedFile, in: memory) : PlainReader(file),
      path: path, in: memory)
  }

  private init(
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
    guard type == 8 else {
      throw fail(.unsupported, "IDX elements must be unsigned bytes (type 8), not type \(type)")
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
      throw fail(.limit, "\(shape) elements pass the limit of 2⁴⁰")
    }
    // Before anything is allocated for them.
    guard count <= bytes.largestByteCount else {
      throw fail(.truncated, "the file is too short for its \(shape) elements")
    }
    elements = try Buffer(count: count, in: memory)
    let got = try bytes.read(count, into: elements.base)
    guard got == count else { throw fail(.truncated, "\(got) elements instead of \(shape)") }
    guard try bytes.read(1, into: header.base) == 0 else {
      throw fail(.trailing, "bytes follow its \(shape) elements")
    }
    self.dimensions = dimensions
  }
}
