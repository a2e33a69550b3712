import Checkpoints
import Datasets
import Models
import Tensors
import Testing
import Training

/// The library's error that `body` throws, or nil.
func failure(_ body: () throws -> Void) -> GenerativeError? {
  do {
    try body()
  } catch let error as GenerativeError {
    return error
  } catch {
    Issue.record(error)
  }
  return nil
}

/// Rows of `width` floats as a dataset of its own.
func dataset(_ rows: [Float], width: Int, context: Context = .standard) throws -> Dataset {
  try rows.withUnsafeBytes { bytes in
    try Dataset.memory(
      try #require(bytes.baseAddress), .float32, rowCount: rows.count / width,
      shape: Shape(features: width), ownership: .copied, context: context)
  }
}

func uniforms(_ count: Int, seed: UInt64, _ low: Float = 0, _ high: Float = 1) -> [Float] {
  let random = Random(seed: seed, purpose: .test)
  return (0..<count).map { low + (high - low) * random.uniform(at: $0) }
}

/// N(0, 1) by Box and Muller in Double, apart from the library's.
func normals(_ count: Int, seed: UInt64) -> [Float] {
  let random = Random(seed: seed, purpose: .test, step: 1)
  return (0..<count).map { i in
    let u = (Double(random.uniform(at: 2 * i)) + 0.5 / 16_777_216)
    return Float((-2 * log(u)).squareRoot() * cos(2 * Double.pi * Double(random.uniform(at: 2 * i + 1))))
  }
}

extension Checkpointable {
  /// What a file of this model would hold.
  func bytes(_ content: CheckpointContent = .everything) throws -> [UInt8] {
    let buffer = try checkpoint(content).serialized()
    return withExtendedLifetime(buffer) { Array(buffer.elements) }
  }

  /// All tensors, and how far it was fitted: what two ways of fitting that come to the same share.
  func numbers() throws -> [String] {
    let checkpoint = try readCheckpoint(bytes())
    return ["epochs", "steps", "optimizer_start"].map { checkpoint.metadata["option.\($0)"] ?? "" }
      + checkpoint.tensors.map { "\($0.name) \(Array($0.bytes))" }
  }

  init(bytes: [UInt8], context: Context = .standard) throws(GenerativeError) {
    let checkpoint = try readCheckpoint(bytes)
    try self.init(checkpoint, context: context)
  }
}

func readCheckpoint(_ bytes: [UInt8]) throws(GenerativeError) -> Checkpoint {
  let buffer = try Buffer<UInt8>(count: bytes.count)
  for (i, byte) in bytes.enumerated() { buffer.base[i] = byte }
  defer { withExtendedLifetime(buffer) {} }
  return try Checkpoint.read(UnsafeRawBufferPointer(buffer.elements))
}

extension Buffer<Float> {
  var array: [Float] { withExtendedLifetime(self) { Array(elements) } }

  func assign(_ values: [Float]) {
    precondition(values.count == count)
    for (i, value) in values.enumerated() { base[i] = value }
  }
}

extension StepTime {
  /// The time of a step in a test without epochs.
  static func step(_ step: Int, rate: Float = 1e-2) -> StepTime {
    StepTime(seed: 5, step: step, epoch: 1, rate: rate)
  }
}

import func Glibc.cos
import func Glibc.log
