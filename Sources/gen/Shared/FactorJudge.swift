import CGenerative

/// Estimates factors of images by ridge regression on the principal components of rows whose factors are
/// known. Used for models that cannot encode rows.
struct FactorJudge {
  private let dataset: Dataset
  private let pca: Object
  private let latents: Rows

  /// - Parameter dataset: faces; at most 2000 of them are used.
  init(_ dataset: Dataset) throws {
    let known = try dataset.random(2000)
    let componentCount = min(100, known.count - 1, known.shape.count)
    let pca = try newModel(.pca, "n_components=\(componentCount)")
    try check(gen_pca_fit(pca.handle, known.handle, nil))
    self.pca = pca
    self.dataset = known
    let rows = try known.rows()
    latents = try Rows(count: rows.count, rowSize: componentCount) {
      gen_pca_transform(pca.handle, rows.values, Int32(GEN_F32), Int64(rows.count), $0)
    }
  }

  /// A factor of images, in standard deviations from their mean.
  func scores(_ factor: String, of rows: Rows) throws -> [Float] {
    let direction = try Direction(of: dataset.factor(factor), in: latents)
    let transformed = try Rows(count: rows.count, rowSize: latents.rowSize) {
      gen_pca_transform(pca.handle, rows.values, Int32(GEN_F32), Int64(rows.count), $0)
    }
    let scores = Rows(rowSize: 1, values: direction.projections(of: transformed))
    let (mean, deviation) = scores.moments()
    return scores.values.map { ($0 - mean[0]) / max(deviation[0], 1e-6) }
  }
}
