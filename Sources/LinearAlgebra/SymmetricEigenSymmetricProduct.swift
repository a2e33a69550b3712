import Kernels
import Tensors

extension SymmetricEigen {
  /// y = A·x for a symmetric A. Only the upper triangle is stored, and it is read once.
  struct SymmetricProduct {
    private let partial: Buffer<Double>
    private let n: Int
    private let context: Context

    /// The number of shares of the work. It is fixed, so that the order of sums does not depend on the number
    /// of threads.
    private static let shareCount = 4

    init(n: Int, in context: Context) throws(GenerativeError) {
      self.n = n
      self.context = context
      partial = try Buffer(count: Self.shareCount * n, in: context.memory)
    }

    /// y ← A·x for the `count` × `count` matrix at `a`. `besides` runs on any free thread.
    func multiply(
      _ a: UnsafePointer<Double>, stride: Int, _ x: UnsafePointer<Double>, count: Int,
      into y: UnsafeMutablePointer<Double>, besides: () -> Void
    ) {
      let multiplyRows = context.kernels.doubles.multiplySymmetric
      // Below about 200 rows, waking a worker costs more than it saves.
      guard count >= 200 else {
        y.update(repeating: 0, count: count)
        multiplyRows(a, stride, 0, count, x, count, y)
        return besides()
      }
      context.parallel(Self.shareCount + 1) { share in
        guard share < Self.shareCount else { return besides() }
        let sums = partial.base + share * n
        let rows = boundary(share, count)..<boundary(share + 1, count)
        (sums + rows.lowerBound).update(repeating: 0, count: count - rows.lowerBound)
        multiplyRows(a, stride, rows.lowerBound, rows.upperBound, x, count, sums)
      }
      y.update(from: partial.base, count: count)
      for share in 1..<Self.shareCount {
        let from = boundary(share, count)
        let sums = partial.base + share * n
        for i in from..<count { y[i] += sums[i] }
      }
    }

    /// The first row of share `share` of the triangle. Shares have equal areas and start at multiples of
    /// four.
    private func boundary(_ share: Int, _ count: Int) -> Int {
      if share == Self.shareCount { return count }
      let rest = 1 - Double(share) / Double(Self.shareCount)
      return Int(Double(count) * (1 - rest.squareRoot())) & ~3
    }
  }
}
