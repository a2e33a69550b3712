import Glibc
import Kernels

private let slope = 0.2

/// The functions by name.
private let functions: [(String, ElementwiseKernels.Function)] = [
  ("identity", .identity), ("relu", .relu), ("leakyReLU", .leakyReLU), ("silu", .silu), ("elu", .elu),
  ("tanh", .tanh), ("sigmoid", .sigmoid), ("softplus", .softplus),
]

private func value(_ f: ElementwiseKernels.Function, _ x: Double) -> Double {
  switch f {
  case .identity: x
  case .relu: max(0, x)
  case .leakyReLU: x > 0 ? x : slope * x
  case .silu: x / (1 + exp(-x))
  case .elu: x > 0 ? x : expm1(x)
  case .tanh: tanh(x)
  case .softplus: max(x, 0) + log1p(exp(-abs(x)))
  case .sigmoid: 1 / (1 + exp(-x))
  }
}

private func differentiatesInput(_ f: ElementwiseKernels.Function) -> Bool {
  switch f {
  case .silu: true
  default: false
  }
}

extension Cases {
  typealias Output = UnsafeMutablePointer<Float>

  func checkElementwise() {
    checkActivations()
    checkArithmetic()
    checkNaN()
    checkConversions()
    checkBytes()
    checkWeighedRows()
  }

  /// Runs `body` on three inputs, of which it may change the first and third, and compares what it leaves in the
  /// third with `reference` of the inputs before.
  func checkLoop(
    _ name: String, within limit: Double, _ reference: (_ x: Double, _ y: Double, _ z: Double) -> Double,
    _ body: (_ x: Output, _ y: Output, _ z: Output, _ count: Int) -> Void
  ) {
    for count in counts {
      let x = noise(count, seed: 21, -3, 3)
      let y = noise(count, seed: 22, -2, 2)
      let z = noise(count, seed: 23, 0.01, 2)
      let (oldX, oldZ) = (noise(count, seed: 21, -3, 3), noise(count, seed: 23, 0.01, 2))
      body(x.base, y.base, z.base, count)
      var worst = 0.0
      for i in 0..<count {
        let expected = reference(Double(oldX[i]), Double(y[i]), Double(oldZ[i]))
        worst = worse(worst, abs(Double(z[i]) - expected) / max(1, abs(expected)))
      }
      check(
        "\(name), \(count) elements", worst, within: limit, intact: x.isIntact && y.isIntact && z.isIntact)
    }
  }

  private func checkActivations() {
    let e = table.elementwise
    let floatSlope = Float(slope)
    for (name, f) in functions {
      checkLoop(name, within: 5e-7, { x, _, _ in value(f, x) }) { x, _, z, count in
        e.activate(f, floatSlope, x, z, count)
      }
      // dx = dy · f′(x), f′ by central differences.
      let derivative = { (x: Double) in (value(f, x + 1e-5) - value(f, x - 1e-5)) / 2e-5 }
      checkLoop("\(name) backward", within: 2e-5, { x, y, _ in abs(x) < 1e-4 ? 0 : y * derivative(x) }) {
        x, y, z, count in
        if differentiatesInput(f) {
          e.activateBackward(f, floatSlope, y, x, z, count)
        } else {
          e.activate(f, floatSlope, x, z, count)
          e.activateBackward(f, floatSlope, y, z, z, count)
        }
        for i in 0..<count where abs(x[i]) < 1e-4 { z[i] = 0 }
      }
      checkLoop("scaleRow \(name)", within: 1e-6, { x, y, z in value(f, x * y + z) }) { x, y, z, count in
        e.scaleRow(x, y, z, f, floatSlope, z, count)
      }
      checkLoop("finishRow \(name)", within: 1e-6, { x, _, z in value(f, z + x) }) { x, _, z, count in
        e.finishRow(z, x, f, floatSlope, count)
      }
      checkLoop("finishRow \(name) without bias", within: 1e-6, { x, _, _ in value(f, x) }) {
        x, _, z, count in
        for i in 0..<count { z[i] = x[i] }
        e.finishRow(z, nil, f, floatSlope, count)
      }
    }
  }

