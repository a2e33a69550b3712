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
