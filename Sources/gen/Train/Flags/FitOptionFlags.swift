// Generated from the library's option tables by 'make generate'. Do not edit.
// swift-format-ignore-file
import ArgumentParser

/// Flags of gen_fit_options.
struct FitOptionFlags: OptionFlags {
  @Option(
    help: ArgumentHelp(
      "Number of passes over the data; auto: by the number of rows (1 ... 1,000,000).", valueName: "n"))
  var epochs: String?

  @Option(
    help: ArgumentHelp(
      "Number of rows in a step; auto: by the number of rows, at most 128 (1 ... 65,536).", valueName: "n"))
  var batchSize: String?

  @Option(
    help: ArgumentHelp(
      "Seed of shuffling, noise, dropout and sampled latents (default: 0).", valueName: "n"))
  var seed: String?

  @Option(
    help: ArgumentHelp(
      "Optimizer (sgd, rmsprop, adam, adamw; default: adam).", valueName: "word"))
  var optimizer: String?

  @Option(
    help: ArgumentHelp(
      "How the learning rate falls; auto: cosine, for a GAN constant, of a table of at most 32 "
        + "columns linear (constant, step, cosine, linear, plateau).", valueName: "word"))
  var schedule: String?

  @Option(
    help: ArgumentHelp(
      "Learning rate; auto: 0.002, with dense layers and rows of n > 4,096 values 8.192 / n, for "
        + "a classifier 0.001, for a GAN 0.0002, of a table of at most 32 columns 0.001 (above 0).", valueName: "n"))
  var learningRate: String?

  @Option(
    help: ArgumentHelp(
      "Decay of the mean of the gradients, or momentum of SGD; auto: 0.9, for a GAN 0.5 (0 ... 1, "
        + "below 1).", valueName: "n"))
  var beta1: String?

  @Option(
    help: ArgumentHelp(
      "Decay of the mean of the squared gradients; auto: 0.999, for RMSProp 0.99 (0 ... 1, below "
        + "1).", valueName: "n"))
  var beta2: String?

  @Option(
    help: ArgumentHelp(
      "Adam's epsilon: added to the denominator for stability (above 0; default: 1e-08).", valueName: "n"))
  var epsilon: String?

  @Option(
    help: ArgumentHelp(
      "Decoupled weight decay; auto: 0 (0 ... 1000; needs --optimizer adamw).", valueName: "n"))
  var weightDecay: String?

  @Option(
    help: ArgumentHelp(
      "Step, plateau: factor of each fall (auto: 0.1); cosine, linear: last rate over the first "
        + "(auto: 0) (0 ... 1; needs --schedule step or cosine or linear or plateau).", valueName: "n"))
  var scheduleFactor: String?

  @Option(
    help: ArgumentHelp(
      "Step: number of epochs between two falls; plateau: epochs without a lower loss before a "
        + "fall; auto: 10 (1 ... 1,000,000; needs --schedule step or plateau).", valueName: "n"))
  var schedulePeriod: String?

  @Option(
    help: ArgumentHelp(
      "Number of epochs that the schedule spans; auto: those of this fit (1 ... 1,000,000; needs "
        + "--schedule cosine or linear).", valueName: "n"))
  var scheduleEpochs: String?

  @Option(
    help: ArgumentHelp(
      "Number of epochs during which the learning rate rises from 0 (0 ... 1e+06; default: 0.0).", valueName: "n"))
  var warmUp: String?

  @Option(
    help: ArgumentHelp(
      "Maximum gradient norm; larger gradients are scaled down; auto: no clipping (above 0).", valueName: "n"))
  var clipNorm: String?

  @Option(
    help: ArgumentHelp(
      "Epochs without a better validation loss after which to stop; auto: never (1 ... "
        + "1,000,000).", valueName: "n"))
  var patience: String?

  @Option(
    help: ArgumentHelp(
      "Least fall of a loss that counts as better (at least 0; default: 0.0).", valueName: "n"))
  var minDelta: String?

  @Flag(
    inversion: .prefixedNo,
    help: ArgumentHelp(
      "End with the weights of the best validation epoch (default: false)."))
  var keepBest: Bool?

  @Option(
    help: ArgumentHelp(
      "Number of steps between two checkpoints; 0: not counted (at least 0; default: 0).", valueName: "n"))
  var checkpointSteps: String?

  @Option(
    help: ArgumentHelp(
      "Seconds between two checkpoints; 0: not counted; auto: 60 if steps are not counted (0 ... "
        + "1e+09).", valueName: "n"))
  var checkpointSeconds: String?

  @Option(
    help: ArgumentHelp(
      "Number of batches whose gradients are summed for one step (1 ... 65,536; default: 1).", valueName: "n"))
  var accumulate: String?

  @Flag(
    inversion: .prefixedNo,
    help: ArgumentHelp(
      "Mirror images left to right, half of the time (default: false)."))
  var flip: Bool?

  @Option(
    help: ArgumentHelp(
      "Shift images at random, by up to so many pixels each way; edges repeat (0 ... 4,096; "
        + "default: 0).", valueName: "n"))
  var shift: String?

  @Option(
    help: ArgumentHelp(
      "Rotate images at random, by up to so many degrees; edges repeat (0 ... 180; default: 0.0).", valueName: "n"))
  var rotation: String?

  @Option(
    help: ArgumentHelp(
      "Multiply brightness, contrast and saturation of images at random, by 1 - this ... 1 + this "
        + "(0 ... 1; default: 0.0).", valueName: "n"))
  var colorJitter: String?

  var all: [(name: String, value: String?)] {
    [
      ("epochs", epochs),
      ("batch_size", batchSize),
      ("seed", seed),
      ("optimizer", word(optimizer)),
      ("schedule", word(schedule)),
      ("learning_rate", learningRate),
      ("beta1", beta1),
      ("beta2", beta2),
      ("epsilon", epsilon),
      ("weight_decay", weightDecay),
      ("schedule_factor", scheduleFactor),
      ("schedule_period", schedulePeriod),
      ("schedule_epochs", scheduleEpochs),
      ("warm_up", warmUp),
      ("clip_norm", clipNorm),
      ("patience", patience),
      ("min_delta", minDelta),
      ("keep_best", keepBest.map { $0 ? "true" : "false" }),
      ("checkpoint_steps", checkpointSteps),
      ("checkpoint_seconds", checkpointSeconds),
      ("accumulate", accumulate),
      ("flip", flip.map { $0 ? "true" : "false" }),
      ("shift", shift),
      ("rotation", rotation),
      ("color_jitter", colorJitter),
    ]
  }
}
