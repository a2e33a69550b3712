import Tensors

/// How much of the support of real rows is covered by generated rows. Each row has a ball that reaches to its
/// k-th nearest neighbor in its own set.
///
/// Precision and recall: Kynkäänniemi et al., "Improved precision and recall metric for assessing generative
/// models", NeurIPS 2019. Density and coverage: Naeem et al., "Reliable fidelity and diversity metrics for
/// generative models", ICML 2020.
package struct NeighbourBalls: Equatable {
  /// The fraction of generated rows that lie inside a ball of a real row.
  package var precision = 0.0
  /// The fraction of real rows that lie inside a ball of a generated row.
  package var recall = 0.0
  /// The average number of real balls that contain a generated row, divided by k.
  package var density = 0.0
  /// The fraction of real balls that contain a generated row.
  package var coverage = 0.0

  /// Cost: 2 · (real + generated)² · row size FLOPs.
  ///
  /// - Parameter neighbours: k, below the number of rows of either set.
  /// - Throws: `.memory`.
  package init(
    real: UnsafePointer<Float>, count realCount: Int, generated: UnsafePointer<Float>,
    count generatedCount: Int, rowSize: Int, neighbours k: Int, context: Context
  ) throws(GenerativeError) {
    let distances = SquaredDistances(width: rowSize, context: context)
    let center = try CentredRows.about(meanOf: real, count: realCount, width: rowSize, context: context)
    let real = try CentredRows(real, count: realCount, center: center, distances, context: context)
    let generated = try CentredRows(
      generated, count: generatedCount, center: center, distances, context: context)
    let realRadii = try distances.radii(of: real, neighbours: k)
    let generatedRadii = try distances.radii(of: generated, neighbours: k)

    /// The number of real balls around each generated row; whether each real row's ball contains a generated
    /// row; whether each real row lies inside a generated row's ball.
    let balls = try Buffer<Int32>(count: generatedCount, in: context.memory)
    let isCovered = try Buffer<Bool>(count: realCount, in: context.memory)
    let isRecalled = try Buffer<Bool>(count: realCount, in: context.memory)
    try distances.forEachBlock(of: generated, to: real) { squares, first, count in
      context.parallel(count) { j in
        let (row, radii) = (squares + j * realCount, realRadii.base)
        var inside: Int32 = 0
        for i in 0..<realCount { inside += row[i] < radii[i] ? 1 : 0 }
        balls.base[first + j] = inside
      }
      // Parts are a few cache lines wide, so that no two workers write the same flag.
      let share = 512
      context.parallel((realCount + share - 1) / share) { part in
        for j in 0..<count {
          let (row, radius) = (squares + j * realCount, generatedRadii.base[first + j])
          for i in part * share..<min(realCount, (part + 1) * share) {
            if row[i] < realRadii.base[i] { isCovered.base[i] = true }
            if row[i] < radius { isRecalled.base[i] = true }
          }
        }
      }
    }
    let inside = balls.elements.reduce(0) { $0 + Int($1) }
    precision = Double(balls.elements.count { $0 > 0 }) / Double(generatedCount)
    density = Double(inside) / Double(k) / Double(generatedCount)
    coverage = Double(isCovered.elements.count { $0 }) / Double(realCount)
    recall = Double(isRecalled.elements.count { $0 }) / Double(realCount)
  }
}

extension SquaredDistances {
  /// The squared distance of each row to its k-th nearest neighbor in the same set.
  ///
  /// - Throws: `.memory`.
  fileprivate func radii(of rows: CentredRows, neighbours k: Int) throws(GenerativeError) -> Buffer<Float> {
    let radii = try Buffer<Float>(count: rows.count, in: context.memory)
    guard let places = checkedProduct(rows.count, k) else {
      throw GenerativeError(.memory, "\(k) neighbours of \(rows.count) rows do not fit in memory")
    }
    let nearest = try Buffer<Float>(count: places, in: context.memory)
    nearest.base.update(repeating: .infinity, count: places)
    try forEachBlock(of: rows, to: rows) { squares, first, count in
      context.parallel(count) { i in
        let row = squares + i * rows.count
        let list = nearest.base + (first + i) * k
        row[first + i] = .infinity
        for j in 0..<rows.count where row[j] < list[k - 1] { insert(row[j], into: list, count: k) }
        radii.base[first + i] = list[k - 1]
      }
    }
    return radii
  }
}
