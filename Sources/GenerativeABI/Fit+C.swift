import CGenerative
import Datasets
import Models
import Networks
import Ranks
import Tensors
import Training

extension Observer {
  /// Tells a C callback, and asks a token.
  init(_ event: gen_event_fn?, _ userData: UnsafeMutableRawPointer?, token: OpaquePointer? = nil) {
    self.init()
    if let event {
      tell = { moment in
        moment.message.withCString { message in
          var c = gen_event(moment)
          c.message = message
          return switch callHost({ event(&c, userData) }) {
          case Int32(GEN_GO_ON): .goOn
          case Int32(GEN_STOP_AFTER_EPOCH): .stopAfterEpoch
          default: .stopNow
          }
        }
      }
    }
    if token != nil { isCancelled = { Tokens.isCancelled(token) ?? false } }
  }
}

extension gen_event {
  init(_ event: Event) {
    self.init()
    struct_size = UInt32(MemoryLayout<gen_event>.stride)
    kind = event.kind.rawValue
    epoch = Int64(event.epoch)
    n_epochs = Int64(event.epochCount)
    step = Int64(event.step)
    n_steps = Int64(event.stepCount)
    seconds = event.seconds
    learning_rate = event.learningRate
    loss = event.figures[.loss]
    reconstruction = event.figures[.reconstruction]
    kl = event.figures[.kl]
    discriminator_loss = event.figures[.discriminatorLoss]
    generator_loss = event.figures[.generatorLoss]
    real_score = event.figures[.realScore]
    fake_score = event.figures[.fakeScore]
    gradient_norm = event.figures[.gradientNorm]
    validation_loss = event.validation[.loss]
    validation_reconstruction = event.validation[.reconstruction]
    validation_kl = event.validation[.kl]
    discriminator_gradient_norm = event.figures[.discriminatorGradientNorm]
    sample_distance = event.figures[.sampleDistance]
    real_distance = event.figures[.realDistance]
    warning = event.warning?.rawValue ?? Int32(GEN_WARNING_NONE)
  }
}

/// What fits of a model start from.
struct FitDefaults {
  var learningRate = 1e-3
  var beta1 = 0.9

  static let gan = FitDefaults(learningRate: 2e-4, beta1: 0.5)
}

extension FitOptions {
  /// The options of a fit, without the validation set, whose use is guarded by `fit`.
  init(_ o: gen_fit_options, _ defaults: FitDefaults) throws(GenerativeError) {
    let beta1 = try Self.decay("beta1", o.beta1, defaults.beta1)
    let isRMSProp = o.optimizer == GEN_OPTIMIZER_RMSPROP
    let beta2 = try Self.decay("beta2", o.beta2, isRMSProp ? 0.99 : 0.999)
    let epsilon = Float(
      try checkRange("epsilon", orDefault(o.epsilon, 1e-8), Double(Float.leastNormalMagnitude)...1))
    let weightDecay = Float(try checkRange("weight_decay", o.weight_decay, 0...1e3))
    let rules: [Optimizer.Rule] = [
      .adam(beta1: beta1, beta2: beta2, epsilon: epsilon), .sgd(momentum: beta1),
      .rmsProp(rho: beta2, epsilon: epsilon), .adam(beta1: beta1, beta2: beta2, epsilon: epsilon),
      .adamW(beta1: beta1, beta2: beta2, epsilon: epsilon, decay: weightDecay),
    ]
    let rule = try checkChoice("optimizer", o.optimizer, rules)
    if weightDecay > 0, o.optimizer != GEN_OPTIMIZER_ADAMW {
      throw GenerativeError(.argument, "weight_decay needs optimizer adamw")
    }
    self.init(
      rule: rule,
      learningRate: Float(
        try checkRange("learning_rate", orDefault(o.learning_rate, defaults.learningRate), 1e-30...1e6)),
      epochCount: try checkRange("epochs", orDefault(o.epochs, 10), 1...1_000_000),
      batchRows: try checkRange("batch_size", orDefault(o.batch_size, 128), 1...65_536), seed: o.seed)
    schedule = try Self.schedule(o)
    let epochs = try checkRange("schedule_epochs", o.schedule_epochs, 0...1_000_000)
    scheduleEpochs = epochs == 0 ? nil : epochs
    warmUpEpochs = try checkRange("warm_up", o.warm_up, 0...1e6)
    let clip = try checkRange("clip_norm", o.clip_norm, 0...1e30)
    clipNorm = clip == 0 ? nil : Float(clip)
    let patienceEpochs = try checkRange("patience", o.patience, 0...1_000_000)
    patience = patienceEpochs == 0 ? nil : patienceEpochs
    keepsBest = try checkFlag("keep_best", o.keep_best)
    if o.validation == nil, keepsBest || patience != nil {
      throw GenerativeError(.argument, "keep_best and patience need a validation set")
    }
    if let token = o.token, Tokens.isCancelled(token) == nil { throw Tokens.invalid() }
    observer = Observer(o.event, o.user_data, token: o.token)
    checkpoint = try Self.checkpoint(o)
    resumes = try checkFlag("resume", o.resume)
    sharesRows = try checkFlag("shared_rows", o.shared_rows)
  }

