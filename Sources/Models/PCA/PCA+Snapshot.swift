import Tensors

extension PCA {
  /// Everything a file must hold to bring a PCA back: named numbers and arrays.
  package struct Snapshot {
    package enum Values {
      case floats(Buffer<Float>)
      case doubles(Buffer<Double>)
    }

    package struct NamedArray {
      package let name: String
      package let shape: [Int]
      package let values: Values

      package init(name: String, shape: [Int], values: Values) {
        self.name = name
        self.shape = shape
        self.values = values
      }
    }

    /// Options and counts, as whole numbers.
    package var integers: [String: Int] = [:]
    /// Options and variances.
    package var numbers: [String: Double] = [:]
    /// `mean` d, `components` k × d, `explained_variance` k; and, when further partial fits shall be
    /// possible, `statistics.shift` d, `statistics.sum` d, `statistics.product` d × d.
    package var arrays: [NamedArray] = []

    package init() {}

    fileprivate mutating func add(_ name: String, _ shape: [Int], _ values: Values) {
      arrays.append(NamedArray(name: name, shape: shape, values: values))
    }
  }

  /// The solution, and the statistics when `keepsStatistics` and there are any. Arrays are shared,
  /// not copied: write them before the next fit.
  ///
  /// - Throws: `.state` before any fit, and what `solution` throws.
  package func snapshot(keepsStatistics: Bool) throws(GenerativeError) -> Snapshot {
    let solution = try solution()
    let k = solution.componentCount
    let d = solution.columnCount
    var snapshot = Snapshot()
    snapshot.integers = [
      "n_components": k, "n_features": d, "n_rows": solution.rowCount, "solver": solution.solver.rawValue,
      "no_centering": options.centres ? 0 : 1, "whiten": options.whitens ? 1 : 0,
      "requested_solver": options.solver.rawValue, "seed": Int(bitPattern: UInt(options.seed)),
    ]
    switch options.components {
    case .all: snapshot.integers["requested_components"] = 0
    case .count(let count): snapshot.integers["requested_components"] = count
    case .varianceRatio(let ratio):
      snapshot.integers["requested_components"] = 0
      snapshot.numbers["variance_ratio"] = ratio
    }
    snapshot.numbers["total_variance"] = solution.totalVariance
    snapshot.numbers["noise_variance"] = solution.noiseVariance
    snapshot.add("mean", [d], .floats(solution.mean))
    snapshot.add("components", [k, d], .floats(solution.components))
    snapshot.add("explained_variance", [k], .doubles(solution.explainedVariance))
    if keepsStatistics, let moments {
      let state = moments.state
      snapshot.add("statistics.shift", [d], .floats(state.shift))
      snapshot.add("statistics.sum", [d], .doubles(state.sums))
      snapshot.add("statistics.product", [d, d], .doubles(state.products))
    }
    return snapshot
  }

  /// The PCA that `snapshot` gave; nothing in it is believed.
  ///
  /// - Throws: `.format` for something missing or outside its range; `.mismatch` for shapes that do not
  ///   fit; `.nonfinite`; `.memory`.
  package convenience init(
    _ snapshot: Snapshot, in context: Context = .standard
  ) throws(GenerativeError) {
    let reader = SnapshotReader(snapshot)
    let options = try reader.options()
    let d = try reader.integer("n_features", in: 1...(1 << 40))
    let rowCount = try reader.integer("n_rows", in: 2...Int.max)
    let k = try reader.integer("n_components", in: 1...min(rowCount, d))
    guard let solver = Solver(rawValue: try reader.integer("solver", in: 1...2)) else {
      throw GenerativeError(.format, "the solver is unknown")
    }
    let variance = try reader.doubles("explained_variance", [k])
    for i in 0..<k {
      guard variance[i] >= 0, i == 0 || variance[i] <= variance[i - 1] else {
        throw GenerativeError(.format, "explained_variance must fall and not be negative")
      }
    }
    let solution = try Solution(
      components: try reader.floats("components", [k, d]), mean: try reader.floats("mean", [d]),
      explainedVariance: variance, totalVariance: try reader.variance("total_variance"),
      noiseVariance: try reader.variance("noise_variance"), rowCount: rowCount, solver: solver,
      whitens: options.whitens, in: context)
    var moments: Moments?
    if reader.has("statistics.product") {
      let shift = try reader.floats("statistics.shift", [d])
      let sums = try reader.doubles("statistics.sum", [d])
      let products = try reader.doubles("statistics.product", [d, d])
      moments = try Moments(
        columns: d, rowCount: rowCount, shift: UnsafeBufferPointer(shift.elements),
        sums: UnsafeBufferPointer(sums.elements), products: UnsafeBufferPointer(products.elements),
        in: context)
    }
    try self.init(options, moments: moments, solution: solution, in: context)
  }
}

