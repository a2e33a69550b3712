import Kernels

extension Cases {
  func checkDoubles() {
    for count in counts {
      let x = wideNoise(count, seed: 51)
      let y = wideNoise(count, seed: 52)
      let z = Block<Double>(count) { y[$0] }
      var dot = 0.0
      for i in 0..<count { dot += x[i] * y[i] }
      check(
        "double dot, \(count) elements", abs(table.doubles.dot(x.base, y.base, count) - dot), within: 1e-13)
      table.doubles.addScaled(-1.7, x.base, z.base, count)
      var error = 0.0
      for i in 0..<count { error = worse(error, abs(z[i] - (y[i] - 1.7 * x[i]))) }
      check("double addScaled, \(count) elements", error, within: 1e-15, intact: z.isIntact)
      checkSecularSums(count)
      for (first, end) in [(0, count), (0, count / 2), (count / 3, count)] {
        checkSymmetric(count, first, end)
      }
    }
    for (m, n, k) in [
      (1, 1, 1), (3, 5, 7), (4, 8, 256), (6, 16, 31), (67, 41, 300), (130, 9, 2), (13, 50, 64),
    ] {
      for diagonal in [Int.min, -7, 0, 3] { checkDoubleProduct(m, n, k, diagonal) }
    }
  }

  private func checkSecularSums(_ count: Int) {
    let z = wideNoise(count, seed: 53)
    let delta = Block<Double>(count) { Double($0) - 3.25 }
    let sums = Block<Double>(2) { _ in 77 }
    table.doubles.secularSums(delta.base, z.base, 0.5, count, sums.base)
    var (first, second) = (0.0, 0.0)
    for i in 0..<count {
      let quotient = z[i] / (delta[i] - 0.5)
      first += z[i] * quotient
      second += quotient * quotient
    }
    let error = worse(abs(sums[0] - first), abs(sums[1] - second))
    check("secularSums, \(count) elements", error, within: 1e-12, intact: sums.isIntact)
  }

  private func checkSymmetric(_ n: Int, _ first: Int, _ end: Int) {
    let rowStride = n + 3
    let a = wideNoise(n * rowStride, seed: 54)
    let x = wideNoise(n, seed: 55)
    let y = Block<Double>(n) { Double($0) }
    table.doubles.multiplySymmetric(a.base, rowStride, first, end, x.base, n, y.base)
    let wanted = Block<Double>(n) { Double($0) }
    for i in first..<end {
      wanted[i] += a[i * rowStride + i] * x[i]
      for j in i + 1..<max(n, i + 1) {
        wanted[i] += a[i * rowStride + j] * x[j]
        wanted[j] += a[i * rowStride + j] * x[i]
      }
    }
    var error = 0.0
    for i in 0..<n { error = worse(error, abs(y[i] - wanted[i])) }
    check("multiplySymmetric \(n), rows \(first)..<\(end)", error, within: 1e-12, intact: y.isIntact)
  }

  private func checkDoubleProduct(_ m: Int, _ n: Int, _ k: Int, _ diagonal: Int) {
    let (width, height) = (table.doubles.tileColumns, DoubleKernels.tileRows)
    let a = wideNoise(m * k, seed: 56)
    let b = wideNoise(k * n, seed: 57)
    let packedA = Block<Double>((m + height - 1) / height * height * k) { at in
      let (p, i) = (at / height % k, at / (height * k) * height + at % height)
      return i < m ? a[i * k + p] : 0
    }
    let packedB = Block<Double>((n + width - 1) / width * width * k) { at in
      let (p, j) = (at / width % k, at / (width * k) * width + at % width)
      return j < n ? b[p * n + j] : 0
    }
    let tile = Block<Double>(height * width) { _ in 77 }
    let c = Block<Double>(m * (n + 1)) { Double($0 % 10) }
    table.doubles.multiplyBlock(
      packedA.base, m, packedB.base, n, k, c.base, n + 1, diagonal, tile.base)
    var error = 0.0
    for i in 0..<m {
      for j in 0..<n where diagonal == Int.min || j - i >= diagonal {
        var sum = Double((i * (n + 1) + j) % 10)
        for p in 0..<k { sum += a[i * k + p] * b[p * n + j] }
        error = worse(error, abs(c[i * (n + 1) + j] - sum))
      }
      if c[i * (n + 1) + n] != Double((i * (n + 1) + n) % 10) { error = .infinity }
    }
    check(
      "double product \(m)x\(n)x\(k), diagonal \(diagonal == Int.min ? "none" : "\(diagonal)")", error,
      within: 1e-12, intact: c.isIntact && tile.isIntact)
  }
}
