import Tensors

/// Whether two sets of rows can be distinguished. Each row of both sets together is assigned to the set of
/// its nearest other row (leave-one-out).
///
/// If the sets are equally large and from the same distribution, half of the rows are assigned correctly. All
/// are if the sets are far apart, and fewer than half if rows of one are copies of the other's. Lopez-Paz &
/// Oquab, "Revisiting classifier two-sample tests", ICLR 2017; Xu et al., "An empirical study on evaluation
/// metrics of generative adversarial networks", 2018.
package struct TwoSampleTest: Equatable {
  /// The fraction of correctly assigned rows in each set.
  package var first = 0.0
  package var second = 0.0
  /// The fraction of correctly assigned rows in both sets together.
  package var accuracy = 0.0

  /// Cost: 2 · (rows of both)² · row size FLOPs.
  ///
  /// - Throws: `.memory`.
  package init(
    _ a: UnsafePointer<Float>, count aCount: Int, _ b: UnsafePointer<Float>, count bCount: Int,
    rowSize: Int, context: Context
  ) throws(GenerativeError) {
    let count = aCount + bCount
    guard let floats = checkedProduct(count, rowSize) else {
      throw GenerativeError(.memory, "\(count) rows of \(rowSize) do not fit in memory")
    }
    let rows = try Buffer<Float>(count: floats, in: context.memory)
    rows.base.update(from: a, count: aCount * rowSize)
    (rows.base + aCount * rowSize).update(from: b, count: bCount * rowSize)
    let distances = SquaredDistances(width: rowSize, context: context)
    let center = try CentredRows.about(meanOf: rows.base, count: count, width: rowSize, context: context)
    let all = try CentredRows(rows.base, count: count, center: center, distances, context: context)
    let isRight = try Buffer<Bool>(count: count, in: context.memory)
    try distances.forEachBlock(of: all, to: all) { squares, first, some in
      context.parallel(some) { k in
        let (row, i) = (squares + k * count, first + k)
        row[i] = .infinity
        let nearestOfFirst = UnsafeBufferPointer(start: row, count: aCount).min() ?? .infinity
        let nearestOfSecond = UnsafeBufferPointer(start: row + aCount, count: bCount).min() ?? .infinity
        isRight.base[i] = i < aCount ? nearestOfFirst < nearestOfSecond : nearestOfSecond < nearestOfFirst
      }
    }
    let rightOfFirst = isRight.elements.prefix(aCount).count { $0 }
    let right = isRight.elements.count { $0 }
    first = Double(rightOfFirst) / Double(aCount)
    second = Double(right - rightOfFirst) / Double(bCount)
    accuracy = Double(right) / Double(count)
  }
}
