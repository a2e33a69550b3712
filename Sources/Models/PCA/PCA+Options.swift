import Statistics
import Tensors

extension PCA {
  /// How many components to keep.
  package enum Components: Equatable, Sendable {
    /// A fixed number in 0 ... min(rows, columns).
    case count(Int)
    /// The smallest number that explains more than this fraction of the variance, in (0, 1).
    case varianceRatio(Double)
    /// min(rows, columns)
    case all
  }

  /// The eigenproblem to solve. The result is the same, except for a sketch.
  package enum Solver: Int, Equatable, Sendable {
    /// The smaller problem: Gram if rows < columns.
    case automatic = 0
    /// The covariance matrix, columns × columns. Rows are read once and not kept.
    case covariance = 1
    /// The Gram matrix of the centered rows, rows × rows. All rows are kept during the fit.
    case gram = 2
    /// An approximation of the covariance matrix by a few directions, for wide rows.
    case sketch = 3
  }

  package struct Options: Equatable, Sendable {
    package var components = Components.all
    /// Whether the mean is subtracted; otherwise it is assumed to be zero.
    package var centres = true
    /// Whether `transform` scales every component to unit variance.
    package var whitens = false
    package var solver = Solver.automatic
    /// The seed of the directions that complete a rank-deficient basis.
    package var seed: UInt64 = 0
    /// The number of a sketch's directions; nil: `defaultDirections`.
    package var directionCount: Int?
    /// The number of passes that a sketch makes over the rows in a fit, 1 ... `mostPasses`.
    package var passCount = 2
    package static let mostPasses = 16

    package init() {}

    /// The number of directions of a sketch for k components. The error of one pass decreases with the number
    /// beyond k.
    package static func defaultDirections(_ k: Int) -> Int { 2 * k + 16 }

    /// The random directions of the first pass of a sketch with this many columns.
    ///
    /// - Throws: `.argument` if neither the directions nor the components have a fixed number; `.memory`.
    func directions(columns: Int, in context: Context) throws(GenerativeError) -> Directions {
      if let directionCount {
        return try Directions(random: directionCount, columns: columns, seed: seed, in: context)
      }
      guard case .count(let k) = components else {
        throw GenerativeError(.argument, "a sketch needs n_components or n_directions")
      }
      return try Directions(
        random: min(columns, Self.defaultDirections(min(k, columns))), columns: columns, seed: seed,
        in: context)
    }

    /// - Throws: `.argument`, naming the option that is out of range.
    package func check() throws(GenerativeError) {
      switch components {
      case .count(let k) where k < 0:
        throw GenerativeError(.argument, "n_components must be at least 0, not \(k)")
      case .varianceRatio(let r) where !(r > 0 && r < 1):
        throw GenerativeError(.argument, "variance_ratio must be between 0 and 1, not \(r)")
      default: break
      }
    }

    /// Checks the count against the data.
    ///
    /// - Parameter limit: min(rows, columns).
    /// - Throws: `.argument`.
    func check(limit: Int) throws(GenerativeError) {
      if case .count(let k) = components, k > limit {
        throw GenerativeError(.argument, "n_components must be between 0 and \(limit), not \(k)")
      }
    }

    /// The largest number of nonzero variances: centered rows span one direction fewer than there are rows.
    func rank(rows: Int, columns: Int) -> Int { min(centres ? rows - 1 : rows, columns) }

    /// The number of components to solve for. A fraction of variance can be evaluated only when all variances
    /// are known.
    func wantedCount(limit: Int) -> Int {
      if case .count(let k) = components { k } else { limit }
    }

    /// The number of components for these variances, at most `limit`.
    func componentCount(
      variances: UnsafeBufferPointer<Double>, total: Double, limit: Int
    ) -> Int {
      switch components {
      case .all: return limit
      case .count(let k): return k
      case .varianceRatio(let ratio):
        var sum = 0.0
        for k in 0..<limit {
          sum += variances[k] / total
          if sum > ratio { return k + 1 }
        }
        return limit
      }
    }
  }
}
