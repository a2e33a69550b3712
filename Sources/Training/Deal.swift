import Datasets
import Tensors

/// How the rows of an epoch are dealt out: to steps, and at each step to ranks.
///
/// Shared rows are the same on every rank, in one order; each rank takes its part of every batch, so that
/// R ranks of B rows each see the batches that one rank of R·B rows would:
///
///     batch s = places s·R·B ..< (s + 1)·R·B of the order, of n rows in all
///     rank r takes places r·n/R ..< (r + 1)·n/R of the batch
///
/// Rows of a rank's own are in an order of its own. The largest dataset makes its batches of B rows; the
/// others spread theirs evenly over as many steps. The batch is rank 0's rows, then rank 1's, …
package struct Deal: Sendable {
  /// What a rank has of one batch.
  package struct Slice: Sendable {
    /// Places in the order of the rank's dataset.
    package var places: Range<Int>
    /// Where its first row stands in the batch.
    package var firstRow: Int
    /// Rows of the batch.
    package var totalRows: Int
    package var rowCount: Int { places.count }
  }

  package let rank: Int
  package let rankCount: Int
  /// Rows of a full batch on each rank.
  package let batchRows: Int
  /// Rows of each rank's dataset; of shared rows, one number.
  package let rowCounts: [Int]

  package init(rank: Int, rankCount: Int, batchRows: Int, rowCounts: [Int]) {
    self.rank = rank
    self.rankCount = rankCount
    self.batchRows = batchRows
    self.rowCounts = rowCounts
  }

  private var isShared: Bool { rowCounts.count == 1 }
  private var largest: Int { rowCounts.max() ?? 0 }
  /// Places of the largest order that a step takes.
  private var stride: Int { isShared ? rankCount * batchRows : batchRows }

  /// Steps until every row was dealt out.
  package var stepCount: Int { largest == 0 ? 0 : (largest - 1) / stride + 1 }

  /// What this rank has at a step, from 0; empty after the last.
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

  /// The places of a batch of `total` shared rows that a rank takes.
  static func places(of total: Int, _ rank: Int, of rankCount: Int) -> Range<Int> {
    rank * total / rankCount..<(rank + 1) * total / rankCount
  }
}
