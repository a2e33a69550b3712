import CGenerative
import Datasets
import Models
import Networks
import Options
import Ranks
import Tensors
import Training

/// The defaults of a model's fits.
struct FitDefaults {
  var learningRate = 1e-3
  var beta1 = 0.9
  var schedule = Int(GEN_SCHEDULE_COSINE)

  /// The defaults of autoencoders and VAEs. A step changes the sums of a dense layer by up to the learning
  /// rate times the number of its inputs. With more inputs than faces of 32 × 32 have, this would saturate
  /// the layer.
  static func mirrored(_ architecture: Architecture, _ shape: Shape) -> FitDefaults {
    let excess = architecture == .dense ? max(1, Double(shape.count) / 4_096) : 1
    return FitDefaults(learningRate: 2e-3 / excess)
  }
  static let gan = gan(rate: 2e-4)
  /// The defaults of a convolutional GAN: like those of `mirrored`, the rate falls with a layer's inputs. With 64
  /// channels, it is 5e-4; DCGAN's authors used 2e-4 for 128.
  static func convolutionalGAN(baseChannels: Int) -> FitDefaults {
    gan(rate: 0.032 / Double(max(baseChannels, 16)))
  }
  /// The defaults of a GAN of dense layers that learns images.
  static let denseImageGAN = gan(rate: 5e-4)
  /// The defaults of a GAN of a table with few columns.
  static let narrowGAN = gan(rate: 1e-3, schedule: Int(GEN_SCHEDULE_LINEAR))

  private static func gan(rate: Double, schedule: Int = Int(GEN_SCHEDULE_CONSTANT)) -> FitDefaults {
    FitDefaults(learningRate: rate, beta1: 0.5, schedule: schedule)
  }
}

extension FitOptions {
  /// The options of a fit, without the validation set, which `fit` locks.
  init(_ o: gen_fit_options, _ defaults: FitDefaults) throws(GenerativeError) {
    let values = try o.values()
    self.init(
      rule: Self.rule(values, defaults),
      learningRate: Float(values.number("learning_rate") ?? defaults.learningRate), seed: o.seed)
    if let epochs = values.whole("epochs") { epochCount = epochs } else { choosesEpochs = true }
    if let rows = values.whole("batch_size") { batchRows = rows } else { choosesBatch = true }
    choosesRate = !values.isGiven("learning_rate")
    choosesSchedule = !values.isGiven("schedule")
    schedule = Self.schedule(values, defaults)
    scheduleEpochs = values.whole("schedule_epochs")
    warmUpEpochs = o.warm_up
    clipNorm = values.number("clip_norm").map { Float($0) }
    patience = values.whole("patience")
    minDelta = o.min_delta
    keepsBest = o.keep_best == 1
    augmentation.flips = o.flip == 1
    augmentation.shift = Int(o.shift)
    augmentation.rotation = o.rotation
    augmentation.colorJitter = o.color_jitter
    if o.validation == nil, keepsBest || patience != nil {
      throw GenerativeError(.argument, "keep_best and patience need a validation set")
    }
    checkpoint = try Self.checkpoint(o, values)
    resumes = o.resume == 1
    sharesRows = o.shared_rows == 1
    accumulation = Int(o.accumulate)
  }

  private static func rule(_ values: OptionValues, _ defaults: FitDefaults) -> Optimizer.Rule {
    let optimizer = values.word("optimizer")
    let beta1 = Float(values.number("beta1") ?? defaults.beta1)
    let beta2 = Float(values.number("beta2") ?? (optimizer == Int(GEN_OPTIMIZER_RMSPROP) ? 0.99 : 0.999))
    let epsilon = Float(values.number("epsilon") ?? 0)
    switch optimizer {
    case Int(GEN_OPTIMIZER_SGD): return .sgd(momentum: beta1)
    case Int(GEN_OPTIMIZER_RMSPROP): return .rmsProp(rho: beta2, epsilon: epsilon)
    case Int(GEN_OPTIMIZER_ADAMW):
      return .adamW(
        beta1: beta1, beta2: beta2, epsilon: epsilon, decay: Float(values.number("weight_decay") ?? 0))
    default: return .adam(beta1: beta1, beta2: beta2, epsilon: epsilon)
    }
  }

  private static func schedule(_ values: OptionValues, _ defaults: FitDefaults) -> Schedule {
    let factor = values.number("schedule_factor").map { Float($0) }
    switch values.word("schedule") ?? defaults.schedule {
    case Int(GEN_SCHEDULE_STEP):
      return .step(factor: factor ?? 0.1, period: values.whole("schedule_period") ?? 10)
    case Int(GEN_SCHEDULE_COSINE): return .cosine(floor: factor ?? 0)
    case Int(GEN_SCHEDULE_LINEAR): return .linear(floor: factor ?? 0)
    case Int(GEN_SCHEDULE_PLATEAU):
      return .plateau(factor: factor ?? 0.1, period: values.whole("schedule_period") ?? 10)
    default: return .constant
    }
  }

