import Networks
import Tensors

/// A number of training that is no longer finite, and where it came up first.
package struct Runaway: Error {
  /// `loss`, `generator_loss`, `gradient`: what it stands in.
  let what: String
  let value: Double
  /// `first in layer decoder.2 (dense)`
  let place: String

  /// `loss became nan`
  var description: String { "\(what) became \(value.isNaN ? "nan" : value.description)" }

  /// Throws unless a loss is finite.
  ///
  /// - Parameters:
  ///   - passes: what gave the loss, in the order that rows went through, each as it was left.
  ///   - rowsEach: rows that the last of them had for each of `rows`.
  static func check(
    _ what: String, _ loss: Double,
    _ passes: @autoclosure () -> [(Network, Workspace)], rows: Int, rowsEach: Int = 1
  ) throws(Runaway) {
    guard !loss.isFinite else { return }
    var last = ""
    let passes = passes()
    for (index, (network, workspace)) in passes.enumerated() {
      let rows = index == passes.count - 1 ? rows * rowsEach : rows
      if let layer = network.firstNonfinite(workspace, rows: rows) {
        throw Runaway(what: what, value: loss, place: "first in layer \(layer)")
      }
      last = network.layerName(network.layers.count - 1)
    }
    throw Runaway(what: what, value: loss, place: "behind layer \(last), whose output is finite")
  }
}
