import CGenerative
import Glibc

extension DemoSession {
  /// Trains a linear autoencoder without biases on centered images. Its only minimum is the subspace of the first
  /// principal components (Baldi & Hornik, "Neural networks and principal component analysis: learning from examples
  /// without local minima", 1989), so this is an exact test of the whole training stack.
  mutating func runLinearAutoencoder() throws {
    figures.begin(
      "A linear autoencoder is PCA",
      "An autoencoder without hidden layers, biases and activations learns the subspace of the first principal "
        + "components. Its error and the angle between the two subspaces show how close it comes.")
    let (size, latentSize) = (side * side, 10)
    let pca = try newModel(.pca, "n_components=\(latentSize)")
    try check(gen_pca_fit(pca.handle, pictures.training.handle, nil))
    let axes = try PrincipalAxes(of: pca.handle)
    let (mean, components) = (axes.mean, axes.components)

    var rows = try pictures.training.rows(0..<pictures.trainingCount)
    for index in rows.values.indices { rows.values[index] -= mean[index % size] }
    let model = try fitLinear(rows, latentSize: latentSize)

    let latents = try Rows(count: rows.count, rowSize: latentSize) {
      gen_autoencoder_encode(model.handle, rows.values, Int64(rows.count), $0)
    }
    let reconstructed = try Rows(count: rows.count, rowSize: size) {
      gen_autoencoder_decode(model.handle, latents.values, Int64(rows.count), $0)
    }
    let excess = try reconstructed.squaredError(to: rows) / optimum(rows, components) - 1
    figures.add(
      "linear autoencoder, 10 latents: relative excess error over PCA", excess, digits: 6, atMost: 0.001)
    var unit = Rows(rowSize: latentSize, values: [Float](repeating: 0, count: latentSize * latentSize))
    for latent in 0..<latentSize { unit.values[latent * (latentSize + 1)] = 1 }
    let basis = try Rows(count: latentSize, rowSize: size) {
      gen_autoencoder_decode(model.handle, unit.values, Int64(latentSize), $0)
    }
    figures.add(
      "  largest angle to the principal components, degrees", largestAngle(basis, components), digits: 2,
      atMost: 1)
  }

  private func fitLinear(_ rows: Rows, latentSize: Int) throws -> Object {
    var memory: gen_memory_options = try defaults(gen_memory_options_init)
    memory.n_rows = Int64(rows.count)
    memory.channels = Int64(rows.rowSize)
    let dataset = try Object(gen_dataset_destroy) { gen_dataset_create(rows.values, &memory, $0) }
    let model = try newModel(
      .autoencoder,
      """
      channels=\(rows.rowSize) latent_size=\(latentSize) hidden=none decoder_hidden=none bias=false
      output_activation=identity preparation=none seed=\(seed)
      """)
    let recipe = Recipe(epochs: epochs ?? 10, schedule: GEN_SCHEDULE_COSINE, seed: seed)
    try recipe.run("linear autoencoder") { gen_model_fit(model.handle, dataset.handle, $0, $1) }
    return model
  }

  /// The mean over centered rows of the squared distance to their projection on orthonormal components,
  /// ‖x‖² − Σ (v·x)².
  private func optimum(_ rows: Rows, _ components: Rows) -> Double {
    var total = 0.0
    for x in rows.slices {
      total += dot(x, x)
      for v in components.slices { total -= dot(v, x) * dot(v, x) }
    }
    return total / Double(rows.count)
  }

  /// The largest principal angle between the spans of `basis` and of orthonormal `components`, in degrees. Its squared
  /// sine is the norm of I − M·Mᵀ, where M holds the dot products of both bases, and is found by power iteration.
  private func largestAngle(_ basis: Rows, _ components: Rows) -> Double {
    var orthonormal: [[Double]] = []
    for row in basis.slices {
      var q = row.map(Double.init)
      // Two passes are enough for orthogonality up to rounding (Giraud et al. 2005).
      for _ in 0..<2 {
        for p in orthonormal {
          let overlap = zip(p, q).reduce(0) { $0 + $1.0 * $1.1 }
          for j in q.indices { q[j] -= overlap * p[j] }
        }
      }
      let norm = q.reduce(0) { $0 + $1 * $1 }.squareRoot()
      orthonormal.append(q.map { $0 / norm })
    }
    let m = orthonormal.map { q in
      components.slices.map { v in zip(q, v).reduce(0) { $0 + $1.0 * Double($1.1) } }
    }
    var direction = [Double](repeating: 1, count: m.count)
    var sineSquared = 0.0
    for _ in 0..<1000 {
      let norm = direction.reduce(0) { $0 + $1 * $1 }.squareRoot()
      guard norm > 0 else { return 0 }
      direction = direction.map { $0 / norm }
      // r = d − M·(Mᵀ·d)
      let inner = m[0].indices.map { k in m.indices.reduce(0) { $0 + m[$1][k] * direction[$1] } }
      let residual = m.indices.map { i in
        direction[i] - m[i].indices.reduce(0) { $0 + m[i][$1] * inner[$1] }
      }
      sineSquared = zip(direction, residual).reduce(0) { $0 + $1.0 * $1.1 }
      direction = residual
    }
    return asin(min(max(sineSquared, 0), 1).squareRoot()) * 180 / .pi
  }

  private func dot(_ x: ArraySlice<Float>, _ y: ArraySlice<Float>) -> Double {
    zip(x, y).reduce(0) { $0 + Double($1.0) * Double($1.1) }
  }
}

extension Rows {
  /// Each row.
  fileprivate var slices: [ArraySlice<Float>] {
    (0..<count).map { values[$0 * rowSize..<($0 + 1) * rowSize] }
  }
}
