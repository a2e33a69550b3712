extension SymmetricEigen {
  /// y = A·x for a symmetric A of which the upper triangle is stored, read once.
  struct SymmetricProduct {
    private let partial: Buffer<Double>
    private let n: Int
    private let context: Context

    /// Shares of the work; a fixed number, so that the sum's order does not depend on threads.
    private static let shareCount = 4

    init(n: Int, in context: Context) throws(GenerativeError) {
      self.n = n
      self.context = context
      partial = try Buffer(count: Self.shareCount * n, in: context.memory)
    }

    /// y ← A·x for the `count` × `count` matrix at `a`.
    func multiply(
      _ a: UnsafePointer<Double>, stride: Int, _ x: UnsafePointer<Double>, count: Int,
      into y: UnsafeMutablePointer<Double>
    ) {
      // Below some 200 rows waking a worker costs more than it saves.
      guard count >= 200 else {
        y.update(repeating: 0, count: count)
        addRows(0..<count, a, stride: stride, x, count: count, into: y)
        return
      }
      context.parallel(Self.shareCount) { share in
        let sums = partial.base + share * n
        let rows = boundary(share, count)..<boundary(share + 1, count)
        (sums + rows.lowerBound).update(repeating: 0, count: count - rows.lowerBound)
        addRows(rows, a, stride: stride, x, count: count, into: sums)
      }
      y.update(from: partial.base, count: count)
      for share in 1..<Self.shareCount {
        let from = boundary(share, count)
        let sums = partial.base + share * n
        for i in from..<count { y[i] += sums[i] }
      }
    }

    /// The row at which share `share` of the triangle begins: equal areas, multiples of four.
    private func boundary(_ share: Int, _ count: Int) -> Int {
      if share == Self.shareCount { return count }
      let rest = 1 - Double(share) / Double(Self.shareCount)
      return Int(Double(count) * (1 - rest.squareRoot())) & ~3
    }

    /// y ← y + what rows `rows` of the triangle, and the columns they mirror, contribute.
    private func addRows(
      _ rows: Range<Int>, _ a: UnsafePointer<Double>, stride: Int, _ x: UnsafePointer<Double>,
      count: Int, into y: UnsafeMutablePointer<Double>
    ) {
      var i = rows.lowerBound
      while i + 4 <= rows.upperBound {
        addFourRows(i, a, stride: stride, x, count: count, into: y)
        i += 4
      }
      while i < rows.upperBound {
        let row = a + i * stride
        y[i] += row[i] * x[i]
        let rest = count - i - 1
        y[i] += dotProduct(row + i + 1, x + i + 1, count: rest)
        subtract(-x[i], row + i + 1, from: y + i + 1, count: rest)
        i += 1
      }
    }

    /// Four rows at once: x and y are loaded once for four rows of A.
    private func addFourRows(
      _ i: Int, _ a: UnsafePointer<Double>, stride: Int, _ x: UnsafePointer<Double>, count: Int,
      into y: UnsafeMutablePointer<Double>
    ) {
      for r in i..<i + 4 {
        let row = a + r * stride
        y[r] += row[r] * x[r]
        for c in r + 1..<max(i + 4, r + 1) {
          y[r] += row[c] * x[c]
          y[c] += row[c] * x[r]
        }
      }
      let a0 = UnsafeRawPointer(a + i * stride)
      let a1 = a0 + stride * 8
      let a2 = a1 + stride * 8
      let a3 = a2 + stride * 8
      let xRaw = UnsafeRawPointer(x)
      let yRaw = UnsafeMutableRawPointer(y)
      let x0 = x[i]
      let x1 = x[i + 1]
      let x2 = x[i + 2]
      let x3 = x[i + 3]
      var s0 = SIMD4<Double>.zero
      var s1 = s0
      var s2 = s0
      var s3 = s0
      var j = i + 4
      while j + 4 <= count {
        let offset = j * 8
        let xj = xRaw.loadUnaligned(fromByteOffset: offset, as: SIMD4<Double>.self)
        var yj = UnsafeRawPointer(yRaw).loadUnaligned(fromByteOffset: offset, as: SIMD4<Double>.self)
        let r0 = a0.loadUnaligned(fromByteOffset: offset, as: SIMD4<Double>.self)
        yj += r0 * x0
        s0 += r0 * xj
        let r1 = a1.loadUnaligned(fromByteOffset: offset, as: SIMD4<Double>.self)
        yj += r1 * x1
        s1 += r1 * xj
        let r2 = a2.loadUnaligned(fromByteOffset: offset, as: SIMD4<Double>.self)
        yj += r2 * x2
        s2 += r2 * xj
        let r3 = a3.loadUnaligned(fromByteOffset: offset, as: SIMD4<Double>.self)
        yj += r3 * x3
        s3 += r3 * xj
        yRaw.storeBytes(of: yj, toByteOffset: offset, as: SIMD4<Double>.self)
        j += 4
      }
      y[i] += s0.sum()
      y[i + 1] += s1.sum()
      y[i + 2] += s2.sum()
      y[i + 3] += s3.sum()
      while j < count {
        for r in i..<i + 4 {
          let value = a[r * stride + j]
          y[r] += value * x[j]
          y[j] += value * x[r]
        }
        j += 1
      }
    }
  }
}
