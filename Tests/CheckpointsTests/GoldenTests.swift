import Checkpoints
import Tensors
import Testing

/// A file by the reference implementation, made by Tests/Golden/make_safetensors.py.
struct GoldenTests {
  static let path =
    #filePath.split(separator: "/").dropLast(2).reduce("") { $0 + "/" + $1 }
    + "/Golden/safetensors-python.safetensors"

  @Test func aFileByThePythonPackageIsRead() throws {
    let checkpoint = try Checkpoint.read(Self.path)
    #expect(
      try checkpoint.tensor(named: "encoder.0.weight", shape: [3, 5]).array
        == (0..<15).map { Float($0) / 8 - 1 })
    #expect(try checkpoint.tensor(named: "encoder.0.bias", shape: [3]).array == [1e-38, -3.5, 16_777_216])
    #expect(try checkpoint.tensor(named: "double", shape: [2, 1], as: Double.self).array == [0.1, -1e300])
    #expect(try checkpoint.tensor(named: "long", shape: [3], as: Int64.self).array == [.min, .max, 0])
    #expect(try checkpoint.tensor(named: "int", shape: [1, 1, 2], as: Int32.self).array == [.min, .max])
    #expect(
      try checkpoint.tensor(named: "bytes", shape: [7], as: UInt8.self).array
        == [0, 40, 80, 120, 160, 200, 240])
    #expect(try checkpoint.tensor(named: "scalar", shape: []).array == [2.5])
    #expect(try checkpoint.tensor(named: "empty", shape: [0, 4]).array == [])
    #expect(try checkpoint.tensor(named: "na\"me\\ \n é 🙂", shape: [1], as: UInt8.self).array == [7])
    #expect(checkpoint.tensors.count == 9)
    #expect(checkpoint.metadata == ["format": "np", "who": "a \"quoted\" é 🙂\n"])
    #expect(checkpoint.kind == nil)
    #expect(failure { try checkpoint.require(kind: "vae") }?.status == .format)
  }
}
