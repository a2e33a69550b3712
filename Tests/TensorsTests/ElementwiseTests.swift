import Glibc
import Kernels
import TestSupport
import Tensors
import Testing

private let contexts: [Context] = Kernels.allTables.flatMap { table in
  [1, 3].compactMap { try? Context(threadCount: $0, kernels: table) }
}

/// None, one, around a vector of 4, 8 and 16 lanes, odd, and large enough for threads.
private let counts = [0, 1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 33, 101, 100_003]

private let activations: [Activation] = [
  .identity, .relu, .leakyReLU(slope: 0.2), .silu, .elu, .tanh, .sigmoid, .softplus,
]

private func value(_ activation: Activation, _ x: Double) -> Double {
  switch activation {
  case .identity: x
  case .relu: max(0, x)
  case .leakyReLU(let slope): x > 0 ? x : Double(slope) * x
  case .silu: x / (1 + exp(-x))
  case .elu: x > 0 ? x : expm1(x)
  case .tanh: tanh(x)
  case .softplus: max(x, 0) + log1p(exp(-abs(x)))
  case .sigmoid: 1 / (1 + exp(-x))
  }
}

@Suite struct ElementwiseTests {
  /// Runs `body` on three inputs, one float off their alignment, and compares what it leaves in the
  /// third with `reference`, checking that nothing around it changed.
  private func check(
    _ name: String, within tolerance: Double,
    _ reference: (_ x: Double, _ y: Double, _ z: Double) -> Double,
    _ body: (Context, _ x: Context.Output, _ y: Context.Output, _ z: Context.Output, _ count: Int) -> Void
  ) throws {
    for count in counts {
      let x = try noise(count + 1, seed: 21, -3, 3)
      let y = try noise(count + 1, seed: 22, -2, 2)
      let before = try noise(count + 2, seed: 23, 0.01, 2)
      for context in contexts {
        let z = try Buffer<Float>(copying: UnsafeBufferPointer(before.elements))
        body(context, x.base + 1, y.base + 1, z.base + 1, count)
        var worst = 0.0
        for i in 0..<count {
          let expected = reference(Double(x[i + 1]), Double(y[i + 1]), Double(before[i + 1]))
          worst = max(worst, abs(Double(z[i + 1]) - expected) / max(1, abs(expected)))
        }
        #expect(worst <= tolerance, "\(name), \(context.kernels.name), \(count) elements")
        #expect(z[0] == before[0] && z[count + 1] == before[count + 1], "\(name) wrote outside its \(count)")
      }
    }
  }

  @Test func activationsAndTheirDerivativesAgreeWithDouble() throws {
    for activation in activations {
      try check("\(activation)", within: 5e-7, { x, _, _ in value(activation, x) }) { c, x, _, z, n in
        c.activate(x, count: n, activation, into: z)
      }
      // dx = dy · f′(x), f′ by central differences.
      let derivative = { (x: Double) in
        (value(activation, x + 1e-5) - value(activation, x - 1e-5)) / 2e-5
      }
      try check("\(activation)′", within: 2e-5, { x, y, _ in abs(x) < 1e-4 ? 0 : y * derivative(x) }) {
        c, x, y, z, n in
        if activation.differentiatesInput {
          c.activateBackward(y, saved: x, count: n, activation, into: z)
        } else {
          c.activate(x, count: n, activation, into: z)
          c.activateBackward(y, saved: z, count: n, activation, into: z)
        }
        for i in 0..<n where abs(x[i]) < 1e-4 { z[i] = 0 }
      }
    }
  }

  @Test func secondDerivativesAgreeWithDifferences() throws {
    for activation in activations {
      let curvature = { (x: Double) in
        (value(activation, x + 1e-4) - 2 * value(activation, x) + value(activation, x - 1e-4)) / 1e-8
      }
      try check("\(activation)″", within: 2e-5, { x, y, _ in abs(x) < 1e-3 ? 0 : y * curvature(x) }) {
        c, x, y, z, n in
        withUnsafeTemporaryAllocation(of: Float.self, capacity: max(n, 1)) { outputs in
          guard let saved = outputs.baseAddress else { return }
          if activation.differentiatesInput {
            saved.update(from: x, count: n)
          } else {
            c.activate(x, count: n, activation, into: saved)
          }
          c.activateTwiceBackward(y, saved: saved, count: n, activation, into: z)
        }
        for i in 0..<n where abs(x[i]) < 1e-3 { z[i] = 0 }
        #expect(activation.isCurved || (0..<n).allSatisfy { z[$0] == 0 })
      }
    }
  }

  @Test func rowsAreScaledByAFactorEach() throws {
    for context in contexts {
      for (rows, columns) in [(3, 5), (1, 17), (257, 131)] {
        let x = try noise(rows * (columns + 1), seed: 3)
        let factors = try noise(rows, seed: 4)
        let before = Array(x.elements)
        context.scaleRows(
          Matrix(x.base, rows: rows, columns: columns, rowStride: columns + 1), by: factors.base)
        for i in 0..<rows {
          for j in 0...columns {
            let place = i * (columns + 1) + j
            #expect(x[place] == (j < columns ? before[place] * factors[i] : before[place]))
          }
        }
      }
    }
  }

