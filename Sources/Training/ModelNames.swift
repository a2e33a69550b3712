import Checkpoints
import Datasets
import Tensors

/// Names in the data that a model was fitted to.
package struct ModelNames: Sendable, Equatable {
  /// The names of classes, by class number; empty if there are none.
  package private(set) var classes: [String] = []
  /// The names of a table's columns; empty if there are none.
  package private(set) var columns: [String] = []

  /// The limit leaves room for all other metadata of a file.
  private static let largestByteCount = 1 << 18

  package init() {}

  /// - Returns: nil if the data has no names, or too many to keep.
  package init?(_ dataset: Dataset) {
    guard let names = dataset.names, !names.classes.isEmpty || !names.columns.isEmpty else { return nil }
    let byteCount = (names.classes + names.columns).reduce(0) { $0 + $1.utf8.count + 3 }
    guard byteCount <= Self.largestByteCount else {
      dataset.context.log(
        .warning, "the names of classes and columns are too long to be kept: \(byteCount) bytes")
      return nil
    }
    (classes, columns) = (names.classes, names.columns)
  }

  /// Reads the names from a file.
  package init(_ checkpoint: Checkpoint) throws(GenerativeError) {
    classes = try checkpoint.optionTextList("names.classes")
    columns = try checkpoint.optionTextList("names.columns")
  }

  package func add(to checkpoint: inout Checkpoint) throws(GenerativeError) {
    if !classes.isEmpty { try checkpoint.setOption("names.classes", classes) }
    if !columns.isEmpty { try checkpoint.setOption("names.columns", columns) }
  }

  /// Rejects data whose classes or columns differ from those that the model was fitted to.
  ///
  /// - Parameter canLackLast: whether the data may lack the model's last classes.
  /// - Throws: `.mismatch`.
  package func check(
    _ dataset: Dataset, _ role: String = "dataset", canLackLast: Bool = false
  ) throws(GenerativeError) {
    guard let others = dataset.names else { return }
    let known = canLackLast ? Array(classes.prefix(others.classes.count)) : classes
    for (what, own, given) in [("classes", known, others.classes), ("columns", columns, others.columns)]
    where !own.isEmpty && !given.isEmpty && own != given {
      let place =
        (0..<max(own.count, given.count)).first { $0 >= min(own.count, given.count) || own[$0] != given[$0] }
        ?? 0
      func name(_ names: [String]) -> String { place < names.count ? quoted(names[place]) : "none" }
      throw GenerativeError(
        .mismatch,
        "the \(what) of \(role) differ from the model's: number \(place) is \(name(given)), but \(name(own)) in the model"
      )
    }
  }
}
