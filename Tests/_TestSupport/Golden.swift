import Foundation

/// Named float arrays that another program computed, kept in Tests/Golden.
///
/// A file is a sequence of records: name length (u32), name, count (u32), `count` float32, all
/// little-endian.
package struct Golden {
  private var arrays: [String: [Float]] = [:]

  package enum Failure: Error { case damaged(String), missing(String) }

  /// Reads Tests/Golden/`name`.golden.
  package init(_ name: String) throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let data = try [UInt8](Data(contentsOf: folder.appendingPathComponent("Golden/\(name).golden")))
    var position = 0
    func word() throws -> UInt32 {
      guard position + 4 <= data.count else { throw Failure.damaged(name) }
      defer { position += 4 }
      return (0..<4).reduce(0) { $0 | UInt32(data[position + $1]) << (8 * UInt32($1)) }
    }
    while position < data.count {
      let length = Int(try word())
      guard position + length <= data.count else { throw Failure.damaged(name) }
      let key = String(decoding: data[position..<position + length], as: UTF8.self)
      position += length
      arrays[key] = try (0..<Int(try word())).map { _ in Float(bitPattern: try word()) }
    }
  }

  /// The array called `name`; an error, not an empty array, when there is none.
  package func callAsFunction(_ name: String) throws -> [Float] {
    guard let array = arrays[name] else { throw Failure.missing(name) }
    return array
  }
}
