import Datasets
import Networks
import Tensors

/// What decides the numbers of a fit beside the model: a resumed fit must have the same.
///
/// Names are those of the header's `gen_fit_options`; values are texts, to be compared and shown.
package struct FitTerms: Sendable {
  private(set) var values: [(name: String, text: String)] = []

  /// Terms as they were kept.
  init(_ values: [(name: String, text: String)]) { self.values = values }

  init(_ options: FitOptions, _ dataset: Dataset) {
    add("seed", options.seed)
    add("epochs", options.epochCount)
    add("batch_size", options.batchRows)
    add("optimizer", options.rule.name)
    for (name, value) in options.rule.hyperparameters { add(name, value) }
    add("learning_rate", options.learningRate)
    switch options.schedule {
    case .constant: add("schedule", "constant")
    case .step(let factor, let period): add("schedule", "step by \(factor) every \(period) epochs")
    case .cosine(let floor): add("schedule", "cosine to \(floor)")
    case .linear(let floor): add("schedule", "linear to \(floor)")
    }
    add("schedule_epochs", options.scheduleEpochs ?? 0)
    add("warm_up", options.warmUpEpochs)
    add("clip_norm", options.clipNorm ?? 0)
    add("patience", options.patience ?? 0)
    add("keep_best", options.keepsBest)
    add("dataset", Self.text(dataset))
    add("validation", options.validation.map(Self.text) ?? "none")
  }

  /// Whether the rows' checksums are among the terms.
  var hasChecksums: Bool { values.contains { $0.name == Self.datasetChecksum } }

  /// Adds what the rows are, as far as they can be read at any time: a pass over them, so only fits
  /// that stop ask for it.
  mutating func addChecksums(_ dataset: Dataset, _ validation: Dataset?) throws(GenerativeError) {
    guard !hasChecksums else { return }
    add(Self.datasetChecksum, try Self.checksum(dataset))
    if let validation { add("validation checksum", try Self.checksum(validation)) }
  }

  private static let datasetChecksum = "dataset checksum"

  /// A stream is checked as it is read.
  private static func checksum(_ dataset: Dataset) throws(GenerativeError) -> String {
    dataset.stream == nil ? String(try dataset.checksum(), radix: 16) : "none"
  }

  private mutating func add(_ name: String, _ value: some CustomStringConvertible) {
    values.append((name, value.description))
  }

  private static func text(_ dataset: Dataset) -> String {
    let width = "rows of \(dataset.shape.count) numbers"
    if let count = dataset.rowCount { return "\(count) \(width)" }
    return "a stream of \(width), shuffled among \(max(dataset.stream?.shuffleWindow ?? 1, 1))"
  }

  /// Checks that a fit with `new` terms and these datasets goes on with one of these.
  ///
  /// A term that only one of both has is another version's, and not compared.
  ///
  /// - Throws: `.mismatch` naming the first that differs.
  func check(
    _ new: FitTerms, _ dataset: Dataset, _ validation: Dataset?
  ) throws(GenerativeError) {
    try check(new)
    guard hasChecksums else { return }
    var new = new
    try new.addChecksums(dataset, validation)
    try check(new)
  }

  private func check(_ new: FitTerms) throws(GenerativeError) {
    for (name, text) in new.values {
      guard let old = values.first(where: { $0.name == name })?.text, old != text else { continue }
      throw GenerativeError(
        .mismatch, "resume: \(name) was \(old) in the fit to go on with and cannot be \(text)")
    }
  }
}
