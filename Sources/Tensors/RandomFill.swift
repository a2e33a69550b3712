import Kernels

extension Context {
  /// y[i] ← element `offset + i` of the stream, uniform in [low, high).
  ///
  /// Every instruction set gives the same bits.
  package func fillUniform(
    _ y: Output, count: Int, from random: Random, offset: Int = 0, low: Float = 0, high: Float = 1
  ) {
    let kernel = kernels.random.uniform
    let limit = max(low, high.nextDown)
    forChunks(count, cost: 0.7) { start, count in
      withScratch { scratch in
        kernel(
          random.stream, random.element(offset, start), low, high - low, limit, y + start, count, scratch)
      }
    }
  }

  /// y[i] ← mean + deviation · N(0, 1) for element `offset + i` of the stream. Box–Muller turns the four
  /// words of a counter into four normals.
  package func fillNormal(
    _ y: Output, count: Int, from random: Random, offset: Int = 0, mean: Float = 0, deviation: Float = 1
  ) {
    let kernel = kernels.random.normal
    forChunks(count, cost: 2) { start, count in
      withScratch { scratch in
        kernel(random.stream, random.element(offset, start), mean, deviation, y + start, count, scratch)
      }
    }
  }
}

/// Uses half a kilobyte of stack.
private func withScratch(_ body: (UnsafeMutablePointer<Float>) -> Void) {
  withUnsafeTemporaryAllocation(of: Float.self, capacity: RandomKernels.scratchCount) { scratch in
    if let base = scratch.baseAddress { body(base) }
  }
}

extension Random {
  /// (seed, purpose, step) in the form that the kernels use.
  var stream: RandomKernels.Stream {
    RandomKernels.Stream(
      key0: UInt32(truncatingIfNeeded: seed), key1: UInt32(truncatingIfNeeded: seed >> 32),
      high0: UInt32(truncatingIfNeeded: step),
      high1: UInt32(truncatingIfNeeded: step >> 32) ^ (purpose.rawValue << 24))
  }

  /// The index of the element `start` after `offset`.
  func element(_ offset: Int, _ start: Int) -> UInt64 {
    UInt64(truncatingIfNeeded: offset) &+ UInt64(truncatingIfNeeded: start)
  }
}
