import Networks
import Tensors

/// A number in training that is no longer finite, and where it first occurred.
package struct Runaway: Error {
  /// The quantity that is not finite: `loss`, `generator_loss`, `gradient`.
  let what: String
  let value: Double
  /// `first in layer decoder.2 (dense)`
  let place: String

  /// Advice specific to this quantity, placed before the general advice.
  var advice: String { what == "penalty" ? "a smaller r1_penalty or gradient_penalty, " : "" }

  /// `loss became nan`
  var description: String { "\(what) became \(value.isNaN ? "nan" : value.description)" }

  /// Throws if a loss is not finite. In a team, notifies the team instead.
  ///
  /// - Parameters:
  ///   - players: the networks that computed the loss, in the order of the pass, each in the state after its
  ///     last pass. Evaluated only on failure, because a step must not allocate.
  package static func check(
    _ what: String, _ loss: Double, _ players: @autoclosure () -> [Player], at time: StepTime
  ) throws(Runaway) {
    guard !loss.isFinite else { return }
    let players = players()
    guard players.contains(where: { $0.rowCount > 0 }) else { return }
    let runaway = Runaway(what: what, value: loss, place: place(players))
    guard let team = time.team else { throw runaway }
    team.note(runaway)
  }

  private static func place(_ players: [Player]) -> String {
    var last = ""
    for player in players {
      let network = player.learner.network
      if let layer = network.firstNonfinite(player.workspace, rows: player.rowCount) {
        return "first in layer \(layer)"
      }
      last = network.layerName(network.layers.count - 1)
    }
    return "after layer \(last), whose output is finite"
  }
}
