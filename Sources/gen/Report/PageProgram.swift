import CGenerative
import FoundationEssentials

/// A part of a model as it runs in a page: the steps that the library exports as JSON, and their numbers.
struct PageProgram {
  /// The exported object. docs/export.md describes its members.
  struct Graph: Codable {
    struct Step: Codable {
      let op: String
      let input: Int
      let shape: [Int]
      // Places of numbers, [first, count].
      var weight: [Int]?
      var bias: [Int]?
      var by: [Int]?
      var kernel: [Int]?
      var stride: [Int]?
      var padding: [Int]?
      var slope: Float?
      var low: Float?
      var high: Float?
      var top: Int?
      var left: Int?
      var first: Int?
      var other: Int?
    }

    struct Input: Codable {
      let name: String
      let shape: [Int]
    }

    struct Output: Codable {
      let name: String
      let value: Int
    }

    let input: Input
    let n_classes: Int
    let steps: [Step]
    let outputs: [Output]
    var numbers: String
    /// Whether the numbers are float16; the library exports float32.
    var half: Bool?
  }

  private(set) var graph: Graph
  private(set) var numbers: [Float]
  private var isHalf = false

  /// Maximum number of parameters of a part in a page.
  private static let limit = 4_500_000

  /// Returns nil if the part is too large for a page.
  init?(_ part: Int, of model: Model) throws {
    graph = try JSONDecoder().decode(Graph.self, from: Data(model.program(Int32(part))))
    let data = Data(base64Encoded: graph.numbers) ?? Data()
    numbers = data.withUnsafeBytes { bytes in
      (0..<bytes.count / 4).map {
        Float(bitPattern: UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self)))
      }
    }
    graph.numbers = ""
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
  func json() throws -> JSON {
    var graph = graph
    graph.half = isHalf
    graph.numbers = base64(
      isHalf
        ? numbers.flatMap { littleEndian(Float16($0).bitPattern) }
        : numbers.flatMap { littleEndian($0.bitPattern) })
    let encoder = JSONEncoder()
    encoder.outputFormatting = .withoutEscapingSlashes
    return .raw(String(decoding: try encoder.encode(graph), as: UTF8.self))
  }
}

private func littleEndian<Bits: FixedWidthInteger>(_ bits: Bits) -> [UInt8] {
  (0..<Bits.bitWidth / 8).map { UInt8(truncatingIfNeeded: bits >> (8 * $0)) }
}
