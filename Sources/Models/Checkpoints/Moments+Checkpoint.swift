import Checkpoints
import Statistics
import Tensors

/// What a file holds of moments:
///
///     shift    d        sum    d        product    d·(d + 1)/2
///
/// Of the symmetric products the upper triangle, row by row. Bytes' sums are exact integers, so the
/// same rows give the same file in whatever order they were added and merged.
extension Moments: Checkpointable {
  package static let kind = "moments"

  package func checkpoint(_ content: CheckpointContent) throws(GenerativeError) -> Checkpoint {
    let d = columnCount
    let triangle = try Buffer<Double>(count: d * (d + 1) / 2, in: context.memory)
    forEachRowOfTriangle(d) { source, target, count in
      (triangle.base + target).update(from: products.base + source, count: count)
    }
    var checkpoint = try Checkpoint(kind: Self.kind)
    try checkpoint.setOption("n_rows", rowCount)
    try checkpoint.setOption("n_features", d)
    try checkpoint.setOption("bytes", unit != 1)
    try checkpoint.add("shift", shape: [d], shift)
    try checkpoint.add("sum", shape: [d], sums)
    try checkpoint.add("product", shape: [triangle.count], triangle)
    return checkpoint
  }

  package convenience init(_ checkpoint: Checkpoint, context: Context) throws(GenerativeError) {
    try checkpoint.require(kind: Self.kind)
    let d = try checkpoint.option("n_features", in: 1...StackLimit.width)
    let triangle: Buffer<Double> = try checkpoint.finite("product", [d * (d + 1) / 2], in: context)
    let products = try Buffer<Double>(count: d * d, in: context.memory)
    forEachRowOfTriangle(d) { target, source, count in
      (products.base + target).update(from: triangle.base + source, count: count)
    }
    try self.init(
      rowCount: try checkpoint.option("n_rows", in: 0...Int.max),
      unit: try checkpoint.option("bytes", as: Bool.self) ? Moments.byteUnit : 1,
      shift: try checkpoint.finite("shift", [d], in: context),
      sums: try checkpoint.finite("sum", [d], in: context), products: products, in: context)
  }
}

/// Where each row of an upper triangle starts: in the whole d × d matrix, and packed; and its length.
private func forEachRowOfTriangle(_ d: Int, _ body: (_ whole: Int, _ packed: Int, _ count: Int) -> Void) {
  var packed = 0
  for i in 0..<d {
    body(i * (d + 1), packed, d - i)
    packed += d - i
  }
}
