import Kernels

/// m, n, k: one, few rows, odd, a whole tile, several tiles, deep.
private let shapes = [
  (1, 1, 1), (1, 7, 5), (1, 97, 33), (1, 400, 84), (2, 48, 20), (3, 20, 400), (4, 33, 17), (5, 16, 20),
  (6, 16, 4), (6, 32, 512), (7, 17, 321), (12, 64, 31), (13, 31, 510), (64, 20, 100), (25, 65, 129),
]

/// A product's two sides, stored in either order with gaps between rows.
private struct Sides {
  let (m, n, k): (Int, Int, Int)
  /// Whether the product rounds them to bfloat16.
  let isRounded: Bool
  let a: Block<Float>
  let b: Block<Float>
  let (aRow, aDepth, bDepth, bColumn): (Int, Int, Int, Int)

  init(_ m: Int, _ n: Int, _ k: Int, aTransposed: Bool, bTransposed: Bool, isRounded: Bool) {
    (self.m, self.n, self.k) = (m, n, k)
    self.isRounded = isRounded
    (aRow, aDepth) = aTransposed ? (1, m + 2) : (k + 3, 1)
    (bDepth, bColumn) = bTransposed ? (1, k + 1) : (n + 5, 1)
    a = noise(aTransposed ? k * (m + 2) : m * (k + 3), seed: 1)
    b = noise(bTransposed ? n * (k + 1) : k * (n + 5), seed: 2)
  }

  /// The largest |c − scale · Σ a·b| relative to Σ |a·b|, for rows of c that are n + 1 apart; infinite if the
  /// gaps between them are no longer 77.
  func error(_ c: Block<Float>, scale: Double) -> Double {
    var worst = 0.0
    for i in 0..<m {
      for j in 0..<n {
        var value = 0.0
        var size = 1e-30
        for p in 0..<k {
          let product = factor(a[i * aRow + p * aDepth]) * factor(b[p * bDepth + j * bColumn])
          value += product
          size += abs(product)
        }
        worst = worse(worst, abs(Double(c[i * (n + 1) + j]) - scale * value) / (scale * size))
      }
      if c[i * (n + 1) + n] != 77 { worst = .infinity }
    }
    return worst
  }

  private func factor(_ x: Float) -> Double { Double(isRounded ? roundedToBFloat16(x) : x) }
}

/// x rounded to 8 significant bits, to nearest even; 0 below 2⁻⁵⁶.
private func roundedToBFloat16(_ x: Float) -> Float {
  guard x.isFinite, x.magnitude >= 0x1p-56 else { return x.isFinite ? 0 : x }
  let unit = Double(sign: .plus, exponent: x.exponent - 7, significand: 1)
  return Float((Double(x) / unit).rounded(.toNearestOrEven) * unit)
}

/// Element p of a packed operand's column of lanes `stride` apart, with one or two elements per lane.
private func element(_ lanes: Block<Float>, _ p: Int, _ stride: Int, at i: Int, perLane: Int) -> Float {
  let lane = lanes[p / perLane * stride + i]
  guard perLane == 2 else { return lane }
  return Float(bitPattern: p % 2 == 0 ? lane.bitPattern & 0xffff_0000 : lane.bitPattern << 16)
}

/// Floats that are hard to round and to multiply: ties, and magnitudes from below 2⁻⁵⁶ to beyond the largest
/// bfloat16 number, infinities and NaN.
private func hardNoise(_ count: Int, seed: Int) -> Block<Float> {
  Block(count) { index in
    let random = hash(index, seed: seed)
    let exponents: [UInt32] = [127, 126, 128, 120, 71, 70, 72, 40, 0, 190, 200, 254]
    let exponent = exponents[Int(random >> 40 % 12)]
    let isSpecial = random >> 50 % 500 == 0
    let mantissa = UInt32(truncatingIfNeeded: random) & (random >> 45 % 3 == 0 ? 0x7f_8000 : 0x7f_ffff)
    let sign = UInt32(truncatingIfNeeded: random >> 60 & 1) << 31
    return Float(
      bitPattern: sign | (isSpecial ? 255 : exponent) << 23 | (isSpecial && exponent > 126 ? 0 : mantissa))
  }
}

