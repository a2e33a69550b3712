import Kernels

/// Compares every kernel of every table that this CPU can run with plain loops in Double.
///
/// A program, because Swift Testing cannot import modules built as Embedded Swift. The tests of the ordinary
/// build check the same functions through Tensors.
@c(main) public func main() -> Int32 {
  var count = 0
  var wrongCount = 0
  for table in Kernels.allTables {
    let cases = Cases(table)
    cases.checkProducts()
    // Tables of the same width sum in the same order, whether an instruction multiplies bfloat16 numbers or not.
    for other in Kernels.allTables where other.laneCount == table.laneCount && other.name != table.name {
      cases.checkRoundedBits(of: other)
    }
    cases.checkMoments()
    cases.checkWinograd()
    cases.checkElementwise()
    cases.checkFunctions()
    cases.checkReductions()
    cases.checkOptimizers()
    cases.checkRandom()
    cases.checkDoubles()
    print("\(table.name): \(cases.count) cases, the largest error is \(cases.largestShare) of its limit")
    count += cases.count
    wrongCount += cases.wrongCount
  }
  print("\(count) cases, \(wrongCount) wrong")
  return wrongCount == 0 ? 0 : 1
}