/// Looks values up and checks them.
private struct SnapshotReader {
  private let snapshot: PCA.Snapshot

  init(_ snapshot: PCA.Snapshot) { self.snapshot = snapshot }

  func options() throws(GenerativeError) -> PCA.Options {
    var options = PCA.Options()
    let requested = try integer("requested_components", in: 0...(1 << 40))
    if requested > 0 {
      options.components = .count(requested)
    } else if let ratio = snapshot.numbers["variance_ratio"] {
      options.components = .varianceRatio(ratio)
    }
    options.centres = try integer("no_centering", in: 0...1) == 0
    options.whitens = try integer("whiten", in: 0...1) == 1
    options.solver = PCA.Solver(rawValue: try integer("requested_solver", in: 0...2)) ?? .automatic
    options.seed = UInt64(UInt(bitPattern: try integer("seed", in: Int.min...Int.max)))
    return options
  }

  func integer(_ name: String, in range: ClosedRange<Int>) throws(GenerativeError) -> Int {
    guard let value = snapshot.integers[name] else {
      throw GenerativeError(.format, "\(name) is missing")
    }
    guard range.contains(value) else {
      throw GenerativeError(
        .format, "\(name) must be between \(range.lowerBound) and \(range.upperBound), not \(value)")
    }
    return value
  }

  func variance(_ name: String) throws(GenerativeError) -> Double {
    guard let value = snapshot.numbers[name] else { throw GenerativeError(.format, "\(name) is missing") }
    guard value >= 0, value.isFinite else {
      throw GenerativeError(.format, "\(name) must be finite and not negative, not \(value)")
    }
    return value
  }

  func has(_ name: String) -> Bool { snapshot.arrays.contains { $0.name == name } }

  func floats(_ name: String, _ shape: [Int]) throws(GenerativeError) -> Buffer<Float> {
    guard case .floats(let buffer) = try values(name, shape), buffer.count == count(shape) else {
      throw GenerativeError(.mismatch, "\(name) must be Float \(shape)")
    }
    guard buffer.elements.allSatisfy(\.isFinite) else {
      throw GenerativeError(.nonfinite, "\(name) holds a NaN or an infinity")
    }
    return buffer
  }

  func doubles(_ name: String, _ shape: [Int]) throws(GenerativeError) -> Buffer<Double> {
    guard case .doubles(let buffer) = try values(name, shape), buffer.count == count(shape) else {
      throw GenerativeError(.mismatch, "\(name) must be Double \(shape)")
    }
    guard buffer.elements.allSatisfy(\.isFinite) else {
      throw GenerativeError(.nonfinite, "\(name) holds a NaN or an infinity")
    }
    return buffer
  }

  private func values(_ name: String, _ shape: [Int]) throws(GenerativeError) -> PCA.Snapshot.Values {
    guard let array = snapshot.arrays.first(where: { $0.name == name }) else {
      throw GenerativeError(.format, "\(name) is missing")
    }
    guard array.shape == shape else {
      throw GenerativeError(.mismatch, "\(name) must have shape \(shape), not \(array.shape)")
    }
    return array.values
  }

  /// Nil, equal to no count, when the product overflows.
  private func count(_ shape: [Int]) -> Int? {
    var total = 1
    for size in shape {
      guard let next = checkedProduct(total, size) else { return nil }
      total = next
    }
    return total
  }
}
