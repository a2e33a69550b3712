import Datasets
import Tensors

extension NearestRows {
  /// labels[i] ← the most frequent class among the `neighbours` nearest rows of `dataset`; ties go to the
  /// lower class.
  ///
  /// - Throws: `.state` for a dataset without labels; errors of `find`.
  package static func classify(
    _ rows: UnsafePointer<Float>, count: Int, neighbours: Int, in dataset: Dataset,
    labels: UnsafeMutablePointer<Int32>
  ) throws(GenerativeError) {
    guard let classes = dataset.labels else { throw GenerativeError(.state, "the dataset has no labels") }
    guard let places = checkedProduct(count, neighbours) else {
      throw GenerativeError(.memory, "\(neighbours) neighbours of \(count) rows do not fit in memory")
    }
    let indices = try Buffer<Int64>(count: places, in: dataset.context.memory)
    try find(rows, count: count, neighbours: neighbours, in: dataset, indices: indices.base, distances: nil)
    let votes = try Buffer<Int32>(count: dataset.classCount, in: dataset.context.memory)
    for i in 0..<count {
      votes.base.update(repeating: 0, count: votes.count)
      for k in 0..<neighbours { votes.base[Int(classes.base[Int(indices.base[i * neighbours + k])])] += 1 }
      var best = 0
      for c in 1..<max(votes.count, 1) where votes.base[c] > votes.base[best] { best = c }
      labels[i] = Int32(best)
    }
  }
}