  private static func checkpoint(_ o: gen_fit_options) throws(GenerativeError) -> CheckpointRule? {
    let steps = try checkRange("checkpoint_steps", o.checkpoint_steps, 0...Int.max)
    let seconds = try checkRange("checkpoint_seconds", o.checkpoint_seconds, 0...1e9)
    guard o.checkpoint_path != nil else {
      if steps > 0 || seconds > 0 {
        throw GenerativeError(.argument, "checkpoint_steps and checkpoint_seconds need a checkpoint_path")
      }
      return nil
    }
    let path = try checkPath("checkpoint_path", o.checkpoint_path)
    if steps == 0, seconds == 0 { return CheckpointRule(path: path, seconds: 60) }
    return CheckpointRule(
      path: path, steps: steps == 0 ? nil : steps, seconds: seconds == 0 ? nil : seconds)
  }

  /// A decay in [0, 1): 0 is the default, negative is none.
  private static func decay(
    _ name: String, _ value: Double, _ fallback: Double
  ) throws(GenerativeError) -> Float {
    if value < 0, value.isFinite { return 0 }
    return Float(try checkRange(name, orDefault(value, fallback), 0...0.999_999_9))
  }

  private static func schedule(_ o: gen_fit_options) throws(GenerativeError) -> Schedule {
    let factor = Float(try checkRange("schedule_factor", o.schedule_factor, 0...1))
    let period = try checkRange("schedule_period", orDefault(o.schedule_period, 10), 1...1_000_000)
    return try checkChoice(
      "schedule", o.schedule,
      [
        .constant, .step(factor: orDefault(factor, 0.1), period: period), .cosine(floor: factor),
        .linear(floor: factor),
      ])
  }
}

@c @implementation public func gen_fit_options_init(
  _ options: UnsafeMutablePointer<gen_fit_options>?, _ struct_size: UInt32
) -> gen_status {
  boundary { () throws(GenerativeError) in
    var o = gen_fit_options()
    o.epochs = 10
    o.batch_size = 128
    o.epsilon = 1e-8
    // Optimizer, rates and decays stay 0, "the default", which differs from model to model.
    try o.write(to: options, size: struct_size)
  }
}

@c @implementation public func gen_model_fit(
  _ model: OpaquePointer?, _ dataset: OpaquePointer?, _ options: UnsafePointer<gen_fit_options>?
) -> gen_status {
  boundary { () throws(GenerativeError) in
    var call = try FitCall(options)
    do throws(GenerativeError) {
      // It is the fit's alone until it ends.
      try Handles.shared.changingModel(model) { (model) throws(GenerativeError) in
        try withDataset(dataset) { (dataset) throws(GenerativeError) in try model.fit(dataset, &call) }
      }
    } catch {
      // What is wrong on this rank alone, before it has met the others, is theirs to know.
      if !call.hasBegun { _ = try call.ranks.together { () throws(GenerativeError) in throw error } }
      throw error
    }
  }
}

/// What a call of `gen_model_fit` brings.
struct FitCall {
  let options: gen_fit_options
  /// Whether there are options at all.
  let hasOptions: Bool
  let ranks: Ranks?
  /// From where the fit begins, it agrees with the other ranks itself.
  var hasBegun = false

  init(_ options: UnsafePointer<gen_fit_options>?) throws(GenerativeError) {
    self.options = try gen_fit_options(reading: options)
    hasOptions = options != nil
    ranks = try readRanks(self.options.comm, "options->comm")
  }
}

extension NetworkModel {
  func fit(_ dataset: Dataset, _ call: inout FitCall) throws(GenerativeError) {
    var options = try FitOptions(call.options, fitDefaults)
    options.ranks = call.ranks
    guard let validation = call.options.validation else {
      call.hasBegun = true
      return try Trainer.fit(self, to: dataset, options)
    }
    try withDataset(validation, "validation") { (validation) throws(GenerativeError) in
      options.validation = validation
      call.hasBegun = true
      try Trainer.fit(self, to: dataset, options)
    }
  }
}