  @Test func arithmeticAgreesWithDouble() throws {
    try check("combine", within: 3e-7, { x, _, z in 1.7 * x - 0.3 * z }) { c, x, _, z, n in
      c.combine(1.7, x, -0.3, into: z, count: n)
    }
    try check("multiply", within: 1e-7, { x, y, _ in x * y }) { c, x, y, z, n in
      c.multiply(x, by: y, count: n, into: z)
    }
    try check("scale", within: 3e-7, { x, _, _ in 2.5 * x - 1 }) { c, x, _, z, n in
      c.scale(x, by: 2.5, adding: -1, count: n, into: z)
    }
    try check("clamp", within: 0, { x, _, _ in min(max(x, -1), 1.5) }) { c, x, _, z, n in
      c.clamp(x, to: -1, 1.5, count: n, into: z)
    }
    try check("exponential", within: 2e-7, { x, _, _ in exp(x) }) { c, x, _, z, n in
      c.exponential(x, count: n, into: z)
    }
    try check("logarithm", within: 2e-7, { _, _, z in log(z) }) { c, _, _, z, n in
      c.logarithm(z, count: n, into: z)
    }
  }

  @Test func nanStaysAndZeroDerivativeIsExact() throws {
    for context in contexts {
      let x = try Buffer<Float>(count: 40)
      let y = try Buffer<Float>(count: 40)
      for i in 0..<40 { x[i] = i % 2 == 0 ? .nan : -1 }
      for activation in activations {
        context.activate(x.base, count: 40, activation, into: y.base)
        #expect((0..<40).allSatisfy { y[$0].isNaN == ($0 % 2 == 0) }, "\(activation)")
      }
      context.clamp(x.base, to: 0, 1, count: 40, into: y.base)
      #expect((0..<40).allSatisfy { $0 % 2 == 0 ? y[$0].isNaN : y[$0] == 0 })
    }
  }

  @Test func optimizerStepsAgreeWithDouble() throws {
    // z is the parameter; the state starts at y² (v) or x (m).
    let b1 = 0.9
    let b2 = 0.999
    try check(
      "adam", within: 1e-6,
      { x, y, z in
        let m = b1 * x + (1 - b1) * y
        let v = b2 * 0.5 + (1 - b2) * y * y
        return z - 0.01 * z - 0.05 * m / (v.squareRoot() * 1.25 + 1e-8)
      }
    ) { c, x, y, z, n in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * max(n, 1)) { state in
        guard let m = state.baseAddress else { return }
        for i in 0..<n {
          m[i] = x[i]
          m[n + i] = 0.5
        }
        c.adamStep(
          z, gradient: y, m: m, v: m + n, count: n, beta1: 0.9, beta2: 0.999, step: 0.05, rootScale: 1.25,
          epsilon: 1e-8, decay: 0.01)
        for i in 0..<n {
          #expect(abs(Double(m[i]) - (b1 * Double(x[i]) + (1 - b1) * Double(y[i]))) < 1e-6)
          let v = b2 * 0.5 + (1 - b2) * Double(y[i]) * Double(y[i])
          #expect(abs(Double(m[n + i]) - v) < 1e-6)
        }
      }
    }
    try check("momentum", within: 1e-6, { x, y, z in z - 0.1 * (0.9 * x + y + 0.01 * z) }) { c, x, y, z, n in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: max(n, 1)) { state in
        guard let m = state.baseAddress else { return }
        m.update(from: x, count: n)
        c.momentumStep(z, gradient: y, m: m, count: n, rate: 0.1, momentum: 0.9, decay: 0.01)
      }
    }
    try check(
      "rmsprop", within: 1e-6,
      { _, y, z in z - 0.1 * y / ((0.99 * 0.25 + 0.01 * y * y).squareRoot() + 1e-8) }
    ) { c, _, y, z, n in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: max(n, 1)) { state in
        guard let v = state.baseAddress else { return }
        v.update(repeating: 0.25, count: n)
        c.rmsPropStep(z, gradient: y, v: v, count: n, rate: 0.1, rho: 0.99, epsilon: 1e-8)
      }
    }
  }

  @Test func conversionsAreRoundedOnce() throws {
    for count in counts {
      let bytes = try Buffer<UInt8>(count: count + 1)
      let doubles = try Buffer<Double>(count: count + 1)
      for i in 0...count {
        bytes[i] = UInt8(truncatingIfNeeded: i &* 37)
        doubles[i] = Double(i) / 3
      }
      for context in contexts {
        let y = try Buffer<Float>(count: count + 1)
        context.convert(bytes.base + 1, count: count, into: y.base)
        #expect((0..<count).allSatisfy { y[$0] == Float(bytes[$0 + 1]) * (1 / 255) })
        context.convert(doubles.base + 1, count: count, into: y.base)
        #expect((0..<count).allSatisfy { y[$0] == Float(doubles[$0 + 1]) })
        #expect(y[count] == 0)
      }
    }
  }

  @Test func bytesAreKnownInFloats() throws {
    for context in contexts {
      for count in 1...130 {
        let x = try Buffer<Float>(count: count)
        let y = try Buffer<UInt8>(count: count + 1)
        for makesFloat in [{ (b: UInt8) in Float(b) / 255 }, { Float($0) * (1 / 255) }] {
          let bytes = (0..<count).map { UInt8(truncatingIfNeeded: 37 &* $0 &+ count) }
          for i in 0..<count { x[i] = makesFloat(bytes[i]) }
          #expect(context.bytes(of: x.base, count: count, into: y.base))
          #expect(Array(y.elements) == bytes + [0])
        }
        let place = count * 7 / 11
        for other: Float in [
          -1 / 255, 256 / 255, 0.5, 17 / 255 + 1e-7, 1e-30, -1e-30, 3e38, .infinity, -.infinity, .nan,
        ] {
          let byte = x[place]
          x[place] = other
          #expect(!context.bytes(of: x.base, count: count, into: y.base), "\(other) at \(place) of \(count)")
          x[place] = byte
        }
      }
    }
  }
}
