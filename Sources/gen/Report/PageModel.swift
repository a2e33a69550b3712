import CGenerative

/// The decoder of a model, and its encoder if it has one, as programs that compute in a page what the library does.
struct PageModel {
  let decoder: PageProgram
  let encoder: PageProgram?

  /// Half of the smallest visible difference between pixels.
  private static let tolerance: Float = 0.5 / 255

  /// Returns nil if the decoder is too large for a page, or the page would show other pixels than the library.
  init?(_ space: LatentSpace) throws {
    let model = space.model
    let count = min(6, space.latents.count)
    var latents = space.latents.first(count)
    let labels = space.labels.map { Array($0.prefix(count)) }
    let part = model.kind == .gan ? GEN_PART_GENERATOR : GEN_PART_DECODER
    let decoded = try model.decode(latents, given: labels)
    // Include latents far from the mean.
    for index in 0..<latents.rowSize {
      latents.values[index] = space.mean[index] + (index % 2 == 0 ? 3 : -3) * space.deviation[index]
    }
    let expected = try model.decode(latents, given: labels)
    guard
      let decoder = try PageModel.smallest(
        part, of: model,
        suchThat: { program in
          try PageModel.difference(PageModel.rows(program, latents, labels), expected) <= PageModel.tolerance
        })
    else { return nil }
    self.decoder = decoder

    guard model.encodes, model.makesImages, model.shape.height > 1 else {
      encoder = nil
      return
    }
    let rows = try space.some(count)
    let images = try rows.dataset?.rows() ?? decoded
    let reconstructed = try model.decode(model.encode(images, given: rows.labels), given: rows.labels)
    encoder = try PageModel.smallest(GEN_PART_ENCODER, of: model) { program in
      let found = try model.decode(PageModel.rows(program, images, rows.labels), given: rows.labels)
      return PageModel.difference(found, reconstructed) <= PageModel.tolerance
    }
  }

  /// The program of a part with float16 numbers if it then computes the same, otherwise with float32 numbers. Returns
  /// nil if neither does, or if the part is too large.
  private static func smallest(
    _ part: Int, of model: Model, suchThat isSame: (PageProgram) throws -> Bool
  ) throws -> PageProgram? {
    guard let whole = try PageProgram(part, of: model) else { return nil }
    return try [whole.rounded, whole].first(where: isSame)
  }

  private static func rows(_ program: PageProgram, _ inputs: Rows, _ labels: [Int32]?) throws -> Rows {
    let rows = try inputs.split().enumerated().map {
      try program.run($1.values, label: Int(labels?[$0] ?? 0))
    }
    return Rows(rowSize: rows.first?.count ?? 0, values: rows.flatMap { $0 })
  }

  /// The largest difference of two images, limited to the range of a screen; infinite if one has values that are not
  /// finite.
  private static func difference(_ rows: Rows, _ others: Rows) -> Float {
    func shown(_ pixel: Float) -> Float { min(max(pixel, 0), 1) }
    let differences = zip(rows.values, others.values).map { abs(shown($0) - shown($1)) }
    return rows.values.allSatisfy(\.isFinite) && rows.values.count == others.values.count
      ? differences.max() ?? 0 : .infinity
  }
}
