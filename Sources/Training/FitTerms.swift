import Checkpoints
import Datasets
import Networks
import Ranks
import Tensors

/// Everything other than the model that determines the result of a fit. A resumed fit must have the same
/// terms.
///
/// Names are those of the header's `gen_fit_options`. Values are texts, which are compared and shown.
package struct FitTerms: Sendable {
  private(set) var values: [(name: String, text: String)] = []

  /// Terms as stored in a file.
  init(_ values: [(name: String, text: String)]) { self.values = values }

  /// - Parameters:
  ///   - rows, validationRows: the row counts of the ranks' datasets, or of the one they share.
  init(_ options: FitOptions, _ dataset: Dataset, rows: [Int]? = nil, validationRows: [Int]? = nil) {
    let rankCount = options.ranks?.count ?? 1
    add("seed", options.seed)
    add("epochs", options.epochCount)
    // Shared rows form the same batches for any number of ranks.
    add("batch_size", options.batchRows * (options.sharesRows ? rankCount : 1))
    add("optimizer", options.rule.name)
    for (name, value) in options.rule.hyperparameters { add(name, value) }
    add("learning_rate", options.learningRate)
    switch options.schedule {
    case .constant: add("schedule", "constant")
    case .step(let factor, let period): add("schedule", "step by \(factor) every \(period) epochs")
    case .cosine(let floor): add("schedule", "cosine to \(floor)")
    case .linear(let floor): add("schedule", "linear to \(floor)")
    case .plateau(let factor, let period): add("schedule", "plateau by \(factor) after \(period) epochs")
    }
    add("schedule_epochs", options.scheduleEpochs ?? 0)
    add("warm_up", options.warmUpEpochs)
    add("clip_norm", options.clipNorm ?? 0)
    add("patience", options.patience ?? 0)
    add("min_delta", options.minDelta)
    add("keep_best", options.keepsBest)
    add("dataset", Self.text(dataset, rows))
    add("validation", options.validation.map { Self.text($0, validationRows) } ?? "none")
    add("targets", dataset.targets == nil ? "none" : "a row for each row")
    if rankCount > 1, !options.sharesRows { add("ranks", rankCount) }
    add("accumulate", options.accumulation)
    add("row_augmentation", options.augmentation)
  }

  /// Terms that earlier versions lacked, with their implied values.
  private static let earlier = [(name: "accumulate", text: "1"), (name: "row_augmentation", text: "none")]

  /// The text of a term, or nil if there is none.
  subscript(name: String) -> String? { values.first { $0.name == name }?.text }

  /// Whether the terms include the rows' checksums.
  var hasChecksums: Bool { self[Self.datasetChecksum] != nil }

  /// Adds the checksums of rows that can be read repeatedly. This takes a pass over them, so it is done only
  /// for fits that stop.
  ///
  /// - Parameter ranks: the ranks whose datasets the rows belong to. All of them make this call.
  mutating func addChecksums(
    _ dataset: Dataset, _ validation: Dataset?, _ ranks: Ranks? = nil
  ) throws(GenerativeError) {
    guard !hasChecksums else { return }
    let dataset = try Self.checksum(dataset, ranks)
    let validationText = try validation.map { (rows) throws(GenerativeError) in try Self.checksum(rows, ranks)
    }
    add(Self.datasetChecksum, dataset)
    if let validationText { add("validation checksum", validationText) }
  }

  private static let datasetChecksum = "dataset checksum"

  /// A stream is checked as it is read.
  private static func checksum(_ dataset: Dataset, _ ranks: Ranks?) throws(GenerativeError) -> String {
    guard dataset.stream == nil else { return "none" }
    let own = Int(try ranks.together { () throws(GenerativeError) in try dataset.checksum() })
    guard let ranks else { return String(own, radix: 16) }
    let all = try ranks.gather(own)
    // Ranks that share rows have one checksum.
    guard all.contains(where: { $0 != own }) else { return String(own, radix: 16) }
    var joined = Checksum()
    all.withUnsafeBufferPointer { if let base = $0.baseAddress { joined.append(base, count: $0.count) } }
    return String(joined.value, radix: 16)
  }

  private mutating func add(_ name: String, _ value: some CustomStringConvertible) {
    values.append((name, value.description))
  }

  private static func text(_ dataset: Dataset, _ rows: [Int]?) -> String {
    let width = "rows of \(dataset.shape.count) numbers"
    if let count = rows?.reduce(0, +) ?? dataset.rowCount { return "\(count) \(width)" }
    return "a stream of \(width), shuffled among \(max(dataset.stream?.shuffleWindow ?? 1, 1))"
  }

  /// Checks that a fit with the terms `new` and these datasets continues one with these terms.
  ///
  /// A term that only one of the two has comes from another version. It is compared only if its implied value
  /// is known.
  ///
  /// - Throws: `.mismatch`, naming the first difference.
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
      guard let old = self[name] ?? Self.earlier.first(where: { $0.name == name })?.text, old != text else {
        continue
      }
      throw GenerativeError(
        .mismatch, "resume: \(name) was \(old) in the interrupted fit and cannot be \(text)")
    }
  }
}
