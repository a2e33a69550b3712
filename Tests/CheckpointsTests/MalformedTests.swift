import Checkpoints
import Tensors
import Testing

/// Files that break one rule each.
struct MalformedTests {
  private static let four: [UInt8] = [0, 0, 0, 0]
  private static func tensor(
    _ name: String, _ shape: String = "[1]", _ offsets: String = "[0,4]", dtype: String = "F32"
  ) -> String {
    #""\#(name)":{"dtype":"\#(dtype)","shape":\#(shape),"data_offsets":\#(offsets)}"#
  }

  @Test func theFormThatTheOthersBreakIsSound() throws {
    let sound = try Checkpoint.read(file("{\(Self.tensor("a"))}", payload: Self.four))
    #expect(try sound.tensor(named: "a", shape: [1]).array == [0])
    #expect(try Checkpoint.read(file("{}")).tensors.isEmpty)
    let spaced = "{ \n\t\"__metadata__\" :\r{ } , \(Self.tensor("a", "[ 1 , 1 ]", "[ 0,4 ]")) }  \n"
    #expect(try Checkpoint.read(file(spaced, payload: Self.four))["a"]?.shape == [1, 1])
    let askew = "{\(Self.tensor("b", "[3]", "[0,3]", dtype: "U8")),\(Self.tensor("a", "[1]", "[3,7]"))}"
    let read = try Checkpoint.read(file(askew, payload: [1, 2, 3, 0, 0, 0x80, 0x3F]))
    #expect(try read.tensor(named: "a", shape: [1]).array == [1])
    let address = try read.tensor(named: "a", shape: [1]).withElements { UInt(bitPattern: $0.baseAddress) }
    #expect(address % 4 == 0)
  }

  @Test func everyEscapeIsRead() throws {
    let header = #"{"__metadata__":{"\u0041\u00e9":"\"\\\/\b\f\n\r\t\u0000\u20AC\ud83d\uDE42"}}"#
    let read = try Checkpoint.read(file(header))
    #expect(read.metadata == ["A\u{E9}": "\"\\/\u{8}\u{C}\n\r\t\0€🙂"])
    #expect(try Checkpoint.read(read.serialized().array).metadata == read.metadata)
  }

  static let headers: [(String, GenerativeError.Status)] = [
    // Structure
    ("", .format), (" {}", .format), ("[]", .format), ("{", .format), ("{}}", .format), ("{} x", .format),
    ("{,}", .format), ("{\(tensor("a")),}", .format), ("{\(tensor("a"))", .format), ("{\"a\"}", .format),
    ("{a:1}", .format), ("{\"a\":1}", .format), ("{\"a\":null}", .format), ("{\"a", .format),
    ("{\"a\\", .format), ("{\"a\\u12", .format), ("{\"a\":{}}", .format), ("{\"a\":", .format),
    // Nesting
    (String(repeating: "{\"a\":", count: 100_000), .format),
    ("{\"a\":" + String(repeating: "[", count: 100_000), .format),
    ("{\(tensor("a", "[[1]]"))}", .format),
    // Strings
    ("{\"a\u{1}\":{}}", .format), ("{\"\\x\":{}}", .format), ("{\"\\uD800\":{}}", .format),
    ("{\"\\uDC00\":{}}", .format), ("{\"\\uD800\\u0041\":{}}", .format), ("{\"\\uD800\\n\":{}}", .format),
    ("{\"\\u00G0\":{}}", .format), ("{\(tensor(""))}", .format),
    ("{\(tensor(String(repeating: "n", count: 256)))}", .limit),
    // Numbers
    ("{\(tensor("a", "[-1]"))}", .format), ("{\(tensor("a", "[1.0]"))}", .format),
    ("{\(tensor("a", "[1e0]"))}", .format), ("{\(tensor("a", "[01]"))}", .format),
    ("{\(tensor("a", "[+1]"))}", .format), ("{\(tensor("a", "[NaN]"))}", .format),
    ("{\(tensor("a", "[1,]"))}", .format), ("{\(tensor("a", "[9007199254740993]"))}", .format),
    ("{\(tensor("a", "[18446744073709551617]"))}", .format),
    ("{\(tensor("a", "[\(String(repeating: "9", count: 10_000))]"))}", .format),
    // Fields
    ("{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}", .format),
    ("{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,4]}}", .format),
    ("{\"a\":{\"shape\":[1],\"data_offsets\":[0,4]}}", .format),
    ("{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", .format),
    ("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4],\"x\":1}}", .format),
    ("{\(tensor("a", dtype: "F8_E4M3"))}", .unsupported), ("{\(tensor("a", dtype: "f32"))}", .unsupported),
    ("{\"a\":{\"dtype\":32,\"shape\":[1],\"data_offsets\":[0,4]}}", .format),
    // Names
    ("{\(tensor("a")),\(tensor("a", "[0]", "[4,4]"))}", .format),
    ("{\(tensor("a")),\(tensor("\\u0061", "[0]", "[4,4]"))}", .format),
    ("{\(tensor("\u{E9}")),\(tensor("e\u{301}", "[0]", "[4,4]"))}", .format),
    ("{\"__metadata__\":{},\"__metadata__\":{},\(tensor("a"))}", .format),
    ("{\"__metadata__\":{\"k\":\"1\",\"k\":\"1\"},\(tensor("a"))}", .format),
    ("{\"__metadata__\":{\"k\":1},\(tensor("a"))}", .format), ("{\"__metadata__\":[]}", .format),
    ("{\"__metadata__\":{\"k\":\"\(String(repeating: "v", count: 1 << 20))\"},\(tensor("a"))}", .limit),
    // Shapes
    ("{\(tensor("a", "[2]"))}", .format), ("{\(tensor("a", "[0]"))}", .format),
    ("{\(tensor("a", "[1,1,1,1,1,1,1,1,1]"))}", .limit),
    ("{\(tensor("a", "[4294967296,4294967296]"))}", .limit),
    ("{\(tensor("a", "[9007199254740992,9007199254740992,9007199254740992]"))}", .limit),
    ("{\(tensor("a", "[2147483648,2147483648,4,1]"))}", .limit),
    ("{\(tensor("a", "[1073741825]"))}", .format),
    // Offsets
    ("{\(tensor("a", "[1]", "[]"))}", .format), ("{\(tensor("a", "[1]", "[0]"))}", .format),
    ("{\(tensor("a", "[1]", "[0,4,4]"))}", .limit), ("{\(tensor("a", "[0]", "[4,0]"))}", .format),
    ("{\(tensor("a", "[1]", "[4,0]"))}", .format), ("{\(tensor("a", "[0]", "[4,4]"))}", .format),
    ("{\(tensor("a", "[1]", "[9007199254740988,9007199254740992]"))}", .format),
    ("{\(tensor("a", "[9007199254740992]", "[0,9007199254740992]"))}", .limit),
    ("{\(tensor("a")),\(tensor("b"))}", .format),
    ("{\(tensor("a", "[2]", "[0,2]", dtype: "U8")),\(tensor("b", "[1]", "[3,4]", dtype: "U8"))}", .format),
    ("{\(tensor("a", "[2]", "[2,4]", dtype: "U8")),\(tensor("b", "[2]", "[0,2]", dtype: "U8"))}", .format),
    ("{\(tensor("a", "[3]", "[0,3]", dtype: "U8")),\(tensor("b", "[2]", "[2,4]", dtype: "U8"))}", .format),
    ("{\(tensor("a", "[5]", "[0,5]", dtype: "U8"))}", .truncated),
    ("{\(tensor("a")),\(tensor("b", "[1]", "[4,8]"))}", .truncated),
    ("{\(tensor("a", "[3]", "[0,3]", dtype: "U8"))}", .trailing), ("{}", .trailing),
    ("{\"__metadata__\":{\"crc32c\":\"00000000\"},\(tensor("a"))}", .format),
    ("{\"__metadata__\":{\"crc32c\":\"\"},\(tensor("a"))}", .format),
  ]

