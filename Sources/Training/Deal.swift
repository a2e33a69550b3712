import Datasets
import Tensors

/// How the rows of an epoch are distributed: to steps, and within each step to ranks.
///
/// Shared rows are the same on every rank, in one order. Each rank takes its part of every batch, so R ranks
/// with B rows each see the batches that one rank with R·B rows would see:
///
///     batch s = places s·R·B ..< (s + 1)·R·B of the order of all n rows
///     rank r takes places r·n/R ..< (r + 1)·n/R of a batch of n rows
///
/// If each rank has its own rows, each has its own order. The largest dataset is cut into batches of B rows;
/// the others spread theirs evenly over as many steps. The batch consists of rank 0's rows, then rank 1's, …
package struct Deal: Sendable {
  /// A rank's part of a batch.
  package struct Slice: Sendable {
    /// Positions in the order of the rank's dataset.
    package var places: Range<Int>
    /// The index of its first row in the batch.
    package var firstRow: Int
    /// The number of rows in the batch.
    package var totalRows: Int
    package var rowCount: Int { places.count }
  }

  package let rank: Int
  package let rankCount: Int
  /// The number of rows in a full batch on each rank.
  package let batchRows: Int
  /// The row counts of the ranks' datasets; for shared rows, a single number.
  package let rowCounts: [Int]

  package init(rank: Int, rankCount: Int, batchRows: Int, rowCounts: [Int]) {
    self.rank = rank
    self.rankCount = rankCount
    self.batchRows = batchRows
    self.rowCounts = rowCounts
  }

  private var isShared: Bool { rowCounts.count == 1 }
  private var largest: Int { rowCounts.max() ?? 0 }
  /// The number of positions in the largest order that a step takes.
  private var stride: Int { isShared ? rankCount * batchRows : batchRows }

  /// The number of steps until every row was used.
  package var stepCount: Int { largest == 0 ? 0 : (largest - 1) / stride + 1 }

  /// This rank's part of step `step`, counted from 0; empty after the last step.
  package func slice(_ step: Int) -> Slice {
    let first = min(step * stride, largest)
    let last = min(first + stride, largest)
    if isShared {
      let (places, total) = (Self.places(of: last - first, rank, of: rankCount), last - first)
      return Slice(
        places: first + places.lowerBound..<first + places.upperBound, firstRow: places.lowerBound,
        totalRows: total)
    }
    var slice = Slice(places: 0..<0, firstRow: 0, totalRows: 0)
    for (other, count) in rowCounts.enumerated() {
      let places = first * count / largest..<last * count / largest
      if other == rank { (slice.places, slice.firstRow) = (places, slice.totalRows) }
      slice.totalRows += places.count
    }
    return slice
  }

  /// The positions that a rank takes of a batch with `total` shared rows.
  static func places(of total: Int, _ rank: Int, of rankCount: Int) -> Range<Int> {
    rank * total / rankCount..<(rank + 1) * total / rankCount
  }
}
