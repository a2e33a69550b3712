import Tensors

/// Rows of one shape from anywhere, read as N × H × W × C floats.
///
/// A dataset never changes: rows in memory may be read from any number of threads. A dataset behind
/// a callback is a stream, without a row count, that is read in order (`stream`).
package final class Dataset: Sendable {
  enum Source: Sendable {
    case memory(StridedRows)
    case pictures(LazyPictures)
    case stream(RowStream)
  }

  /// The most rows a dataset may have, so that an `Int32` names any.
  package static let largestRowCount = Int(Int32.max)

  /// The shape of one row.
  package let shape: Shape
  /// The class of every row, or nil.
  package let labels: Buffer<Int32>?
  /// One more than the largest label, or the number of named classes if that is more; 0 without labels, and for a
  /// stream.
  package let classCount: Int
  /// What is known about every row, or nil.
  package let factors: FactorTable?
  /// What rows, columns and classes are called; nil: nothing.
  package let names: DataNames?
  /// Which of the names' rows is the source's first.
  let firstNamedRow: Int
  /// Whether no row in memory held a NaN or an infinity when the dataset was made. Else `read` finds them,
  /// and who takes `withFloats` must look.
  package let isChecked: Bool
  /// Where the work of reading runs and memory is accounted.
  package let context: Context

  let source: Source
  /// Which of the source's rows these are, in order; nil for all.
  let selection: Buffer<Int32>?
  /// What is done to rows that are read as floats; nil: nothing.
  let preparation: Preparation?
  /// What a model is to make of each row, in the same order; nil: the row itself. Views have none.
  package let targets: Dataset?
  /// Keeps the memory under `source` alive.
  let owner: AnyObjectBox?

  init(
    shape: Shape, source: Source, owner: AnyObject? = nil, selection: Buffer<Int32>? = nil,
    labels: Buffer<Int32>? = nil, factors: FactorTable? = nil, names: DataNames? = nil,
    firstNamedRow: Int = 0, preparation: Preparation? = nil, targets: Dataset? = nil,
    isChecked: Bool = true, context: Context
  ) {
    self.shape = shape
    self.source = source
    self.owner = owner.map(AnyObjectBox.init)
    self.selection = selection
    self.labels = labels
    self.factors = factors
    self.names = names
    self.firstNamedRow = firstNamedRow
    self.preparation = preparation
    self.targets = targets
    self.isChecked = isChecked
    self.context = context
    classCount = labels.map { max(Int($0.elements.max() ?? -1) + 1, names?.classes.count ?? 0) } ?? 0
  }

  /// How many rows there are; nil for a stream, which does not know.
  package var rowCount: Int? {
    switch source {
    case .memory(let rows): selection?.count ?? rows.rowCount
    case .pictures(let pictures): selection?.count ?? pictures.rowCount
    case .stream: nil
    }
  }

  /// The stream behind this dataset, if it is one.
  package var stream: RowStream? {
    if case .stream(let stream) = source { stream } else { nil }
  }

  /// Whether rows come with their classes.
  package var hasLabels: Bool { labels != nil || stream?.hasLabels ?? false }

  /// What the source's numbers are; streams hand out floats.
  package var elementKind: ElementKind {
    switch source {
    case .memory(let rows): rows.kind
    case .pictures: .uint8
    case .stream: .float32
    }
  }

  /// The file that a row came from; nil where rows have none.
  package func path(ofRow row: Int) -> String? {
    guard let names, row >= 0, row < rowCount ?? 0 else { return nil }
    let place = firstNamedRow + sourceRow(row)
    return names.paths.indices.contains(place) ? names.paths[place] : nil
  }

  /// - Throws: `.unsupported` for a stream.
  func requireRowNumbers() throws(GenerativeError) {
    if case .stream = source {
      throw GenerativeError(
        .unsupported, "this needs rows in any order; a dataset behind a callback gives them in its own")
    }
  }
}

/// Owners are only kept, never called.
struct AnyObjectBox: @unchecked Sendable {
  let object: AnyObject
}
