import Datasets
import Networks
import Ranks
import Tensors

/// The options of a fit. Models have options of their own.
package struct FitOptions: Sendable {
  /// How the learning rate changes, in epochs. For the shapes, see `Networks.Schedule`.
  package enum Schedule: Sendable {
    case constant
    /// Multiplied by `factor` every `period` epochs.
    case step(factor: Float, period: Int)
    /// Decreases to `floor` times the rate.
    case cosine(floor: Float)
    case linear(floor: Float)
    /// Multiplied by `factor` after `period` epochs without a lower loss.
    case plateau(factor: Float, period: Int)
  }

  /// Whether the number of rows determines the number of epochs and the batch size.
  package var choosesEpochs = false
  package var choosesBatch = false
  /// Whether the library chooses the learning rate and the schedule.
  package var choosesRate = false
  package var choosesSchedule = false
  package var rule: Optimizer.Rule
  package var learningRate: Float
  package var epochCount: Int
  package var batchRows: Int
  /// The number of batches whose gradients a step sums.
  package var accumulation = 1
  package var seed: UInt64
  package var schedule = Schedule.constant
  /// The number of epochs over which a cosine or linear schedule falls, counted from the model's first epoch.
  /// nil: the epochs of this fit.
  package var scheduleEpochs: Int?
  /// The number of epochs over which the learning rate rises; fractions are allowed.
  package var warmUpEpochs = 0.0
  /// The maximum gradient norm; larger gradients are scaled down.
  package var clipNorm: Float?
  /// The fit stops after this many epochs without a better validation loss.
  package var patience: Int?
  /// The smallest decrease below the best loss that counts as better.
  package var minDelta = 0.0
  /// Whether the fit ends with the weights of the best validation epoch.
  package var keepsBest = false
  /// Random changes that are applied to images before each step.
  package var augmentation = Augmentation()
  package var validation: (Dataset)?
  package var observer = Observer()
  /// Where the fit is saved while it runs and at its end.
  package var checkpoint: CheckpointRule?
  /// Whether to continue the fit recorded in the model or in the checkpoint's file.
  package var resumes = false
  /// The ranks that fit the same model, each with a share of the rows; nil: only this process.
  package var ranks: Ranks?
  /// Whether all ranks have the same rows, and each takes its part of every batch. Otherwise each rank has
  /// its own rows.
  package var sharesRows = false

  package init(
    rule: Optimizer.Rule = .adam(), learningRate: Float = 1e-3, epochCount: Int = 10,
    batchRows: Int = 128, seed: UInt64 = 0
  ) {
    self.rule = rule
    self.learningRate = learningRate
    self.epochCount = epochCount
    self.batchRows = batchRows
    self.seed = seed
  }
}

/// An observer of a fit's events, which may stop the fit.
package struct Observer: @unchecked Sendable {
  /// An observer's answer to an event.
  package enum Answer: Sendable { case goOn, stopAfterEpoch, stopNow }

  /// Receives events, on the thread of the fit.
  package var tell: ((Event) -> Answer)?
  /// Called before every step.
  package var isCancelled: () -> Bool = { false }

  package init() {}
}

/// An event of a fit that observers receive.
package struct Event: Sendable {
  package enum Kind: Int32, Sendable { case step, epoch, skipped, warning, progress }

  package var kind: Kind
  /// Counted from 1.
  package var epoch = 0
  package var epochCount = 0
  /// Steps done in this epoch, and steps per epoch (0 if unknown).
  package var step = 0
  package var stepCount = 0
  package var seconds = 0.0
  package var learningRate = Double.nan
  package var figures = Figures()
  package var validation = Figures()
  package var message = ""
  /// The warning, if this is a `warning` event from training.
  package var warning: Warning?

  package init(_ kind: Kind) { self.kind = kind }
}
