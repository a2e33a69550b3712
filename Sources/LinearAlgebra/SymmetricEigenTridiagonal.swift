import Glibc
import Tensors

extension SymmetricEigen {
  /// A = Q·T·Qᵀ with T tridiagonal and Q a product of Householder reflections (Golub & Van Loan, Matrix
  /// Computations, §8.3; blocked as in Dongarra, Sorensen & Hammarling 1989, "Block reduction of matrices to
  /// condensed forms").
  ///
  /// Q = H₀·H₁·…·Hₙ₋₂, Hⱼ = I − τⱼ·vⱼ·vⱼᵀ, where vⱼ is zero up to element j and one at j + 1. vⱼ replaces row
  /// j of A beyond the diagonal. Only the upper triangle of A is read.
  struct Tridiagonal {
    /// n diagonal elements.
    let diagonal: Buffer<Double>
    /// The n − 1 off-diagonal elements, followed by a zero.
    let offDiagonal: Buffer<Double>
    private let tau: Buffer<Double>
    private let reflectors: UnsafeMutablePointer<Double>
    private let n: Int
    private let context: Context

    /// Columns reduced before the rest of the matrix is updated. A larger panel makes the update a more
    /// efficient product, but each column must first be updated with all earlier columns of its panel.
    private static let panel = 16
    /// The number of reflections applied at a time.
    private static let block = 32

    /// Reduces `a`, n × n packed, which is overwritten and must outlive this value.
    ///
    /// For each column j of a panel, with V and W the panel's vectors so far:
    ///
    ///     a ← a − V·W[j]ᵀ − W·V[j]ᵀ        the column after the earlier reflections
    ///     v, τ from a                       H·a = (…, e, 0, …, 0)
    ///     w = τ·(A·v − V·Wᵀv − W·Vᵀv)
    ///     w ← w − ½τ(wᵀv)·v
    ///
    /// After the panel, A ← A − V·Wᵀ − W·Vᵀ in one matrix product.
    init(
      reducing a: UnsafeMutablePointer<Double>, n: Int, product: DoubleProduct, in context: Context
    ) throws(GenerativeError) {
      self.n = n
      self.context = context
      reflectors = a
      diagonal = try Buffer(count: n, in: context.memory)
      offDiagonal = try Buffer(count: n, in: context.memory)
      tau = try Buffer(count: n, in: context.memory)
      // V above W, and W above V, so that the update is one product of depth 2 × panel.
      let left = try Buffer<Double>(count: 2 * Self.panel * n, in: context.memory)
      let right = try Buffer<Double>(count: 2 * Self.panel * n, in: context.memory)
      let overlaps = try Buffer<Double>(count: 2 * Self.panel, in: context.memory)
      let symmetric = try SymmetricProduct(n: n, in: context)
      let d = diagonal.base
      let e = offDiagonal.base
      var first = 0
      while first < n - 1 {
        try Run.proceed(first, of: n)
        let end = min(first + Self.panel, n - 1)
        let count = end - first
        let v = left.base
        let w = left.base + count * n
        for j in first..<end {
          let i = j - first
          let row = a + j * n
          for p in 0..<i {
            context.add(-v[p * n + j], w + p * n + j, to: row + j, count: n - j)
            context.add(-w[p * n + j], v + p * n + j, to: row + j, count: n - j)
          }
          d[j] = row[j]
          let length = n - j - 1
          (tau.base[j], e[j]) = makeReflector(row + j + 1, count: length, in: context)

          let vi = v + i * n
          vi.update(repeating: 0, count: j + 1)
          (vi + j + 1).update(from: row + j + 1, count: length)
          let wi = w + i * n
          wi.update(repeating: 0, count: j + 1)
          let x = vi + j + 1
          let y = wi + j + 1
          let (vx, wx) = (overlaps.base, overlaps.base + i)
          symmetric.multiply(a + (j + 1) * (n + 1), stride: n, x, count: length, into: y) {
            for p in 0..<i {
              vx[p] = context.dot(v + p * n + j + 1, x, count: length)
              wx[p] = context.dot(w + p * n + j + 1, x, count: length)
            }
          }
          for p in 0..<i {
            context.add(-wx[p], v + p * n + j + 1, to: y, count: length)
            context.add(-vx[p], w + p * n + j + 1, to: y, count: length)
          }
          let t = tau.base[j]
          for k in 0..<length { y[k] *= t }
          context.add(-0.5 * t * context.dot(y, x, count: length), x, to: y, count: length)
        }
        right.base.update(from: w, count: count * n)
        (right.base + count * n).update(from: v, count: count * n)
        let rest = n - end
        let l = DoubleMatrix(left.base + end, rows: 2 * count, columns: rest, rowStride: n)
        let r = DoubleMatrix(right.base + end, rows: 2 * count, columns: rest, rowStride: n)
        let trailing = DoubleMatrix(a + end * (n + 1), rows: rest, columns: rest, rowStride: n)
        product.add(l.transposed, r, scale: -1, into: trailing, upperOnly: true)
        first = end
      }
      d[n - 1] = a[(n - 1) * (n + 1)]
    }