  private func checkArithmetic() {
    let e = table.elementwise
    checkLoop("combine", within: 3e-7, { x, _, z in 1.7 * x - 0.3 * z }) { x, _, z, count in
      e.combine(1.7, x, -0.3, z, count)
    }
    checkLoop("multiply", within: 1e-7, { x, y, _ in x * y }) { x, y, z, count in e.multiply(x, y, z, count) }
    checkLoop("scale", within: 3e-7, { x, _, _ in 2.5 * x - 1 }) { x, _, z, count in
      e.scale(x, 2.5, -1, z, count)
    }
    checkLoop("clamp", within: 0, { x, _, _ in min(max(x, -1), 1.5) }) { x, _, z, count in
      e.clamp(x, -1, 1.5, z, count)
    }
    checkLoop("exponential", within: 2e-7, { x, _, _ in exp(x) }) { x, _, z, count in
      e.exponential(x, z, count)
    }
    checkLoop("logarithm", within: 2e-7, { _, _, z in log(z) }) { _, _, z, count in e.logarithm(z, z, count) }
  }

  private func checkNaN() {
    let e = table.elementwise
    let x = Block<Float>(40) { $0 % 2 == 0 ? .nan : -1 }
    let y = Block<Float>(40) { _ in 0 }
    for (name, f) in functions {
      e.activate(f, Float(slope), x.base, y.base, 40)
      var isRight = true
      for i in 0..<40 { isRight = isRight && y[i].isNaN == (i % 2 == 0) }
      check("\(name) keeps NaN", isRight)
    }
    e.clamp(x.base, 0, 1, y.base, 40)
    var isRight = true
    for i in 0..<40 { isRight = isRight && (i % 2 == 0 ? y[i].isNaN : y[i] == 0) }
    check("clamp keeps NaN", isRight)
  }

  private func checkConversions() {
    for count in counts {
      let bytes = Block<UInt8>(count) { UInt8(truncatingIfNeeded: $0 &* 37) }
      let doubles = Block<Double>(count) { Double($0) / 3 }
      let y = Block<Float>(count) { _ in 77 }
      table.elementwise.fromBytes(bytes.base, 1 / 255, y.base, count)
      var isRight = y.isIntact
      for i in 0..<count { isRight = isRight && y[i] == Float(bytes[i]) * (1 / 255) }
      check("fromBytes, \(count) elements", isRight)
      table.elementwise.fromDoubles(doubles.base, y.base, count)
      isRight = y.isIntact
      for i in 0..<count { isRight = isRight && y[i] == Float(doubles[i]) }
      check("fromDoubles, \(count) elements", isRight)
    }
  }

  private func checkBytes() {
    let others: [Float] = [
      -1 / 255, 256 / 255, 0.5, 17 / 255 + 1e-7, 1e-30, -1e-30, 3e38, .infinity, -.infinity, .nan,
    ]
    for count in 1...130 {
      let y = Block<UInt8>(count) { _ in 0 }
      for isDivided in [false, true] {
        let byte = { (i: Int) in UInt8(truncatingIfNeeded: 37 &* i &+ count) }
        let x = Block<Float>(count) { isDivided ? Float(byte($0)) / 255 : Float(byte($0)) * (1 / 255) }
        var isRight = table.elementwise.toBytes(x.base, y.base, count) && y.isIntact
        for i in 0..<count { isRight = isRight && y[i] == byte(i) }
        check("toBytes, \(count) elements", isRight)
        let place = count * 7 / 11
        let before = x[place]
        for other in others {
          x[place] = other
          check("toBytes refuses \(other)", !table.elementwise.toBytes(x.base, y.base, count) && y.isIntact)
        }
        x[place] = before
      }
    }
  }

  /// To the bit: products and sums are rounded one by one.
  private func checkWeighedRows() {
    for count in counts {
      for rows in [1, 2, 7] {
        let rowStride = count + 3
        let bytes = Block<UInt8>(rows * rowStride) { UInt8(truncatingIfNeeded: $0 &* 37) }
        let x = Block<Float>(rows * rowStride) { Float($0 &* 37 % 101) / 7 }
        let weights = Block<Float>(rows) { Float($0 + 1) / 11 - 0.2 }
        for isBytes in [false, true] {
          let y = Block<Float>(count) { _ in 77 }
          if isBytes {
            table.elementwise.weighBytes(bytes.base, rowStride, weights.base, rows, y.base, count)
          } else {
            table.elementwise.weighFloats(x.base, rowStride, weights.base, rows, y.base, count)
          }
          var isRight = y.isIntact
          for i in 0..<count {
            var sum: Float = 0
            for k in 0..<rows {
              let value = isBytes ? Float(bytes[k * rowStride + i]) : x[k * rowStride + i]
              let product = weights[k] * value
              sum += product
            }
            isRight = isRight && y[i] == sum
          }
          check("weigh\(isBytes ? "Bytes" : "Floats"), \(rows) rows of \(count)", isRight)
        }
      }
    }
  }
}
