import Tensors

/// The contents of a safetensors header, checked against the number of bytes that follow it.
///
/// The checks are: every field occurs once, types are known, the product of a shape matches the bytes between
/// its offsets, and the tensors, in header order, fill the payload from its first to its last byte without
/// gaps or overlap.
struct Layout {
  struct Entry {
    let name: String
    let type: ElementType
    let shape: [Int]
    /// The number of elements: the product of `shape`.
    let count: Int
    /// Its bytes in the payload.
    let range: Range<Int>
  }

  private(set) var entries: [Entry] = []
  /// The file's `__metadata__` without the checksums.
  private(set) var metadata: [String: String] = [:]
  private(set) var checksum: String?
  private(set) var headerChecksum: String?
  let limits: InputLimits
  private let payloadByteCount: Int
  private var names: Set<String> = []
  private var metadataByteCount = 0

  /// The number of bytes before the header, which contain its length in little-endian order.
  static let prefixByteCount = 8

  /// - Throws: `.format`, `.limit`, `.truncated` or `.trailing`, with the position in the file in bytes.
  init(
    header: UnsafeRawBufferPointer, payloadByteCount: Int, _ limits: InputLimits
  ) throws(GenerativeError) {
    self.limits = limits
    self.payloadByteCount = payloadByteCount
    guard header.first == UInt8(ascii: "{") else {
      throw GenerativeError(
        .format, "expected '{', at byte \(Self.prefixByteCount); is it a safetensors file?")
    }
    var json = JSONReader(header, origin: Self.prefixByteCount)
    var hasMetadata = false
    let longestKey = max(limits.tensorNameByteCount, Checkpoint.metadataKey.utf8.count)
    try json.object(keyByteCount: longestKey) { json, key throws(GenerativeError) in
      if key != Checkpoint.metadataKey {
        try readEntry(named: key, &json)
      } else if hasMetadata {
        throw json.error("\(Checkpoint.metadataKey) is repeated")
      } else {
        hasMetadata = true
        try readMetadata(&json)
      }
    }
    try json.end()
    let end = entries.last?.range.upperBound ?? 0
    guard end == payloadByteCount else {
      throw GenerativeError(
        .trailing, "\(payloadByteCount - end) bytes follow the last tensor")
    }
  }

  private mutating func readMetadata(_ json: inout JSONReader) throws(GenerativeError) {
    let limit = Checkpoint.Limit.metadataByteCount
    try json.object(keyByteCount: limit) { json, key throws(GenerativeError) in
      let value = try json.string(maximumByteCount: limit)
      guard metadata.updateValue(value, forKey: key) == nil else {
        throw json.error("the metadata key \(quoted(key)) is repeated")
      }
      metadataByteCount += key.utf8.count + value.utf8.count
      guard metadataByteCount <= limit else {
        throw json.error("the metadata is over \(limit) bytes", status: .limit)
      }
    }
    headerChecksum = metadata.removeValue(forKey: Checksum.headerKey)
    checksum = metadata.removeValue(forKey: Checksum.key)
  }

  private mutating func readEntry(named name: String, _ json: inout JSONReader) throws(GenerativeError) {
    try limits.checkName(name, .format)
    guard names.insert(name).inserted else { throw json.error("tensor \(quoted(name)) is repeated") }
    guard entries.count < limits.tensorCount else {
      throw json.error("there are more than \(limits.tensorCount) tensors", status: .limit)
    }
    var fields = Fields()
    try json.object(keyByteCount: Fields.wordByteCount) { json, key throws(GenerativeError) in
      try fields.read(key, &json)
    }
    guard let type = fields.type, let shape = fields.shape, let offsets = fields.offsets else {
      throw json.error("tensor \(quoted(name)) lacks its dtype, shape or data_offsets")
    }
    try append(name, type, shape, offsets, json)
  }

  private mutating func append(
    _ name: String, _ type: ElementType, _ shape: [Int], _ offsets: [Int], _ json: JSONReader
  ) throws(GenerativeError) {
    guard let count = limits.elementCount(shape),
      let byteCount = checkedProduct(count, type.byteCount)
    else { throw json.error("the shape \(shape) of tensor \(quoted(name)) is too large", status: .limit) }
    let start = entries.last?.range.upperBound ?? 0
    guard offsets.count == 2, offsets[0] == start, offsets[1] >= start else {
      throw json.error("data_offsets \(offsets) of tensor \(quoted(name)) must start at \(start)")
    }
    let range = offsets[0]..<offsets[1]
    guard range.count == byteCount else {
      throw json.error(
        "tensor \(quoted(name)), \(type.rawValue) \(shape), needs \(byteCount) bytes and has \(range.count)")
    }
    guard range.upperBound <= payloadByteCount else {
      throw json.error(
        "tensor \(quoted(name)) ends \(range.upperBound - payloadByteCount) bytes after the file",
        status: .truncated)
    }
    entries.append(Entry(name: name, type: type, shape: shape, count: count, range: range))
  }

  /// The members of a tensor's object, in any order.
  private struct Fields {
    /// Maximum length of the name of a field or a type.
    static let wordByteCount = 255

    var type: ElementType?
    var shape: [Int]?
    var offsets: [Int]?

    mutating func read(_ key: String, _ json: inout JSONReader) throws(GenerativeError) {
      switch key {
      case "dtype" where type == nil:
        let text = try json.string(maximumByteCount: Self.wordByteCount)
        guard let known = ElementType(rawValue: text) else {
          throw json.error("the dtype \(quoted(text)) is not supported", status: .unsupported)
        }
        type = known
      case "shape" where shape == nil:
        shape = try Self.integers(&json, atMost: Checkpoint.Limit.dimensionCount)
      case "data_offsets" where offsets == nil:
        offsets = try Self.integers(&json, atMost: 2)
      default:
        throw json.error("the field \(quoted(key)) is unknown or is repeated")
      }
    }

    private static func integers(_ json: inout JSONReader, atMost limit: Int) throws(GenerativeError)
      -> [Int]
    {
      var values: [Int] = []
      try json.array { json throws(GenerativeError) in
        guard values.count < limit else { throw json.error("more than \(limit) numbers", status: .limit) }
        values.append(try json.integer())
      }
      return values
    }
  }
}
