import Tensors

/// Rows of one shape from anywhere, read as N × H × W × C floats.
///
/// A dataset never changes, so any number of threads may read rows in memory. A dataset backed by a callback
/// is a stream without a row count, which is read in order (`stream`).
package final class Dataset: Sendable {
  enum Source: Sendable {
    case memory(StridedRows)
    case pictures(LazyPictures)
    case stream(RowStream)
  }

  /// Maximum number of rows of a dataset, so that an `Int32` can index them.
  package static let largestRowCount = Int(Int32.max)

  /// The shape of one row.
  package let shape: Shape
  /// The class of every row, or nil.
  package let labels: Buffer<Int32>?
  /// One more than the largest label, or the number of named classes if that is larger; 0 without labels, and
  /// for a stream.
  package let classCount: Int
  /// The known factors of every row, or nil.
  package let factors: FactorTable?
  /// The names of rows, columns and classes, or nil.
  package let names: DataNames?
  /// The index in `names` of the source's first row.
  let firstNamedRow: Int
  /// Whether rows in memory were checked for NaN and infinity when the dataset was created. If not, `read`
  /// finds them, and users of `withFloats` must check.
  package let isChecked: Bool
  /// The context that runs the reading and accounts for memory.
  package let context: Context

  let source: Source
  /// The indices of these rows in the source, in order; nil for all rows.
  let selection: Buffer<Int32>?
  /// The preparation of rows that are read as floats; nil if there is none.
  let preparation: Preparation?
  /// The target of each row, in the same order. nil: the row itself. Views have none.
  package let targets: Dataset?
  /// Keeps the memory behind `source` alive.
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

  /// The number of rows; nil for a stream, whose row count is unknown.
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

  /// Whether rows have class labels.
  package var hasLabels: Bool { labels != nil || stream?.hasLabels ?? false }

  /// The element type of the source; streams provide floats.
  package var elementKind: ElementKind {
    switch source {
    case .memory(let rows): rows.kind
    case .pictures: .uint8
    case .stream: .float32
    }
  }

  /// The file that a row came from; nil if it is unknown.
  package func path(ofRow row: Int) -> String? {
    guard let names, row >= 0, row < rowCount ?? 0 else { return nil }
    let place = firstNamedRow + sourceRow(row)
    return names.paths.indices.contains(place) ? names.paths[place] : nil
  }

  /// - Throws: `.unsupported` for a stream.
  func requireRowNumbers() throws(GenerativeError) {
    if case .stream = source {
      throw GenerativeError(
        .unsupported, "this needs rows in any order, but a stream has its own order")
    }
  }
}

/// Owners are kept alive but never used.
struct AnyObjectBox: @unchecked Sendable {
  let object: AnyObject
}
