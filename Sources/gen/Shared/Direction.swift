import CGenerative

/// A direction in latent space along which an attribute increases.
struct Direction {
  let vector: [Float]
  /// The projections that correspond to the attribute's smallest and largest value.
  let range: (low: Double, high: Double)
  /// The correlation of the projections with the attribute.
  let correlation: Double

  /// Computes the direction by ridge regression from latents whose attribute is known.
  init(of attribute: [Float], in latents: Rows) throws {
    var options: gen_direction_options = try defaults(gen_direction_options_init)
    var info = gen_direction_info_t()
    info.struct_size = UInt32(MemoryLayout<gen_direction_info_t>.stride)
    vector = try Rows(count: 1, rowSize: latents.rowSize) {
      gen_latents_direction(
        latents.values, Int64(latents.count), Int64(latents.rowSize), attribute, &options, $0, &info)
    }.values
    range = (info.low, info.high)
    correlation = info.correlation
  }

  /// The projection of each latent on the direction.
  func projections(of latents: Rows) -> [Float] {
    (0..<latents.count).map { row in
      vector.indices.reduce(0) { $0 + vector[$1] * latents.values[row * latents.rowSize + $1] }
    }
  }

  /// Each latent moved along the direction, from low to high.
  func moving(_ latents: Rows, steps: Int) throws -> Rows {
    try Rows(count: latents.count * steps, rowSize: latents.rowSize) {
      gen_latents_move(
        latents.values, Int64(latents.count), Int64(latents.rowSize), vector, range.low, range.high,
        Int64(steps), $0)
    }
  }
}
