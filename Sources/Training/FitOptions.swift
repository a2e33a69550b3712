import Datasets
import Networks
import Ranks
import Tensors

/// How a model is fitted; what it is stands in its own options.
package struct FitOptions: Sendable {
  /// How the learning rate moves, in epochs; `Schedule` has the shapes.
  package enum Schedule: Sendable {
    case constant
    /// Times `factor` every `period` epochs.
    case step(factor: Float, period: Int)
    /// Down to `floor` of the rate.
    case cosine(floor: Float)
    case linear(floor: Float)
    /// Times `factor` after `period` epochs whose loss was not lower than the best before.
    case plateau(factor: Float, period: Int)
  }

  /// Whether epochs and rows of a batch are left to the number of rows.
  package var choosesEpochs = false
  package var choosesBatch = false
  /// Whether rate and schedule are the library's choice.
  package var choosesRate = false
  package var choosesSchedule = false
  package var rule: Optimizer.Rule
  package var learningRate: Float
  package var epochCount: Int
  package var batchRows: Int
  /// Batches whose gradients a step adds up.
  package var accumulation = 1
  package var seed: UInt64
  package var schedule = Schedule.constant
  /// Epochs that a cosine or linear schedule spans from the model's first; nil: those of this fit.
  package var scheduleEpochs: Int?
  /// Epochs, also a fraction, during which the rate rises.
  package var warmUpEpochs = 0.0
  /// Longer gradients are scaled to this norm.
  package var clipNorm: Float?
  /// Epochs without a better validation loss after which to stop.
  package var patience: Int?
  /// How much lower than the best a loss must be to be better.
  package var minDelta = 0.0
  /// End with the weights of the best validation epoch.
  package var keepsBest = false
  /// How pictures are changed before each step learns from them.
  package var augmentation = Augmentation()
  package var validation: (Dataset)?
  package var observer = Observer()
  /// Where the fit is kept while it runs and at its end.
  package var checkpoint: CheckpointRule?
  /// Whether to go on with the fit that the model, or the checkpoint's file, has a record of.
  package var resumes = false
  /// Those that fit the same model each with a share of the rows; nil: this process alone.
  package var ranks: Ranks?
  /// Whether all ranks have the same rows, of which each takes its part of every batch; else each has rows
  /// of its own.
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

/// Who is told how a fit goes, and may stop it.
package struct Observer: @unchecked Sendable {
  /// What an observer answers.
  package enum Answer: Sendable { case goOn, stopAfterEpoch, stopNow }

  /// Told of events; called on the fitting thread.
  package var tell: ((Event) -> Answer)?
  /// Asked before every step.
  package var isCancelled: () -> Bool = { false }

  package init() {}
}

/// A moment of a fit that observers are told of.
package struct Event: Sendable {
  package enum Kind: Int32, Sendable { case step, epoch, skipped, warning, progress }

  package var kind: Kind
  /// From 1.
  package var epoch = 0
  package var epochCount = 0
  /// Steps done in this epoch, and steps of an epoch (0 while unknown).
  package var step = 0
  package var stepCount = 0
  package var seconds = 0.0
  package var learningRate = Double.nan
  package var figures = Figures()
  package var validation = Figures()
  package var message = ""
  /// Of a `warning` event that comes from training.
  package var warning: Warning?

  package init(_ kind: Kind) { self.kind = kind }
}
