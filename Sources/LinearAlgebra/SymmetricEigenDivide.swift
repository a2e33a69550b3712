import Glibc
import Tensors

extension SymmetricEigen {
  /// Eigenpairs of a tridiagonal matrix by divide and conquer (Cuppen 1981), with eigenvectors that are
  /// orthogonal to working accuracy (Gu & Eisenstat 1995).
  ///
  ///     T = diag(T₁, T₂) + ρ·v·vᵀ,   Tᵢ = Qᵢ·Dᵢ·Qᵢᵀ   ⇒   T = Q·(D + ρ·z·zᵀ)·Qᵀ,  z = Qᵀ·v
  ///
  /// The roots of the secular equation are the eigenvalues. Weights ẑ for which those roots are exact give
  /// the eigenvectors ẑᵢ / (dᵢ − λⱼ), and one matrix product transforms them back. If z is negligible or
  /// poles coincide, an old pair is kept unchanged (deflation).
  struct Divide {
    /// Row i is the eigenvector of `values[i]`. Only the rows in the last `wanted` elements of `order` are
    /// complete.
    let vectors: Buffer<Double>
    let values: Buffer<Double>
    /// Row indices by increasing eigenvalue.
    let order: Buffer<Int>

    private let n: Int
    private let wanted: Int
    private let context: Context
    private let product: DoubleProduct
    private let offDiagonal: UnsafeMutablePointer<Double>
    /// The distances of the secular problem, later its eigenvectors; and the old vectors to which they are
    /// applied.
    private let secular: Buffer<Double>
    private let old: Buffer<Double>
    private let z: Buffer<Double>
    private let merged: Buffer<Int>

    /// Blocks of at most this size are solved by QL.
    private static let leaf = 32

    /// Solves for the vectors of the `wanted` largest eigenvalues. `diagonal` and `offDiagonal` are
    /// destroyed.
    ///
    /// - Throws: `.memory`; `.internalFault` if an iteration does not converge.
    init(
      diagonal: Buffer<Double>, offDiagonal: Buffer<Double>, wanted: Int, product: DoubleProduct,
      in context: Context
    ) throws(GenerativeError) {
      n = diagonal.count
      self.wanted = wanted
      self.context = context
      self.product = product
      self.offDiagonal = offDiagonal.base
      guard let area = checkedProduct(n, n) else { throw GenerativeError(.memory, "matrix too large") }
      vectors = try Buffer(count: area, in: context.memory)
      secular = try Buffer(uninitializedCount: area, in: context.memory)
      old = try Buffer(uninitializedCount: area, in: context.memory)
      values = diagonal
      order = try Buffer(count: n, in: context.memory)
      merged = try Buffer(count: 2 * n, in: context.memory)
      z = try Buffer(count: 3 * n, in: context.memory)
      try solve(0, n)
    }

    private func solve(_ first: Int, _ count: Int) throws(GenerativeError) {
      let d = values.base + first
      let q = vectors.base + first * (n + 1)
      guard count > Self.leaf else {
        try SymmetricEigen.solveLeaf(d, offDiagonal + first, n: count, into: q, stride: n)
        let rows = order.base + first
        for i in 0..<count {
          var j = i
          while j > 0, d[rows[j - 1]] > d[i] {
            rows[j] = rows[j - 1]
            j -= 1
          }
          rows[j] = i
        }
        return
      }
      let half = count / 2
      let rho = offDiagonal[first + half - 1]
      d[half - 1] -= abs(rho)
      d[half] -= abs(rho)
      try solve(first, half)
      try solve(first + half, count - half)
      try merge(first, half, count, rho: rho)
    }

    // MARK: - One merge

