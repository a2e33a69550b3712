import CGenerative

/// The PCA with which other models are compared.
struct PrincipalComponents {
  let model: Object
  /// Reconstructions of the shown images from 30 components.
  let reconstructions: Rows
}

extension DemoSession {
  /// Test errors for these numbers of components on Fashion-MNIST, computed with numpy in double precision.
  private static let references: [(count: Int, error: Double)] = [
    (1, 48.119), (2, 36.139), (5, 26.097), (10, 19.092), (16, 16.030), (20, 14.664), (30, 12.243),
    (32, 11.872), (50, 9.396), (64, 8.129), (100, 6.005), (128, 4.949), (200, 3.202),
  ]

  /// Fits a PCA to the training images and measures its reconstruction errors on the test images.
  mutating func runPCA() throws -> PrincipalComponents {
    figures.begin(
      "Principal component analysis",
      "Principal components are the directions along which images vary most. PCA approximates an image by the mean plus "
        + "a weighted sum of components. The error decreases with the number of components.")
    let most = 200
    let pca = try newModel(.pca, "n_components=\(most)")
    let start = now()
    try check(gen_pca_fit(pca.handle, pictures.training.handle, nil))
    tell("\("PCA".padded(22)) \(most) components in \(fixed(now() - start, 1)) s")

    let components = try PrincipalAxes(of: pca.handle).components
    var grid = Grid(columns: 10)
    grid.stretch = true
    try grid.save(components.first(40), to: path("pca-components.png"))
    figures.show("pca-components.png", "the first 40 components in order of decreasing variance")

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

  /// Reconstructs rows from their first latents.
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
