import Checkpoints
import Statistics
import Tensors

/// The tensors of a reservoir in a file. They are ordered by row number, so that the same rows give the same
/// file in any order:
///
///     number   n        row      n × d
extension Reservoir: Checkpointable {
  package static let kind = "reservoir"

  package func checkpoint(_ content: CheckpointContent) throws(GenerativeError) -> Checkpoint {
    let numbers = try Buffer<Int64>(count: keptCount, in: context.memory)
    let rows = try Buffer<Float>(count: keptCount * columnCount, in: context.memory)
    try fill(rows: rows.base, numbers: numbers.base)
    var checkpoint = try Checkpoint(kind: Self.kind, limits: context.limits)
    checkpoint.sealsHeader = true
    try checkpoint.setOption("n_features", columnCount)
    try checkpoint.setOption("capacity", capacity)
    try checkpoint.setOption("seed", seed)
    try checkpoint.setOption("n_rows", rowCount)
    try checkpoint.add("number", shape: [keptCount], numbers)
    try checkpoint.add("row", shape: [keptCount, columnCount], rows)
    return checkpoint
  }

  package convenience init(_ checkpoint: Checkpoint, context: Context) throws(GenerativeError) {
    try checkpoint.require(kind: Self.kind)
    try checkpoint.requireSeal()
    let d = try checkpoint.option("n_features", in: 1...StackLimit.width)
    let capacity = try checkpoint.option("capacity", in: 1...Int(Int32.max))
    let rowCount = try checkpoint.option("n_rows", in: 0...Int.max)
    let kept = min(capacity, rowCount)
    try self.init(
      columns: d, capacity: capacity, seed: try checkpoint.option("seed"), rowCount: rowCount,
      numbers: try checkpoint.tensor(named: "number", shape: [kept], as: Int64.self)
        .copied(in: context.memory),
      rows: try checkpoint.finite("row", [kept, d], in: context), in: context)
  }
}
