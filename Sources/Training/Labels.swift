import Datasets
import Tensors

/// The classes of a conditional model's rows.
package enum Labels {
  /// Draws the labels of rows first ..< first + rows of a seed's samples. All classes have the same
  /// probability.
  package static func draw(
    _ labels: UnsafeMutablePointer<Int32>, rows: Int, first: Int, of classCount: Int, seed: UInt64
  ) {
    // The last step, which no latents are drawn from.
    let random = Random(seed: seed, purpose: .latent, step: .max)
    for row in 0..<rows {
      let label = Int(random.uniform(at: first + row) * Float(classCount))
      labels[row] = Int32(truncatingIfNeeded: min(label, classCount - 1))
    }
  }

  /// Checks that a dataset, if given, has labels, all below `classCount`.
  ///
  /// - Throws: `.argument`.
  package static func check(_ dataset: Dataset?, _ name: String, classCount: Int) throws(GenerativeError) {
    guard classCount > 0, let dataset else { return }
    // A stream's labels are checked as they are read.
    guard !(dataset.stream?.hasLabels ?? false) else { return }
    guard let labels = dataset.labels else {
      throw GenerativeError(.argument, "\(name) has no labels, which a model of \(classCount) classes needs")
    }
    try check(labels.base, rows: labels.count, "\(name)'s labels", classCount: classCount)
  }

  /// Checks that every row's label is below `classCount`.
  ///
  /// - Throws: `.argument`.
  package static func check(
    _ labels: UnsafePointer<Int32>, rows: Int, _ name: String, classCount: Int
  ) throws(GenerativeError) {
    for row in 0..<rows where !(0..<classCount).contains(Int(labels[row])) {
      throw GenerativeError(
        .argument, "\(name)[\(row)] must be between 0 and \(classCount - 1), not \(labels[row])")
    }
  }

  /// Checks that labels are given if and only if a model has classes.
  ///
  /// - Throws: `.state`.
  package static func check(_ labels: UnsafePointer<Int32>?, classCount: Int) throws(GenerativeError) {
    if labels != nil, classCount == 0 {
      throw GenerativeError(.state, "labels were given to a model that was made without n_classes")
    }
    if labels == nil, classCount > 0 {
      throw GenerativeError(.state, "a model of \(classCount) classes needs labels here")
    }
  }
}
