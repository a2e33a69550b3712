import Tensors

extension Checkpoint.Tensor {
  /// - Throws: `.nonfinite`, naming the tensor, if it contains a NaN or an infinity.
  func checkFinite() throws(GenerativeError) {
    let position =
      switch type {
      case .float16: firstNonfinite(exponent: 0x7C00 as UInt16)
      case .bfloat16: firstNonfinite(exponent: 0x7F80 as UInt16)
      case .float32: firstNonfinite(exponent: 0x7F80_0000 as UInt32)
      case .float64: firstNonfinite(exponent: 0x7FF0_0000_0000_0000 as UInt64)
      case .int64, .int32, .uint8: nil as Int?
      }
    if let position {
      throw GenerativeError(
        .nonfinite, "element \(position) of tensor \(quoted(name)) is not a finite number")
    }
  }

  /// The first element whose exponent bits are all set. Whole blocks are tested at a time, so the inner loop
  /// has no branch and can be vectorized.
  private func firstNonfinite<Bits: FixedWidthInteger>(exponent: Bits) -> Int? {
    withExtendedLifetime(self) {
      let bits = base.assumingMemoryBound(to: Bits.self)
      let blockCount = 4096
      for start in stride(from: 0, to: count, by: blockCount) {
        let block = start..<min(start + blockCount, count)
        var found = false
        for i in block { found = found || bits[i] & exponent == exponent }
        if found { return block.first { bits[$0] & exponent == exponent } }
      }
      return nil
    }
  }
}
