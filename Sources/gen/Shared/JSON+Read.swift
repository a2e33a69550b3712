/// Reading of JSON that the library wrote, whose strings have no escapes.
extension JSON {
  init(reading bytes: [UInt8]) throws {
    var reader = JSONReader(bytes: bytes)
    self = try reader.value()
  }

  subscript(name: String) -> JSON {
    guard case .object(let members) = self else { return .null }
    return members.first { $0.name == name }?.value ?? .null
  }

  var elements: [JSON] { if case .array(let values) = self { values } else { [] } }
  var string: String { if case .string(let text) = self { text } else { "" } }

  var number: Double {
    switch self {
    case .number(let value): value
    case .integer(let value): Double(value)
    default: 0
    }
  }

  var integer: Int { Int(number) }
}

private struct JSONReader {
  let bytes: [UInt8]
  var place = 0

  mutating func value() throws -> JSON {
    switch next {
    case UInt8(ascii: "{"):
      var members: [(name: String, value: JSON)] = []
      try list(until: "}") { reader in
        let name = try reader.string()
        try reader.take(":")
        members.append((name, try reader.value()))
      }
      return .object(members)
    case UInt8(ascii: "["):
      var values: [JSON] = []
      try list(until: "]") { reader in values.append(try reader.value()) }
      return .array(values)
    case UInt8(ascii: "\""): return .string(try string())
    default:
      let first = place
      while let byte = next, !",]}".utf8.contains(byte) { place += 1 }
      let text = String(decoding: bytes[first..<place], as: UTF8.self)
      if let integer = Int(text) { return .integer(integer) }
      guard let number = Double(text) else { throw failure }
      return .number(number)
    }
  }

  private var next: UInt8? { place < bytes.count ? bytes[place] : nil }

  private var failure: Failure { Failure(description: "the library's JSON is malformed at byte \(place)") }

  private mutating func take(_ character: Unicode.Scalar) throws {
    guard next == UInt8(ascii: character) else { throw failure }
    place += 1
  }

  private mutating func string() throws -> String {
    try take("\"")
    guard let end = bytes[place...].firstIndex(of: UInt8(ascii: "\"")) else { throw failure }
    defer { place = end + 1 }
    return String(decoding: bytes[place..<end], as: UTF8.self)
  }

  /// Reads elements, which `element` takes, and the brackets around them.
  private mutating func list(
    until end: Unicode.Scalar, _ element: (inout JSONReader) throws -> Void
  ) throws {
    place += 1
    while next != UInt8(ascii: end) {
      try element(&self)
      if next != UInt8(ascii: end) { try take(",") }
    }
    place += 1
  }
}
