import Tensors

/// The names of rows, columns and classes, and a record of the files that the rows came from.
package struct DataNames: Sendable {
  /// The names of the classes, by class number; empty if there are none.
  package var classes: [String] = []
  /// The names of a table's columns; empty if there are none.
  package var columns: [String] = []
  /// The file that each row came from; empty unless each row came from its own file.
  package var paths: [String] = []
  /// A record of the files that were examined.
  package var account = FileAccount()

  package init() {}
}

/// A record of the files that were examined for rows.
package struct FileAccount: Sendable {
  /// The number of files found, read or not.
  package var fileCount = 0
  package var rowCount = 0
  /// Files that should have been read but could not be: "a.jpg: the file ends early".
  package var skipped: [String] = []
  /// Rows with missing pixels, in order: "a.jpg: the file ends early".
  package var damaged: [String] = []
  /// Files that were ignored because of their type.
  package var passed: [(path: String, kind: String)] = []
  /// The number of files beyond the caller's limit of rows.
  package var leftOutCount = 0

  /// How many files of each kind were ignored: "3 WebP, 1 empty".
  private var kinds: String {
    var counts: [(kind: String, count: Int)] = []
    for (_, kind) in passed {
      if let index = counts.firstIndex(where: { $0.kind == kind }) {
        counts[index].count += 1
      } else {
        counts.append((kind, 1))
      }
    }
    return counts.map { "\($0.count) \($0.kind)" }.joined(separator: ", ")
  }

  /// One line: "7 rows of 10 files; 1 skipped (a.jpg: the file ends early); 2 passed over: 2 WebP".
  package var line: String {
    var line = "\(rowCount) rows of \(fileCount) files"
    func tell(_ files: [String], _ what: String) {
      guard let first = files.first else { return }
      line += "; \(files.count) \(what) (\(first)\(files.count > 1 ? " …" : ""))"
    }
    if leftOutCount > 0 { line += "; \(leftOutCount) left out by max_rows" }
    tell(skipped, "skipped")
    tell(damaged, "with missing pixels, which are gray")
    if !passed.isEmpty { line += "; \(passed.count) passed over: \(kinds)" }
    return line
  }
}
