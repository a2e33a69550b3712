import Checkpoints
import Datasets
import Tensors

extension Dataset {
  /// CRC-32C of all rows as floats, then of their labels and targets. It does not depend on the layout in
  /// memory.
  ///
  /// - Throws: `.unsupported` for a stream; `.memory`; `.nonfinite`.
  func checksum() throws(GenerativeError) -> UInt32 {
    // A block is large enough to use all threads and small enough to stay in the cache.
    let block = max(1, 262_144 / shape.count)
    let count = rowCount ?? 0
    let rows = try Buffer<Float>(count: min(block, count) * shape.count, in: context.memory)
    var checksum = Checksum()
    func append(_ dataset: Dataset) throws(GenerativeError) {
      for first in stride(from: 0, to: count, by: block) {
        let range = first..<min(first + block, count)
        try dataset.read(range: range, into: rows.base)
        checksum.append(rows.base, count: range.count * shape.count)
      }
    }
    try append(self)
    if let labels { checksum.append(labels.base, count: labels.count) }
    if let targets { try append(targets) }
    withExtendedLifetime(rows) {}
    return checksum.value
  }
}

extension Checksum {
  mutating func append<Element: BitwiseCopyable>(_ base: UnsafePointer<Element>, count: Int) {
    append(UnsafeRawBufferPointer(UnsafeBufferPointer(start: base, count: count)))
  }
}
