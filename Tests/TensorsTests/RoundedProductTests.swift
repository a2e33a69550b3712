import Kernels
import Tensors
import TestSupport
import Testing

/// m, n, k: few rows, odd, just past the tile, several blocks deep and wide.
private let shapes: [(Int, Int, Int)] = [
  (0, 5, 3), (5, 0, 3), (3, 7, 0), (1, 1, 1), (1, 97, 33), (1, 400, 784), (2, 48, 21), (3, 20, 401),
  (5, 16, 20), (6, 32, 1000), (13, 31, 641), (64, 20, 400), (145, 65, 129), (290, 37, 331),
  (31, 1030, 1101),
]

@Suite("Products of operands rounded to bfloat16")
struct RoundedProductTests {
  /// Every instruction set, with one thread and several.
  static let contexts: [Context] = Kernels.allTables.flatMap { table in
    [1, 3].compactMap { try? Context(threadCount: $0, kernels: table).with(.bfloat16) }
  }

  @Test("every shape and orientation agrees with Double", arguments: contexts.indices)
  func agreesWithDouble(_ index: Int) throws {
    let context = Self.contexts[index]
    for (m, n, k) in shapes {
      for order in 0..<4 {
        let a = try Operand(rows: m, columns: k, isTransposed: order & 1 != 0, seed: 1)
        let b = try Operand(rows: k, columns: n, isTransposed: order & 2 != 0, seed: 2)
        let c = try Buffer<Float>(count: m * n)
        let target = Matrix(c.base, rows: m, columns: n)
        context.multiply(a.matrix, b.matrix, into: target)
        #expect(worstError(a, b, c, scale: 1) < 2e-6, "\(m)×\(n)×\(k) order \(order)")
        context.multiply(a.matrix, b.matrix, into: target, accumulating: true)
        #expect(worstError(a, b, c, scale: 2) < 2e-6, "\(m)×\(n)×\(k) order \(order) accumulating")
      }
    }
  }

  private func worstError(_ a: Operand, _ b: Operand, _ c: Buffer<Float>, scale: Double) -> Double {
    let (m, n) = (a.matrix.rowCount, b.matrix.columnCount)
    var worst = 0.0
    for i in 0..<m {
      for j in stride(from: i % 3, to: n, by: m * n > 10_000 ? 7 : 1) {
        let reference = referenceProduct(a.rounded, b.rounded, row: i, column: j)
        let error = abs(Double(c.base[i * n + j]) - scale * reference.value)
        worst = max(worst, error / max(scale * reference.scale, 1e-30))
      }
    }
    return worst
  }

  @Test("a row's bits depend on neither the batch, the threads nor packing")
  func reproducible() throws {
    for table in Kernels.allTables {
      let one = try Context(threadCount: 1, kernels: table).with(.bfloat16)
      let many = try Context(threadCount: 3, kernels: table).with(.bfloat16)
      for (n, k) in [(400, 784), (20, 400), (33, 1001), (784, 20)] {
        let (a, b) = (try noise(64 * k, seed: 3), try noise(k * n, seed: 4))
        let weights = Matrix(b.base, rows: k, columns: n)
        let packed = try PackedMatrix(weights, in: many)
        func product(_ rows: Int, _ multiply: (_ a: Matrix, _ c: Matrix) -> Void) throws -> [Float] {
          let c = try Buffer<Float>(count: rows * n)
          multiply(Matrix(a.base, rows: rows, columns: k), Matrix(c.base, rows: rows, columns: n))
          return Array(c.elements)
        }
        let whole = try product(64) { many.multiply($0, weights, into: $1) }
        for rows in [1, 2, 3, 4, 7, 23, 64] {
          let wanted = Array(whole.prefix(rows * n))
          #expect(try product(rows) { one.multiply($0, weights, into: $1) } == wanted)
          #expect(try product(rows) { many.multiply($0, packed: packed, into: $1) } == wanted)
        }
      }
    }
  }

  @Test("emulation has the bits of the instruction, also where numbers vanish or overflow")
  func emulation() throws {
    let tables = Kernels.allTables.filter { $0.name.hasPrefix("avx512") }
    guard tables.count == 2 else { return }  // This processor lacks the instruction.
    for (m, n, k) in shapes where m * n * k > 0 {
      for exponent in [-60, -30, 0, 50, 63] {
        let scale = Float(sign: .plus, exponent: exponent, significand: 1)
        let (a, b) = (try noise(m * k, seed: 7), try noise(k * n, seed: 8))
        for i in 0..<a.count { a.base[i] *= i % 5 == 0 ? scale : 1 }
        for i in 0..<b.count { b.base[i] *= i % 7 == 0 ? scale : 1 }
        let results = try tables.map { table in
          let c = try Buffer<Float>(count: m * n)
          try Context(threadCount: 2, kernels: table).with(.bfloat16).multiply(
            Matrix(a.base, rows: m, columns: k), Matrix(b.base, rows: k, columns: n),
            into: Matrix(c.base, rows: m, columns: n))
          return c.elements.map { $0.bitPattern }
        }
        #expect(results[0] == results[1], "\(m)×\(n)×\(k), factor 2^\(exponent)")
      }
    }
  }
}

/// A matrix with gaps between its rows, and the same numbers rounded by a rule of its own.
private struct Operand {
  let matrix: Matrix
  let rounded: Matrix
  private let memory: [Buffer<Float>]

  init(rows: Int, columns: Int, isTransposed: Bool, seed: UInt64) throws {
    let (height, width) = isTransposed ? (columns, rows) : (rows, columns)
    let numbers = try noise(height * (width + 3) + 1, seed: seed)
    let copy = try Buffer<Float>(count: numbers.count)
    for i in 0..<numbers.count { copy.base[i] = Operand.rounded(numbers.base[i]) }
    memory = [numbers, copy]
    let views = memory.map { Matrix($0.base + 1, rows: height, columns: width, rowStride: width + 3) }
    matrix = isTransposed ? views[0].transposed : views[0]
    rounded = isTransposed ? views[1].transposed : views[1]
  }

  /// x rounded to 8 significant bits, to nearest even.
  private static func rounded(_ x: Float) -> Float {
    guard x != 0 else { return 0 }
    let unit = Float(sign: .plus, exponent: x.exponent - 7, significand: 1)
    return (x / unit).rounded(.toNearestOrEven) * unit
  }
}
