import Networks
import Ranks
import Tensors

/// The ranks of one fit: they share the sums of each step, and agree on requests and faults.
///
/// Cancellations, checkpoints and nonfinite numbers are exchanged in the same sum as the gradients, so that
/// all ranks act after the same step.
package final class Team: @unchecked Sendable {
  /// A rank's requests. All ranks carry them out once they have received them.
  struct Wishes: OptionSet {
    let rawValue: Int
    static let stopNow = Wishes(rawValue: 1)
    static let stopAfterEpoch = Wishes(rawValue: 2)
    static let save = Wishes(rawValue: 4)
    static let all: [Wishes] = [.stopNow, .stopAfterEpoch, .save]
  }

  /// The layout of `Turn.tail`: groups of numbers, one after another.
  private enum Tail {
    static let figures = 0
    /// The number of rows behind each figure; 0 on a rank without rows.
    static let weights = figures + Figures.Name.allCases.count
    static let rows = weights + Figures.Name.allCases.count
    static let runaways = rows + 1
    static let faults = runaways + 1
    static let wishes = faults + 1
    static let count = wishes + Wishes.all.count
  }

  static let tailCount = Tail.count
  /// The largest batch size. Row counts up to it are exact as floats.
  static let rowLimit = 1 << 24

  let ranks: Ranks
  /// This rank's requests, until the other ranks have received them.
  var wishes: Wishes = []
  /// This rank's error, until the other ranks have received it.
  var fault: GenerativeError?
  /// The requests received in the last sum, until the fit has carried them out.
  private var heard: Wishes = []
  /// The number that is not finite on this rank in the current step.
  private var runaway: Runaway?
  /// Whether some rank failed in the current step, which is then void.
  private(set) var isSpoilt = false

  init(_ ranks: Ranks) { self.ranks = ranks }

  /// Records a number that is not finite. The rank continues normally until all ranks know.
  func note(_ runaway: Runaway) {
    if self.runaway == nil { self.runaway = runaway }
  }

  /// Sums the gradients and figures of all ranks. The figures are then those of all rows.
  ///
  /// - Parameter figures: means over this rank's `rows`.
  /// - Returns: the row count of all ranks, or nil if the ranks cannot continue. Nothing may be changed then.
  /// - Throws: on all ranks if a number on one of them is not finite.
  func sum(_ turn: Turn, _ figures: inout Figures, rows: Int) throws(Runaway) -> Double? {
    let tail = turn.tail
    tail.update(repeating: 0, count: Tail.count)
    for name in Figures.Name.allCases where rows > 0 && !figures[name].isNaN {
      tail[Tail.figures + name.rawValue] = Float(figures[name] * Double(rows))
      tail[Tail.weights + name.rawValue] = Float(rows)
    }
    tail[Tail.rows] = Float(rows)
    tail[Tail.runaways] = runaway == nil ? 0 : 1
    tail[Tail.faults] = fault == nil ? 0 : 1
    for (i, wish) in Wishes.all.enumerated() { tail[Tail.wishes + i] = wishes.contains(wish) ? 1 : 0 }
    wishes = []
    do throws(GenerativeError) {
      try ranks.sum(turn.flat.base, count: turn.gradientCount + Tail.count)
    } catch {
      isSpoilt = true
      return nil
    }
    for (i, wish) in Wishes.all.enumerated() where tail[Tail.wishes + i] > 0 { heard.insert(wish) }
    if tail[Tail.faults] > 0 {
      isSpoilt = true
      return nil
    }
    if tail[Tail.runaways] > 0 {
      defer { runaway = nil }
      throw runaway ?? Runaway(what: "a number of another rank", value: .nan, place: "that rank says where")
    }
    for name in Figures.Name.allCases {
      figures[name] = Double(tail[Tail.figures + name.rawValue]) / Double(tail[Tail.weights + name.rawValue])
    }
    return Double(tail[Tail.rows])
  }

  /// Receives the requests of the other ranks, between steps.
  func meet() throws(GenerativeError) {
    var counts = Wishes.all.map { wishes.contains($0) ? Int64(1) : 0 }
    wishes = []
    try ranks.sum(&counts, count: counts.count)
    for (wish, count) in zip(Wishes.all, counts) where count > 0 { heard.insert(wish) }
  }

  /// The mean over the rows of all ranks. Throws on all ranks if one of them could not read its rows.
  func mean(_ own: Figures.Mean) throws(GenerativeError) -> Figures.Mean {
    try ranks.together { () throws(GenerativeError) in
      if let fault { throw fault }
    }
    var numbers = own.numbers
    try ranks.sum(&numbers, count: numbers.count)
    return Figures.Mean(numbers) ?? own
  }

  /// The requests of all ranks since the last call.
  func takeHeard() -> Wishes {
    defer { heard = [] }
    return heard
  }

  /// Throws the error of one rank on all ranks.
  func complain() throws(GenerativeError) {
    guard isSpoilt else { return }
    isSpoilt = false
    try ranks.together { () throws(GenerativeError) in
      if let fault { throw fault }
    }
    throw GenerativeError(.internalFault, "a step was abandoned, and no rank gave a reason")
  }
}
