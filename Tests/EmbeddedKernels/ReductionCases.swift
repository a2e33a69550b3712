import Glibc
import Kernels

extension Cases {
  func checkReductions() {
    for count in counts + [16_385] {
      let x = noise(count, seed: 31)
      let y = noise(count, seed: 32)
      var (sum, dot) = (0.0, 0.0)
      for i in 0..<count {
        sum += Double(x[i])
        dot += Double(x[i]) * Double(y[i])
      }
      check("sum, \(count) elements", abs(table.reductions.sum(x.base, count) - sum), within: 1e-9)
      check("dot, \(count) elements", abs(table.reductions.dot(x.base, y.base, count) - dot), within: 1e-9)
      checkFinite(count)
      checkWithin(count)
    }
    for (rows, columns) in [(0, 3), (1, 1), (3, 5), (7, 16), (129, 33), (1_000, 131)] {
      checkColumns(rows, columns)
    }
    for count in counts { checkLosses(count) }
  }

  private func checkFinite(_ count: Int) {
    let x = noise(count, seed: 33, -1.5e38, 1.5e38)
    check("isFinite, \(count) elements", table.reductions.isFinite(x.base, count))
    guard count > 0 else { return }
    for bad in [Float.nan, .infinity, -.infinity] {
      for place in [0, count / 2, count - 1] {
        let old = x[place]
        x[place] = bad
        check("isFinite finds \(bad) at \(place) of \(count)", !table.reductions.isFinite(x.base, count))
        x[place] = old
      }
    }
  }

  private func checkWithin(_ count: Int) {
    let x = noise(count, seed: 35, -1.5, 2.5)
    check("isWithin, \(count) elements", table.reductions.isWithin(x.base, -1.5, 2.5, count))
    guard count > 0 else { return }
    for bad in [Float.nan, .infinity, -.infinity, -1.5000001, 2.5000002] {
      for place in [0, count / 2, count - 1] {
        let old = x[place]
        x[place] = bad
        check(
          "isWithin finds \(bad) at \(place) of \(count)",
          !table.reductions.isWithin(x.base, -1.5, 2.5, count))
        x[place] = old
      }
    }
  }

  private func checkColumns(_ rows: Int, _ columns: Int) {
    let rowStride = columns + 2
    let x = noise(rows * rowStride, seed: 34, 3, 5)
    let sums = Block<Float>(columns) { _ in 77 }
    let squares = Block<Float>(columns) { _ in 77 }
    let mean = Block<Float>(columns) { Float($0) / 100 + 3.5 }
    table.reductions.columnSums(x.base, rows, columns, rowStride, sums.base, false)
    table.reductions.columnSums(x.base, rows, columns, rowStride, sums.base, true)
    table.reductions.columnSquares(x.base, rows, columns, rowStride, mean.base, squares.base)
    var (sumError, squareError) = (0.0, 0.0)
    for j in 0..<columns {
      var (sum, square) = (0.0, 0.0)
      for i in 0..<rows {
        let value = Double(x[i * rowStride + j])
        sum += value
        square += (value - Double(mean[j])) * (value - Double(mean[j]))
      }
      sumError = worse(sumError, abs(Double(sums[j]) - 2 * sum) / max(sum, 1e-30))
      squareError = worse(squareError, abs(Double(squares[j]) - square) / max(square, 1e-12))
    }
    check("columnSums \(rows)x\(columns)", sumError, within: 3e-6, intact: sums.isIntact)
    check("columnSquares \(rows)x\(columns)", squareError, within: 1e-5, intact: squares.isIntact)
  }

  private func checkLosses(_ count: Int) {
    let x = noise(count, seed: 38, -30, 30)
    let t = noise(count, seed: 39, 0, 1)
    let gradient = Block<Float>(count) { _ in 77 }
    var (entropy, squares) = (0.0, 0.0)
    for i in 0..<count {
      let (l, t) = (Double(x[i]), Double(t[i]))
      entropy += max(l, 0) + log1p(exp(-abs(l))) - t * l
      squares += (l - t) * (l - t)
    }
    let r = table.reductions
    var loss = r.crossEntropy(x.base, t.base, 0.5, gradient.base, count)
    var error = 0.0
    for i in 0..<count {
      let wanted = 0.5 * (1 / (1 + exp(-Double(x[i]))) - Double(t[i]))
      error = worse(error, abs(Double(gradient[i]) - wanted))
    }
    check("crossEntropy, \(count) elements", abs(loss - entropy), within: 3e-7 * abs(entropy) + 1e-12)
    check("crossEntropy gradient, \(count) elements", error, within: 2e-7, intact: gradient.isIntact)
    check("crossEntropy without gradient", loss == r.crossEntropy(x.base, t.base, 0.5, nil, count))
    loss = r.squaredError(x.base, t.base, 0.5, gradient.base, count)
    error = 0
    for i in 0..<count { error = worse(error, abs(Double(gradient[i]) - (Double(x[i]) - Double(t[i])))) }
    check("squaredError, \(count) elements", abs(loss - squares), within: 3e-7 * squares + 1e-12)
    check("squaredError gradient, \(count) elements", error, within: 1e-5, intact: gradient.isIntact)
    check("squaredError without gradient", loss == r.squaredError(x.base, t.base, 0.5, nil, count))
  }

  func checkOptimizers() {
    let o = table.optimizers
    // z is the parameter, y the gradient; m starts at x, v at ½.
    let (b1, b2) = (0.9, 0.999)
    let firstMoment = { (x: Double, y: Double) in b1 * x + (1 - b1) * 0.5 * y }
    let secondMoment = { (y: Double) in b2 * 0.5 + (1 - b2) * 0.25 * y * y }
    let adam = OptimizerKernels.Adam(
      beta1: 0.9, beta2: 0.999, step: 0.05, rootScale: 1.25, epsilon: 1e-8, decay: 0.01, gradientScale: 0.5)
    for result in 0..<3 {
      checkLoop(
        "adam, \(result == 0 ? "parameter" : result == 1 ? "first moment" : "second moment")", within: 1e-6,
        { x, y, z in
          let (m, v) = (firstMoment(x, y), secondMoment(y))
          return result == 0 ? z - 0.01 * z - 0.05 * m / (v.squareRoot() * 1.25 + 1e-8) : result == 1 ? m : v
        }
      ) { x, y, z, count in
        let v = Block<Float>(count) { _ in 0.5 }
        o.adam(z, y, x, v.base, adam, count)
        if result > 0 { for i in 0..<count { z[i] = result == 1 ? x[i] : v[i] } }
        self.check("adam, memory around its state", v.isIntact)
      }
    }
    checkLoop("momentum", within: 1e-6, { x, y, z in z - 0.1 * (0.9 * x + 0.5 * y + 0.01 * z) }) {
      x, y, z, count in
      o.momentum(z, y, 0.5, x, 0.1, 0.9, 0.01, count)
    }
    checkLoop(
      "rmsProp", within: 1e-6,
      { _, y, z in z - 0.1 * 0.5 * y / ((0.99 * 0.25 + 0.01 * 0.25 * y * y).squareRoot() + 1e-8) }
    ) { _, y, z, count in
      let v = Block<Float>(count) { _ in 0.25 }
      o.rmsProp(z, y, 0.5, v.base, 0.1, 0.99, 1e-8, count)
      self.check("rmsProp, memory around its state", v.isIntact)
    }
  }
}
