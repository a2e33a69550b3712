import Glibc
import Kernels

/// What breaks functions.
private let hard: [Float] = [
  0, -0.0, 1, -1, .infinity, -.infinity, .nan, .leastNonzeroMagnitude, -.leastNonzeroMagnitude,
  .leastNormalMagnitude, .greatestFiniteMagnitude, -.greatestFiniteMagnitude, 88.72, 88.73, 89, -87.3, -87.4,
  -103.9, -104, -104.5, 0.625, 0.62499994, -0.5, -0.49999997, 0.70710677, 0.7071068, 1.4142135, 1e-30, -1e-30,
]

/// `hard`, every float whose bit pattern is a multiple of 5,003 with both signs, and a dense part around 0.
private func sweep() -> Block<Float> {
  let stride: UInt32 = 5_003
  let patterns = Int(0x7f80_0000 / stride) + 1
  return Block(hard.count + 2 * patterns + 40_001) { i in
    if i < hard.count { return hard[i] }
    let j = i - hard.count
    if j >= 2 * patterns { return Float(j - 2 * patterns - 20_000) * 0.005_013 }
    let magnitude = Float(bitPattern: UInt32(j / 2) * stride)
    return j % 2 == 0 ? magnitude : -magnitude
  }
}

extension Cases {
  /// The elementary functions keep their stated errors over all floats.
  func checkFunctions() {
    let x = sweep()
    let y = Block<Float>(x.count) { _ in 0 }
    let e = table.elementwise
    func checkFunction(
      _ name: String, within limit: Double, _ reference: (Double) -> Double,
      _ kernel: (_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ count: Int) -> Void
    ) {
      kernel(x.base, y.base, x.count)
      var worst = 0.0
      var place = 0
      for i in 0..<x.count {
        let error = ulps(y[i], reference(Double(x[i])))
        if !(error <= worst) { (worst, place) = (error, i) }
      }
      check("\(name), units in the last place at \(x[place])", worst, within: limit, intact: y.isIntact)
    }
    checkFunction("exponential", within: 1.5, exp) { e.exponential($0, $1, $2) }
    checkFunction("logarithm", within: 1, log) { e.logarithm($0, $1, $2) }
    checkFunction("tanh", within: 2, tanh) { e.activate(.tanh, 0, $0, $1, $2) }
    checkFunction("sigmoid", within: 3, { 1 / (1 + exp(-$0)) }) { e.activate(.sigmoid, 0, $0, $1, $2) }
    checkFunction("softplus", within: 2.5, { max($0, 0) + log1p(exp(-abs($0))) }) {
      e.activate(.softplus, 0, $0, $1, $2)
    }
    checkFunction("elu", within: 4, { $0 > 0 ? $0 : expm1($0) }) { e.activate(.elu, 0, $0, $1, $2) }
    // Below −87 the factor σ(x) is denormal, and so are its rounding errors times x: leave them out.
    checkFunction("silu", within: 4, { $0 < -87 ? 0 : $0 / (1 + exp(-$0)) }) { x, y, count in
      e.activate(.silu, 0, x, y, count)
      for i in 0..<count where x[i] < -87 {
        if abs(y[i]) < 2e-36 || x[i] == -.infinity { y[i] = 0 }
      }
    }
    checkFunction("relu", within: 0, { $0 < 0 ? 0 : $0 }) { e.activate(.relu, 0, $0, $1, $2) }
    let slope: Float = 0.2
    checkFunction("leakyReLU", within: 0.5, { $0 > 0 ? $0 : Double(slope) * $0 }) {
      e.activate(.leakyReLU, slope, $0, $1, $2)
    }
  }
}
