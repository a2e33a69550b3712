import Checkpoints
import Tensors
import Testing

struct CheckpointTests {
  @Test func everythingComesBackFromMemory() throws {
    let checkpoint = try Checkpoint.read(sample().serialized().array)
    #expect(try checkpoint.tensor(named: "weight", shape: [2, 3]).array == [1, -2, 0.5, 3.25, 1e-38, 7])
    #expect(try checkpoint.tensor(named: "bytes", shape: [3], as: UInt8.self).array == [1, 2, 255])
    #expect(
      try checkpoint.tensor(named: "integers", shape: [1, 2], as: Int32.self).array == [.min, .max])
    #expect(try checkpoint.tensor(named: "long", shape: [2], as: Int64.self).array == [.min, .max])
    #expect(try checkpoint.tensor(named: "single", shape: [], as: Double.self).array == [0.1])
    #expect(try checkpoint.tensor(named: "empty", shape: [0, 4]).array == [])
    #expect(checkpoint.tensors.count == 6)
    #expect(checkpoint.metadata == (try sample().metadata))
    #expect(checkpoint.kind == "vae")
    #expect(try checkpoint.option("latent_count") == 20)
    #expect(try checkpoint.option("who") == "a \"quoted\"\n\u{1}\\ é 🙂")
  }

  @Test func theBytesAreThoseOfTheFormat() throws {
    var checkpoint = try Checkpoint(kind: "pca")
    try checkpoint.add("u", shape: [1], buffer([7] as [UInt8]))
    try checkpoint.add("f", shape: [1, 2], buffer([1, -2] as [Float]))
    // The checksum is of 00 00 80 3f 00 00 00 c0 07, by the bitwise definition in ChecksumTests.
    let payload: [UInt8] = [0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0, 7]
    let digits = String(bitwiseCRC32C(payload), radix: 16)
    let checksum = String(repeating: "0", count: 8 - digits.count) + digits
    var header = """
      {"__metadata__":{"crc32c":"\(checksum)","format":"1.1","kind":"pca"},\
      "f":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},\
      "u":{"dtype":"U8","shape":[1],"data_offsets":[8,9]}}
      """
    while header.utf8.count % 8 != 0 { header += " " }
    #expect(try checkpoint.serialized().array == file(header, payload: payload))
  }

  @Test func aTensorShowsItsBufferWithoutCopying() throws {
    let weights = try buffer([0, 1, 2, 3, 4, 5, 6] as [Float])
    var checkpoint = try Checkpoint(kind: "gan")
    try checkpoint.add("part", shape: [2, 2], weights, offset: 3)
    weights[4] = 40
    let read = try Checkpoint.read(checkpoint.serialized().array)
    #expect(try read.tensor(named: "part", shape: [2, 2]).array == [3, 40, 5, 6])
  }

  @Test func aTensorOutlivesItsBufferAndCheckpoint() throws {
    let view = try Checkpoint.read(sample().serialized().array).tensor(named: "weight", shape: [2, 3])
    let own = try view.copied()
    #expect(own[3] == 3.25)
    var checkpoint = try Checkpoint(kind: "gan")
    try checkpoint.add("x", shape: [2], buffer([8, 9] as [Float]))
    #expect(try checkpoint.tensor(named: "x", shape: [2]).array == [8, 9])
  }

  @Test func writingTwiceGivesTheSameBytes() throws {
    let first = try sample().serialized().array
    #expect(try sample().serialized().array == first)
    #expect(try Checkpoint.read(first).serialized().array == first)
  }

  @Test func memoryOfTheCallerIsFilledOnlyWhenThereIsRoom() throws {
    let checkpoint = try sample()
    let bytes = try checkpoint.serialized().array
    #expect(try checkpoint.serialize(to: nil, capacity: 0) == bytes.count)
    var room = [UInt8](repeating: 0xAA, count: bytes.count + 1)
    try room.withUnsafeMutableBytes { room in
      let error = failure { try checkpoint.serialize(to: room.baseAddress, capacity: bytes.count - 1) }
      #expect(
        error
          == GenerativeError(.argument, "capacity must be at least \(bytes.count), not \(bytes.count - 1)"))
      #expect(room.allSatisfy { $0 == 0xAA })
      let count = try checkpoint.serialize(to: room.baseAddress, capacity: bytes.count)
      #expect(count == bytes.count)
    }
    #expect(room == bytes + [0xAA])
  }

  @Test func lookingUpNamesWhatWasWantedAndFound() throws {
    let checkpoint = try sample()
    let missing = failure {
      try checkpoint.tensor(named: "wait", shape: [2])
    }
    #expect(missing == GenerativeError(.mismatch, #"tensor "wait" (F32 [2]) is missing"#))
    let shape = failure {
      try checkpoint.tensor(named: "weight", shape: [3, 2])
    }
    #expect(shape == GenerativeError(.mismatch, #"tensor "weight" must be F32 [3, 2], not F32 [2, 3]"#))
    let type = failure {
      try checkpoint.tensor(named: "weight", shape: [2, 3], as: Int32.self)
    }
    #expect(type == GenerativeError(.mismatch, #"tensor "weight" must be I32 [2, 3], not F32 [2, 3]"#))
  }

  @Test(arguments: [
    ("", [2], 0), ("__metadata__", [2], 0), (String(repeating: "n", count: 256), [2], 0),
    ("taken", [2], 0), ("x", [-1], 0), ("x", [4], 0), ("x", [2], 2), ("x", [1], -1), ("x", [1], 4),
    ("x", [1], .max), ("x", [.max, .max], 0), ("x", [1, 1, 1, 1, 1, 1, 1, 1, 1], 0),
  ])
  func whatTheFormatForbidsCannotBeAdded(name: String, shape: [Int], offset: Int) throws {
    var checkpoint = try Checkpoint(kind: "pca")
    let three = try buffer([1, 2, 3] as [Float])
    try checkpoint.add("taken", shape: [3], three)
    let error = failure {
      try checkpoint.add(name, shape: shape, three, offset: offset)
    }
    #expect(error?.status == .argument)
    #expect(checkpoint.tensors.count == 1)
  }

  @Test func aNameMayHave255BytesAndAShape8Sizes() throws {
    var checkpoint = try Checkpoint(kind: "pca")
    let name = String(repeating: "é", count: 127) + "n"
    try checkpoint.add(name, shape: [1, 1, 1, 3, 1, 1, 1, 1], buffer([1, 2, 3] as [Float]))
    let read = try Checkpoint.read(checkpoint.serialized().array)
    #expect(read[name]?.shape == [1, 1, 1, 3, 1, 1, 1, 1])
  }

  @Test(arguments: [Float.nan, .infinity, -.infinity, .signalingNaN])
  func numbersThatAreNotFiniteAreRefusedUnlessAllowed(bad: Float) throws {
    for position in [0, 4095, 4096, 9000] {
      let weights = try Buffer<Float>(count: 9001)
      weights[position] = bad
      var checkpoint = try Checkpoint(kind: "gan")
      try checkpoint.add("w", shape: [9001], weights)
      let written = failure { try checkpoint.serialized() }
      let message = #"element \#(position) of tensor "w" is not a finite number"#
      #expect(written == GenerativeError(.nonfinite, message))

      let bytes = try checkpoint.serialized(nonfinite: .allow).array
      let read = failure { try Checkpoint.read(bytes) }
      #expect(read == GenerativeError(.nonfinite, message))
      let allowed = try Checkpoint.read(bytes, nonfinite: .allow)
      #expect(try !allowed.tensor(named: "w", shape: [9001]).array[position].isFinite)
    }
  }

  @Test func doublesThatAreNotFiniteAreRefused() throws {
    var checkpoint = try Checkpoint(kind: "gan")
    try checkpoint.add("w", shape: [2], buffer([1e308, Double.nan]))
    #expect(failure { try checkpoint.serialized() }?.status == .nonfinite)
    var largest = try Checkpoint(kind: "gan")
    try largest.add("w", shape: [2], buffer([Double.greatestFiniteMagnitude, -.leastNonzeroMagnitude]))
    try largest.add("i", shape: [2], buffer([-1, Int32.max]))
    #expect(failure { try largest.serialized() } == nil)
  }

  @Test func aMemoryLimitIsAnError() throws {
    let bytes = try sample().serialized().array
    let memory = Memory(limit: 128)
    let error = bytes.withUnsafeBytes { bytes in
      failure { try Checkpoint.read(bytes, in: memory) }
    }
    #expect(error?.status == .memory)
    #expect(memory.usedByteCount == 0)
    #expect(
      failure { try Checkpoint(kind: "").serialized(in: memory) }?.status
        == .memory)
  }

  @Test func moreThan65536TensorsAreRefused() throws {
    var checkpoint = try Checkpoint(kind: "gan")
    let one = try buffer([1] as [Float])
    for i in 0..<65_536 { try checkpoint.add("t\(i)", shape: [1], one) }
    let error = failure { try checkpoint.add("more", shape: [1], one) }
    #expect(error?.status == .limit)
    #expect(try Checkpoint.read(checkpoint.serialized().array).tensors.count == 65_536)
  }
}
