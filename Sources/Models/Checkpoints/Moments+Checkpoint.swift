import Checkpoints
import Statistics
import Tensors

/// The tensors of moments in a file:
///
///     shift    d        sum    d        product    d·(d + 1)/2
///
/// The symmetric products are stored as their upper triangle, row by row. Sums of bytes are exact integers,
/// so the same rows give the same file in any order of adding and merging.
///
/// A sketch with l directions stores the following. The seed determines the directions, unless an earlier
/// pass found them:
///
///     shift    d        sum    d        square    d        product    d × l        direction    d × l
extension Moments: Checkpointable {
  package static let kind = "moments"

  package func checkpoint(_ content: CheckpointContent) throws(GenerativeError) -> Checkpoint {
    let d = columnCount
    var checkpoint = try Checkpoint(kind: Self.kind, limits: context.limits)
    checkpoint.sealsHeader = true
    try checkpoint.setOption("n_rows", rowCount)
    try checkpoint.setOption("n_features", d)
    try checkpoint.setOption("bytes", unit != 1)
    try checkpoint.add("shift", shape: [d], shift)
    try checkpoint.add("sum", shape: [d], sums)
    try checkpoint.setOption("double", precision == .double)
    try addSketch(to: &checkpoint, "")
    if let directions {
      try checkpoint.add("product", shape: [d, directions.count], products)
      return checkpoint
    }
    let triangle = try Buffer<Double>(count: d * (d + 1) / 2, in: context.memory)
    forEachRowOfTriangle(d) { source, target, count in
      (triangle.base + target).update(from: products.base + source, count: count)
    }
    try checkpoint.add("product", shape: [triangle.count], triangle)
    return checkpoint
  }

  package convenience init(_ checkpoint: Checkpoint, context: Context) throws(GenerativeError) {
    try checkpoint.require(kind: Self.kind)
    // Files written before statistics recorded their precision have no such seal.
    if checkpoint.hasOption("double") { try checkpoint.requireSeal() }
    let d = try checkpoint.option("n_features", in: 1...StackLimit.width)
    let sketch = try MomentsSketch(checkpoint, "", columns: d, in: context)
    let products: Buffer<Double>
    if let sketch {
      products = try checkpoint.finite("product", [d, sketch.directions.count], in: context)
    } else {
      let triangle: Buffer<Double> = try checkpoint.finite("product", [d * (d + 1) / 2], in: context)
      products = try Buffer(count: d * d, in: context.memory)
      forEachRowOfTriangle(d) { target, source, count in
        (products.base + target).update(from: triangle.base + source, count: count)
      }
    }
    try self.init(
      rowCount: try checkpoint.option("n_rows", in: 0...Int.max),
      unit: try checkpoint.option("bytes", as: Bool.self) ? Moments.byteUnit : 1,
      shift: try checkpoint.doubles("shift", [d], in: context),
      sums: try checkpoint.finite("sum", [d], in: context), products: products,
      try checkpoint.option("double", default: false) ? .double : .single, directions: sketch?.directions,
      squares: sketch?.squares, productLimit: sketch?.productLimit ?? 0, in: context)
  }

  /// The tensors of a sketch in addition to the products; none for full statistics.
  func addSketch(to checkpoint: inout Checkpoint, _ prefix: String) throws(GenerativeError) {
    guard let directions else { return }
    try checkpoint.setOption(prefix + "n_directions", directions.count)
    try checkpoint.setOption(prefix + "seed", directions.seed)
    try checkpoint.setOption(prefix + "pass", directions.pass)
    try checkpoint.setOption(prefix + "limit", productLimit)
    try checkpoint.add(prefix + "square", shape: [columnCount], squares)
    guard directions.pass > 1 else { return }
    try checkpoint.add(
      prefix + "direction", shape: [columnCount, directions.count], try directions.offsetBytes(in: context))
  }
}

/// The additional state of a sketch in a file, other than the products.
struct MomentsSketch {
  let directions: Directions
  let squares: Buffer<Double>
  let productLimit: Double

  /// nil for statistics that are not a sketch.
  init?(
    _ checkpoint: Checkpoint, _ prefix: String, columns d: Int, in context: Context
  ) throws(GenerativeError) {
    guard checkpoint[prefix + "square"] != nil else { return nil }
    let l = try checkpoint.option(prefix + "n_directions", in: 1...d)
    let seed: UInt64 = try checkpoint.option(prefix + "seed")
    let pass = try checkpoint.option(prefix + "pass", in: 1...Int(Int32.max))
    // This check precedes the allocation of the directions. It ensures that the file is as large as its
    // options say.
    _ = try checkpoint.tensor(named: prefix + "product", shape: [d, l], as: Double.self)
    squares = try checkpoint.finite(prefix + "square", [d], in: context)
    productLimit = try checkpoint.option(prefix + "limit", in: 0...Double.greatestFiniteMagnitude)
    guard pass > 1 else {
      directions = try Directions(random: l, columns: d, seed: seed, in: context)
      return
    }
    let bytes = try checkpoint.tensor(named: prefix + "direction", shape: [d, l], as: UInt8.self)
    directions = try Directions(
      offset: try bytes.copied(in: context.memory), count: l, columns: d, seed: seed, pass: pass, in: context)
  }
}

/// Calls `body` for each row of an upper triangle with the index of its first element in the whole d × d
/// matrix, its index in the packed triangle, and its length.
private func forEachRowOfTriangle(_ d: Int, _ body: (_ whole: Int, _ packed: Int, _ count: Int) -> Void) {
  var packed = 0
  for i in 0..<d {
    body(i * (d + 1), packed, d - i)
    packed += d - i
  }
}