  private static func checkpoint(
    _ o: gen_fit_options, _ values: OptionValues
  ) throws(GenerativeError) -> CheckpointRule? {
    let steps = o.checkpoint_steps == 0 ? nil : Int(o.checkpoint_steps)
    let seconds = values.number("checkpoint_seconds")
    guard o.checkpoint_path != nil else {
      if steps != nil || (seconds ?? 0) > 0 {
        throw GenerativeError(.argument, "checkpoint_steps and checkpoint_seconds need a checkpoint_path")
      }
      return nil
    }
    return CheckpointRule(
      path: try checkPath("checkpoint_path", o.checkpoint_path), steps: steps,
      seconds: (seconds ?? (steps == nil ? 60 : 0)).nonZero)
  }
}

extension Double {
  fileprivate var nonZero: Double? { self == 0 ? nil : self }
}

@c @implementation public func gen_model_fit(
  _ model: OpaquePointer?, _ dataset: OpaquePointer?, _ options: UnsafePointer<gen_fit_options>?,
  _ run: UnsafePointer<gen_run>?
) -> gen_status {
  boundary { () throws(GenerativeError) in
    var call = try FitCall(options, run)
    do throws(GenerativeError) {
      // The fit has exclusive use of the model until it ends.
      try Handles.shared.changingModel(model) { (model) throws(GenerativeError) in
        try requireAllFiles(call.options.targets, "targets")
        try requireAllFiles(call.options.validation_targets, "validation_targets")
        if call.options.targets != nil {
          try requireAllFiles(dataset, "dataset")
          try requireAllFiles(call.options.validation, "validation")
        }
        try withDataset(dataset) { (dataset) throws(GenerativeError) in try model.fit(dataset, &call) }
      }
    } catch {
      // The other ranks must learn of an error on this rank, even before the first collective call.
      if !call.hasBegun { _ = try call.ranks.together { () throws(GenerativeError) in throw error } }
      throw error
    }
  }
}

/// The arguments of a call of `gen_model_fit`.
struct FitCall {
  let options: gen_fit_options
  /// Whether options were given.
  let hasOptions: Bool
  /// The observer of the fit.
  let run: UnsafePointer<gen_run>?
  let ranks: Ranks?
  /// Once the fit begins, it coordinates with the other ranks itself.
  var hasBegun = false

  init(
    _ options: UnsafePointer<gen_fit_options>?, _ run: UnsafePointer<gen_run>?
  ) throws(GenerativeError) {
    self.run = run
    // Members out of range are an error that all ranks must learn of, so the ranks are read first.
    self.options = try gen_fit_options(copying: options)
    hasOptions = options != nil
    ranks = try readRanks(self.options.comm, "options->comm")
  }
}

extension NetworkModel {
  func fit(_ dataset: Dataset, _ call: inout FitCall) throws(GenerativeError) {
    var options = try FitOptions(call.options, fitDefaults)
    options.ranks = call.ranks
    options.observer = try Observer(call.run)
    let o = call.options
    if o.targets != nil, Self.kind != .autoencoder {
      throw GenerativeError(.unsupported, "targets are for an autoencoder, not for a \(Self.noun)")
    }
    guard o.targets != nil || o.validation_targets == nil else {
      throw GenerativeError(.argument, "validation_targets need targets of the fit")
    }
    if o.validation == nil, o.validation_targets != nil {
      throw GenerativeError(.argument, "validation_targets need validation")
    }
    if o.targets != nil, o.validation != nil, o.validation_targets == nil {
      throw GenerativeError(.argument, "validation needs validation_targets, as the fit has targets")
    }
    try paired(dataset, "dataset", o.targets, "targets") { (dataset) throws(GenerativeError) in
      guard let validation = o.validation else {
        call.hasBegun = true
        return try Trainer.fit(self, to: dataset, options)
      }
      try withDataset(validation, "validation") { (validation) throws(GenerativeError) in
        try paired(validation, "validation", o.validation_targets, "validation_targets") {
          (validation) throws(GenerativeError) in
          options.validation = validation
          call.hasBegun = true
          try Trainer.fit(self, to: dataset, options)
        }
      }
    }
  }
}

/// Rejects a folder with skipped files, because later rows would be paired with the wrong targets.
private func requireAllFiles(_ handle: OpaquePointer?, _ name: String) throws(GenerativeError) {
  guard handle != nil else { return }
  let object: DatasetHandle = try Handles.shared.object(handle, name)
  let skippedCount = object.dataset.names?.account.skipped.count ?? 0
  guard skippedCount == 0 else {
    throw GenerativeError(
      .mismatch,
      "\(name) has skipped files (\(skippedCount)), so its rows cannot be paired with others")
  }
}

/// Runs `body` with a dataset paired with the targets behind a handle. NULL: only the dataset.
private func paired(
  _ dataset: Dataset, _ name: String, _ targets: OpaquePointer?, _ targetsName: String,
  _ body: (Dataset) throws(GenerativeError) -> Void
) throws(GenerativeError) {
  guard let targets else { return try body(dataset) }
  try withDataset(targets, targetsName) { (targets) throws(GenerativeError) in
    try body(try dataset.paired(with: targets, name, targetsName))
  }
}
