// Generated from the library's option tables by 'make generate'. Do not edit.
// swift-format-ignore-file
import ArgumentParser

/// Flags of gen_fit_options.
struct FitOptionFlags: OptionFlags {
  @Option(
    help: ArgumentHelp(
      "Number of passes over the data (1 ... 1,000,000; default: 10 to 1,000, by the number of "
        + "rows).", valueName: "n"))
  var epochs: String?

  @Option(
    help: ArgumentHelp(
      "Number of rows per step (1 ... 65,536; default: 16 to 128, by the number of rows).", valueName: "n"))
  var batchSize: String?

  @Option(
    help: ArgumentHelp(
      "Seed of shuffling, noise, dropout and latents (default: 0).", valueName: "n"))
  var seed: String?

  @Option(
    help: ArgumentHelp(
      "Optimization algorithm (sgd, rmsprop, adam, adamw; default: adam).", valueName: "word"))
  var optimizer: String?

  @Option(
    help: ArgumentHelp(
      "How the learning rate decreases during training (constant, step, cosine, linear, plateau; "
        + "default: cosine; GAN: constant; GAN of a table of at most 32 columns: linear).", valueName: "word"))
  var schedule: String?

  @Option(
    help: ArgumentHelp(
      "Learning rate (above 0; default: 0.002; dense layers and rows of n > 4,096 values: 8.192 / "
        + "n; classifier: 0.001; convolutional GAN: 0.032 / --base-channels, at most 0.002; GAN of "
        + "dense layers and images: 0.0005; GAN of a table: 0.0002, with at most 32 columns 0.001).", valueName: "n"))
  var learningRate: String?

  @Option(
    help: ArgumentHelp(
      "Decay of the mean gradient, or momentum of SGD (at least 0, below 1; default: 0.9; GAN: "
        + "0.5).", valueName: "n"))
  var beta1: String?

  @Option(
    help: ArgumentHelp(
      "Decay of the mean squared gradient (at least 0, below 1; default: 0.999; rmsprop: 0.99).", valueName: "n"))
  var beta2: String?

  @Option(
    help: ArgumentHelp(
      "Adam's epsilon, added to the denominator for stability (above 0; default: 1e-08).", valueName: "n"))
  var epsilon: String?

  @Option(
    help: ArgumentHelp(
      "Decoupled weight decay (0 ... 1000; needs --optimizer adamw; default: 0).", valueName: "n"))
  var weightDecay: String?

  @Option(
    help: ArgumentHelp(
      "Factor of each reduction of the learning rate; for cosine and linear, the final rate as a "
        + "share of the initial rate (0 ... 1; needs --schedule step or cosine or linear or plateau; "
        + "default: step, plateau: 0.1; cosine, linear: 0).", valueName: "n"))
  var scheduleFactor: String?

  @Option(
    help: ArgumentHelp(
      "Number of epochs between reductions of the learning rate; for plateau, epochs without a "
        + "lower loss (1 ... 1,000,000; needs --schedule step or plateau; default: 10).", valueName: "n"))
  var schedulePeriod: String?

  @Option(
    help: ArgumentHelp(
      "Number of epochs over which the learning rate decreases (1 ... 1,000,000; needs --schedule "
        + "cosine or linear; default: the epochs of this fit).", valueName: "n"))
  var scheduleEpochs: String?

  @Option(
    help: ArgumentHelp(
      "Number of epochs during which the learning rate rises from 0 (0 ... 1e+06; default: 0.0).", valueName: "n"))
  var warmUp: String?

  @Option(
    help: ArgumentHelp(
      "Maximum gradient norm; larger gradients are scaled down (above 0; default: no clipping).", valueName: "n"))
  var clipNorm: String?

  @Option(
    help: ArgumentHelp(
      "Number of epochs without a lower validation loss before the fit stops (1 ... 1,000,000; "
        + "default: never).", valueName: "n"))
  var patience: String?

  @Option(
    help: ArgumentHelp(
      "Smallest decrease that counts as a lower loss (at least 0; default: 0.0).", valueName: "n"))
  var minDelta: String?

  @Flag(
    inversion: .prefixedNo,
    help: ArgumentHelp(
      "End with the weights of the epoch with the lowest validation loss (default: false)."))
  var keepBest: Bool?

  @Option(
    help: ArgumentHelp(
      "Number of steps between checkpoints; 0: none by steps (at least 0; default: 0).", valueName: "n"))
  var checkpointSteps: String?

  @Option(
    help: ArgumentHelp(
      "Seconds between checkpoints; 0: none by time (0 ... 1e+09; default: 60; 0 if "
        + "--checkpoint-steps is set).", valueName: "n"))
  var checkpointSeconds: String?

  @Option(
    help: ArgumentHelp(
      "Number of batches whose gradients each step sums (1 ... 65,536; default: 1).", valueName: "n"))
  var accumulate: String?

  @Flag(
    inversion: .prefixedNo,
    help: ArgumentHelp(
      "Mirror images left to right with probability 0.5 (default: false)."))
  var flip: Bool?

  @Option(
    help: ArgumentHelp(
      "Largest random shift of images, in pixels along each axis; edges are repeated (0 ... "
        + "4,096; default: 0).", valueName: "n"))
  var shift: String?

  @Option(
    help: ArgumentHelp(
      "Largest random rotation of images, in degrees; edges are repeated (0 ... 180; default: "
        + "0.0).", valueName: "n"))
  var rotation: String?

  @Option(
    help: ArgumentHelp(
      "Multiply brightness, contrast and saturation of images by random factors between 1 - c and "
        + "1 + c, where c is this value (0 ... 1; default: 0.0).", valueName: "n"))
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
