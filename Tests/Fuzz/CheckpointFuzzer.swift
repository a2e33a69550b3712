import Checkpoints
import Tensors

/// libFuzzer's entry: any bytes are a checkpoint or an error, and what is read can be written again.
@c(LLVMFuzzerTestOneInput)
func fuzzCheckpoint(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let memory = Memory(limit: 1 << 28)
  do {
    let checkpoint = try Checkpoint.read(
      UnsafeRawBufferPointer(start: bytes, count: count), nonfinite: .allow, in: memory)
    let written = try checkpoint.serialized(nonfinite: .allow, in: memory)
    let again = try withExtendedLifetime(written) { () throws(GenerativeError) in
      try Checkpoint.read(UnsafeRawBufferPointer(written.elements), nonfinite: .allow, in: memory)
    }
    guard again.metadata == checkpoint.metadata, again.tensors.count == checkpoint.tensors.count,
      checkpoint.tensors.allSatisfy({ again[$0.name]?.bytes.elementsEqual($0.bytes) == true })
    else { fatalError("the checkpoint came back changed") }
  } catch {
    guard !error.message.isEmpty else { fatalError("an error without a message") }
  }
  return 0
}
