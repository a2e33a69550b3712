import Testing
import Training

/// How rows are dealt out to steps and ranks.
@Suite struct DealTests {
  @Test(arguments: [[70], [1], [64]], [1, 3, 5])
  func `Shared rows are distributed completely, batch by batch`(_ counts: [Int], _ ranks: Int) {
    let deals = (0..<ranks).map { Deal(rank: $0, rankCount: ranks, batchRows: 4, rowCounts: counts) }
    let stride = 4 * ranks
    #expect(deals[0].stepCount == (counts[0] + stride - 1) / stride)
    for step in 0..<deals[0].stepCount {
      let slices = deals.map { $0.slice(step) }
      let places = slices.flatMap { Array($0.places) }
      #expect(places == Array(step * stride..<min((step + 1) * stride, counts[0])))
      #expect(slices.allSatisfy { $0.totalRows == places.count && $0.rowCount <= 4 })
      for slice in slices where slice.rowCount > 0 {
        #expect(places[slice.firstRow] == slice.places.lowerBound)
      }
    }
    #expect(deals[0].slice(deals[0].stepCount).totalRows == 0)
  }

  @Test func `Each rank's own rows are spread over the steps of the largest dataset`() {
    let counts = [30, 7, 19]
    let deals = (0..<3).map { Deal(rank: $0, rankCount: 3, batchRows: 8, rowCounts: counts) }
    #expect(deals[0].stepCount == 4)
    for (deal, count) in zip(deals, counts) {
      #expect((0..<4).flatMap { Array(deal.slice($0).places) } == Array(0..<count))
      #expect((0..<4).allSatisfy { deal.slice($0).rowCount <= 8 })
    }
    for step in 0..<4 {
      let slices = deals.map { $0.slice(step) }
      #expect(
        slices.map(\.firstRow) == [0, slices[0].rowCount, slices[0].rowCount + slices[1].rowCount])
      #expect(slices.allSatisfy { $0.totalRows == slices.map(\.rowCount).reduce(0, +) })
    }
  }
}
