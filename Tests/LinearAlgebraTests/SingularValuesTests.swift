import Glibc
import LinearAlgebra
import Tensors
import TestSupport
import Testing

@Suite struct SingularValuesTests {
  /// diag(σ) between reflections at random vectors, n × width.
  private func matrix(_ values: [Double], width: Int, seed: Int) throws -> Buffer<Double> {
    let n = values.count
    var random = TestNumbers(seed: seed)
    let m = try Buffer<Double>(count: n * width)
    for i in 0..<n { m[i * width + i] = values[i] }
    func reflect(_ count: Int, _ others: Int, _ element: (_ along: Int, _ other: Int) -> Int) {
      for _ in 0..<2 {
        let v = (0..<count).map { _ in random.normal() }
        let square = v.reduce(0) { $0 + $1 * $1 }
        for other in 0..<others {
          let dot = (0..<count).reduce(0) { $0 + v[$1] * m[element($1, other)] }
          for k in 0..<count { m[element(k, other)] -= 2 * dot / square * v[k] }
        }
      }
    }
    reflect(n, width) { $0 * width + $1 }
    reflect(width, n) { $1 * width + $0 }
    return m
  }

  @Test(arguments: [(1, 1), (1, 5), (2, 2), (7, 31), (64, 64), (90, 131)], [0, 4, 13])
  func `Small values are as exact as large ones`(_ size: (n: Int, width: Int), _ decades: Int) throws {
    let (n, width) = size
    let wanted = (0..<n).map { pow(10, -Double(decades) * Double($0) / Double(max(n - 1, 1))) }
    let m = try matrix(wanted, width: width, seed: n)
    let found = try [1, 2].map { threads in
      try SingularValues(
        DoubleMatrix(m.base, rows: n, columns: width), in: Context(threadCount: threads))
    }
    #expect(found[0].values.elements.elementsEqual(found[1].values.elements))
    for i in 0..<n {
      // Roots of the Gram matrix' eigenvalues would be 1e-8 off.
      #expect(abs(found[0].values[i] - wanted[i]) < 2e-14, "\(found[0].values[i]), not \(wanted[i])")
    }
  }

  @Test func `Zeros and equal rows have none`() throws {
    let m = try Buffer<Double>(count: 4 * 6)
    let zeros = try SingularValues(DoubleMatrix(m.base, rows: 4, columns: 6), in: .standard).values
    for i in 0..<4 { #expect(zeros[i] == 0) }
    for i in 0..<24 { m[i] = 1 }
    let values = try SingularValues(DoubleMatrix(m.base, rows: 4, columns: 6), in: .standard).values
    #expect(abs(values[0] - 24.0.squareRoot()) < 1e-14)
    for i in 1..<4 { #expect(values[i] < 1e-14) }
  }

  @Test func `More rows than columns are refused`() throws {
    let m = try Buffer<Double>(count: 6)
    #expect(throws: GenerativeError.self) {
      try SingularValues(DoubleMatrix(m.base, rows: 3, columns: 2), in: .standard)
    }
  }
}
