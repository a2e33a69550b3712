import CGenerative
import Datasets
import Models
import Tensors
import Training

/// A trainer that the host controls, and the handle of its model.
final class HostTrainer: HandleObject, @unchecked Sendable {
  static let kind = HandleKind.trainer
  let trainer: FlatTrainer
  /// Runs a call with exclusive use of the model.
  private let whileAlone: ((FlatTrainer) throws(GenerativeError) -> Void) throws(GenerativeError) -> Void

  init(
    _ handle: OpaquePointer?, _ options: UnsafePointer<gen_fit_options>?
  ) throws(GenerativeError) {
    let o = try gen_fit_options(reading: options)
    guard o.comm == nil else {
      throw GenerativeError(.argument, "comm is for fits; the caller sums a trainer's gradients")
    }
    if o.targets != nil { try withDataset(o.targets, "targets") { _ in } }
    if o.validation_targets != nil { try withDataset(o.validation_targets, "validation_targets") { _ in } }
    guard o.targets == nil, o.validation_targets == nil else {
      throw GenerativeError(
        .argument, "targets are for fits; a trainer learns only from the rows of its steps")
    }
    if o.validation != nil { try withDataset(o.validation, "validation") { _ in } }
    let trainer = try Handles.shared.changingModel(handle) { (model) throws(GenerativeError) in
      guard let network = model.network else {
        throw model.lacks("gradients", "gen_trainer_create", "autoencoder, vae, gan and classifier")
      }
      var fitOptions = try FitOptions(o, network.fitDefaults)
      (fitOptions.observer, fitOptions.checkpoint) = (Observer(), nil)
      return try FlatTrainer(network, fitOptions)
    }
    self.trainer = trainer
    whileAlone = { body throws(GenerativeError) in
      try Handles.shared.changingModel(handle) { _ throws(GenerativeError) in try body(trainer) }
    }
  }

  func run<Result>(
    _ body: (FlatTrainer) throws(GenerativeError) -> Result
  ) throws(GenerativeError) -> Result {
    var result: Result?
    try whileAlone { trainer throws(GenerativeError) in result = try body(trainer) }
    guard let result else { throw GenerativeError(.internalFault, "a trainer's call gave nothing") }
    return result
  }
}

/// Runs `body` with exclusive use of a trainer and its model.
private func withTrainer(
  _ trainer: OpaquePointer?, _ body: (FlatTrainer) throws(GenerativeError) -> Void
) -> gen_status {
  boundary { () throws(GenerativeError) in
    try Handles.shared.changing(trainer) { (trainer: HostTrainer) throws(GenerativeError) in
      try trainer.run(body)
    }
  }
}

@c @implementation public func gen_trainer_create(
  _ model: OpaquePointer?, _ options: UnsafePointer<gen_fit_options>?,
  _ trainer_out: UnsafeMutablePointer<OpaquePointer?>?
) -> gen_status {
  create(trainer_out) { () throws(GenerativeError) in try HostTrainer(model, options) }
}

@c @implementation public func gen_trainer_destroy(_ trainer: OpaquePointer?) {
  destroy(trainer, HostTrainer.self)
}

@c @implementation public func gen_trainer_size(
  _ trainer: OpaquePointer?, _ network: Int32, _ n_networks_out: UnsafeMutablePointer<Int32>?,
  _ n_parameters_out: UnsafeMutablePointer<Int64>?, _ n_statistics_out: UnsafeMutablePointer<Int64>?
) -> gen_status {
  withTrainer(trainer) { trainer throws(GenerativeError) in
    let size = try trainer.size(Int(network))
    n_networks_out?.pointee = Int32(trainer.networkCount)
    n_parameters_out?.pointee = Int64(size.parameters)
    n_statistics_out?.pointee = Int64(size.statistics)
  }
}

@c @implementation public func gen_trainer_begin(
  _ trainer: OpaquePointer?, _ rows: UnsafePointer<Float>?, _ labels: UnsafePointer<Int32>?,
  _ n_rows: Int64, _ first_row: Int64, _ epoch: Double, _ learning_rate: Double
) -> gen_status {
  withTrainer(trainer) { trainer throws(GenerativeError) in
    let n = try checkRange("n_rows", n_rows, 1...trainer.rowLimit)
    let rows = try checkModelInput("rows", rows, n, trainer.rowShape.count, trainer.context)
    if labels != nil { _ = try checkLabels(labels, n, classCount: trainer.classCount) }
    let firstRow = try checkRange("first_row", first_row, 0...1 << 31)
    let epoch = try checkRange("epoch", epoch, 0...1e9)
    let rate = try chosen(learning_rate).map { rate throws(GenerativeError) in
      Float(try checkPositive("learning_rate", rate))
    }
    try trainer.begin(
      rows, count: n, labels: labels, firstRow: firstRow, epoch: epoch, rate: rate)
  }
}

@c @implementation public func gen_trainer_gradient(
  _ trainer: OpaquePointer?, _ network: Int32,
  _ gradient_out: UnsafeMutablePointer<UnsafeMutablePointer<Float>?>?
) -> gen_status {
  withTrainer(trainer) { trainer throws(GenerativeError) in
    guard let gradient_out else { throw .null("gradient_out") }
    gradient_out.pointee = try trainer.gradient(Int(network))?.base
  }
}

@c @implementation public func gen_trainer_apply(
  _ trainer: OpaquePointer?, _ n_rows: Double, _ more_out: UnsafeMutablePointer<Int32>?
) -> gen_status {
  withTrainer(trainer) { trainer throws(GenerativeError) in
    let rows = try checkRange("n_rows", n_rows, 1...1e15)
    let more = try trainer.apply(rows: rows)
    more_out?.pointee = more ? 1 : 0
  }
}

@c @implementation public func gen_trainer_figures(
  _ trainer: OpaquePointer?, _ event_out: UnsafeMutablePointer<gen_event>?
) -> gen_status {
  withTrainer(trainer) { trainer throws(GenerativeError) in
    var event = Event(.step)
    event.figures = trainer.figures
    var c = gen_event(event)
    c.message = staticString("")
    try c.write(to: event_out, "event_out")
  }
}

@c @implementation public func gen_trainer_parameters(
  _ trainer: OpaquePointer?, _ network: Int32, _ parameters_out: UnsafeMutablePointer<Float>?
) -> gen_status {
  withTrainer(trainer) { trainer throws(GenerativeError) in
    guard let parameters_out else { throw .null("parameters_out") }
    try trainer.readParameters(Int(network), into: parameters_out)
  }
}

@c @implementation public func gen_trainer_set_parameters(
  _ trainer: OpaquePointer?, _ network: Int32, _ parameters: UnsafePointer<Float>?
) -> gen_status {
  withTrainer(trainer) { trainer throws(GenerativeError) in
    guard let parameters else { throw .null("parameters") }
    try trainer.writeParameters(Int(network), from: parameters)
  }
}
