import CGenerative

/// A part of a model as it runs in a page: the steps that the library exports as JSON, and their numbers.
struct PageProgram {
  struct Step {
    let op: String
    /// The number of the value that the step reads.
    let input: Int
    let shape: [Int]
    /// docs/export.md describes them.
    let members: JSON
  }

  /// The exported object without its numbers.
  private let graph: JSON
  /// The shapes of the values: the input, and the result of each step.
  let shapes: [[Int]]
  let steps: [Step]
  let classCount: Int
  /// The number of the value that is the first output.
  let output: Int
  private(set) var numbers: [Float]
  private var isHalf = false

  /// Maximum number of parameters of a part in a page.
  private static let limit = 4_500_000

  /// Returns nil if the part is too large for a page.
  init?(_ part: Int, of model: Model) throws {
    guard case .object(let members) = try JSON(reading: model.program(Int32(part))) else { return nil }
    graph = .object(members.filter { $0.name != "numbers" })
    steps = graph["steps"].elements.map { step in
      Step(
        op: step["op"].string, input: step["input"].integer, shape: step["shape"].elements.map(\.integer),
        members: step)
    }
    shapes = [graph["input"]["shape"].elements.map(\.integer)] + steps.map(\.shape)
    classCount = graph["n_classes"].integer
    output = graph["outputs"].elements.first?["value"].integer ?? 0
    numbers = floats(base64: members.last?.value.string ?? "")
    guard numbers.count <= PageProgram.limit else { return nil }
  }

  /// The same program with its numbers rounded to float16, which takes half of the space.
  var rounded: PageProgram {
    var copy = self
    copy.isHalf = true
    copy.numbers = numbers.map { Float(Float16($0)) }
    return copy
  }

  /// The program for the page's script.
  var json: JSON {
    guard case .object(let members) = graph else { return .null }
    let bytes =
      isHalf
      ? numbers.flatMap { littleEndian(Float16($0).bitPattern) }
      : numbers.flatMap { littleEndian($0.bitPattern) }
    return .object(members + [("half", .bool(isHalf)), ("numbers", .string(base64(bytes)))])
  }
}

private func littleEndian<Bits: FixedWidthInteger>(_ bits: Bits) -> [UInt8] {
  (0..<Bits.bitWidth / 8).map { UInt8(truncatingIfNeeded: bits >> (8 * $0)) }
}

/// Decodes little-endian floats from base64 (RFC 4648).
private func floats(base64 text: String) -> [Float] {
  var digits = [UInt32](repeating: 0, count: 256)
  for (value, digit) in base64Alphabet.enumerated() { digits[Int(digit)] = UInt32(value) }
  var bytes: [UInt8] = []
  var (group, count) = (UInt32(0), 0)
  for character in text.utf8 where character != UInt8(ascii: "=") {
    group = group << 6 | digits[Int(character)]
    count += 1
    // Two digits complete the first byte, each further one another byte.
    let shift: UInt32 = count % 4 == 2 ? 4 : count % 4 == 3 ? 2 : 0
    if count % 4 != 1 { bytes.append(UInt8(truncatingIfNeeded: group >> shift)) }
  }
  return stride(from: 0, to: bytes.count - 3, by: 4).map { first in
    Float(bitPattern: (0..<4).reduce(0) { $0 | UInt32(bytes[first + $1]) << (8 * UInt32($1)) })
  }
}
