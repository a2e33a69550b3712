import CGenerative

/// The training options of a model of the demo.
struct Recipe {
  var epochs: Int
  var batchSize = 128
  var learningRate = 1e-3
  var schedule = GEN_SCHEDULE_CONSTANT
  /// Number of epochs that the schedule spans if a model is fitted in parts; nil: this fit's epochs.
  var scheduleEpochs: Int?
  var beta1: Double?
  var seed: UInt64 = 0

  /// Runs a fit with a progress bar and returns its duration in seconds.
  ///
  /// - Parameter path: the model's file, next to which the history is written; nil: no history is written.
  @discardableResult
  func run(
    _ name: String, model path: String? = nil,
    fit: (UnsafePointer<gen_fit_options>, UnsafePointer<gen_run>) -> gen_status
  ) throws -> Double {
    var options: gen_fit_options = try defaults(gen_fit_options_init)
    options.epochs = Int64(epochs)
    options.batch_size = Int64(batchSize)
    options.learning_rate = learningRate
    options.schedule = Int32(schedule)
    if let scheduleEpochs { options.schedule_epochs = Int64(scheduleEpochs) }
    // With a cosine schedule a steep start harms the network, so a twentieth of the epochs is warm-up.
    options.warm_up = schedule == GEN_SCHEDULE_COSINE ? 0.05 * Double(epochs) : 0
    if let beta1 { options.beta1 = beta1 }
    options.seed = seed
    let log = FitLog(name, model: path)
    let start = now()
    try FitLog.following(log) { run in try check(fit(&options, run)) }
    try log.finish()
    return now() - start
  }
}
