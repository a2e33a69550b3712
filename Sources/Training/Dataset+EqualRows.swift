import Datasets
import Tensors

extension Dataset {
  /// Whether all rows are equal. It reads rows until two differ, usually two rows. False for a stream.
  ///
  /// - Throws: `.memory`; `.nonfinite`; `.io` for a row that cannot be read.
  func hasEqualRows() throws(GenerativeError) -> Bool {
    guard let count = rowCount, count > 0 else { return false }
    let width = shape.count
    let rows = try Buffer<Float>(count: 2 * width, in: context.memory)
    let other = rows.base + width
    try read(range: 0..<1, into: rows.base)
    for row in 1..<max(1, count) {
      try read(range: row..<row + 1, into: other)
      for j in 0..<width where rows.base[j] != other[j] { return false }
    }
    return true
  }
}
