import CGenerative
import Datasets
import Models
import Statistics
import Tensors
import Training

extension GaussianMixture: HandleObject {
  static var kind: HandleKind { .mixture }
}

extension GaussianMixture.Options {
  init(_ o: gen_mixture_options) throws(GenerativeError) {
    self.init()
    covariance = GaussianMixture.Covariance.allCases[Int(o.covariance)]
    componentCount = Int(o.n_components)
    startCount = Int(o.n_starts)
    iterationLimit = Int(o.max_iterations)
    tolerance = o.tolerance
    regularization = o.regularization
    seed = o.seed
  }
}

@c @implementation public func gen_mixture_fit(
  _ dataset: OpaquePointer?, _ options: UnsafePointer<gen_mixture_options>?, _ context: OpaquePointer?,
  _ run: UnsafePointer<gen_run>?,
  _ mixture_out: UnsafeMutablePointer<OpaquePointer?>?
) -> gen_status {
  create(mixture_out) { () throws(GenerativeError) in
    let options = try GaussianMixture.Options(try gen_mixture_options(reading: options))
    let context = try resolve(context)
    return try withDataset(dataset) { (dataset) throws(GenerativeError) in
      try following(run) { () throws(GenerativeError) in
        try GaussianMixture.fit(to: try RowStore(dataset, in: context), options, in: context)
      }
    }
  }
}

@c @implementation public func gen_mixture_destroy(_ mixture: OpaquePointer?) {
  destroy(mixture, GaussianMixture.self)
}

@c @implementation public func gen_mixture_info(
  _ mixture: OpaquePointer?, _ info_out: UnsafeMutablePointer<gen_mixture_info_t>?
) -> gen_status {
  boundary { () throws(GenerativeError) in
    try Handles.shared.reading(mixture) { (mixture: GaussianMixture) throws(GenerativeError) in
      var c = gen_mixture_info_t()
      c.covariance = Int32(mixture.covariance.rawValue)
      c.n_components = Int64(mixture.componentCount)
      c.n_features = Int64(mixture.columnCount)
      c.n_rows = Int64(mixture.fit.rowCount)
      c.n_iterations = Int64(mixture.fit.iterationCount)
      c.log_likelihood = mixture.fit.likelihood
      c.converged = mixture.fit.isConverged ? 1 : 0
      try c.write(to: info_out, "info_out")
    }
  }
}

@c @implementation public func gen_mixture_parameters(
  _ mixture: OpaquePointer?, _ weights_out: UnsafeMutablePointer<Double>?,
  _ means_out: UnsafeMutablePointer<Double>?, _ covariances_out: UnsafeMutablePointer<Double>?
) -> gen_status {
  boundary { () throws(GenerativeError) in
    try Handles.shared.reading(mixture) { (mixture: GaussianMixture) throws(GenerativeError) in
      let outputs = [
        ("weights_out", weights_out, mixture.weights), ("means_out", means_out, mixture.means),
        ("covariances_out", covariances_out, mixture.covariances),
      ]
      for (name, output, values) in outputs where output != nil {
        _ = try checkOutput(name, output, values.count, 1)
      }
      for (_, output, values) in outputs { output?.update(from: values.base, count: values.count) }
    }
  }
}

@c @implementation public func gen_mixture_log_likelihood(
  _ mixture: OpaquePointer?, _ rows: UnsafePointer<Float>?, _ n_rows: Int64,
  _ likelihood_out: UnsafeMutablePointer<Double>?
) -> gen_status {
  boundary { () throws(GenerativeError) in
    try Handles.shared.reading(mixture) { (mixture: GaussianMixture) throws(GenerativeError) in
      let (n, d) = (try checkRowCount(n_rows), mixture.columnCount)
      let rows = try checkModelInput("rows", rows, n, d, mixture.context)
      try mixture.logLikelihood(
        of: Matrix(reading: rows, rows: n, columns: d),
        into: try checkOutput("likelihood_out", likelihood_out, n, 1))
    }
  }
}

@c @implementation public func gen_mixture_predict(
  _ mixture: OpaquePointer?, _ rows: UnsafePointer<Float>?, _ n_rows: Int64,
  _ labels_out: UnsafeMutablePointer<Int32>?, _ probabilities_out: UnsafeMutablePointer<Double>?
) -> gen_status {
  boundary { () throws(GenerativeError) in
    try Handles.shared.reading(mixture) { (mixture: GaussianMixture) throws(GenerativeError) in
      let (n, d) = (try checkRowCount(n_rows), mixture.columnCount)
      let rows = try checkModelInput("rows", rows, n, d, mixture.context)
      try checkOptionalOutput("labels_out", labels_out, n, 1)
      try checkOptionalOutput("probabilities_out", probabilities_out, n, mixture.componentCount)
      try mixture.predict(
        Matrix(reading: rows, rows: n, columns: d), labels: labels_out, probabilities: probabilities_out)
    }
  }
}

@c @implementation public func gen_mixture_sample(
  _ mixture: OpaquePointer?, _ n_rows: Int64, _ seed: UInt64, _ rows_out: UnsafeMutablePointer<Float>?
) -> gen_status {
  boundary { () throws(GenerativeError) in
    try Handles.shared.reading(mixture) { (mixture: GaussianMixture) throws(GenerativeError) in
      let n = try checkRowCount(n_rows)
      mixture.sample(
        rows: n, seed: seed, into: try checkOutput("rows_out", rows_out, n, mixture.columnCount))
    }
  }
}

// MARK: - Mixtures of a model's latents

@c @implementation public func gen_model_fit_mixture(
  _ model: OpaquePointer?, _ dataset: OpaquePointer?, _ options: UnsafePointer<gen_mixture_options>?,
  _ run: UnsafePointer<gen_run>?
) -> gen_status {
  boundary(run) { () throws(GenerativeError) in
    try Handles.shared.changingModel(model) { (model) throws(GenerativeError) in
      let calibrated = try model.calibratable(lacking: "latents of rows", "gen_model_fit_mixture")
      let options = try GaussianMixture.Options(try gen_mixture_options(reading: options))
      try withDataset(dataset) { (dataset) throws(GenerativeError) in
        try model.names.check(dataset, canLackLast: true)
        try calibrated.fitMixture(dataset, options)
      }
    }
  }
}

@c @implementation public func gen_model_sample_mixture(
  _ model: OpaquePointer?, _ labels: UnsafePointer<Int32>?, _ n_rows: Int64, _ seed: UInt64,
  _ rows_out: UnsafeMutablePointer<Float>?
) -> gen_status {
  boundary { () throws(GenerativeError) in
    try Handles.shared.readingModel(model) { (model) throws(GenerativeError) in
      let calibrated = try model.calibratable(lacking: "latents of rows", "gen_model_sample_mixture")
      let n = try checkRowCount(n_rows)
      try calibrated.sampleMixture(
        rows: n, seed: seed, given: try checkGiven(labels, n, model, canDraw: true),
        into: try checkOutput("rows_out", rows_out, n, try calibrated.sizes().row))
    }
  }
}

@c @implementation public func gen_model_mixture(
  _ model: OpaquePointer?, _ mixture_out: UnsafeMutablePointer<OpaquePointer?>?
) -> gen_status {
  create(mixture_out) { () throws(GenerativeError) -> GaussianMixture in
    try Handles.shared.readingModel(model) { (model) throws(GenerativeError) in
      try model.calibratable(lacking: "latents of rows", "gen_model_mixture").mixture()
    }
  }
}
