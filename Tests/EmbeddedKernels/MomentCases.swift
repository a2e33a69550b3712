import Kernels

/// Lanes summed in one call.
private let blockDepth = 320

/// Numbers in rows, as the pack kernels take them, and in Double.
private struct Rows {
  let (count, columns, stride): (Int, Int, Int)
  let source: UnsafeRawPointer
  /// Bytes of one number.
  let size: Int
  let shift: Block<Float>?
  /// The number in a row and a column less its shift, rounded once.
  let value: (_ row: Int, _ column: Int) -> Double
}

extension Cases {
  func checkMoments() {
    for (m, n) in [(1, 1), (5, 7), (2, 16), (321, 33), (640, 50), (643, 19), (1_280, 65), (17, 131)] {
      let stride = n + 3
      let floats = noise(m * stride, seed: 8, 0, 1)
      let shift = noise(n, seed: 9, 0.3, 0.6)
      let shifted = Rows(
        count: m, columns: n, stride: stride, source: floats.base, size: 4, shift: shift,
        value: { Double(floats[$0 * stride + $1] - shift[$1]) })
      checkMoments("float moments, shifted", table.floatMoments, shifted, within: 1e-6, sumWithin: 1e-13)
      let plain = Rows(
        count: m, columns: n, stride: stride, source: floats.base, size: 4, shift: nil,
        value: { Double(floats[$0 * stride + $1]) })
      checkMoments("float moments", table.floatMoments, plain, within: 1e-6, sumWithin: 1e-13)
      for largest in [false, true] {
        let bytes = Block<UInt8>(m * stride) {
          largest ? 255 : UInt8(truncatingIfNeeded: hash($0, seed: 10))
        }
        let rows = Rows(
          count: m, columns: n, stride: stride, source: bytes.base, size: 1, shift: nil,
          value: { Double(bytes[$0 * stride + $1]) })
        checkMoments(
          "byte moments\(largest ? " of 255" : "")", table.byteMoments, rows, within: 0, sumWithin: 0)
      }
    }
  }

  /// Sums and products of all pairs of columns, made of the kernels as the covariance is.
  private func checkMoments(
    _ name: String, _ kernels: MomentKernels, _ rows: Rows, within limit: Double, sumWithin sumLimit: Double
  ) {
    let (n, width, height) = (rows.columns, table.product.tileColumns, ProductKernels.tileRows)
    let padded = (n + width - 1) / width * width
    let perLane = kernels.rowsPerLane
    let depth = (rows.count + perLane - 1) / perLane
    let sums = Block<Double>(n) { _ in 0 }
    let whole = Block<Float>((n + height - 1) / height * height * padded) { _ in 77 }
    let upper = Block<Float>(whole.count) { _ in 77 }
    var isIntact = true
    for start in stride(from: 0, to: depth, by: blockDepth) {
      let block = min(blockDepth, depth - start)
      let first = start * perLane
      let right = Block<Float>(block * padded) { _ in 77 }
      for j in stride(from: 0, to: n, by: width) {
        kernels.pack(
          rows.source + (first * rows.stride + j) * rows.size, rows.stride,
          min(block * perLane, rows.count - first), min(width, n - j),
          rows.shift.map { UnsafePointer($0.base + j) },
          right.base + j * block, sums.base + j)
      }
      for i in stride(from: 0, to: n, by: height) {
        let left = Block<Float>(height * block) { _ in 77 }
        kernels.gather(right.base, width * block, n, i, block, left.base)
        for (c, diagonal) in [(whole, Int.min), (upper, i)] {
          kernels.multiply(
            left.base, min(height, n - i), right.base, width * block, n, block, c.base + i * padded, padded,
            start > 0, diagonal, rows.source, 100)
        }
        isIntact = isIntact && left.isIntact
      }
      isIntact = isIntact && right.isIntact
    }
    isIntact = isIntact && whole.isIntact && upper.isIntact && sums.isIntact
    var sumError = 0.0
    for j in 0..<n {
      var sum = 0.0
      for p in 0..<rows.count { sum += rows.value(p, j) }
      sumError = worse(sumError, abs(sums[j] - sum) / Double(rows.count))
    }
    check("\(name) \(rows.count)x\(n): sums", sumError, within: sumLimit, intact: isIntact)

    var (error, upperError) = (0.0, 0.0)
    for i in 0..<n {
      let wide = Block<Double>(n) { Double($0) }
      let wideUpper = Block<Double>(n - i) { _ in 1 }
      kernels.add(whole.base + i * padded, kernels.bias * sums[i], wide.base, n)
      kernels.add(upper.base + (i * padded + i), kernels.bias * sums[i], wideUpper.base, n - i)
      isIntact = isIntact && wide.isIntact && wideUpper.isIntact
      // Every element of narrow matrices, a spread of the wide ones.
      for j in stride(from: i % 3, to: n, by: n > 40 ? 7 : 1) {
        var value = 0.0
        var size = 1e-9
        for p in 0..<rows.count {
          let product = rows.value(p, i) * rows.value(p, j)
          value += product
          size += abs(product)
        }
        error = worse(error, abs(wide[j] - Double(j) - value) / size)
        if j >= i { upperError = worse(upperError, abs(wideUpper[j - i] - 1 - value) / size) }
      }
    }
    check("\(name) \(rows.count)x\(n): products", error, within: limit, intact: isIntact)
    check("\(name) \(rows.count)x\(n): upper triangle", upperError, within: limit, intact: isIntact)
  }
}