extension Cases {
  func checkProducts() {
    for product in [table.product, table.roundedProduct] {
      let name = product.roundRows == nil ? "" : " rounded"
      checkPacking(product, name)
      for (m, n, k) in shapes {
        for order in 0..<4 {
          let sides = Sides(
            m, n, k, aTransposed: order & 1 != 0, bTransposed: order & 2 != 0,
            isRounded: product.roundRows != nil)
          checkProduct(sides, product, "\(m)x\(n)x\(k) order \(order)\(name)")
        }
      }
    }
  }

  /// Checks that rounded products have the bits of `other`, a table of the same tile.
  func checkRoundedBits(of other: KernelTable) {
    for (m, n, k) in shapes {
      let a = hardNoise(m * k, seed: 4)
      let b = hardNoise(k * n, seed: 5)
      let (mine, theirs) = (multiply(table, a, b, m, n, k), multiply(other, a, b, m, n, k))
      var isRight = true
      for i in 0..<m * n {
        isRight = isRight && (mine[i].bitPattern == theirs[i].bitPattern || mine[i].isNaN && theirs[i].isNaN)
      }
      check("rounded product \(m)x\(n)x\(k): the bits of \(other.name)", isRight)
    }
  }

  /// A·B by the packed product of rounded operands.
  private func multiply(
    _ table: KernelTable, _ a: Block<Float>, _ b: Block<Float>, _ m: Int, _ n: Int, _ k: Int
  ) -> Block<Float> {
    let product = table.roundedProduct
    let (width, height, depth) = (product.tileColumns, ProductKernels.tileRows, product.lanes(k))
    let packedA = Block<Float>((m + height - 1) / height * height * depth) { _ in 77 }
    for i in stride(from: 0, to: m, by: height) {
      product.packRows(a.base + i * k, 1, k, k, min(height, m - i), packedA.base + i * depth)
    }
    let packedB = Block<Float>((n + width - 1) / width * width * depth) { _ in 77 }
    for j in stride(from: 0, to: n, by: width) {
      product.packColumns(b.base + j, n, 1, k, min(width, n - j), packedB.base + j * depth)
    }
    let tile = Block<Float>(height * width) { _ in 0 }
    let c = Block<Float>(m * n) { _ in 77 }
    product.multiplyBlock(packedA.base, m, packedB.base, width * depth, n, depth, c.base, n, false, tile.base)
    return c
  }

  private func checkPacking(_ product: ProductKernels, _ name: String) {
    let widths = [(ProductKernels.tileRows, product.packRows), (product.tileColumns, product.packColumns)]
    let isRounded = product.roundRows != nil
    for (width, pack) in widths {
      for depth in [1, 3, 4, 7, 18] {
        for count in 1...width {
          for (depthStride, widthStride) in [(1, depth + 2), (width + 3, 1), (2, 2 * depth + 1)] {
            let sourceCount = (depth - 1) * depthStride + (count - 1) * widthStride + 1
            let source = isRounded ? hardNoise(sourceCount, seed: 3) : noise(sourceCount, seed: 3)
            let panel = Block<Float>(product.lanes(depth) * width) { _ in 77 }
            pack(source.base, depthStride, widthStride, depth, count, panel.base)
            var isRight = panel.isIntact
            for p in 0..<product.lanes(depth) * product.depthPerLane {
              for i in 0..<width {
                let value = i < count && p < depth ? source[p * depthStride + i * widthStride] : 0
                let wanted = isRounded ? roundedToBFloat16(value) : value
                let packed = element(panel, p, width, at: i, perLane: product.depthPerLane)
                isRight = isRight && (packed == wanted || packed.isNaN && wanted.isNaN)
              }
            }
            check(
              "pack\(name) \(count) of \(width), depth \(depth), strides \(depthStride) \(widthStride)",
              isRight)
          }
        }
      }
    }
  }

