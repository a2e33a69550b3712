import Kernels
import Tensors

/// Prints what the other kernels take: nanoseconds an element over 100,000 elements (in cache), the
/// symmetric products, and an empty parallel loop.
func benchmarkStreams(_ context: Context) throws {
  let count = 100_352
  let x = try Buffer<Float>(count: count)
  let y = try Buffer<Float>(count: count)
  let m = try Buffer<Float>(count: count)
  let v = try Buffer<Float>(count: count)
  let random = Random(seed: 2, purpose: .test)
  func report(_ name: String, _ body: () -> Void) {
    print(padded(name, 22), figure(fastest(body) / Double(count) * 1e9), "ns an element")
  }
  report("uniform") { context.fillUniform(x.base, count: count, from: random, low: -2, high: 2) }
  report("normal") { context.fillNormal(x.base, count: count, from: random) }
  for activation in [Activation.relu, .tanh, .sigmoid, .silu, .elu] {
    report("\(activation)") { context.activate(x.base, count: count, activation, into: y.base) }
    let saved = activation.differentiatesInput ? x : y
    report("\(activation) backward") {
      context.activateBackward(x.base, saved: saved.base, count: count, activation, into: m.base)
    }
  }
  report("exponential") { context.exponential(x.base, count: count, into: y.base) }
  report("logarithm") { context.logarithm(y.base, count: count, into: m.base) }
  report("sum") { _ = context.sum(x.base, count: count) }
  report("dot") { _ = context.dot(x.base, y.base, count: count) }
  report("adam") {
    context.adamStep(
      y.base, gradient: x.base, m: m.base, v: v.base, count: count, beta1: 0.9, beta2: 0.999, step: 1e-3,
      rootScale: 1, epsilon: 1e-8, decay: 0)
  }
  let matrix = Matrix(x.base, rows: 128, columns: 784)
  report("column sums") { context.columnSums(matrix, into: m.base) }
  report("column moments") { context.columnMoments(matrix, mean: m.base, variance: v.base) }
  report("cross-entropy") {
    context.crossEntropy(
      logits: matrix, targets: matrix, losses: m.base, dLogits: Matrix(y.base, rows: 128, columns: 784))
  }
  print(padded("empty loop", 22), figure(fastest { context.parallel(2) { _ in } } * 1e6), "µs")

  let rows = 10_000
  let columns = 784
  let a = try Buffer<Float>(count: rows * columns)
  let bytes = try Buffer<UInt8>(count: rows * columns)
  let c = try Buffer<Double>(count: columns * columns)
  context.fillUniform(a.base, count: a.count, from: random)
  for i in 0..<bytes.count { bytes[i] = UInt8(truncatingIfNeeded: i &* 7) }
  func reportProduct(_ name: String, _ body: () -> Void) {
    let seconds = fastest(body)
    let work = Double(rows) * Double(columns) * Double(columns) * 1e-9
    print(
      padded(name, 22), figure(seconds * 1e3), "ms,", figure(work / seconds), "GFLOP/s of half the products")
  }
  reportProduct("10,000 × 784 floats") {
    context.rankUpdate(Matrix(a.base, rows: rows, columns: columns), subtracting: x.base, into: c.base)
  }
  reportProduct("10,000 × 784 bytes") {
    context.rankUpdate(bytes: bytes.base, rows: rows, columns: columns, rowStride: columns, into: c.base)
  }
}