  @Test(arguments: headers.indices)
  func aBrokenHeaderIsRefused(index: Int) {
    let (header, status) = Self.headers[index]
    let error = failure {
      try Checkpoint.read(file(header, payload: Self.four))
    }
    #expect(error?.status == status, "\(header.prefix(200)): \(error?.message ?? "accepted")")
    #expect(error?.message.contains("\n") == false)
  }

  @Test(
    arguments: [
      [0xFF], [0xC3], [0xC0, 0xAF], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80], [0x80],
    ] as [[UInt8]])
  func textThatIsNotUTF8IsRefused(text: [UInt8]) {
    let header = Array("{\"a".utf8) + text + Array("\":{}}".utf8)
    let error = failure { try Checkpoint.read(file(header)) }
    #expect(error == GenerativeError(.format, "a string is not UTF-8, at byte 10"))
  }

  @Test func messagesTellTheByte() {
    let header = "{\(Self.tensor("a", "[x]"))}"
    let error = failure { try Checkpoint.read(file(header)) }
    let position = 8 + (Array(header.utf8).firstIndex(of: UInt8(ascii: "x")) ?? 0)
    #expect(error?.message == "expected a whole number, at byte \(position)")
  }

  @Test(
    arguments: [
      0, 1, 1 << 31, 1 << 32 - 1, 1 << 32, 1 << 53, 1 << 63 - 1, 1 << 63, .max, 100_000_000, 100_000_001,
    ] as [UInt64])
  func aHeaderLengthThatLiesIsRefusedBeforeAnyAllocation(length: UInt64) throws {
    var bytes = file("{\(Self.tensor("a"))}", payload: Self.four)
    bytes.replaceSubrange(0..<8, with: littleEndian(length))
    let memory = Memory(limit: 1024)
    let error = bytes.withUnsafeBytes { bytes in
      failure { try Checkpoint.read(bytes, in: memory) }
    }
    let wanted: GenerativeError.Status = length < 2 ? .format : length > 100_000_000 ? .limit : .truncated
    #expect(error?.status == wanted)
    #expect(memory.peakByteCount <= 192)
  }

  @Test func lengthsInTheOffsetsAndShapesThatLieAreRefusedBeforeAnyAllocation() throws {
    for value in ["2147483648", "4294967295", "9223372036854775808", "18446744073709551615"] {
      for (shape, offsets) in [
        ("[\(value)]", "[0,4]"), ("[1]", "[0,\(value)]"), ("[\(value)]", "[0,\(value)]"),
      ] {
        let bytes = file("{\(Self.tensor("a", shape, offsets, dtype: "U8"))}", payload: Self.four)
        let memory = Memory(limit: 1024)
        let error = bytes.withUnsafeBytes { bytes in
          failure { try Checkpoint.read(bytes, in: memory) }
        }
        #expect([.format, .limit, .truncated].contains(error?.status))
      }
    }
  }

  @Test func moreThan65536TensorsInAFileAreRefused() {
    var header = "{"
    for i in 0...65_536 { header += (i == 0 ? "" : ",") + Self.tensor("t\(i)", "[0]", "[0,0]") }
    let error = failure { try Checkpoint.read(file(header + "}")) }
    #expect(error?.status == .limit)
  }
}
