import Tensors

/// An array of numbers as stored in a file, and its shape.
struct NumberArray {
  let path: String
  let dimensions: [Int]
  var format: NumberFormat
  /// Whether the first index varies fastest.
  var isFortran = false
  let bytes: Buffer<UInt8>
  /// Whether bytes are images of 0 ... 255 for any rank.
  let isIDX: Bool

  init(_ file: IDXFile, _ path: String) {
    (self.path, dimensions, format, bytes, isIDX) = (path, file.dimensions, file.format, file.elements, true)
  }

  var rowCount: Int { dimensions.first ?? 0 }

  private var shape: Shape {
    let d = dimensions
    return switch d.count {
    case 0, 1: Shape(features: 1)
    case 2: Shape(features: d[1])
    case 3: Shape(height: d[1], width: d[2], channels: 1)
    default: Shape(height: d[1], width: d[2], channels: d[3])
    }
  }

  // MARK: - npy

  /// An array in NumPy's format (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html).
  ///
  /// - Throws: `.format`; `.truncated`; `.trailing`; `.unsupported` for elements that are not real numbers;
  ///   `.limit`. All name the path.
  init(npy reader: any ByteReader, _ path: String, in memory: Memory) throws(GenerativeError) {
    func fail(_ status: GenerativeError.Status, _ reason: String) -> GenerativeError {
      GenerativeError(status, "\(path): \(reason)")
    }
    let head = try Buffer<UInt8>(count: 12, in: memory)
    guard try reader.read(10, into: head.base) == 10 else {
      throw fail(.truncated, "ends within its npy header")
    }
    var headerCount = Int(head.base[8]) | Int(head.base[9]) << 8
    if head.base[6] > 1 {
      guard try reader.read(2, into: head.base + 10) == 2 else {
        throw fail(.truncated, "ends within its npy header")
      }
      headerCount |= Int(head.base[10]) << 16 | Int(head.base[11]) << 24
    }
    guard headerCount <= 1 << 16 else {
      throw fail(.limit, "an npy header of \(headerCount) bytes is too long")
    }
    let header = try Buffer<UInt8>(count: headerCount, in: memory)
    guard try reader.read(headerCount, into: header.base) == headerCount else {
      throw fail(.truncated, "ends within its npy header")
    }
    let text = String(decoding: header.elements.filter { $0 != 0x20 }, as: UTF8.self)
    func value(_ key: String, upTo end: Unicode.Scalar) -> String? {
      let (bytes, wanted) = (Array(text.utf8), Array("'\(key)':".utf8))
      guard bytes.count > wanted.count,
        let start = (0..<bytes.count - wanted.count).first(where: {
          bytes[$0..<$0 + wanted.count].elementsEqual(wanted)
        })
      else { return nil }
      let rest = bytes[(start + wanted.count)...]
      guard let stop = rest.firstIndex(of: UInt8(ascii: end)) else { return nil }
      return String(decoding: rest[..<stop], as: UTF8.self)
    }
    guard let type = value("descr", upTo: ","), let order = value("fortran_order", upTo: ","),
      let sizes = value("shape", upTo: ")")?.removing(prefix: "(")
    else { throw fail(.format, "not an npy header: \(quoted(text))") }
    guard let format = Self.format(type) else {
      throw fail(.unsupported, "elements of type \(type) are not real numbers")
    }
    var dimensions: [Int] = []
    for size in sizes.fields(separatedBy: ",") where !size.isEmpty {
      guard let size = Int(size), size >= 0 else { throw fail(.format, "(\(sizes)) is not a valid shape") }
      dimensions.append(size)
    }
    guard (1...4).contains(dimensions.count), !dimensions.contains(0) else {
      throw fail(.unsupported, "an array of shape (\(sizes)) has no rows of 1 to 3 dimensions")
    }
    var count: Int? = format.byteCount
    for size in dimensions { count = count.flatMap { checkedProduct($0, size) } }
    guard let count, count <= 1 << 42 else { throw fail(.limit, "an array of shape (\(sizes)) is too large") }
    guard count <= reader.largestByteCount else {
      throw fail(.truncated, "the file is too short for its array of shape (\(sizes))")
    }
    bytes = try Buffer(uninitializedCount: count, in: memory)
    guard try reader.readAll(count, into: bytes.base) == count else {
      throw fail(.truncated, "the file is too short for its array of shape (\(sizes))")
    }
    guard try reader.read(1, into: head.base) == 0 else { throw fail(.trailing, "bytes follow its array") }
    (self.path, self.dimensions, self.format, isIDX) = (path, dimensions, format, false)
    isFortran = order == "True"
  }

