import Tensors

/// k-means clusters, the starting point of a mixture. Centers are drawn far from each other (Arthur &
/// Vassilvitskii, "k-means++: the advantages of careful seeding", SODA 2007) and then moved to the means of
/// their rows.
enum Clusters {
  /// Maximum number of rounds. Expectation maximization does the rest.
  private static let roundLimit = 30
  private static let partRows = 256

  /// Calls `body` with the cluster of each row.
  ///
  /// - Parameter start: the number of the start; each uses different random numbers of the seed.
  /// - Throws: `.memory`.
  static func assign(
    _ rows: Matrix, count k: Int, seed: UInt64, start: Int, in context: Context,
    _ body: (_ row: Int, _ cluster: Int) -> Void
  ) throws(GenerativeError) {
    let (n, d) = (rows.rowCount, rows.columnCount)
    let centres = try Buffer<Double>(count: k * d, in: context.memory)
    let distances = try Buffer<Double>(count: n, in: context.memory)
    let nearest = try Buffer<Int32>(count: n, in: context.memory)
    let counts = try Buffer<Int>(count: k, in: context.memory)

    func place(_ centre: Int, at row: Int) {
      for j in 0..<d { centres.base[centre * d + j] = Double(rows.base[row * rows.rowStride + j]) }
    }

    /// Assigns rows to a center in `range` that is nearer than their current one.
    func move(to range: Range<Int>) {
      context.parallel((n + partRows - 1) / partRows) { part in
        for i in part * partRows..<min(n, (part + 1) * partRows) {
          let row = rows.base + i * rows.rowStride
          for c in range {
            let centre = centres.base + c * d
            var distance = 0.0
            for j in 0..<d {
              let difference = Double(row[j]) - centre[j]
              distance += difference * difference
            }
            guard distance < distances.base[i] else { continue }
            (distances.base[i], nearest.base[i]) = (distance, Int32(c))
          }
        }
      }
    }

    let random = Random(seed: seed, purpose: .mixture, step: UInt64(start) + 1)
    distances.base.update(repeating: .infinity, count: n)
    for c in 0..<k {
      try Run.proceed(c, of: k)
      place(c, at: draw(distances, among: n, random.words(UInt64(c))))
      move(to: c..<c + 1)
    }
    for round in 0..<roundLimit {
      try Run.proceed(round, of: roundLimit)
      centres.base.update(repeating: 0, count: k * d)
      counts.base.update(repeating: 0, count: k)
      for i in 0..<n {
        let c = Int(nearest.base[i])
        counts.base[c] += 1
        for j in 0..<d { centres.base[c * d + j] += Double(rows.base[i * rows.rowStride + j]) }
      }
      for c in 0..<k {
        for j in 0..<d { centres.base[c * d + j] /= Double(max(counts.base[c], 1)) }
        // A center without rows moves to the farthest row.
        if counts.base[c] == 0 {
          place(c, at: distances.elements.indices.max { distances.base[$0] < distances.base[$1] } ?? 0)
        }
      }
      distances.base.update(repeating: .infinity, count: n)
      let before = try Buffer<Int32>(copying: UnsafeBufferPointer(nearest.elements), in: context.memory)
      move(to: 0..<k)
      if nearest.elements.elementsEqual(before.elements) { break }
    }
    for i in 0..<n { body(i, Int(nearest.base[i])) }
  }

  /// Draws a row with a probability proportional to its squared distance, or any row if all distances are
  /// zero or still unknown.
  private static func draw(_ distances: Buffer<Double>, among n: Int, _ words: SIMD4<UInt32>) -> Int {
    let bits = UInt64(words.x) << 32 | UInt64(words.y)
    let total = distances.elements.reduce(0, +)
    guard total > 0, total < .infinity else { return Int(bits.multipliedFullWidth(by: UInt64(n)).high) }
    var rest = Double(bits >> 11) * 0x1p-53 * total
    for i in 0..<n {
      rest -= distances.base[i]
      if rest < 0 { return i }
    }
    return distances.elements.lastIndex { $0 > 0 } ?? 0
  }
}
