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

  /// Throws unless a loss is finite; of a team, lets it know instead.
  ///
  /// - Parameters:
  ///   - passes: what gave the loss, in the order that rows went through, each as it was left.
  ///   - rowsEach: rows that the last of them had for each of `rows`.
  package static func check(
    _ what: String, _ loss: Double,
    _ passes: @autoclosure () -> [(Network, Workspace)], rows: Int, rowsEach: Int = 1, at moment: Moment
  ) throws(Runaway) {
    guard !loss.isFinite, rows > 0 else { return }
    let runaway = Runaway(what: what, value: loss, place: place(passes(), rows: rows, rowsEach: rowsEach))
    guard let team = moment.team else { throw runaway }
    team.note(runaway)
  }

  private static func place(_ passes: [(Network, Workspace)], rows: Int, rowsEach: Int) -> String {
    var last = ""
    for (index, (network, workspace)) in passes.enumerated() {
      let rows = index == passes.count - 1 ? rows * rowsEach : rows
      if let layer = network.firstNonfinite(workspace, rows: rows) { return "first in layer \(layer)" }
      last = network.layerName(network.layers.count - 1)
    }
    return "behind layer \(last), whose output is finite"
  }
}
