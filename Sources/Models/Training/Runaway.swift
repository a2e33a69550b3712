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
  /// - Parameter passes: what gave the loss, in the order that rows went through, each as it was left.
  static func check(
    _ what: String, _ loss: Double,
    _ passes: @autoclosure () -> [(Network, Workspace)], rows: Int
  ) throws(Runaway) {
    guard !loss.isFinite else { return }
    var last = ""
    for (network, workspace) in passes() {
      if let layer = network.firstNonfinite(workspace, rows: rows) {
        throw Runaway(what: what, value: loss, place: "first in layer \(layer)")
      }
      last = network.layerName(network.layers.count - 1)
    }
    throw Runaway(what: what, value: loss, place: "behind layer \(last), whose output is finite")
  }
}
