import Tensors

extension Checkpoint {
  /// The weights of layers as 16-bit numbers, rounded to nearest. Other tensors stay as they are: vectors, such as
  /// biases and statistics, are small, and rounding would change the units of columns.
  ///
  /// - Throws: `.nonfinite`, naming the tensor, if a number is too large for the type; `.unsupported` if there are
  ///   no weights; `.memory`.
  package func withWeights(
    _ half: HalfFloat, in memory: Memory = .standard
  ) throws(GenerativeError) -> Checkpoint {
    var rounded = Checkpoint(limits)
    for (key, value) in metadata { try rounded.setMetadata(key, value) }
    var hasWeights = false
    for tensor in tensors {
      let isWeight = tensor.type == .float32 && tensor.shape.count > 1
      hasWeights = hasWeights || isWeight
      try rounded.add(isWeight ? try tensor.narrowed(half, in: memory) : tensor)
    }
    guard hasWeights else {
      throw GenerativeError(.unsupported, "the model has no weights to save as 16-bit numbers")
    }
    return rounded
  }
}

extension Checkpoint.Tensor {
  /// This tensor, with floats if it has 16-bit numbers.
  func widened(in memory: Memory) throws(GenerativeError) -> Checkpoint.Tensor {
    let half: HalfFloat
    switch type {
    case .float16: half = .float16
    case .bfloat16: half = .bfloat16
    case .float32, .float64, .int64, .int32, .uint8: return self
    }
    let floats = try Buffer<Float>(uninitializedCount: count, in: memory)
    withExtendedLifetime(self) {
      let halves = base.assumingMemoryBound(to: UInt16.self)
      for i in 0..<count { floats.base[i] = half.float(halves[i]) }
    }
    return Checkpoint.Tensor(
      name: name, type: .float32, shape: shape, count: count, base: UnsafeRawPointer(floats.base),
      owner: floats)
  }

  /// This tensor of floats as 16-bit numbers.
  fileprivate func narrowed(_ half: HalfFloat, in memory: Memory) throws(GenerativeError) -> Checkpoint.Tensor
  {
    let halves = try Buffer<UInt16>(uninitializedCount: count, in: memory)
    withExtendedLifetime(self) {
      let floats = base.assumingMemoryBound(to: Float.self)
      for i in 0..<count { halves.base[i] = half.bits(floats[i]) }
    }
    let tensor = Checkpoint.Tensor(
      name: name, type: half == .float16 ? .float16 : .bfloat16, shape: shape, count: count,
      base: UnsafeRawPointer(halves.base), owner: halves)
    do throws(GenerativeError) {
      try checkFinite()
      try tensor.checkFinite()
    } catch {
      throw GenerativeError(error.status, "\(error.message) as \(tensor.type.rawValue)")
    }
    return tensor
  }
}
