import Networks
import Ranks
import Tensors

/// The time of a step, on which its random numbers and its rates depend.
package struct StepTime: Sendable {
  package let seed: UInt64
  /// The optimizer's step, from 1; a validation batch's number.
  package let step: Int
  /// Epochs of the model so far, with the fraction of the current one.
  package let epoch: Double
  package let rate: Float
  /// The rows of the batch in this process, if others have the rest: gradients are then sums over rows and
  /// not means.
  package let slice: BatchSlice?
  /// The others, if they are ranks of a fit.
  let team: Team?

  package init(seed: UInt64, step: Int, epoch: Double, rate: Float, slice: BatchSlice? = nil) {
    self.init(seed: seed, step: step, epoch: epoch, rate: rate, slice: slice, team: nil)
  }

  init(seed: UInt64, step: Int, epoch: Double, rate: Float, slice: BatchSlice?, team: Team?) {
    self.seed = seed
    self.step = step
    self.epoch = epoch
    self.rate = rate
    self.slice = slice
    self.team = team
  }

  /// The same time, with another step's random numbers and a multiple of the rate.
  package func at(step: Int, rates: Float = 1) -> StepTime {
    StepTime(seed: seed, step: step, epoch: epoch, rate: rates * rate, slice: slice, team: team)
  }

  /// The same time, for a part of the batch's rows.
  func part(_ slice: BatchSlice) -> StepTime {
    StepTime(seed: seed, step: step, epoch: epoch, rate: rate, slice: slice, team: team)
  }

  /// The place of the first row in its batch, where the rows' random numbers begin.
  package var firstRow: Int { slice?.firstRow ?? 0 }

  /// The weight of a row's gradient.
  package func rowScale(_ rows: Int) -> Float { slice == nil ? 1 / Float(rows) : 1 }

  /// A training pass with random numbers for `purpose`; each numbered pass has its own.
  ///
  /// - Parameter rowsEach: rows of the pass per row of the batch.
  package func training(_ purpose: Random.Purpose, pass: Int? = nil, rowsEach: Int = 1) -> Mode {
    let random = random(purpose)
    let slice = slice.map {
      BatchSlice(firstRow: $0.firstRow * rowsEach, totalRows: $0.totalRows * rowsEach, ranks: $0.ranks)
    }
    return .training(pass.map(random.pass) ?? random, slice)
  }

  package func random(_ purpose: Random.Purpose) -> Random {
    Random(seed: seed, purpose: purpose, step: UInt64(truncatingIfNeeded: step))
  }
}
