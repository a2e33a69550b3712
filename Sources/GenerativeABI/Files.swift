import CGenerative
import Checkpoints
import Models
import Tensors

// Saving and loading models, moments and reservoirs.

/// Bytes to read. NULL is allowed only if there are none.
func checkBytes(_ bytes: UnsafeRawPointer?, _ count: Int64) throws(GenerativeError) -> UnsafeRawBufferPointer
{
  let count = try checkRange("byte_count", count, 0...Int.max)
  guard bytes != nil || count == 0 else { throw .null("bytes") }
  return UnsafeRawBufferPointer(start: bytes, count: count)
}

/// The part of an object that is saved, and the type of its weights; nil: floats.
private func checkpoint(
  of object: any Checkpointable, _ content: Int32
) throws(GenerativeError) -> Checkpoint {
  let (part, half): (CheckpointContent, HalfFloat?) = try checkChoice(
    "content", content, [(.everything, nil), (.weights, nil), (.weights, .bfloat16), (.weights, .float16)])
  let checkpoint = try object.checkpoint(part)
  return try half.map { (half) throws(GenerativeError) in try checkpoint.withWeights(half) } ?? checkpoint
}

func write(
  _ object: any Checkpointable, _ content: Int32, to path: UnsafePointer<CChar>?
) throws(GenerativeError) {
  let path = try checkPath("path", path)
  try checkpoint(of: object, content).write(to: path)
}

func write(
  _ object: any Checkpointable, _ content: Int32, to bytes: UnsafeMutableRawPointer?, _ capacity: Int64,
  _ byteCount: UnsafeMutablePointer<Int64>?
) throws(GenerativeError) {
  let capacity = try checkRange("capacity", capacity, 0...Int.max)
  guard let byteCount else { throw .null("byte_count_out") }
  let checkpoint = try checkpoint(of: object, content)
  byteCount.pointee = Int64(try checkpoint.serialize(to: bytes, capacity: capacity))
}

/// Loads the object that `make` creates from a file.
func load(
  _ path: UnsafePointer<CChar>?, _ context: OpaquePointer?, _ name: String,
  _ out: UnsafeMutablePointer<OpaquePointer?>?,
  _ make: (Checkpoint, Context) throws(GenerativeError) -> any HandleObject
) -> gen_status {
  defer { SpareBlocks.release() }  // frees the file's bytes, which are not needed again
  return create(out, name) { () throws(GenerativeError) in
    let path = try checkPath("path", path)
    let context = try resolve(context)
    let checkpoint = try Checkpoint.read(path, limits: context.limits, in: context.memory)
    do throws(GenerativeError) {
      return try make(checkpoint, context)
    } catch {
      throw GenerativeError(error.status, "\(path): \(error.message)")
    }
  }
}

/// Loads the object that `make` creates from a file's bytes.
func load(
  _ bytes: UnsafeRawPointer?, _ byteCount: Int64, _ context: OpaquePointer?, _ name: String,
  _ out: UnsafeMutablePointer<OpaquePointer?>?,
  _ make: (Checkpoint, Context) throws(GenerativeError) -> any HandleObject
) -> gen_status {
  defer { SpareBlocks.release() }
  return create(out, name) { () throws(GenerativeError) in
    let bytes = try checkBytes(bytes, byteCount)
    let context = try resolve(context)
    return try make(try Checkpoint.read(bytes, limits: context.limits, in: context.memory), context)
  }
}
