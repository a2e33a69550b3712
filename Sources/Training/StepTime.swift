import Networks
import Ranks
import Tensors

/// The time of a step. Its random numbers and its rates depend on it.
package struct StepTime: Sendable {
  package let seed: UInt64
  /// The optimizer's step, counted from 1, or the number of a validation batch.
  package let step: Int
  /// The number of the model's epochs so far, including the fraction of the current one.
  package let epoch: Double
  package let rate: Float
  /// The rows of the batch that this process has, if others have the rest. Gradients are then sums over rows
  /// instead of means.
  package let slice: BatchSlice?
  /// The other processes, if they are ranks of a fit.
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

  /// The same time with the random numbers of another step, and a multiple of the rate.
  package func at(step: Int, rates: Float = 1) -> StepTime {
    StepTime(seed: seed, step: step, epoch: epoch, rate: rates * rate, slice: slice, team: team)
  }

  /// The same time for a part of the batch's rows.
  func part(_ slice: BatchSlice) -> StepTime {
    StepTime(seed: seed, step: step, epoch: epoch, rate: rate, slice: slice, team: team)
  }

  /// The index of the first row in its batch, where the rows' random numbers begin.
  package var firstRow: Int { slice?.firstRow ?? 0 }

  /// The weight of a row's gradient.
  package func rowScale(_ rows: Int) -> Float { slice == nil ? 1 / Float(rows) : 1 }

  /// A training pass with random numbers for `purpose`. Each numbered pass has its own.
  ///
  /// - Parameter rowsEach: the number of rows in the pass per row of the batch.
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
