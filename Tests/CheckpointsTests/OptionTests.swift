import Checkpoints
import Tensors
import Testing

struct OptionTests {
  @Test func valuesComeBackExactly() throws {
    let doubles = [0, -0.0, 0.1, 1.0 / 3, .leastNonzeroMagnitude, .greatestFiniteMagnitude, -2.5e-8, 1e22]
    let floats: [Float] = [0.1, 1.0 / 3, .leastNonzeroMagnitude, .greatestFiniteMagnitude, 16_777_215]
    var checkpoint = try Checkpoint(kind: "vae")
    for (i, value) in doubles.enumerated() { try checkpoint.setOption("double\(i)", value) }
    for (i, value) in floats.enumerated() { try checkpoint.setOption("float\(i)", value) }
    try checkpoint.setOption("least", Int.min)
    try checkpoint.setOption("seed", UInt64.max)
    try checkpoint.setOption("yes", true)
    try checkpoint.setOption("no", false)
    try checkpoint.setOption("nothing", "")
    try checkpoint.setOption("widths", [400, 200, 3])
    try checkpoint.setOption("widths_none", [Int]())

    let read = try Checkpoint.read(checkpoint.serialized().array)
    for (i, value) in doubles.enumerated() {
      #expect(try read.option("double\(i)", as: Double.self).bitPattern == value.bitPattern)
    }
    for (i, value) in floats.enumerated() {
      #expect(try read.option("float\(i)", as: Float.self).bitPattern == value.bitPattern)
    }
    #expect(try read.option("least") == Int.min)
    #expect(try read.option("seed") == UInt64.max)
    #expect(try read.option("yes") == true)
    #expect(try read.option("no") == false)
    #expect(try read.option("nothing") == "")
    #expect(try read.optionList("widths", in: 1...400, atMost: 3) == [400, 200, 3])
    #expect(try read.optionList("widths_none", in: 1...400, atMost: 3) == [])
    #expect(try read.option("missing", default: 7) == 7)
    #expect(try read.option("least", default: 7) == .min)
  }

  @Test func aValueThatIsNotFiniteCannotBeKept() throws {
    var checkpoint = try Checkpoint(kind: "vae")
    for bad in [Double.nan, .infinity, -.infinity] {
      let error = failure { try checkpoint.setOption("rate", bad) }
      #expect(error == GenerativeError(.nonfinite, "option rate must be a finite number, not \(bad)"))
    }
  }

  @Test func aMissingOrMalformedOptionIsNamed() throws {
    var checkpoint = try Checkpoint(kind: "vae")
    for (name, text) in [
      ("a", "12x"), ("b", "99999999999999999999"), ("c", "nan"), ("d", "1e999"), ("e", "yes"),
    ] {
      try checkpoint.setOption(name, text)
    }
    func message(_ body: () throws -> some Any) -> String? {
      let error = failure(body)
      #expect(error?.status == .format)
      return error?.message
    }
    #expect(
      message { try checkpoint.option("x", as: Int.self) }
        == "option x is missing")
    #expect(
      message { try checkpoint.option("a", as: Int.self) }
        == #"option a must be a whole number, not "12x""#)
    #expect(
      message { try checkpoint.option("b", default: 3) }
        == #"option b must be a whole number, not "99999999999999999999""#)
    #expect(
      message { try checkpoint.option("c", in: 0.0...1) }
        == #"option c must be a finite number, not "nan""#)
    #expect(
      message { try checkpoint.option("d", as: Float.self) }
        == #"option d must be a finite number, not "1e999""#)
    #expect(
      message { try checkpoint.option("e", as: Bool.self) }
        == #"option e must be true or false, not "yes""#)
  }

  @Test func anOptionOutsideItsRangeIsNamed() throws {
    var checkpoint = try Checkpoint(kind: "vae")
    try checkpoint.setOption("latent_count", 900)
    #expect(try checkpoint.option("latent_count", in: 1...900) == 900)
    let error = failure { try checkpoint.option("latent_count", in: 1...784) }
    #expect(
      error == GenerativeError(.format, #"option latent_count must be between 1 and 784, not "900""#))
  }

  @Test(arguments: ["1,2,3,4", "1,,2", ",", "1,-2", "1,401", "1, 2", "x"])
  func aMalformedListIsRefused(text: String) throws {
    var checkpoint = try Checkpoint(kind: "vae")
    try checkpoint.setOption("widths", text)
    let error = failure {
      try checkpoint.optionList("widths", in: 0...400, atMost: 3)
    }
    #expect(error?.status == .format)
    #expect(error?.message == "option widths must be at most 3 numbers between 0 and 400, not \"\(text)\"")
  }

  @Test func metadataPastTheirLimitAreRefusedInWritingNotInReading() throws {
    var checkpoint = try Checkpoint(kind: "vae")
    // format 1.1, kind vae, crc32c with its 8 digits, and "option.x" leave so much:
    let room = 1 << 20 - (6 + 3) - (4 + 3) - (6 + 8) - 8
    let over = failure {
      try checkpoint.setOption("x", String(repeating: "v", count: room + 1))
    }
    #expect(over?.status == .limit)
    try checkpoint.setOption("x", String(repeating: "v", count: room))
    try checkpoint.setOption("x", String(repeating: "w", count: room))
    let read = try Checkpoint.read(checkpoint.serialized().array)
    #expect(try read.option("x") == String(repeating: "w", count: room))
  }
}

struct KindTests {
  private func file(format: String?, kind: String?) -> [UInt8] {
    let members = [format.map { "\"format\":\"\($0)\"" }, kind.map { "\"kind\":\"\($0)\"" }]
    let text = members.compactMap(\.self).joined(separator: ",")
    return CheckpointsTests.file("{\"__metadata__\":{\(text)}}")
  }

  @Test func anotherKindIsAMismatchThatNamesBoth() throws {
    let checkpoint = try Checkpoint.read(file(format: "1", kind: "vae"))
    let error = failure { try checkpoint.require(kind: "gan") }
    #expect(error == GenerativeError(.mismatch, #"this model is of kind "vae", not "gan""#))
    #expect(failure { try checkpoint.require(kind: "vae") } == nil)
  }

  @Test(arguments: ["2", "2.0", "10", "11.3", "0"])
  func aNewerFormatIsRefused(format: String) {
    let error = failure {
      try Checkpoint.read(file(format: format, kind: "vae"))
    }
    #expect(
      error == GenerativeError(.version, "the file has format \"\(format)\"; this library reads format 1"))
  }

  @Test func aNewerMinorFormatIsRead() throws {
    let checkpoint = try Checkpoint.read(file(format: "1.7", kind: "pca"))
    #expect(checkpoint.kind == "pca")
  }

  @Test(
    arguments: [(nil, nil), ("pt", nil), ("pt", "vae"), ("1", nil), (nil, "vae")] as [(String?, String?)])
  func tensorsOfOtherProgramsAreNoModel(format: String?, kind: String?) throws {
    let checkpoint = try Checkpoint.read(file(format: format, kind: kind))
    let error = failure { try checkpoint.require(kind: "vae") }
    #expect(error?.status == .format)
  }
}
