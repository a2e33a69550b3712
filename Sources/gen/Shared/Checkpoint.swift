import CGenerative

/// The contents of a model's file: its options and tensors.
struct Checkpoint {
  let path: String
  /// In alphabetical order.
  let metadata: [(key: String, value: String)]
  private let object: Object
  private let indices: [String: Int64]

  init(path: String) throws {
    let object = try Object(gen_checkpoint_destroy) { gen_checkpoint_open(path, nil, $0) }
    var (tensorCount, metadataCount) = (Int64(0), Int64(0))
    try check(gen_checkpoint_size(object.handle, &tensorCount, &metadataCount))
    metadata = (0..<metadataCount).map { index in
      let key = text(gen_checkpoint_key(object.handle, index))
      return (key, text(gen_checkpoint_metadata(object.handle, key)))
    }
    var indices: [String: Int64] = [:]
    for index in 0..<tensorCount {
      indices[text(try Checkpoint.tensor(index, of: object).name)] = index
    }
    self.path = path
    self.object = object
    self.indices = indices
  }

  var names: [String] { indices.sorted { $0.value < $1.value }.map(\.key) }

  /// An option that the model was created with.
  func option(_ name: String) -> String? {
    gen_checkpoint_metadata(object.handle, "option.\(name)").map { String(cString: $0) }
  }

  /// A tensor of floats and its shape; nil if there is none with this name.
  func floats(_ name: String) throws -> (shape: [Int], values: [Float])? {
    guard let index = indices[name] else { return nil }
    let tensor = try Checkpoint.tensor(index, of: object)
    guard tensor.dtype == Int32(GEN_F32), let data = tensor.data else { return nil }
    let shape = (0..<Int(tensor.n_dimensions)).map { Int(tensor.shape[$0]) }
    let values = data.assumingMemoryBound(to: Float.self)
    return (shape, Array(UnsafeBufferPointer(start: values, count: Int(tensor.n_elements))))
  }

  private static func tensor(_ index: Int64, of object: Object) throws -> gen_tensor {
    var tensor = gen_tensor()
    tensor.struct_size = UInt32(MemoryLayout<gen_tensor>.stride)
    try check(gen_checkpoint_tensor(object.handle, index, &tensor))
    return tensor
  }
}
