import Checkpoints
import Glibc
import LinearAlgebra
import Models
import Tensors
import Testing
import TestSupport

/// Probabilistic PCA against dense Gaussians and scikit-learn, and its state.
@Suite struct PCAProbabilisticTests {
  private func small() throws -> TestRows {
    let values = try golden("pca-small.f32", as: Float.self)
    return try TestRows((0..<60).map { Array(values[$0 * 7..<$0 * 7 + 7]) })
  }

  private func fitted(_ rows: TestRows, _ components: PCA.Components) throws -> (PCA, PCA.Solution) {
    var options = PCA.Options()
    options.components = components
    let pca = try PCA(options)
    try pca.fit(rows.matrix)
    return (pca, try pca.solution())
  }

  /// Vᵀ·diag(λ − σ²)·V + σ²·I
  private func covariance(_ solution: PCA.Solution) -> [[Double]] {
    let d = solution.columnCount
    var c = (0..<d).map { i in (0..<d).map { $0 == i ? solution.noiseVariance : 0 } }
    for p in 0..<solution.componentCount {
      for i in 0..<d {
        for j in 0..<d {
          c[i][j] +=
            (solution.explainedVariance[p] - solution.noiseVariance)
            * Double(solution.components[p * d + i]) * Double(solution.components[p * d + j])
        }
      }
    }
    return c
  }

  @Test(arguments: [3, 7]) func `The likelihood equals the dense Gaussian's`(k: Int) throws {
    let rows = try small()
    let (pca, solution) = try fitted(rows, .count(k))
    let likelihoods = try Buffer<Double>(count: 60)
    try solution.logLikelihood(rows.batch, into: likelihoods.base, in: pca.context)
    // Cholesky C = L·Lᵀ: ln|C| and ‖L⁻¹(x − μ)‖².
    let d = 7
    let c = covariance(solution)
    var l = [[Double]](repeating: [Double](repeating: 0, count: d), count: d)
    for i in 0..<d {
      for j in 0...i {
        let sum = c[i][j] - (0..<j).reduce(0) { $0 + l[i][$1] * l[j][$1] }
        l[i][j] = i == j ? sum.squareRoot() : sum / l[j][j]
      }
    }
    for i in 0..<60 {
      var y = [Double](repeating: 0, count: d)
      var value = Double(d) * log(2 * .pi)
      for p in 0..<d {
        let x = Double(rows[i][p]) - Double(solution.mean[p])
        y[p] = (x - (0..<p).reduce(0) { $0 + l[p][$1] * y[$1] }) / l[p][p]
        value += y[p] * y[p] + 2 * log(l[p][p])
      }
      #expect(abs(likelihoods[i] + 0.5 * value) < 1e-4)
    }
  }

  @Test func `The likelihood agrees with scikit-learn`() throws {
    let rows = try small()
    let expected = try golden("pca-small-scores.f64", as: Double.self)
    let (pca, solution) = try fitted(rows, .count(3))
    let likelihoods = try Buffer<Double>(count: 60)
    try solution.logLikelihood(rows.batch, into: likelihoods.base, in: pca.context)
    for i in 0..<60 { #expect(abs(likelihoods[i] - expected[i]) < 1e-4) }
  }

  @Test func `Rows of a subspace have no likelihood`() throws {
    let plane = try small()
    let rows = try TestRows((0..<60).map { i in (0..<7).map { plane[i][$0 % 3] } })
    for components in [PCA.Components.all, .count(7)] {
      let (pca, solution) = try fitted(rows, components)
      #expect(solution.noiseVariance == 0)
      let likelihoods = try Buffer<Double>(count: 60)
      #expect {
        try solution.logLikelihood(rows.batch, into: likelihoods.base, in: pca.context)
      } throws: { ($0 as? GenerativeError)?.status == .state }
    }
  }

  @Test func `Samples have the model's mean and covariance`() throws {
    let (pca, solution) = try fitted(try small(), .count(3))
    let count = 60_000
    let samples = try TestRows(rows: count, columns: 7)
    for addingNoise in [true, false] {
      try solution.sample(into: samples.batch, seed: 5, addingNoise: addingNoise, in: pca.context)
      var expected = covariance(solution)
      if !addingNoise { for i in 0..<7 { expected[i][i] -= solution.noiseVariance } }
      let s = samples.buffer
      for i in 0..<7 {
        let mean = (0..<count).reduce(0.0) { $0 + Double(s[$1 * 7 + i]) } / Double(count)
        #expect(abs(mean - Double(solution.mean[i])) < 5 * (expected[i][i] / Double(count)).squareRoot())
        for j in 0...i {
          var sum = 0.0
          for r in 0..<count {
            sum +=
              (Double(s[r * 7 + i]) - Double(solution.mean[i]))
              * (Double(s[r * 7 + j]) - Double(solution.mean[j]))
          }
          let deviation =
            ((expected[i][i] * expected[j][j] + expected[i][j] * expected[i][j]) / Double(count))
            .squareRoot()
          #expect(abs(sum / Double(count) - expected[i][j]) < 5 * deviation)
        }
      }
    }
  }