    /// Merges the adjacent blocks of `half` and `count − half` rows that start at `first`.
    private func merge(_ first: Int, _ half: Int, _ count: Int, rho signedRho: Double) throws(GenerativeError)
    {
      let d = values.base + first
      let q = vectors.base + first * (n + 1)
      let rows = order.base + first
      let upper = first + half

      // z = Qᵀv, scaled to unit length: the last column of Q₁ and the first of Q₂.
      let z = self.z.base
      let root = 0.5.squareRoot()
      for i in 0..<half { z[i] = root * q[i * n + half - 1] }
      for i in half..<count { z[i] = (signedRho < 0 ? -root : root) * q[i * n + half] }
      let rho = 2 * abs(signedRho)

      // All rows by increasing d.
      let sorted = merged.base
      var i = 0
      var j = 0
      for target in 0..<count {
        let fromFirst = j == count - half || (i < half && d[rows[i]] <= d[half + order.base[upper + j]])
        if fromFirst {
          sorted[target] = rows[i]
          i += 1
        } else {
          sorted[target] = half + order.base[upper + j]
          j += 1
        }
      }

      let kept = deflate(d, z, sorted, q, half, count, rho: rho)
      // The kept rows are at sorted[0...] and the deflated ones after them, both in increasing order.
      let k = kept
      guard k > 0 else {
        sortRows(rows, d, sorted, count)
        return
      }
      // Rows of the first block, then mixed ones, then rows of the second, so that each block's columns are
      // multiplied by contiguous weights.
      let place = merged.base + n
      let (firstEnd, secondStart) = arrange(sorted, k, q, half, count, place)

      let poles = self.z.base + n
      let weights = self.z.base + 2 * n
      for i in 0..<k {
        poles[i] = d[sorted[i]]
        weights[i] = z[sorted[i]]
      }
      let isTop = count == n
      try solveSecular(k, rho: rho, poles, weights, z: z)
      // z now holds the new eigenvalues.

      // Old vectors, compact: rows of the first block × its columns, then those of the second.
      let p1 = old.base
      let p2 = p1 + firstEnd * half
      let wide = count - half
      for i in 0..<k {
        let source = q + sorted[i] * n
        if place[i] < firstEnd { (p1 + place[i] * half).update(from: source, count: half) }
        if place[i] >= secondStart {
          (p2 + (place[i] - secondStart) * wide).update(from: source + half, count: wide)
        }
      }
      let deflated = p2 + (k - secondStart) * wide
      for i in k..<count {
        (deflated + (i - k) * count).update(from: q + sorted[i] * n, count: count)
      }
      // The new order determines which roots are wanted at the top level.
      let deflatedValues = poles
      for i in k..<count { deflatedValues[i] = d[sorted[i]] }
      for i in 0..<k { d[i] = z[i] }
      for i in k..<count { d[i] = deflatedValues[i] }
      for i in 0..<count { sorted[i] = i }
      sortRows(rows, d, sorted, count)
      let lowest = isTop ? lowestWantedRoot(rows, k, count) : 0

      makeVectors(from: lowest, k, weights, place)
      for i in lowest..<k { (q + i * n).update(repeating: 0, count: count) }
      let u = DoubleMatrix(secular.base, rows: k, columns: k)
      let new = DoubleMatrix(q, rows: k, columns: count, rowStride: n)
      if firstEnd > 0 {
        product.add(
          u[lowest..<k, 0..<firstEnd], DoubleMatrix(p1, rows: firstEnd, columns: half),
          into: new[lowest..<k, 0..<half])
      }
      if k > secondStart {
        product.add(
          u[lowest..<k, secondStart..<k], DoubleMatrix(p2, rows: k - secondStart, columns: wide),
          into: new[lowest..<k, half..<count])
      }
      for i in k..<count {
        (q + i * n).update(from: deflated + (i - k) * count, count: count)
      }
    }

    /// Moves rows whose pairs need no update behind the others. Returns how many remain.
    private func deflate(
      _ d: UnsafeMutablePointer<Double>, _ z: UnsafeMutablePointer<Double>,
      _ sorted: UnsafeMutablePointer<Int>,
      _ q: UnsafeMutablePointer<Double>, _ half: Int, _ count: Int, rho: Double
    ) -> Int {
      var largest = 0.0
      for i in 0..<count { largest = max(largest, max(abs(d[i]), abs(z[i]))) }
      let tolerance = 8 * 0x1p-53 * largest
      let place = merged.base + n
      var kept = 0
      var gone = 0
      var previous = -1
      func drop(_ row: Int) {
        gone += 1
        place[count - gone] = row
      }
      for i in 0..<count {
        let row = sorted[i]
        if rho * abs(z[row]) <= tolerance {
          drop(row)
          continue
        }
        guard previous >= 0 else {
          previous = row
          continue
        }
        // Two poles are so close that a rotation can zero one weight.
        let tau = length(z[row], z[previous])
        let c = z[row] / tau
        let s = -z[previous] / tau
        let t = d[row] - d[previous]
        if abs(t * c * s) <= tolerance {
          z[row] = tau
          z[previous] = 0
          rotate(q + previous * n, q + row * n, cosine: c, sine: s, count: count)
          let a = d[previous]
          let b = d[row]
          d[previous] = a * c * c + b * s * s
          d[row] = a * s * s + b * c * c
          drop(previous)
        } else {
          place[kept] = previous
          kept += 1
        }
        previous = row
      }
      if previous >= 0 {
        place[kept] = previous
        kept += 1
      }
      sorted.update(from: place, count: count)
      return kept
    }

