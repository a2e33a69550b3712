import CGenerative
import Checkpoints
import Models
import Tensors

// The bodies of gen_x_save, save_memory, load and load_memory, the same for every model.

/// Bytes to read; none may be NULL.
func checkBytes(_ bytes: UnsafeRawPointer?, _ count: Int64) throws(GenerativeError) -> UnsafeRawBufferPointer
{
  let count = try checkRange("byte_count", count, 0...Int.max)
  guard bytes != nil || count == 0 else { throw .null("bytes") }
  return UnsafeRawBufferPointer(start: bytes, count: count)
}

private func checkContent(_ content: Int32) throws(GenerativeError) -> CheckpointContent {
  try checkChoice("content", content, [.everything, .weights])
}

func save<Model: HandleObject & Checkpointable>(
  _ model: OpaquePointer?, _: Model.Type, _ path: UnsafePointer<CChar>?, _ content: Int32
) -> gen_status {
  boundary { () throws(GenerativeError) in
    try Handles.shared.reading(model) { (model: Model) throws(GenerativeError) in
      let path = try checkPath("path", path)
      try model.checkpoint(try checkContent(content)).write(to: path)
    }
  }
}

func saveMemory<Model: HandleObject & Checkpointable>(
  _ model: OpaquePointer?, _: Model.Type, _ content: Int32, _ bytes: UnsafeMutableRawPointer?,
  _ capacity: Int64, _ byteCount: UnsafeMutablePointer<Int64>?
) -> gen_status {
  boundary { () throws(GenerativeError) in
    try Handles.shared.reading(model) { (model: Model) throws(GenerativeError) in
      let capacity = try checkRange("capacity", capacity, 0...Int.max)
      guard let byteCount else { throw .null("byte_count_out") }
      let checkpoint = try model.checkpoint(try checkContent(content))
      byteCount.pointee = Int64(try checkpoint.serialize(to: bytes, capacity: capacity))
    }
  }
}

func load<Model: HandleObject & Checkpointable>(
  _ path: UnsafePointer<CChar>?, _ context: OpaquePointer?, _: Model.Type,
  _ out: UnsafeMutablePointer<OpaquePointer?>?
) -> gen_status {
  defer { SpareBlocks.release() }  // the file's bytes, which no one asks for again
  return create(out) { () throws(GenerativeError) -> Model in
    let path = try checkPath("path", path)
    let context = try resolve(context)
    let checkpoint = try Checkpoint.read(path, limits: context.limits, in: context.memory)
    do throws(GenerativeError) {
      return try Model(checkpoint, context: context)
    } catch {
      throw GenerativeError(error.status, "\(path): \(error.message)")
    }
  }
}

func loadMemory<Model: HandleObject & Checkpointable>(
  _ bytes: UnsafeRawPointer?, _ byteCount: Int64, _ context: OpaquePointer?, _: Model.Type,
  _ out: UnsafeMutablePointer<OpaquePointer?>?
) -> gen_status {
  defer { SpareBlocks.release() }
  return create(out) { () throws(GenerativeError) -> Model in
    let bytes = try checkBytes(bytes, byteCount)
    let context = try resolve(context)
    return try Model(
      try Checkpoint.read(bytes, limits: context.limits, in: context.memory), context: context)
  }
}
