import Tensors

/// A value that can be stored as a string in the metadata and restored exactly.
package protocol MetadataValue: LosslessStringConvertible, Sendable {
  /// A description for messages, such as "a whole number".
  static var optionDescription: String { get }
  /// Whether the value may be stored: numbers must be finite.
  var isValidOption: Bool { get }
}

extension MetadataValue { package var isValidOption: Bool { true } }

extension Int: MetadataValue { package static var optionDescription: String { "a whole number" } }
extension UInt64: MetadataValue {
  package static var optionDescription: String { "a whole number that is not negative" }
}
extension Bool: MetadataValue { package static var optionDescription: String { "true or false" } }
extension String: MetadataValue { package static var optionDescription: String { "a text" } }
extension Float: MetadataValue {
  package static var optionDescription: String { "a finite number" }
  package var isValidOption: Bool { isFinite }
}
extension Double: MetadataValue {
  package static var optionDescription: String { "a finite number" }
  package var isValidOption: Bool { isFinite }
}

/// A model's options, stored in the metadata as `option.<name>`.
extension Checkpoint {
  private static let optionPrefix = "option."

  /// Stores `value` as `name`, replacing an earlier value.
  ///
  /// - Throws: `.nonfinite` for a NaN or an infinity; `.limit` if the metadata becomes too large.
  package mutating func setOption<Value: MetadataValue>(
    _ name: String, _ value: Value
  ) throws(GenerativeError) {
    guard value.isValidOption else {
      throw GenerativeError(.nonfinite, "option \(name) must be \(Value.optionDescription), not \(value)")
    }
    try setMetadata(Self.optionPrefix + name, value.description)
  }

  /// Stores a list, such as the widths of layers, as `name`.
  ///
  /// - Throws: `.limit` if the metadata becomes too large.
  package mutating func setOption(_ name: String, _ values: [Int]) throws(GenerativeError) {
    try setMetadata(Self.optionPrefix + name, values.map(String.init).joined(separator: ","))
  }

  /// Stores a list of texts as `name`, in JSON.
  ///
  /// - Throws: `.limit` if the metadata becomes too large.
  package mutating func setOption(_ name: String, _ texts: [String]) throws(GenerativeError) {
    try setMetadata(Self.optionPrefix + name, "[" + texts.map { jsonString($0) }.joined(separator: ",") + "]")
  }

  /// The list of texts `name`; empty if it is missing.
  ///
  /// - Throws: `.format` if it is not such a list.
  package func optionTextList(_ name: String) throws(GenerativeError) -> [String] {
    guard let text = optionText(name) else { return [] }
    var texts: [String] = []
    let bytes = Array(text.utf8)
    let failure: GenerativeError? = bytes.withUnsafeBytes { bytes in
      var reader = JSONReader(bytes, origin: 0)
      do throws(GenerativeError) {
        try reader.array { (reader) throws(GenerativeError) in
          texts.append(try reader.string(maximumByteCount: Limit.metadataByteCount))
        }
        try reader.end()
        return nil
      } catch {
        return error
      }
    }
    if failure != nil { throw malformed(name, "a JSON list of texts", text) }
    return texts
  }

  /// Whether there is an option `name`.
  package func hasOption(_ name: String) -> Bool { optionText(name) != nil }

  /// The option `name`.
  ///
  /// - Throws: `.format` if it is missing or has another type.
  package func option<Value: MetadataValue>(
    _ name: String, as: Value.Type = Value.self
  ) throws(GenerativeError) -> Value {
    let text = try requiredText(name)
    guard let value = Value(text), value.isValidOption else {
      throw malformed(name, "\(Value.optionDescription)", text)
    }
    return value
  }

  /// The option `name`, which must lie in `range`.
  ///
  /// - Throws: `.format` if it is missing, has another type, or is out of range.
  package func option<Value: MetadataValue & Comparable>(
    _ name: String, in range: ClosedRange<Value>
  ) throws(GenerativeError) -> Value {
    let value = try option(name, as: Value.self)
    guard range.contains(value) else {
      throw malformed(name, "between \(range.lowerBound) and \(range.upperBound)", value.description)
    }
    return value
  }

  /// The option `name`, or `fallback` if the file was written before that option existed.
  ///
  /// - Throws: `.format` if it exists but has another type.
  package func option<Value: MetadataValue>(
    _ name: String, default fallback: Value
  ) throws(GenerativeError) -> Value {
    hasOption(name) ? try option(name) : fallback
  }

  /// The options whose names start with `prefix`, with the rest of their names, unordered.
  package func optionTexts(_ prefix: String) -> [(name: String, text: String)] {
    let prefix = Self.optionPrefix + prefix
    return metadata.compactMap { key, text in key.removing(prefix: prefix).map { ($0, text) } }
  }

  /// The list `name` of at most `limit` numbers, each of which must lie in `range`.
  ///
  /// - Throws: `.format` if it is missing, malformed or too long, or a number is out of range.
  package func optionList(
    _ name: String, in range: ClosedRange<Int>, atMost limit: Int
  ) throws(GenerativeError) -> [Int] {
    let text = try requiredText(name)
    let wanted = "at most \(limit) numbers between \(range.lowerBound) and \(range.upperBound)"
    var values: [Int] = []
    for part in text.isEmpty ? [] : text.fields(separatedBy: ",") {
      guard values.count < limit, let value = Int(part), range.contains(value) else {
        throw malformed(name, wanted, text)
      }
      values.append(value)
    }
    return values
  }

  /// The text of option `name`; nil if it is missing.
  package func optionText(_ name: String) -> String? { metadata[Self.optionPrefix + name] }

  private func requiredText(_ name: String) throws(GenerativeError) -> String {
    guard let text = optionText(name) else {
      throw GenerativeError(.format, "option \(name) is missing")
    }
    return text
  }

  private func malformed(_ name: String, _ wanted: String, _ text: String) -> GenerativeError {
    GenerativeError(.format, "option \(name) must be \(wanted), not \(quoted(text))")
  }
}
