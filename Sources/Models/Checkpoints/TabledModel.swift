import Checkpoints
import Options
import Datasets
import Ranks
import Tensors
import Training

/// A model of networks whose options come from a table, which also defines how its files store them.
package protocol TabledModel: Trainable {
  associatedtype Options: NetworkOptions
  var options: Options { get }
  /// The options that the model was created with. They leave some choices to its first fit.
  var asked: Options { get set }
  /// Replaces the options, and creates new networks if they require them.
  func rebuild(_ options: Options) throws(GenerativeError)
  init(_ options: Options, context: Context) throws(GenerativeError)
  static func plan(_ options: Options, rows: Int, context: Context) throws(GenerativeError) -> Plan
}

extension TabledModel {
  /// Convolutions cost four to eight times as much per row as dense layers, but learn enough from fewer rows.
  package var pace: (steps: Int, rows: Int) {
    options.architecture == .convolutional ? (3_000, 32) : (2_000, 128)
  }

  package func outline() throws(GenerativeError) -> Checkpoint {
    var checkpoint = try Checkpoint(kind: Self.kind, limits: context.limits)
    try checkpoint.set(options)
    return checkpoint
  }

  package func requireOptions(of checkpoint: Checkpoint) throws(GenerativeError) {
    try checkpoint.require(kind: Self.kind)
    try requireSame(Options(checkpoint).texts, options.texts)
  }

  /// - Throws: `.mismatch` for another kind of model, or tensors that do not fit the options; `.format` for
  ///   options that are missing or out of range; `.limit`; `.nonfinite`; `.memory`.
  package init(_ checkpoint: Checkpoint, context: Context) throws(GenerativeError) {
    try checkpoint.require(kind: Self.kind)
    let options = try Options(checkpoint)
    try checkpoint.require(parameterCount: Self.plan(options, rows: 1, context: context).parameterCount)
    try self.init(options, context: context)
    try restore(checkpoint)
    if options.preparation == .standardize, preparation == nil, progress.stepCount > 0 {
      throw GenerativeError(.format, "tensor preparation.mean is missing")
    }
  }
}

// MARK: - Choices that depend on the rows

extension TabledModel {
  package func settle(for dataset: Dataset?, _ ranks: Ranks?) throws(GenerativeError) -> () -> Void {
    // Choices are made again for each fit until the model has made a step.
    guard progress.stepCount == 0 else { return {} }
    var settled = asked.settled(areUnits: true)
    let others = asked.settled(areUnits: false)
    // Rows are read only if a choice depends on them.
    if let dataset, settled.preparation != others.preparation || !settled.hasNetworks(of: others),
      try !dataset.isInUnits(ranks)
    {
      settled = others
    }
    let chosen = try settled.preparation.chosen(for: dataset, ranks, context)
    let before = (options, preparation)
    try rebuild(settled)
    preparation = chosen
    if dataset == nil { asked = settled }
    return {
      // If memory for the old networks cannot be allocated, the model keeps the new choices.
      try? self.rebuild(before.0)
      self.preparation = before.1
    }
  }

  /// Calls `body` with rows as the networks see them: these rows, or prepared copies.
  func withPrepared<Result>(
    _ x: UnsafePointer<Float>, rows: Int, _ body: (UnsafePointer<Float>) throws(GenerativeError) -> Result
  ) throws(GenerativeError) -> Result {
    try preparation.withRows(x, rows, in: context, body)
  }
}

private func requireSame(
  _ theirs: [(name: String, text: String)], _ own: [(name: String, text: String)]
) throws(GenerativeError) {
  for (name, text) in own {
    guard let other = theirs.first(where: { $0.name == name })?.text, other != text else { continue }
    throw GenerativeError(.mismatch, "option \(name) is \(quoted(other)) and not \(quoted(text))")
  }
}

extension TabledOptions {
  init(_ checkpoint: Checkpoint) throws(GenerativeError) {
    try self.init(texts: { checkpoint.optionText($0) })
  }
}

extension Checkpoint {
  mutating func set(_ options: some TabledOptions) throws(GenerativeError) {
    for (name, text) in options.texts { try setOption(name, text) }
  }
}