    /// Z ← Z·Qᵀ: turns eigenvectors of T, one per row, into those of A.
    ///
    /// Blocks of reflections are in compact form (Schreiber & Van Loan 1989): H₀·…·Hₖ₋₁ = I − V·S·Vᵀ, S upper
    /// triangular, so Z ← Z − (Z·V)·Sᵀ·Vᵀ.
    func backTransform(_ z: DoubleMatrix, product: DoubleProduct) throws(GenerativeError) {
      let block = Self.block
      let v = try Buffer<Double>(count: block * n, in: context.memory)
      let s = try Buffer<Double>(count: block * block, in: context.memory)
      let y = try Buffer<Double>(count: 2 * block * z.rowCount, in: context.memory)
      let blockCount = (n - 1 + block - 1) / block
      for b in (0..<blockCount).reversed() {
        try Run.proceed(blockCount - 1 - b, of: blockCount)
        let first = b * block
        let count = min(block, n - 1 - first)
        let width = n - first - 1
        for i in 0..<count {
          (v.base + i * width).update(repeating: 0, count: i)
          (v.base + i * width + i).update(
            from: reflectors + (first + i) * n + first + i + 1, count: width - i)
        }
        // S[i, i] = τᵢ; S[0..<i, i] = −τᵢ · S[0..<i, 0..<i] · Vᵀvᵢ
        s.base.update(repeating: 0, count: count * count)
        for i in 0..<count {
          let t = tau.base[first + i]
          s.base[i * count + i] = t
          for p in 0..<i {
            let overlap = context.dot(v.base + p * width, v.base + i * width, count: width)
            for q in 0...p { s.base[q * count + i] -= t * s.base[q * count + p] * overlap }
          }
        }
        let rows = z.rowCount
        let vRows = DoubleMatrix(v.base, rows: count, columns: width)
        let zPart = z[0..<rows, first + 1..<n]
        let zv = DoubleMatrix(y.base, rows: rows, columns: count)
        let zvs = DoubleMatrix(y.base + rows * count, rows: rows, columns: count)
        y.base.update(repeating: 0, count: 2 * rows * count)
        product.add(zPart, vRows.transposed, into: zv)
        product.add(zv, DoubleMatrix(s.base, rows: count, columns: count).transposed, into: zvs)
        product.add(zvs, vRows, scale: -1, into: zPart)
      }
    }
  }
}

/// Replaces x by the vector v of the reflection H = I − τ·v·vᵀ with H·x = (e, 0, …, 0) and v₀ = 1.
private func makeReflector(
  _ x: UnsafeMutablePointer<Double>, count: Int, in context: Context
) -> (tau: Double, e: Double) {
  let alpha = x[0]
  let tail = context.dot(x + 1, x + 1, count: count - 1)
  x[0] = 1
  guard tail > 0 else { return (0, alpha) }
  let norm = (alpha * alpha + tail).squareRoot()
  let beta = alpha > 0 ? -norm : norm
  let scale = 1 / (alpha - beta)
  for i in 1..<count { x[i] *= scale }
  return ((beta - alpha) / beta, beta)
}