  /// The format of a descriptor such as '<f4'; nil for elements that are not real numbers.
  private static func format(_ descriptor: String) -> NumberFormat? {
    let text = Array(descriptor.utf8)
    guard text.count == 5, let count = Int(String(decoding: text[3..<4], as: UTF8.self)) else { return nil }
    let isBigEndian = text[1] == UInt8(ascii: ">")
    switch (text[2], count) {
    case (UInt8(ascii: "u"), 1), (UInt8(ascii: "u"), 2), (UInt8(ascii: "u"), 4), (UInt8(ascii: "u"), 8):
      return NumberFormat(kind: .unsigned, byteCount: count, isBigEndian: isBigEndian)
    // Booleans are bytes, but not images.
    case (UInt8(ascii: "b"), 1), (UInt8(ascii: "i"), 1), (UInt8(ascii: "i"), 2), (UInt8(ascii: "i"), 4),
      (UInt8(ascii: "i"), 8):
      return NumberFormat(kind: .signed, byteCount: count, isBigEndian: isBigEndian)
    case (UInt8(ascii: "f"), 2), (UInt8(ascii: "f"), 4), (UInt8(ascii: "f"), 8):
      return NumberFormat(kind: .float, byteCount: count, isBigEndian: isBigEndian)
    default: return nil
    }
  }

  // MARK: - As rows

  /// The rows, not copied if possible. Bytes are images of 0 ... 255 if there are at least three dimensions,
  /// or if the options give a height or a width.
  func dataset(
    labels: Buffer<Int32>?, _ options: OpenOptions, _ context: Context
  ) throws(GenerativeError) -> Dataset {
    try require(rowCount, in: 1...Dataset.largestRowCount, "the rows of \(path)")
    _ = try Dataset.checkedCount(of: shape)
    let wanted = try options.shape(of: shape, path)
    let columnCount = shape.count
    var bytes = bytes
    var isFortran = isFortran
    if isFortran, dimensions.count > 2 {
      bytes = try inRowOrder(context)
      isFortran = false
    }
    let isByte = format.kind == .unsigned && format.byteCount == 1
    var kind = ElementKind.number(format)
    if isByte, isIDX || !wanted.isTable {
      kind = .uint8
    } else if format.kind == .float, format.byteCount > 2 {
      if format.isBigEndian { swapBytes(of: bytes) }
      kind = format.byteCount == 4 ? .float32 : .float64
    }
    let size = format.byteCount
    let rows = try StridedRows(
      bytes.base, kind, rowCount: rowCount, columnCount: columnCount,
      rowStride: isFortran ? size : nil, columnStride: isFortran ? size * rowCount : nil)
    let dataset = Dataset(
      shape: wanted, source: .memory(rows), owner: bytes, labels: labels, context: context)
    do throws(GenerativeError) {
      try dataset.checkFinite()
    } catch {
      throw error.status == .nonfinite ? GenerativeError(.nonfinite, "\(path): \(error.message)") : error
    }
    return try dataset.limited(options)
  }

  /// Converts big-endian numbers to the machine's byte order.
  private func swapBytes(of bytes: Buffer<UInt8>) {
    let size = format.byteCount
    for start in stride(from: 0, to: bytes.count, by: size) {
      for i in 0..<size / 2 {
        let (a, b) = (bytes.base[start + i], bytes.base[start + size - 1 - i])
        (bytes.base[start + i], bytes.base[start + size - 1 - i]) = (b, a)
      }
    }
  }

  /// A copy in which the last index varies fastest.
  private func inRowOrder(_ context: Context) throws(GenerativeError) -> Buffer<UInt8> {
    let size = format.byteCount
    let copy = try Buffer<UInt8>(uninitializedCount: bytes.count, in: context.memory)
    for element in 0..<bytes.count / size {
      var (rest, place, step) = (element, 0, bytes.count / size)
      for dimension in dimensions.reversed() {
        step /= dimension
        place += rest % dimension * step
        rest /= dimension
      }
      (copy.base + element * size).update(from: bytes.base + place * size, count: size)
    }
    return copy
  }

  /// The numbers as class labels.
  ///
  /// - Throws: `.mismatch` unless there are `count` of them in one dimension; `.argument` for a number that
  ///   is not a class.
  func labels(count: Int, _ what: String, in memory: Memory) throws(GenerativeError) -> Buffer<Int32> {
    guard rowCount == count, dimensions.dropFirst().allSatisfy({ $0 == 1 }) else {
      let found = dimensions.map(String.init).joined(separator: " × ")
      throw GenerativeError(.mismatch, "\(path) has \(found) labels for \(count) \(what)")
    }
    let labels = try Buffer<Int32>(count: count, in: memory)
    for i in 0..<count {
      let value = format.value(at: bytes.base + i * format.byteCount)
      guard let label = Int32(exactly: value), label >= 0 else {
        throw GenerativeError(
          .argument,
          "\(path): label \(i) must be a whole number of 0 or more, at most \(Int32.max), not \(value)")
      }
      labels.base[i] = label
    }
    return labels
  }
}
