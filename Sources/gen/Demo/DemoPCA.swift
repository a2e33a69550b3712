import CGenerative

/// What the principal components leave for the other models to be compared with.
struct PrincipalComponents {
  let model: Object
  /// The shown pictures through 30 components and back.
  let reconstructions: Rows
}

extension DemoSession {
  /// Test errors at these numbers of components, as numpy gives them on Fashion-MNIST in Double.
  private static let references: [(count: Int, error: Double)] = [
    (1, 48.119), (2, 36.139), (5, 26.097), (10, 19.092), (16, 16.030), (20, 14.664), (30, 12.243),
    (32, 11.872), (50, 9.396), (64, 8.129), (100, 6.005), (128, 4.949), (200, 3.202),
  ]

  /// Principal components of the training pictures, and what they keep of the test pictures.
  mutating func runPCA() throws -> PrincipalComponents {
    figures.begin(
      "Principal component analysis",
      "The directions along which pictures vary most. A picture is the mean plus a weighted sum of components; "
        + "the more components, the smaller the error.")
    let most = 200
    let pca = try newModel(.pca, "n_components=\(most)")
    let start = now()
    try check(gen_pca_fit(pca.handle, pictures.training.handle, nil))
    tell("\("PCA".padded(22)) \(most) components in \(fixed(now() - start, 1)) s")

    let components = try PrincipalAxes(of: pca.handle).components
    var grid = Grid(columns: 10)
    grid.stretch = true
    try grid.save(components.first(40), to: path("pca-components.png"))
    figures.show("pca-components.png", "the first 40 components, most variance first")

    for (count, error) in DemoSession.references {
      let rows = try project(pictures.test, onto: count, of: most, with: pca)
      figures.add(
        "PCA, \(count) components: squared error", try rows.squaredError(to: pictures.test), digits: 3,
        near: error, within: 0.001)
    }
    try check(gen_model_save(pca.handle, path("pca.safetensors"), Int32(GEN_SAVE_ALL)))
    return PrincipalComponents(
      model: pca, reconstructions: try project(shown, onto: 30, of: most, with: pca))
  }

  /// Rows through their first latents and back.
  private func project(_ rows: Rows, onto count: Int, of most: Int, with pca: Object) throws -> Rows {
    var latents = try Rows(count: rows.count, rowSize: most) {
      gen_pca_transform(pca.handle, rows.values, Int32(GEN_F32), Int64(rows.count), $0)
    }
    for row in 0..<rows.count {
      for column in count..<most { latents.values[row * most + column] = 0 }
    }
    return try Rows(count: rows.count, rowSize: rows.rowSize) {
      gen_pca_inverse_transform(pca.handle, latents.values, Int32(GEN_F32), Int64(rows.count), $0)
    }
  }
}
