import Glibc
import Models
import Statistics
import Tensors
import Testing

/// PCA by one-sided Jacobi rotations in Double: the singular values of the centred rows themselves,
/// so that small ones are right to many digits (Demmel & Veselić 1992). Slow and independent of the
/// library.
struct PCAReference {
  /// min(n, d) variances, falling.
  var variances: [Double] = []
  /// The direction of each, d elements.
  var directions: [[Double]] = []
  var mean: [Double]

  init(_ rows: [[Float]]) {
    let n = rows.count
    let d = rows[0].count
    mean = (0..<d).map { j in rows.reduce(0.0) { $0 + Double($1[j]) } / Double(n) }
    // Columns of the matrix to orthogonalise: the shorter side.
    var columns: [[Double]]
    let centred = rows.map { row in (0..<d).map { Double(row[$0]) - mean[$0] } }
    let isWide = n < d
    if isWide { columns = centred } else { columns = (0..<d).map { j in centred.map { $0[j] } } }
    let count = columns.count
    var turned = (0..<count).map { i in (0..<count).map { $0 == i ? 1.0 : 0 } }
    func dot(_ x: [Double], _ y: [Double]) -> Double { zip(x, y).reduce(0) { $0 + $1.0 * $1.1 } }
    for _ in 0..<60 {
      var rotated = false
      for p in 0..<count {
        for q in p + 1..<max(count, p + 1) {
          let a = dot(columns[p], columns[p])
          let b = dot(columns[q], columns[q])
          let c = dot(columns[p], columns[q])
          if abs(c) <= 1e-15 * (a * b).squareRoot() || c == 0 { continue }
          rotated = true
          let zeta = (b - a) / (2 * c)
          let t = (zeta < 0 ? -1 : 1) / (abs(zeta) + (1 + zeta * zeta).squareRoot())
          let cosine = 1 / (1 + t * t).squareRoot()
          let sine = cosine * t
          for matrix in 0...1 {
            let x = matrix == 0 ? columns[p] : turned[p]
            let y = matrix == 0 ? columns[q] : turned[q]
            let u = zip(x, y).map { cosine * $0 - sine * $1 }
            let v = zip(x, y).map { sine * $0 + cosine * $1 }
            if matrix == 0 { (columns[p], columns[q]) = (u, v) } else { (turned[p], turned[q]) = (u, v) }
          }
        }
      }
      if !rotated { break }
    }
    let squares = columns.map { dot($0, $0) }
    for i in (0..<count).sorted(by: { squares[$0] > squares[$1] }) {
      variances.append(squares[i] / Double(n - 1))
      let norm = squares[i].squareRoot()
      directions.append(isWide ? columns[i].map { norm > 0 ? $0 / norm : 0 } : turned[i])
    }
  }
}

/// Rows for tests, in memory that a `Matrix` may view as long as this lives.
struct TestRows: RowSource {
  let buffer: Buffer<Float>
  let rowCount: Int
  let columnCount: Int

  init(_ rows: [[Float]]) throws {
    rowCount = rows.count
    columnCount = rows.first?.count ?? 0
    buffer = try Buffer(count: rowCount * columnCount)
    for (i, row) in rows.enumerated() {
      for (j, value) in row.enumerated() { buffer[i * columnCount + j] = value }
    }
  }

  init(rows: Int, columns: Int) throws {
    rowCount = rows
    columnCount = columns
    buffer = try Buffer(count: rows * columns)
  }

  var matrix: Matrix { Matrix(buffer.base, rows: rowCount, columns: columnCount) }

  var knownRowCount: Int? { rowCount }

  func forEachBatch(_ body: (RowBatch) throws(GenerativeError) -> Void) throws(GenerativeError) {
    defer { withExtendedLifetime(buffer) {} }
    try body(.floats(matrix))
  }

  func slice(_ range: Range<Int>) -> Matrix {
    Matrix(buffer.base + range.lowerBound * columnCount, rows: range.count, columns: columnCount)
  }

  subscript(i: Int) -> [Float] { (0..<columnCount).map { buffer[i * columnCount + $0] } }
}

/// Numbers for tests, each a function of seed and position.
struct TestNumbers {
  private let random: Random
  private var position = 0

  init(seed: Int) { random = Random(seed: UInt64(seed), purpose: .test) }

  mutating func uniform() -> Double {
    position += 1
    return (Double(random.uniform(at: position)) + 0x1p-25)
  }

  mutating func normal() -> Double {
    let u = uniform()
    return (-2 * log(u)).squareRoot() * cos(2 * .pi * uniform())
  }

  mutating func laplacian() -> Double {
    let u = uniform() - 0.5
    return (u < 0 ? 1 : -1) * log(1 - 2 * abs(u))
  }

  /// n rows of d normals mixed so that the deviations fall by `condition` over the columns.
  mutating func mixedRows(_ n: Int, _ d: Int, rank: Int, condition: Double, offset: Double = 0) -> [[Float]] {
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

/// Little-endian numbers in a file beside the tests.
func golden<Value: BitwiseCopyable>(_ name: String, as: Value.Type, file: String = #filePath) throws
  -> [Value]
{
  var path = file
  for _ in 0..<2 { path = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]) }
  let stream = try #require(fopen(path + "/Golden/" + name, "rb"))
  defer { fclose(stream) }
  fseek(stream, 0, SEEK_END)
  let count = ftell(stream) / MemoryLayout<Value>.stride
  fseek(stream, 0, SEEK_SET)
  return [Value](unsafeUninitializedCapacity: count) { buffer, initialized in
    initialized = fread(buffer.baseAddress, MemoryLayout<Value>.stride, count, stream)
  }
}
