import Checkpoints
import Options
import Tensors
import Training

/// A model of networks whose options come from a table, which is how its files keep them.
package protocol TabledModel: Trainable {
  associatedtype Options: TabledOptions
  var options: Options { get }
  init(_ options: Options, context: Context) throws(GenerativeError)
  static func plan(_ options: Options, rows: Int, context: Context) throws(GenerativeError) -> Plan
}

extension TabledModel {
  package func outline() throws(GenerativeError) -> Checkpoint {
    var checkpoint = try Checkpoint(kind: Self.kind, limits: context.limits)
    try checkpoint.set(options)
    return checkpoint
  }

  package func requireOptions(of checkpoint: Checkpoint) throws(GenerativeError) {
    try checkpoint.require(kind: Self.kind)
    try requireSame(Options(checkpoint).texts, options.texts)
  }

  /// - Throws: `.mismatch` for another kind of model or tensors that do not fit the options; `.format` for
  ///   options that are missing or outside their ranges; `.limit`, `.nonfinite`, `.memory`.
  package init(_ checkpoint: Checkpoint, context: Context) throws(GenerativeError) {
    try checkpoint.require(kind: Self.kind)
    let options = try Options(checkpoint)
    try checkpoint.require(parameterCount: Self.plan(options, rows: 1, context: context).parameterCount)
    try self.init(options, context: context)
    try restore(checkpoint)
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
