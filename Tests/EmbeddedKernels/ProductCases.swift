import Kernels

/// m, n, k: one, few rows, odd, a whole tile, several tiles, deep.
private let shapes = [
  (1, 1, 1), (1, 7, 5), (1, 97, 33), (1, 400, 84), (2, 48, 20), (3, 20, 400), (4, 33, 17), (5, 16, 20),
  (6, 16, 4), (6, 32, 512), (7, 17, 321), (12, 64, 31), (13, 31, 510), (64, 20, 100), (25, 65, 129),
]

/// A product's two sides, stored in either order with gaps between rows.
private struct Sides {
  let (m, n, k): (Int, Int, Int)
  let a: Block<Float>
  let b: Block<Float>
  let (aRow, aDepth, bDepth, bColumn): (Int, Int, Int, Int)

  init(_ m: Int, _ n: Int, _ k: Int, aTransposed: Bool, bTransposed: Bool) {
    (self.m, self.n, self.k) = (m, n, k)
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
          let product = Double(a[i * aRow + p * aDepth]) * Double(b[p * bDepth + j * bColumn])
          value += product
          size += abs(product)
        }
        worst = worse(worst, abs(Double(c[i * (n + 1) + j]) - scale * value) / (scale * size))
      }
      if c[i * (n + 1) + n] != 77 { worst = .infinity }
    }
    return worst
  }
}

extension Cases {
  func checkProducts() {
    checkPacking()
    for (m, n, k) in shapes {
      for order in 0..<4 {
        let sides = Sides(m, n, k, aTransposed: order & 1 != 0, bTransposed: order & 2 != 0)
        checkProduct(sides, "\(m)x\(n)x\(k) order \(order)")
      }
    }
  }

  private func checkPacking() {
    let product = table.product
    let widths = [(ProductKernels.tileRows, product.packRows), (product.tileColumns, product.packColumns)]
    for (width, pack) in widths {
      for depth in [1, 3, 4, 7, 18] {
        for count in 1...width {
          for (depthStride, widthStride) in [(1, depth + 2), (width + 3, 1), (2, 2 * depth + 1)] {
            let source = noise((depth - 1) * depthStride + (count - 1) * widthStride + 1, seed: 3)
            let panel = Block<Float>(depth * width) { _ in 77 }
            pack(source.base, depthStride, widthStride, depth, count, panel.base)
            var isRight = panel.isIntact
            for p in 0..<depth {
              for i in 0..<width {
                let wanted = i < count ? source[p * depthStride + i * widthStride] : 0
                isRight = isRight && panel[p * width + i] == wanted
              }
            }
            check("pack \(count) of \(width), depth \(depth), strides \(depthStride) \(widthStride)", isRight)
          }
        }
      }
    }
  }

  private func checkProduct(_ s: Sides, _ name: String) {
    let product = table.product
    let (m, n, k, width, height) = (s.m, s.n, s.k, product.tileColumns, ProductKernels.tileRows)
    let packedB = Block<Float>((n + width - 1) / width * width * k) { _ in 77 }
    for j in stride(from: 0, to: n, by: width) {
      product.packColumns(
        s.b.base + j * s.bColumn, s.bDepth, s.bColumn, k, min(width, n - j), packedB.base + j * k)
    }
    let packedA = Block<Float>((m + height - 1) / height * height * k) { _ in 77 }
    for i in stride(from: 0, to: m, by: height) {
      product.packRows(
        s.a.base + i * s.aRow, s.aDepth, s.aRow, k, min(height, m - i), packedA.base + i * k)
    }
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
        s.a.base, s.aRow, s.aDepth, m, packedB.base, width * k, width, n, k, c, n + 1, adding, tile.base)
    }
    check("multiplyPlain \(name): the bits of multiplyBlock", equal(plain, whole))
    if m <= 3 {
      let rows = both("multiplyRows \(name)") { c, adding in
        product.multiplyRows(
          s.a.base, s.aRow, s.aDepth, m, packedB.base, width * k, width, n, k, c, n + 1, adding, tile.base)
      }
      check("multiplyRows \(name): the bits of multiplyBlock", equal(rows, whole))
    }
    if n % width == 0, s.bColumn == 1 {
      let unpacked = both("multiplyPlain \(name), plain rows of B") { c, adding in
        product.multiplyPlain(
          s.a.base, s.aRow, s.aDepth, m, s.b.base, width, s.bDepth, n, k, c, n + 1, adding, tile.base)
      }
      check("multiplyPlain \(name), plain rows of B: the bits of multiplyBlock", equal(unpacked, whole))
    }
  }
}
