import CGenerative
import Datasets
import Models
import Options
import Ranks
import Statistics
import Tensors
import Training

@c @implementation public func gen_pca_create(
  _ options: UnsafePointer<gen_pca_options>?, _ pca_out: UnsafeMutablePointer<OpaquePointer?>?
) -> gen_status {
  create(pca_out) { () throws(GenerativeError) in
    let (o, values) = try gen_pca_options.read(options)
    return try PCA(try PCA.Options(values), ranks: try rankMaker(o.comm), in: try resolve(o.context))
  }
}

@c @implementation public func gen_pca_fit(
  _ pca: OpaquePointer?, _ dataset: OpaquePointer?, _ run: UnsafePointer<gen_run>?
) -> gen_status {
  boundary(run) { () throws(GenerativeError) in
    try Handles.shared.changing(pca) { (pca: PCA) throws(GenerativeError) in
      try withDataset(dataset) { (dataset) throws(GenerativeError) in
        try pca.fit(dataset)
        pca.names = ModelNames(dataset) ?? ModelNames()
      }
    }
  }
}

@c @implementation public func gen_pca_partial_fit(
  _ pca: OpaquePointer?, _ dataset: OpaquePointer?, _ run: UnsafePointer<gen_run>?
) -> gen_status {
  boundary(run) { () throws(GenerativeError) in
    try Handles.shared.changing(pca) { (pca: PCA) throws(GenerativeError) in
      try withDataset(dataset) { (dataset) throws(GenerativeError) in
        try pca.names.check(dataset)
        try pca.partialFit(dataset)
        if let names = ModelNames(dataset) { pca.names = names }
      }
    }
  }
}

@c @implementation public func gen_pca_merge(_ pca: OpaquePointer?, _ other: OpaquePointer?) -> gen_status {
  merge(pca, other) { (pca: PCA, other) throws(GenerativeError) in try pca.merge(other) }
}

@c @implementation public func gen_pca_merge_moments(
  _ pca: OpaquePointer?, _ moments: OpaquePointer?
) -> gen_status {
  boundary { () throws(GenerativeError) in
    try Handles.shared.changing(pca) { (pca: PCA) throws(GenerativeError) in
      try Handles.shared.reading(moments) { (moments: Moments) throws(GenerativeError) in
        try pca.merge(moments)
      }
    }
  }
}

@c @implementation public func gen_pca_info(
  _ pca: OpaquePointer?, _ info_out: UnsafeMutablePointer<gen_pca_info_t>?
) -> gen_status {
  withSolution(pca) { (_, solution) throws(GenerativeError) in
    var info = gen_pca_info_t()
    // The header's first enumerator corresponds to the Swift case after "automatic".
    info.solver = Int32(solution.solver.rawValue - 1)
    info.n_rows = Int64(solution.rowCount)
    info.n_features = Int64(solution.columnCount)
    info.n_components = Int64(solution.componentCount)
    info.dtype = Int32(solution.element.rawValue)
    info.noise_variance = solution.noiseVariance
    info.total_variance = solution.totalVariance
    try info.write(to: info_out, "info_out")
  }
}

@c @implementation public func gen_pca_solution(
  _ pca: OpaquePointer?, _ dtype: Int32, _ mean_out: UnsafeMutableRawPointer?,
  _ components_out: UnsafeMutableRawPointer?, _ variance_out: UnsafeMutablePointer<Double>?
) -> gen_status {
  withSolution(pca) { (_, solution) throws(GenerativeError) in
    let (k, d) = (solution.componentCount, solution.columnCount)
    let mean = try checkOptionalRows("mean_out", mean_out, dtype, 1, d)
    let components = try checkOptionalRows("components_out", components_out, dtype, k, d)
    try checkOptionalOutput("variance_out", variance_out, k, 1)
    mean?.write(solution.mean.base, 0, 1, of: d)
    components?.write(solution.components.base, 0, k, of: d)
    variance_out?.update(from: solution.explainedVariance.base, count: k)
  }
}

@c @implementation public func gen_pca_transform(
  _ pca: OpaquePointer?, _ rows: UnsafeRawPointer?, _ dtype: Int32, _ n_rows: Int64,
  _ latents_out: UnsafeMutableRawPointer?
) -> gen_status {
  withSolution(pca) { (pca, solution) throws(GenerativeError) in
    let (n, d, k) = (try checkRowCount(n_rows), solution.columnCount, solution.componentCount)
    let isByColumns = dtype > 0 && dtype & Int32(GEN_BY_COLUMNS) != 0
    let number = isByColumns ? dtype - Int32(GEN_BY_COLUMNS) : dtype
    var x = try checkRows("rows", rows, number, n, d)
    if isByColumns { x = x.byColumns }
    let latents = try checkRows("latents_out", latents_out, number, n, k)
    try solution.transform(x, into: latents, in: pca.context)
    // A NaN in a row causes a NaN in its latents. There are fewer latents, and they are in the cache:
    // checking all rows beforehand took a third of the time.
    if k == 0 || latents.firstNonfinite(in: pca.context) != nil { try checkFinite("rows", x, pca.context) }
  }
}

@c @implementation public func gen_pca_inverse_transform(
  _ pca: OpaquePointer?, _ latents: UnsafeRawPointer?, _ dtype: Int32, _ n_rows: Int64,
  _ rows_out: UnsafeMutableRawPointer?
) -> gen_status {
  withSolution(pca) { (pca, solution) throws(GenerativeError) in
    let (n, d, k) = (try checkRowCount(n_rows), solution.columnCount, solution.componentCount)
    try solution.inverseTransform(
      try checkRows("latents", latents, dtype, n, k, pca.context),
      into: try checkRows("rows_out", rows_out, dtype, n, d), in: pca.context)
  }
}

@c @implementation public func gen_pca_log_likelihood(
  _ pca: OpaquePointer?, _ rows: UnsafeRawPointer?, _ dtype: Int32, _ n_rows: Int64,
  _ likelihood_out: UnsafeMutablePointer<Double>?
) -> gen_status {
  withSolution(pca) { (pca, solution) throws(GenerativeError) in
    let (n, d) = (try checkRowCount(n_rows), solution.columnCount)
    try solution.logLikelihood(
      try checkRows("rows", rows, dtype, n, d, pca.context),
      into: try checkOutput("likelihood_out", likelihood_out, n, 1), in: pca.context)
  }
}

@c @implementation public func gen_pca_sample(
  _ pca: OpaquePointer?, _ n_rows: Int64, _ seed: UInt64, _ with_noise: Int32, _ dtype: Int32,
  _ rows_out: UnsafeMutableRawPointer?
) -> gen_status {
  withSolution(pca) { (pca, solution) throws(GenerativeError) in
    let (n, d) = (try checkRowCount(n_rows), solution.columnCount)
    try solution.sample(
      into: try checkRows("rows_out", rows_out, dtype, n, d), seed: seed,
      addingNoise: try checkFlag("with_noise", with_noise), in: pca.context)
  }
}

/// Calls `body` with a fitted PCA and its solution, which is computed here if partial fits have not done so.
private func withSolution(
  _ pca: OpaquePointer?, _ body: (PCA, PCA.Solution) throws(GenerativeError) -> Void
) -> gen_status {
  boundary { () throws(GenerativeError) in
    try Handles.shared.reading(pca) { (pca: PCA) throws(GenerativeError) in
      try body(pca, try pca.solution())
    }
  }
}
