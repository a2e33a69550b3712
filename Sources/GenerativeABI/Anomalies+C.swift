import CGenerative
import Datasets
import Models
import Statistics
import Tensors
import Training

@c @implementation public func gen_model_fit_threshold(
  _ model: OpaquePointer?, _ dataset: OpaquePointer?, _ quantile: Double, _ run: UnsafePointer<gen_run>?,
  _ threshold_out: UnsafeMutablePointer<Double>?
) -> gen_status {
  boundary(run) { () throws(GenerativeError) in
    try Handles.shared.changingModel(model) { (model) throws(GenerativeError) in
      let scored = try model.calibratable(lacking: "scores", "gen_model_fit_threshold")
      let quantile = try checkPositive("quantile", chosen(quantile) ?? 0.95, atMost: 1)
      try withDataset(dataset) { (dataset) throws(GenerativeError) in
        try model.names.check(dataset, canLackLast: true)
        if model.network?.requiresUnitRange ?? false { try dataset.checkUnitRange() }
        let threshold = try scored.fitThreshold(dataset, quantile: quantile)
        threshold_out?.pointee = threshold
      }
    }
  }
}

@c @implementation public func gen_model_threshold(
  _ model: OpaquePointer?, _ threshold_out: UnsafeMutablePointer<Double>?
) -> gen_status {
  boundary { () throws(GenerativeError) in
    try Handles.shared.readingModel(model) { (model) throws(GenerativeError) in
      let scored = try model.calibratable(lacking: "scores", "gen_model_threshold")
      guard let threshold_out else { throw .null("threshold_out") }
      threshold_out.pointee = try scored.threshold()
    }
  }
}

@c @implementation public func gen_model_detect(
  _ model: OpaquePointer?, _ rows: UnsafeRawPointer?, _ dtype: Int32, _ labels: UnsafePointer<Int32>?,
  _ n_rows: Int64, _ scores_out: UnsafeMutablePointer<Double>?, _ anomalies_out: UnsafeMutablePointer<Int32>?
) -> gen_status {
  boundary { () throws(GenerativeError) in
    try Handles.shared.readingModel(model) { (model) throws(GenerativeError) in
      let scored = try model.calibratable(lacking: "scores", "gen_model_detect")
      let (n, width) = (try checkRowCount(n_rows), try scored.sizes().row)
      let given = try checkGiven(labels, n, model)
      let rows = try checkRows("rows", rows, dtype, n, width, model.context)
      try checkOptionalOutput("scores_out", scores_out, n, 1)
      try checkOptionalOutput("anomalies_out", anomalies_out, n, 1)
      try scored.detect(rows, given: given, scores: scores_out, anomalies: anomalies_out)
    }
  }
}
