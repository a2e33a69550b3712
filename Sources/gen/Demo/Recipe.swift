import CGenerative

/// How a model of the demo is trained.
struct Recipe {
  var epochs: Int
  var batchSize = 128
  var learningRate = 1e-3
  var schedule = GEN_SCHEDULE_CONSTANT
  /// What the schedule spans when a model is fitted in parts; nil: this fit's epochs.
  var scheduleEpochs: Int?
  var beta1: Double?
  var seed: UInt64 = 0

  /// Runs a fit under a progress bar and returns its seconds.
  ///
  /// - Parameter path: the model's file, beside which a history is kept; nil: none is.
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
    // A steep start harms a net that is about to cool: a twentieth of the epochs to warm up.
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
