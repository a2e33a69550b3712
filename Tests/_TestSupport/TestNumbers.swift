import Glibc
import Tensors

/// Numbers for tests, each a function of seed and position.
package struct TestNumbers {
  private let random: Random
  private var position = 0

  package init(seed: Int) { random = Random(seed: UInt64(seed), purpose: .test) }

  package mutating func uniform() -> Double {
    position += 1
    return (Double(random.uniform(at: position)) + 0x1p-25)
  }

  package mutating func normal() -> Double {
    let u = uniform()
    return (-2 * log(u)).squareRoot() * cos(2 * .pi * uniform())
  }

  package mutating func laplacian() -> Double {
    let u = uniform() - 0.5
    return (u < 0 ? 1 : -1) * log(1 - 2 * abs(u))
  }

  /// n rows of d normals mixed so that the deviations fall by `condition` over the columns.
  package mutating func mixedRows(_ n: Int, _ d: Int, rank: Int, condition: Double, offset: Double = 0)
    -> [[Float]]
  {
    let mixing = (0..<rank).map { _ in (0..<d).map { _ in normal() / Double(d).squareRoot() } }
    return (0..<n).map { _ in
      var row = [Double](repeating: offset, count: d)
      for r in 0..<rank {
        let size = pow(condition, -Double(r) / Double(max(rank - 1, 1)))
        let z = normal() * size
        for j in 0..<d { row[j] += z * mixing[r][j] }
      }
      return row.map { Float($0) }
    }
  }
}
