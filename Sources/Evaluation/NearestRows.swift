import Datasets
import Tensors

/// The rows of a dataset that are nearest to given ones: do a model's rows copy its training data?
package enum NearestRows {
  private static let blockRows = 1024

  /// indices, distances[i, k] ← the k-th nearest row of `dataset` to row i, nearest first, and its Euclidean
  /// distance. Ties go to the lower index. Either output may be nil.
  ///
  /// Cost: 2 · rows · dataset rows · row size FLOPs.
  /// - Throws: `.unsupported` for a stream; `.memory`.
  package static func find(
    _ rows: UnsafePointer<Float>, count: Int, neighbours: Int, in dataset: Dataset,
    indices: UnsafeMutablePointer<Int64>?, distances: UnsafeMutablePointer<Float>?
  ) throws(GenerativeError) {
    let (context, width) = (dataset.context, dataset.shape.count)
    guard let rowCount = dataset.rowCount else {
      throw GenerativeError(.unsupported, "nearest rows need a dataset that can be read in any order")
    }
    let block = min(blockRows, rowCount)
    guard let squareCount = checkedProduct(count, block), let bestCount = checkedProduct(count, neighbours),
      let blockFloats = checkedProduct(block, width)
    else { throw GenerativeError(.memory, "distances of \(count) rows do not fit in memory") }
    let measure = SquaredDistances(width: width, context: context)
    let candidates = try Buffer<Float>(count: blockFloats, in: context.memory)
    let candidateNorms = try Buffer<Float>(count: block, in: context.memory)
    let squares = try Buffer<Float>(count: squareCount, in: context.memory)
    let best = try Buffer<Float>(count: bestCount, in: context.memory)
    let bestIndices = try Buffer<Int64>(count: bestCount, in: context.memory)
    best.base.update(repeating: .infinity, count: bestCount)
    // Relative to the first row instead of the origin, so that the terms of the product are smaller.
    let center = try Buffer<Float>(count: width, in: context.memory)
    try dataset.read(range: 0..<1, into: center.base)
    let queries = try CentredRows(rows, count: count, center: center, measure, context: context)

    var first = 0
    while first < rowCount {
      try Run.proceed(first, of: rowCount)
      let some = min(block, rowCount - first)
      try dataset.read(range: first..<first + some, into: candidates.base)
      measure.center(candidates.base, count: some, at: center.base)
      measure.norms(candidates.base, count: some, into: candidateNorms.base)
      measure.fill(
        squares.base, queries.rows.base, norms: queries.norms.base, count: count, candidates.base,
        norms: candidateNorms.base, count: some)
      let start = first
      context.parallel(count) { i in
        let (row, list, places) = (
          squares.base + i * some, best.base + i * neighbours, bestIndices.base + i * neighbours
        )
        for j in 0..<some where row[j] < list[neighbours - 1] {
          insert(row[j], into: list, count: neighbours, Int64(start + j), into: places)
        }
      }
      first += some
    }
    for i in 0..<count {
      try refine(
        rows + i * width, best.base + i * neighbours, bestIndices.base + i * neighbours, count: neighbours,
        in: dataset, candidates.base)
    }
    if let indices { indices.update(from: bestIndices.base, count: bestCount) }
    guard let distances else { return }
    for i in 0..<bestCount { distances[i] = best.base[i].squareRoot() }
  }

  /// Replaces the product's distances by exact ones, and sorts the list by them. The product's distances lose
  /// digits for rows that are close to each other and far from the origin.
  private static func refine(
    _ x: UnsafePointer<Float>, _ list: UnsafeMutablePointer<Float>, _ places: UnsafeMutablePointer<Int64>,
    count: Int, in dataset: Dataset, _ row: UnsafeMutablePointer<Float>
  ) throws(GenerativeError) {
    for k in 0..<count {
      let (place, index) = (places[k], Int(places[k]))
      try dataset.read(range: index..<index + 1, into: row)
      var square = 0.0
      for j in 0..<dataset.shape.count {
        let d = Double(x[j]) - Double(row[j])
        square += d * d
      }
      // The entries before k are already sorted.
      var slot = k
      while slot > 0, (Float(square), place) < (list[slot - 1], places[slot - 1]) {
        list[slot] = list[slot - 1]
        places[slot] = places[slot - 1]
        slot -= 1
      }
      list[slot] = Float(square)
      places[slot] = place
    }
  }
}
