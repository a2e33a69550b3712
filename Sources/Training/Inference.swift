import Networks
import Tensors

/// Runs a network on any number of rows, from any number of threads.
///
/// Rows are processed in blocks of at most `blockRows`. Workspaces are kept for the next call, and so are
/// weights with batch norm folded in and packed, until training changes them.
package final class Inference: Sendable {
  /// Enough rows to use all cores, and few enough that a block's activations stay in the cache.
  package static let blockRows = 256
  /// Maximum number of floats in the widest layer's output for one block: 16 MiB.
  private static let blockFloats = 1 << 22

  private let network: Network
  private let context: Context
  private let classCount: Int
  private let folds: Bool
  private let rowLimit: Int
  private let idle = Guarded<[Workspace]>([])
  private let prepared = Guarded<[Prepared]>([])

  private struct Prepared: Sendable {
    let source: Weights
    let network: Network
    let weights: Weights
  }

  /// - Parameters:
  ///   - classCount: the number of classes of a conditional network; 0 for other networks.
  ///   - folds: whether batch norm is folded into the layers before it.
  package init(_ network: Network, classCount: Int = 0, folds: Bool = false, context: Context) {
    self.network = network
    self.context = context
    self.classCount = classCount
    self.folds = folds && network.canFold
    let widest = network.layers.reduce(network.input.count) { max($0, $1.output.count) }
    rowLimit = min(Self.blockRows, max(1, Self.blockFloats / max(1, widest)))
  }

  /// Discards what was computed from the weights, which are about to change.
  package func weightsChange() { prepared.replace(by: []) }

  /// Calls `body` for each block with its output, which `body` may overwrite, its first row and its row
  /// count.
  ///
  /// - Parameter labels: for a network with classes, one class per row.
  /// - Throws: `.state` for labels without classes or classes without labels; `.memory`.
  package func run(
    _ x: UnsafePointer<Float>, rows: Int, given labels: UnsafePointer<Int32>? = nil, _ weights: Weights,
    _ body: (_ output: UnsafeMutablePointer<Float>, _ first: Int, _ rows: Int) -> Void
  ) throws(GenerativeError) {
    try Labels.check(labels, classCount: classCount)
    guard rows > 0 else { return }
    let (network, weights) = try ready(weights)
    let capacity = min(rows, rowLimit)
    let workspace: Workspace
    if let kept = idle.withLock({ $0.popLast() }), kept.rowCapacity >= capacity {
      workspace = kept
    } else {
      workspace = try Workspace(network, rows: capacity, .inference, context: context)
    }
    var first = 0
    while first < rows {
      let count = min(rows - first, capacity)
      let output = network.forward(
        x + first * network.input.count, rows: count, given: labels.map { $0 + first }, weights, workspace,
        .inference)
      body(output, first, count)
      first += count
    }
    idle.withLock { $0.append(workspace) }
  }

  /// y ← f(x), rows × the network's output.
  package func run(
    _ x: UnsafePointer<Float>, rows: Int, given labels: UnsafePointer<Int32>? = nil, _ weights: Weights,
    into y: UnsafeMutablePointer<Float>
  ) throws(GenerativeError) {
    let width = network.output.count
    try run(x, rows: rows, given: labels, weights) { output, first, count in
      (y + first * width).update(from: output, count: count * width)
    }
  }

  /// Calls `body` for each block with memory for `width` floats per row, the block's first row and its row
  /// count. Used for data between two networks or before one.
  package func inBlocks(
    _ rows: Int, of width: Int, atMost limit: Int = Inference.blockRows,
    _ body: (_ room: UnsafeMutablePointer<Float>, _ first: Int, _ rows: Int) throws(GenerativeError) -> Void
  ) throws(GenerativeError) {
    let block = min(rows, limit)
    let room = try Buffer<Float>(count: block * width, in: context.memory)
    for first in stride(from: 0, to: rows, by: max(block, 1)) {
      try body(room.base, first, min(block, rows - first))
    }
  }

  /// The network to run and its weights.
  private func ready(_ weights: Weights) throws(GenerativeError) -> (network: Network, weights: Weights) {
    if let kept = prepared.withLock({ $0.first { $0.source === weights } }) {
      return (kept.network, kept.weights)
    }
    var made = (network: network, weights: weights)
    if folds { made = try network.folded(weights, context: context) }
    made.weights = try Weights(packing: made.weights, of: made.network, context: context)
    prepared.withLock { kept in
      // Another thread may have finished first.
      if !kept.contains(where: { $0.source === weights }) {
        kept.append(Prepared(source: weights, network: made.network, weights: made.weights))
      }
    }
    return made
  }
}
