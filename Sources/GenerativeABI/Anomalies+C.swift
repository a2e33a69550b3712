import CGenerative
import Datasets
import Models
import Statistics
import Tensors

private func fitThreshold<Model: HandleObject & Calibrated>(
  _ model: OpaquePointer?, _: Model.Type, _ dataset: OpaquePointer?, _ quantile: Double,
  _ threshold_out: UnsafeMutablePointer<Double>?
) -> gen_status {
  boundary { () throws(GenerativeError) in
    try Handles.shared.changing(model) { (model: Model) throws(GenerativeError) in
      let quantile = try checkPositive("quantile", quantile, default: 0.95, atMost: 1)
      try withDataset(dataset) { (dataset) throws(GenerativeError) in
        let threshold = try model.fitThreshold(dataset, quantile: quantile)
        threshold_out?.pointee = threshold
      }
    }
  }
}

private func threshold<Model: HandleObject & Calibrated>(
  _ model: OpaquePointer?, _: Model.Type, _ threshold_out: UnsafeMutablePointer<Double>?
) -> gen_status {
  boundary { () throws(GenerativeError) in
    try Handles.shared.reading(model) { (model: Model) throws(GenerativeError) in
      guard let threshold_out else { throw .null("threshold_out") }
      threshold_out.pointee = try model.threshold()
    }
  }
}

private func detect<Model: HandleObject & Calibrated>(
  _ model: OpaquePointer?, _: Model.Type, _ rows: UnsafePointer<Float>?, _ n_rows: Int64,
  _ scores_out: UnsafeMutablePointer<Double>?, _ anomalies_out: UnsafeMutablePointer<Int32>?
) -> gen_status {
  boundary { () throws(GenerativeError) in
    try Handles.shared.reading(model) { (model: Model) throws(GenerativeError) in
      let (n, width) = (try checkRowCount(n_rows), try model.sizes().row)
      let rows = try checkModelInput("rows", rows, n, width, model.context)
      if scores_out != nil { _ = try checkOutput("scores_out", scores_out, n, 1) }
      if anomalies_out != nil { _ = try checkOutput("anomalies_out", anomalies_out, n, 1) }
      try model.detect(rows, rows: n, scores: scores_out, anomalies: anomalies_out)
    }
  }
}

@c @implementation public func gen_pca_fit_threshold(
  _ pca: OpaquePointer?, _ dataset: OpaquePointer?, _ quantile: Double,
  _ threshold_out: UnsafeMutablePointer<Double>?
) -> gen_status { fitThreshold(pca, PCA.self, dataset, quantile, threshold_out) }

@c @implementation public func gen_pca_threshold(
  _ pca: OpaquePointer?, _ threshold_out: UnsafeMutablePointer<Double>?
) -> gen_status { threshold(pca, PCA.self, threshold_out) }

@c @implementation public func gen_pca_detect(
  _ pca: OpaquePointer?, _ rows: UnsafePointer<Float>?, _ n_rows: Int64,
  _ scores_out: UnsafeMutablePointer<Double>?, _ anomalies_out: UnsafeMutablePointer<Int32>?
) -> gen_status { detect(pca, PCA.self, rows, n_rows, scores_out, anomalies_out) }

@c @implementation public func gen_autoencoder_fit_threshold(
  _ autoencoder: OpaquePointer?, _ dataset: OpaquePointer?, _ quantile: Double,
  _ threshold_out: UnsafeMutablePointer<Double>?
) -> gen_status { fitThreshold(autoencoder, Autoencoder.self, dataset, quantile, threshold_out) }

@c @implementation public func gen_autoencoder_threshold(
  _ autoencoder: OpaquePointer?, _ threshold_out: UnsafeMutablePointer<Double>?
) -> gen_status { threshold(autoencoder, Autoencoder.self, threshold_out) }

@c @implementation public func gen_autoencoder_detect(
  _ autoencoder: OpaquePointer?, _ rows: UnsafePointer<Float>?, _ n_rows: Int64,
  _ scores_out: UnsafeMutablePointer<Double>?, _ anomalies_out: UnsafeMutablePointer<Int32>?
) -> gen_status { detect(autoencoder, Autoencoder.self, rows, n_rows, scores_out, anomalies_out) }

@c @implementation public func gen_vae_fit_threshold(
  _ vae: OpaquePointer?, _ dataset: OpaquePointer?, _ quantile: Double,
  _ threshold_out: UnsafeMutablePointer<Double>?
) -> gen_status { fitThreshold(vae, VAE.self, dataset, quantile, threshold_out) }

@c @implementation public func gen_vae_threshold(
  _ vae: OpaquePointer?, _ threshold_out: UnsafeMutablePointer<Double>?
) -> gen_status { threshold(vae, VAE.self, threshold_out) }

@c @implementation public func gen_vae_detect(
  _ vae: OpaquePointer?, _ rows: UnsafePointer<Float>?, _ n_rows: Int64,
  _ scores_out: UnsafeMutablePointer<Double>?, _ anomalies_out: UnsafeMutablePointer<Int32>?
) -> gen_status { detect(vae, VAE.self, rows, n_rows, scores_out, anomalies_out) }
