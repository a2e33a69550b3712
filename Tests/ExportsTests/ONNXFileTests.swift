import Exports
import Networks
import Tensors
import Testing

@Suite struct ONNXFileTests {
  /// The examples of https://protobuf.dev/programming-guides/encoding/.
  @Test func fieldsAreEncodedAsInTheFormatsManual() throws {
    var inner = try Protobuf(in: .standard)
    try inner.integer(1, 150)
    #expect(inner.bytes == [0x08, 0x96, 0x01])
    var text = try Protobuf(in: .standard)
    try text.text(2, "testing")
    #expect(text.bytes == [0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6E, 0x67])
    var outer = try Protobuf(in: .standard)
    try outer.message(3, inner)
    #expect(outer.bytes == [0x1A, 0x03, 0x08, 0x96, 0x01])
  }

  @Test func negativeIntegersTakeTenBytesAndFloatsFour() throws {
    var message = try Protobuf(in: .standard)
    try message.integer(1, -2)
    #expect(message.bytes == [0x08, 0xFE] + [UInt8](repeating: 0xFF, count: 8) + [0x01])
    var number = try Protobuf(in: .standard)
    try number.float(2, 1)
    #expect(number.bytes == [0x15, 0x00, 0x00, 0x80, 0x3F])
  }

  @Test func theSameProgramGivesTheSameBytes() throws {
    let file = try ONNXFile(program(2), name: "part", producer: "p", version: "1", in: .standard)
    let again = try ONNXFile(program(2), name: "part", producer: "p", version: "1", in: .standard)
    #expect(file.bytes == again.bytes)
    #expect(file.bytes.count > 100)
  }

  @Test func numbersThatAreNotFiniteAreRefused() throws {
    for number in [Float.infinity, .nan] {
      #expect(
        throws: GenerativeError(.nonfinite, "a number of the model is beyond what a 32-bit float holds")
      ) {
        try ONNXFile(program(number), name: "part", producer: "p", version: "1", in: .standard)
      }
    }
  }

  /// y = a·x for rows of 3 × 5 × 2.
  private func program(_ number: Float) throws -> Program {
    var program = Program("rows", Shape(height: 3, width: 5, channels: 2))
    program.append(.scale(try Numbers(2, in: .standard) { _ in number }))
    program.export("rows_out")
    return program
  }
}
