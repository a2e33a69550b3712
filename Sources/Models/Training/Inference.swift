import Networks
import Synchronization
import Tensors

/// Runs a network over any number of rows, from any number of threads.
///
/// Rows go through in blocks of at most `blockRows`; workspaces are kept for the next call, and so are
/// weights with batch norm folded in and packed, until training changes them.
package final class Inference: Sendable {
  /// Enough rows to fill the cores, few enough that a block's activations stay in cache.
  package static let blockRows = 256
  /// Floats of the widest layer's output that a block may have: 16 MiB.
  private static let blockFloats = 1 << 22

  private let network: Network
  private let context: Context
  private let folds: Bool
  private let rowLimit: Int
  private let idle = Mutex<[Workspace]>([])
  private let prepared = Mutex<[Prepared]>([])

  private struct Prepared: Sendable {
    let source: Weights
    let network: Network
    let weights: Weights
  }

  /// - Parameter folds: whether batch norm is folded into the layers before it.
  package init(_ network: Network, folds: Bool = false, context: Context) {
    self.network = network
    self.context = context
    self.folds = folds && network.layers.contains { $0 is BatchNormalization }
    let widest = network.layers.reduce(network.input.count) { max($0, $1.output.count) }
    rowLimit = min(Self.blockRows, max(1, Self.blockFloats / max(1, widest)))
  }

  /// Floats of one row of the output.
  var outputCount: Int { network.output.count }

  /// Forgets what was made of the weights, which change.
  func weightsChange() { prepared.withLock { $0 = [] } }

  /// `body` gets each block's output, which it may overwrite, with the block's first row and rows.
  package func run(
    _ x: UnsafePointer<Float>, rows: Int, _ weights: Weights,
    _ body: (_ output: UnsafeMutablePointer<Float>, _ first: Int, _ rows: Int) -> Void
  ) throws(GenerativeError) {
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
        x + first * network.input.count, rows: count, weights, workspace, .inference)
      body(output, first, count)
      first += count
    }
    idle.withLock { $0.append(workspace) }
  }

  /// f(x) into `y`, rows × the network's output.
  package func run(
    _ x: UnsafePointer<Float>, rows: Int, _ weights: Weights, into y: UnsafeMutablePointer<Float>
  ) throws(GenerativeError) {
    let width = network.output.count
    try run(x, rows: rows, weights) { output, first, count in
      (y + first * width).update(from: output, count: count * width)
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
      // Another thread may have been faster.
      if !kept.contains(where: { $0.source === weights }) {
        kept.append(Prepared(source: weights, network: made.network, weights: made.weights))
      }
    }
    return made
  }
}
