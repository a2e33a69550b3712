import Glibc
import Kernels
import TestSupport
import Tensors
import Testing

/// Every float whose bit pattern is a multiple of a stride, plus what breaks functions.
private func sweep(_ stride: UInt32) -> [Float] {
  var values: [Float] = [
    0, -0.0, 1, -1, .infinity, -.infinity, .nan, .leastNonzeroMagnitude, -.leastNonzeroMagnitude,
    .leastNormalMagnitude, .greatestFiniteMagnitude, -.greatestFiniteMagnitude, 88.72, 88.73, 89, -87.3,
    -87.4,
    -103.9, -104, -104.5, 0.625, 0.62499994, -0.5, -0.49999997, 0.70710677, 0.7071068, 1.4142135, 1e-30,
    -1e-30,
  ]
  var bits: UInt32 = 0
  while bits < 0x7f80_0000 {
    values.append(Float(bitPattern: bits))
    values.append(-Float(bitPattern: bits))
    bits += stride
  }
  // What the wide sweep passes over too quickly.
  for i in -20_000...20_000 { values.append(Float(i) * 0.005_013) }
  return values
}

@Suite struct FunctionTests {
  private let values = sweep(UInt32(sized(5_003, watched: 50_021)))

  /// The largest error in ulps of `reference` over the sweep.
  private func worst(
    _ table: KernelTable, _ reference: (Double) -> Double,
    _ kernel: (UnsafePointer<Float>, UnsafeMutablePointer<Float>, Int) -> Void
  ) throws -> (error: Double, at: Float, value: Float) {
    let y = try Buffer<Float>(count: values.count)
    values.withUnsafeBufferPointer { x in
      if let base = x.baseAddress { kernel(base, y.base, x.count) }
    }
    var worst = (error: 0.0, at: Float(0), value: Float(0))
    for (i, x) in values.enumerated() {
      let error = ulps(y[i], reference(Double(x)))
      if error > worst.error { worst = (error, x, y[i]) }
    }
    return worst
  }

  @Test(arguments: Kernels.allTables.indices)
  func elementaryFunctionsKeepTheirStatedErrorsOverAllFloats(_ index: Int) throws {
    let table = Kernels.allTables[index]
    let e = table.elementwise
    let exponential = try worst(table, exp) { e.exponential($0, $1, $2) }
    #expect(exponential.error <= 1.5, "\(exponential)")
    let logarithm = try worst(table, log) { e.logarithm($0, $1, $2) }
    #expect(logarithm.error <= 1, "\(logarithm)")
    let tangent = try worst(table, tanh) { e.activate(.tanh, 0, $0, $1, $2) }
    #expect(tangent.error <= 2, "\(tangent)")
    let sigmoid = try worst(table, { 1 / (1 + exp(-$0)) }) { e.activate(.sigmoid, 0, $0, $1, $2) }
    #expect(sigmoid.error <= 3, "\(sigmoid)")
    let softplus = try worst(table, { max($0, 0) + log1p(exp(-abs($0))) }) {
      e.activate(.softplus, 0, $0, $1, $2)
    }
    #expect(softplus.error <= 2.5, "\(softplus)")
    let elu = try worst(table, { $0 > 0 ? $0 : expm1($0) }) { e.activate(.elu, 0, $0, $1, $2) }
    #expect(elu.error <= 4, "\(elu)")
    // Below −87 the factor σ(x) is denormal, and so are its rounding errors times x: leave them out.
    let silu = try worst(table, { $0 < -87 ? 0 : $0 / (1 + exp(-$0)) }) { x, y, count in
      e.activate(.silu, 0, x, y, count)
      for i in 0..<count where x[i] < -87 {
        if abs(y[i]) < 2e-36 || x[i] == -.infinity { y[i] = 0 }
      }
    }
    #expect(silu.error <= 4, "\(silu)")
    let relu = try worst(table, { $0 < 0 ? 0 : $0 }) { e.activate(.relu, 0, $0, $1, $2) }
    #expect(relu.error == 0, "\(relu)")
    let slope: Float = 0.2
    let leaky = try worst(table, { $0 > 0 ? $0 : Double(slope) * $0 }) {
      e.activate(.leakyReLU, slope, $0, $1, $2)
    }
    #expect(leaky.error <= 0.5, "\(leaky)")
  }
}
