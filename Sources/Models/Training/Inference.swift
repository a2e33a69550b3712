import Networks
import Synchronization
import Tensors

/// Runs a network over any number of rows, from any number of threads.
///
/// Rows go through in blocks of `blockRows`; workspaces are kept for the next call.
package final class Inference: Sendable {
  /// Enough rows to fill the cores, few enough that a block's activations stay in cache.
  package static let blockRows = 256

  private let network: Network
  private let context: Context
  private let idle = Mutex<[Workspace]>([])

  package init(_ network: Network, context: Context) {
    self.network = network
    self.context = context
  }

  /// `body` gets each block's output, which it may overwrite, with the block's first row and rows.
  package func run(
    _ x: UnsafePointer<Float>, rows: Int, _ weights: Weights,
    _ body: (_ output: UnsafeMutablePointer<Float>, _ first: Int, _ rows: Int) -> Void
  ) throws(GenerativeError) {
    guard rows > 0 else { return }
    let capacity = min(rows, Self.blockRows)
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
}