  /// The rows of A as `multiplyPlain` takes them: lanes, with gaps between rows.
  private func plainRows(_ s: Sides, _ product: ProductKernels) -> (Block<Float>, row: Int, depth: Int) {
    guard let roundRows = product.roundRows else { return (s.a, s.aRow, s.aDepth) }
    let rows = Block<Float>(s.m * (s.k + 1)) {
      s.a[$0 / (s.k + 1) * s.aRow + min($0 % (s.k + 1), s.k - 1) * s.aDepth]
    }
    roundRows(rows.base, s.k + 1, s.m, s.k, rows.base, s.k + 1)
    return (rows, s.k + 1, 1)
  }

  private func checkProduct(_ s: Sides, _ product: ProductKernels, _ name: String) {
    let (m, n, width, height) = (s.m, s.n, product.tileColumns, ProductKernels.tileRows)
    let k = product.lanes(s.k)
    let packedB = Block<Float>((n + width - 1) / width * width * k) { _ in 77 }
    for j in stride(from: 0, to: n, by: width) {
      product.packColumns(
        s.b.base + j * s.bColumn, s.bDepth, s.bColumn, s.k, min(width, n - j), packedB.base + j * k)
    }
    let packedA = Block<Float>((m + height - 1) / height * height * k) { _ in 77 }
    for i in stride(from: 0, to: m, by: height) {
      product.packRows(
        s.a.base + i * s.aRow, s.aDepth, s.aRow, s.k, min(height, m - i), packedA.base + i * k)
    }
    let (plainA, aRow, aDepth) = plainRows(s, product)
    let tile = Block<Float>(height * width) { _ in 0 }

    /// Checks what `multiply` writes, and then what it adds to that; returns the sum.
    func both(_ name: String, _ multiply: (_ c: UnsafeMutablePointer<Float>, _ adding: Bool) -> Void)
      -> Block<Float>
    {
      let c = Block<Float>(m * (n + 1)) { _ in 77 }
      multiply(c.base, false)
      check(name, s.error(c, scale: 1), within: 2e-6, intact: c.isIntact && tile.isIntact)
      multiply(c.base, true)
      check("\(name), added", s.error(c, scale: 2), within: 2e-6, intact: c.isIntact && tile.isIntact)
      return c
    }

    let whole = both("multiplyBlock \(name)") { c, adding in
      product.multiplyBlock(packedA.base, m, packedB.base, width * k, n, k, c, n + 1, adding, tile.base)
    }
    let plain = both("multiplyPlain \(name)") { c, adding in
      product.multiplyPlain(
        plainA.base, aRow, aDepth, m, packedB.base, width * k, width, n, k, c, n + 1, adding, tile.base)
    }
    check("multiplyPlain \(name): the bits of multiplyBlock", equal(plain, whole))
    if m <= 3 {
      let rows = both("multiplyRows \(name)") { c, adding in
        product.multiplyRows(
          plainA.base, aRow, aDepth, m, packedB.base, width * k, width, n, k, c, n + 1, adding, tile.base)
      }
      check("multiplyRows \(name): the bits of multiplyBlock", equal(rows, whole))
    }
    if n % width == 0, s.bColumn == 1, product.roundRows == nil {
      let unpacked = both("multiplyPlain \(name), plain rows of B") { c, adding in
        product.multiplyPlain(
          plainA.base, aRow, aDepth, m, s.b.base, width, s.bDepth, n, k, c, n + 1, adding, tile.base)
      }
      check("multiplyPlain \(name), plain rows of B: the bits of multiplyBlock", equal(unpacked, whole))
    }
  }
}
