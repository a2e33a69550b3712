import Ranks
import Statistics
import Tensors

/// A fit to the rows of all ranks: statistics are summed, and the eigenproblem is solved once.
extension PCA {
  /// With more columns than this, ranks use a sketch if the library chooses the solver.
  static let widestCovariance = 4096

  /// Fits to the rows of all ranks. `source` has the rows of this rank.
  ///
  /// Rank 0 solves and sends its solution, so all ranks get a bit-identical solution, even if their
  /// processors differ. For u8 rows it is identical to that of a fit to all rows on one machine.
  ///
  /// - Throws: errors of `fit(_:)`, where the error of one rank is thrown on all; `.mismatch` for other
  ///   columns or options; `.unsupported` for the Gram path; `.comm`.
  func fit(_ source: some RowSource, over ranks: Ranks) throws(GenerativeError) {
    try agree(columns: source.columnCount, ranks)
    let solver = options.rankSolver(columns: source.columnCount)
    var moments = try ranks.together { () throws(GenerativeError) in
      guard solver != .gram else {
        throw GenerativeError(.unsupported, "the Gram path needs all rows at once, which no rank has")
      }
      let columns = source.columnCount
      let directions = solver == .sketch ? try options.directions(columns: columns, in: context) : nil
      return try Self.moments(
        of: source, try Moments(columns: columns, .double, directions: directions, in: context))
    }
    try moments.sum(over: ranks)
    if solver == .sketch {
      for _ in 1..<options.passCount {
        let refined = try refine(moments, ranks)
        let seen = moments.rowCount
        moments = try ranks.together { () throws(GenerativeError) in try Self.moments(of: source, refined) }
        try moments.sum(over: ranks)
        guard moments.rowCount == seen else {
          throw GenerativeError(
            .mismatch, "the first pass had \(seen) rows and the next \(moments.rowCount)")
        }
      }
    }
    let solved = try ranks.together { () throws(GenerativeError) in
      ranks.rank == 0 ? try Solution(of: moments, options, in: context) : nil
    }
    let solution = try Solution(solved, options, columns: moments.columnCount, ranks, in: context)
    replace(State(moments: moments, solution: solution))
  }

  /// Statistics for the next pass, with the directions that rank 0 finds in the sums of the last pass.
  private func refine(_ moments: Moments, _ ranks: Ranks) throws(GenerativeError) -> Moments {
    guard let directions = moments.directions else {
      throw GenerativeError(.internalFault, "these statistics are not a sketch")
    }
    let bytes = try ranks.together { () throws(GenerativeError) in
      guard ranks.rank == 0 else {
        return try Buffer<UInt8>(count: directions.values.count, in: context.memory)
      }
      let found = try Moments(refining: moments, centred: options.centres, in: context).directions
      return try (found ?? directions).offsetBytes(in: context)
    }
    try ranks.broadcast(UnsafeMutableRawBufferPointer(bytes.elements))
    return try ranks.together { () throws(GenerativeError) in
      try Moments(
        columns: moments.columnCount, .double,
        directions: try Directions(
          offset: bytes, count: directions.count, columns: directions.columnCount, seed: directions.seed,
          pass: directions.pass + 1, in: context), in: context)
    }
  }

  /// Checks that all ranks have the same options.
  private func agree(columns: Int, _ ranks: Ranks) throws(GenerativeError) {
    let widths = try ranks.gather(columns)
    if let rank = widths.firstIndex(where: { $0 != widths[0] }) {
      throw GenerativeError(
        .mismatch, "rank \(rank) has rows of \(widths[rank]) numbers, rank 0 of \(widths[0])")
    }
    let own = options.words
    let all = try ranks.gather(own.flatMap { word in withUnsafeBytes(of: word) { Array($0) } })
    let size = all.count / ranks.count
    let first = all.prefix(size)
    if let rank = (1..<ranks.count).first(where: { !all[$0 * size..<($0 + 1) * size].elementsEqual(first) }) {
      throw GenerativeError(.mismatch, "rank \(rank) has other options for its PCA than rank 0")
    }
  }
}

extension PCA.Options {
  /// The solver of a fit over ranks, which assumes that there are many rows in total.
  fileprivate func rankSolver(columns: Int) -> PCA.Solver {
    guard solver == .automatic else { return solver }
    if case .count = components, columns > PCA.widestCovariance { return .sketch }
    return .covariance
  }

  /// All options as bits, for comparison.
  fileprivate var words: [UInt64] {
    let (kind, value): (UInt64, UInt64) =
      switch components {
      case .all: (0, 0)
      case .count(let k): (1, UInt64(k))
      case .varianceRatio(let ratio): (2, ratio.bitPattern)
      }
    return [
      kind, value, centres ? 1 : 0, whitens ? 1 : 0, UInt64(solver.rawValue), seed,
      UInt64(directionCount ?? 0), UInt64(passCount),
    ]
  }
}

extension PCA.Solution {
  /// Rank 0's solution, on every rank.
  ///
  /// - Parameter own: the solution on rank 0; nil on the others.
  fileprivate init(
    _ own: PCA.Solution?, _ options: PCA.Options, columns d: Int, _ ranks: Ranks, in context: Context
  ) throws(GenerativeError) {
    var facts = [0.0, 0, 0]
    var counts = [0, 0, 0, 0]
    if let own {
      facts = [own.totalVariance, own.noiseVariance, own.rounding]
      counts = [own.componentCount, own.rowCount, own.solver.rawValue, own.element.rawValue]
    }
    try ranks.broadcast(&facts)
    try ranks.broadcast(&counts)
    let (k, rowCount) = (counts[0], counts[1])
    let solver = PCA.Solver(rawValue: counts[2]) ?? .covariance
    let element = RowElement(rawValue: counts[3]) ?? .float
    let (components, mean, variances) = try ranks.together {
      () throws(GenerativeError) -> (Buffer<Double>, Buffer<Double>, Buffer<Double>) in
      if let own { return (own.components, own.mean, own.explainedVariance) }
      guard let size = checkedProduct(k, d), k <= d else {
        throw GenerativeError(.comm, "rank 0 sent \(k) components of \(d) columns")
      }
      let memory = context.memory
      return (
        try Buffer(count: size, in: memory), try Buffer(count: d, in: memory),
        try Buffer(count: k, in: memory)
      )
    }
    try ranks.broadcast(UnsafeMutableRawBufferPointer(components.elements))
    try ranks.broadcast(UnsafeMutableRawBufferPointer(mean.elements))
    try ranks.broadcast(UnsafeMutableRawBufferPointer(variances.elements))
    self = try ranks.together { () throws(GenerativeError) -> PCA.Solution in
      if let own { return own }
      return try PCA.Solution(
        components: components, mean: mean, explainedVariance: variances, totalVariance: facts[0],
        noiseVariance: facts[1], rowCount: rowCount, solver: solver, element: element,
        rounding: facts[2], whitens: options.whitens, in: context)
    }
  }
}