  @Test func `Row i of a seed is the same in any batch`() throws {
    let (pca, solution) = try fitted(try small(), .count(2))
    let whole = try TestRows(rows: 1100, columns: 7)
    try solution.sample(into: whole.batch, seed: 9, addingNoise: true, in: pca.context)
    for (first, count) in [(0, 1), (3, 5), (511, 3), (777, 323)] {
      let part = try TestRows(rows: count, columns: 7)
      try solution.sample(into: part.batch, firstRow: first, seed: 9, addingNoise: true, in: pca.context)
      for i in 0..<count { #expect(part[i] == whole[first + i]) }
    }
    let other = try TestRows(rows: 1, columns: 7)
    try solution.sample(into: other.batch, seed: 10, addingNoise: true, in: pca.context)
    #expect(other[0] != whole[0])
  }

  // MARK: - State

  @Test func `A checkpoint restores the model, and fitting can continue`() throws {
    let rows = try small()
    var options = PCA.Options()
    options.components = .count(3)
    options.whitens = true
    options.seed = .max
    let whole = try PCA(options)
    try whole.fit(rows)
    let part = try PCA(options)
    try part.partialFit(rows.slice(0..<41))
    let loaded = try PCA(copy(part.checkpoint(.everything)))
    #expect(loaded.options == options && loaded.rowCount == 41)
    let solution = try loaded.solution()
    #expect(solution.components.elements.elementsEqual(try part.solution().components.elements))
    try loaded.partialFit(rows.slice(41..<60))
    let a = try loaded.solution()
    let b = try whole.solution()
    for i in 0..<3 { #expect(abs(a.explainedVariance[i] / b.explainedVariance[i] - 1) < 1e-9) }

    let lean = try PCA(copy(part.checkpoint(.weights)))
    #expect(try lean.solution().projection(of: rows[0]) == part.solution().projection(of: rows[0]))
    #expect { try lean.partialFit(rows) } throws: { ($0 as? GenerativeError)?.status == .state }
  }

  /// Through the bytes of a file.
  private func copy(_ checkpoint: Checkpoint) throws -> Checkpoint {
    let file = try checkpoint.serialized()
    return try Checkpoint.read(UnsafeRawBufferPointer(file.elements))
  }

  @Test func `An inconsistent checkpoint is refused`() throws {
    let pca = try PCA()
    try pca.fit(small())
    let good = try pca.checkpoint(.everything)
    #expect(throws: Never.self) { try PCA(good) }
    for name in ["fitted.n_components", "fitted.n_features", "fitted.n_rows", "fitted.solver"] {
      for value in [-1, 0, 1, 9, 1 << 61, Int.max, Int.min] {
        if name == "fitted.n_rows" && value >= 7 || name == "fitted.solver" && value == 1 { continue }
        var bad = good
        try bad.setOption(name, value)
        #expect(throws: GenerativeError.self, "\(name) = \(value)") { try PCA(bad) }
      }
    }
    for name in ["fitted.noise_variance", "fitted.total_variance"] {
      var bad = good
      try bad.setOption(name, -1.0)
      #expect(throws: GenerativeError.self) { try PCA(bad) }
    }
    // Every tensor missing, of another shape, another type, or poisoned.
    for tensor in good.tensors {
      for fault in 0..<4 {
        var bad = try Checkpoint(kind: "pca", limits: .standard)
        for (key, value) in good.metadata where key.hasPrefix("option.") {
          try bad.setOption(String(key.dropFirst("option.".count)), value)
        }
        for other in good.tensors {
          let isTarget = other.name == tensor.name
          if isTarget && fault == 0 { continue }
          let shape = isTarget && fault == 1 ? other.shape + [1] : other.shape
          if isTarget && fault == 2 {
            try bad.add(other.name, shape: shape, try Buffer<Int32>(count: other.count))
          } else if other.type == .float32 {
            let copy = try good.tensor(named: other.name, shape: other.shape, as: Float.self).copied()
            if isTarget && fault == 3 { copy[other.count - 1] = .nan }
            try bad.add(other.name, shape: shape, copy)
          } else {
            let copy = try good.tensor(named: other.name, shape: other.shape, as: Double.self).copied()
            if isTarget && fault == 3 { copy[other.count - 1] = .infinity }
            try bad.add(other.name, shape: shape, copy)
          }
        }
        if fault == 0 && tensor.name == "statistics.product" {
          #expect(try PCA(bad).solution().rowCount == 60)
        } else {
          #expect(throws: GenerativeError.self, "\(tensor.name), fault \(fault)") { try PCA(bad) }
        }
      }
    }
    #expect { try PCA(Checkpoint(kind: "gan", limits: .standard)) } throws: {
      ($0 as? GenerativeError)?.status == .mismatch
    }
  }
}

extension PCA.Solution {
  fileprivate func projection(of row: [Float]) throws -> [Float] {
    let rows = try TestRows([row])
    let latents = try TestRows(rows: 1, columns: componentCount)
    try transform(rows.batch, into: latents.batch, in: .standard)
    return latents[0]
  }
}