    /// Assigns each kept row i its place, so that the rows of each block are contiguous, with rows that have
    /// parts in both blocks in the middle. Returns the end of the first block's rows and the start of the
    /// second's.
    private func arrange(
      _ sorted: UnsafePointer<Int>, _ k: Int, _ q: UnsafePointer<Double>, _ half: Int, _ count: Int,
      _ place: UnsafeMutablePointer<Int>
    ) -> (firstEnd: Int, secondStart: Int) {
      var kinds = (0, 0, 0)
      for i in 0..<k {
        let row = q + sorted[i] * n
        let inFirst = (0..<half).contains { row[$0] != 0 }
        let inSecond = (half..<count).contains { row[$0] != 0 }
        place[i] = inFirst ? (inSecond ? 1 : 0) : 2
        if place[i] == 0 { kinds.0 += 1 } else if place[i] == 1 { kinds.1 += 1 } else { kinds.2 += 1 }
      }
      let secondStart = kinds.0
      let firstEnd = kinds.0 + kinds.1
      var next = (0, secondStart, firstEnd)
      for i in 0..<k {
        switch place[i] {
        case 0:
          place[i] = next.0
          next.0 += 1
        case 1:
          place[i] = next.1
          next.1 += 1
        default:
          place[i] = next.2
          next.2 += 1
        }
      }
      return (firstEnd, secondStart)
    }

    /// Writes the k roots into `z`, their distances into the rows of `secular`, and the weights ẑ for which
    /// they are exact into `weights`:
    ///
    ///     ẑᵢ² = Πⱼ (dᵢ − λⱼ) / (−ρ Π_{j≠i} (dᵢ − dⱼ))      (ρ only scales, and is left out)
    private func solveSecular(
      _ k: Int, rho: Double, _ poles: UnsafePointer<Double>, _ weights: UnsafeMutablePointer<Double>,
      z roots: UnsafeMutablePointer<Double>
    ) throws(GenerativeError) {
      let distances = secular.base
      let stripe = 16
      context.parallel((k + stripe - 1) / stripe) { group in
        for j in group * stripe..<min(k, group * stripe + stripe) {
          roots[j] =
            SymmetricEigen.secularRoot(
              j, poles: poles, weights: weights, count: k, rho: rho, distances: distances + j * k,
              in: context) ?? .nan
        }
      }
      for j in 0..<k where !roots[j].isFinite {
        throw GenerativeError(.internalFault, "the secular equation did not converge")
      }
      let width = 64
      context.parallel((k + width - 1) / width) { group in
        let range = group * width..<min(k, group * width + width)
        withUnsafeTemporaryAllocation(of: Double.self, capacity: width) { squares in
          for i in range { squares[i - range.lowerBound] = -1 }
          for j in 0..<k {
            let row = distances + j * k
            let pole = poles[j]
            // Factor j of every i. For i = j the denominator is one.
            let own = range.contains(j) ? squares[j - range.lowerBound] * row[j] : 0
            for i in range {
              squares[i - range.lowerBound] *= row[i] / (poles[i] - pole)
            }
            if range.contains(j) { squares[j - range.lowerBound] = own }
          }
          for i in range {
            let size = max(squares[i - range.lowerBound], 0).squareRoot()
            weights[i] = weights[i] < 0 ? -size : size
          }
        }
      }
    }

    /// Turns rows `lowest..<k` of `secular` from distances into unit eigenvectors, with elements arranged by
    /// `place`.
    private func makeVectors(
      from lowest: Int, _ k: Int, _ weights: UnsafePointer<Double>, _ place: UnsafePointer<Int>
    ) {
      let stripe = 16
      context.parallel((k - lowest + stripe - 1) / stripe) { group in
        withUnsafeTemporaryAllocation(of: Double.self, capacity: k) { vector in
          for j in lowest + group * stripe..<min(k, lowest + group * stripe + stripe) {
            let row = secular.base + j * k
            var squares = 0.0
            for i in 0..<k {
              let value = weights[i] / row[i]
              vector[i] = value
              squares += value * value
            }
            let scale = 1 / squares.squareRoot()
            for i in 0..<k { row[place[i]] = vector[i] * scale }
          }
        }
      }
    }

    /// The lowest root among the `wanted` largest of all `count` values, or k if there is none.
    private func lowestWantedRoot(_ rows: UnsafePointer<Int>, _ k: Int, _ count: Int) -> Int {
      var lowest = k
      for i in max(0, count - wanted)..<count where rows[i] < k { lowest = min(lowest, rows[i]) }
      return lowest
    }

    /// rows ← the entries of `candidates` by increasing d (stable).
    private func sortRows(
      _ rows: UnsafeMutablePointer<Int>, _ d: UnsafePointer<Double>, _ candidates: UnsafePointer<Int>,
      _ count: Int
    ) {
      rows.update(from: candidates, count: count)
      var all = UnsafeMutableBufferPointer(start: rows, count: count)
      all.sort { d[$0] != d[$1] ? d[$0] < d[$1] : $0 < $1 }
    }
  }
}
