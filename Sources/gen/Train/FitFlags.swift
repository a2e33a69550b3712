import ArgumentParser
import CGenerative

/// How a network is trained; what is not given is the library's default.
struct FitFlags: ParsableArguments {
  @Option(help: "Passes over the data, those of earlier fits among them.")
  var epochs = 10

  @Option(help: "Rows of a step.")
  var batch = 128

  @Option(help: "The learning rate. Default: 1e-3, of a GAN 2e-4.")
  var rate: Double?

  @Option(help: "The optimizer.")
  var optimizer = OptimizerName.adam

  @Option(help: "How fast means of gradients decay; SGD's momentum. Default: 0.9, of a GAN 0.5.")
  var beta1: Double?

  @Option(help: "How fast means of squared gradients decay. Default: 0.999, of RMSProp 0.99.")
  var beta2: Double?

  @Option(help: "What is added to their root.")
  var epsilon = 1e-8

  @Option(help: "How the rate falls over the epochs.")
  var schedule = Schedule.constant

  @Option(
    help: "Step: what the rate is multiplied by (0.1); cosine and linear: the last rate over the first (0).")
  var scheduleFactor: Double?

  @Option(help: "Step: epochs from one fall to the next.")
  var schedulePeriod = 10

  @Option(help: "Epochs during which the rate rises from 0.")
  var warmUp = 0.0

  @Option(help: "AdamW's weight decay.")
  var weightDecay = 0.0

  @Option(help: "Gradients longer than this are scaled to it.")
  var clip: Double?

  @Option(
    help: "Rows to measure after each epoch: DATA, or a share such as 0.1 held out of the training data.")
  var validation: String?

  @Option(help: "Stop when the validation loss has not fallen for so many epochs.")
  var patience: Int?

  @Flag(help: "Keep the weights of the best validation epoch.")
  var keepBest = false

  @Option(help: "The seed of weights, shuffling and noise.")
  var seed: UInt64 = 0

  @Flag(help: "Go on with the model in --out, whose options then stand.")
  var resume = false

  @Flag(
    help: "Fit by all the processes that mpirun started, each of which takes its part of every step's rows.")
  var mpi = false

  func validate() throws {
    if epochs < 1 { throw ValidationError("--epochs must be at least 1, not \(epochs)") }
    if batch < 1 { throw ValidationError("--batch must be at least 1, not \(batch)") }
    if validation == nil, keepBest || patience != nil {
      throw ValidationError("--keep-best and --patience need --validation")
    }
  }

  /// The header's options for the epochs that are left.
  func options(epochs left: Int) throws -> gen_fit_options {
    var options: gen_fit_options = try defaults(gen_fit_options_init)
    options.epochs = Int64(left)
    options.batch_size = Int64(batch)
    options.seed = seed
    if let rate { options.learning_rate = rate == 0 ? -1 : rate }
    options.optimizer = optimizer.code
    if let beta1 { options.beta1 = beta1 == 0 ? -1 : beta1 }
    if let beta2 { options.beta2 = beta2 == 0 ? -1 : beta2 }
    options.epsilon = epsilon
    options.schedule = schedule.code
    if let scheduleFactor { options.schedule_factor = scheduleFactor }
    options.schedule_period = Int64(schedulePeriod)
    options.schedule_epochs = Int64(epochs)
    options.warm_up = warmUp
    options.weight_decay = weightDecay
    if let clip { options.clip_norm = clip }
    if let patience { options.patience = Int64(patience) }
    options.keep_best = keepBest ? 1 : 0
    return options
  }

  /// What to learn from and what to measure with.
  func split(_ dataset: Dataset, _ dataOptions: DataOptions) throws -> (Dataset, validation: Dataset?) {
    guard let validation else { return (dataset, nil) }
    guard let share = Double(validation) else {
      return (dataset, try dataOptions.open(validation, for: dataset.shape))
    }
    let held = Int((share * Double(dataset.count)).rounded())
    guard (1..<dataset.count).contains(held) else {
      throw Failure(
        description: "--validation \(validation) of \(dataset.count) rows leaves none to learn or to measure")
    }
    let kept = dataset.count - held
    return (try dataset.slice(0..<kept), try dataset.slice(kept..<dataset.count))
  }
}
