import CGenerative
import Checkpoints
import Tensors

/// A checkpoint behind a handle, with the memory that C code points into. Immutable.
final class CheckpointHandle: HandleObject {
  static var kind: HandleKind { .checkpoint }

  let checkpoint: Checkpoint
  /// The metadata's keys, sorted, and with the same indices, the keys and values for C.
  let keys: [String]
  let metadata: [(key: CText, value: CText)]
  let tensors: [(name: CText, shape: Buffer<Int64>)]

  init(_ checkpoint: Checkpoint, in memory: Memory) throws(GenerativeError) {
    self.checkpoint = checkpoint
    var metadata: [(key: CText, value: CText)] = []
    keys = checkpoint.metadata.keys.sorted()
    for key in keys {
      metadata.append((try CText(key, in: memory), try CText(checkpoint.metadata[key] ?? "", in: memory)))
    }
    var tensors: [(name: CText, shape: Buffer<Int64>)] = []
    for tensor in checkpoint.tensors {
      let shape = try Buffer<Int64>(count: tensor.shape.count, in: memory)
      for (index, size) in tensor.shape.enumerated() { shape[index] = Int64(size) }
      tensors.append((try CText(tensor.name, in: memory), shape))
    }
    self.metadata = metadata
    self.tensors = tensors
  }
}

/// A string that C reads.
struct CText: Sendable {
  private let characters: Buffer<UInt8>

  init(_ text: String, in memory: Memory) throws(GenerativeError) {
    characters = try Buffer(count: text.utf8.count + 1, in: memory)
    for (index, byte) in text.utf8.enumerated() { characters[index] = byte }
    characters[text.utf8.count] = 0
  }

  var pointer: UnsafePointer<CChar> { UnsafeRawPointer(characters.base).assumingMemoryBound(to: CChar.self) }
}

@c @implementation public func gen_checkpoint_open(
  _ path: UnsafePointer<CChar>?, _ context: OpaquePointer?,
  _ checkpoint_out: UnsafeMutablePointer<OpaquePointer?>?
) -> gen_status {
  create(checkpoint_out) { () throws(GenerativeError) in
    let path = try checkPath("path", path)
    let context = try resolve(context)
    return try CheckpointHandle(
      try Checkpoint.read(path, limits: context.limits, in: context.memory), in: context.memory)
  }
}

@c @implementation public func gen_checkpoint_destroy(_ checkpoint: OpaquePointer?) {
  destroy(checkpoint, CheckpointHandle.self)
}

@c @implementation public func gen_checkpoint_size(
  _ checkpoint: OpaquePointer?, _ n_tensors_out: UnsafeMutablePointer<Int64>?,
  _ n_metadata_out: UnsafeMutablePointer<Int64>?
) -> gen_status {
  boundary { () throws(GenerativeError) in
    let object: CheckpointHandle = try Handles.shared.object(checkpoint, "checkpoint")
    n_tensors_out?.pointee = Int64(object.tensors.count)
    n_metadata_out?.pointee = Int64(object.metadata.count)
  }
}

@c @implementation public func gen_checkpoint_metadata(
  _ checkpoint: OpaquePointer?, _ key: UnsafePointer<CChar>?
) -> UnsafePointer<CChar>? {
  found { () throws(GenerativeError) in
    let object: CheckpointHandle = try Handles.shared.object(checkpoint, "checkpoint")
    let key = try checkPath("key", key)
    return object.keys.firstIndex(of: key).map { object.metadata[$0].value }
  }
}

@c @implementation public func gen_checkpoint_key(
  _ checkpoint: OpaquePointer?, _ index: Int64
) -> UnsafePointer<CChar>? {
  found { () throws(GenerativeError) in
    let object: CheckpointHandle = try Handles.shared.object(checkpoint, "checkpoint")
    return Int(exactly: index).flatMap {
      object.metadata.indices.contains($0) ? object.metadata[$0].key : nil
    }
  }
}

@c @implementation public func gen_checkpoint_tensor(
  _ checkpoint: OpaquePointer?, _ index: Int64, _ tensor_out: UnsafeMutablePointer<gen_tensor>?
) -> gen_status {
  boundary { () throws(GenerativeError) in
    let object: CheckpointHandle = try Handles.shared.object(checkpoint, "checkpoint")
    guard let index = Int(exactly: index), object.tensors.indices.contains(index) else {
      throw GenerativeError(
        .argument, "index must be between 0 and \(object.tensors.count - 1), not \(index)")
    }
    let (tensor, texts) = (object.checkpoint.tensors[index], object.tensors[index])
    var description = gen_tensor()
    description.dtype = Int32(dtype(tensor.type))
    description.name = texts.name.pointer
    description.shape = UnsafePointer(texts.shape.base)
    description.n_dimensions = Int64(tensor.shape.count)
    description.n_elements = Int64(tensor.count)
    description.data = tensor.bytes.baseAddress
    try description.write(to: tensor_out, "tensor_out")
  }
}

private func dtype(_ type: ElementType) -> Int {
  switch type {
  case .uint8: GEN_U8
  // Reading makes floats of 16-bit numbers.
  case .float32, .float16, .bfloat16: GEN_F32
  case .float64: GEN_F64
  case .int32: GEN_I32
  case .int64: GEN_I64
  }
}

/// Returns the text that `body` finds, which its owner keeps alive; NULL on any error.
private func found(_ body: () throws(GenerativeError) -> CText?) -> UnsafePointer<CChar>? {
  var text: CText?
  _ = boundary { () throws(GenerativeError) in text = try body() }
  return text?.pointer
}
