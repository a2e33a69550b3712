import Checkpoints
import Statistics
import Tensors
import Training

/// The entries of a model's calibration in its file, if it has one:
///
///     mixture.weights        K            mixture.means    K × d
///     mixture.covariances    K × d × d, or K × d if they are diagonal
///
/// and the option `threshold`.
extension Calibration {
  private static let covariances: [(String, GaussianMixture.Covariance)] = [
    ("full", .full), ("diagonal", .diagonal),
  ]

  func add(to checkpoint: inout Checkpoint) throws(GenerativeError) {
    if let threshold { try checkpoint.setOption("threshold", threshold) }
    guard let mixture else { return }
    let (k, d) = (mixture.componentCount, mixture.columnCount)
    try checkpoint.setOption("mixture.n_components", k)
    try checkpoint.setOption(
      "mixture.covariance", Self.covariances.first { $0.1 == mixture.covariance }?.0 ?? "")
    try checkpoint.setOption("mixture.n_rows", mixture.fit.rowCount)
    try checkpoint.setOption("mixture.n_iterations", mixture.fit.iterationCount)
    try checkpoint.setOption("mixture.converged", mixture.fit.isConverged)
    try checkpoint.setOption("mixture.log_likelihood", mixture.fit.likelihood)
    try checkpoint.add("mixture.weights", shape: [k], mixture.weights)
    try checkpoint.add("mixture.means", shape: [k, d], mixture.means)
    try checkpoint.add(
      "mixture.covariances", shape: mixture.covariance == .full ? [k, d, d] : [k, d], mixture.covariances)
  }

  /// The calibration of a model with latents of `latentSize`, a closure that is called only if there is a
  /// mixture. Everything in the checkpoint is validated.
  ///
  /// - Throws: `.format`, `.mismatch`, `.nonfinite`, `.memory`.
  init(
    _ checkpoint: Checkpoint, in context: Context, latentSize: () throws(GenerativeError) -> Int
  ) throws(GenerativeError) {
    let limit = Double.greatestFiniteMagnitude
    if try checkpoint.option("threshold", default: "") != "" {
      threshold = try checkpoint.option("threshold", in: -limit...limit)
    }
    guard checkpoint["mixture.weights"] != nil else { return }
    let d = try latentSize()
    let k = try checkpoint.option("mixture.n_components", in: 1...GaussianMixture.componentLimit)
    let covariance = try checkpoint.choice("mixture.covariance", Self.covariances)
    let weights: Buffer<Double> = try checkpoint.finite("mixture.weights", [k], in: context)
    let total = weights.elements.reduce(0, +)
    guard weights.elements.allSatisfy({ $0 >= 0 }), abs(total - 1) <= 1e-6 else {
      throw GenerativeError(.format, "mixture.weights must not be negative, and add up to 1")
    }
    mixture = try GaussianMixture(
      covariance, weights: weights, means: try checkpoint.finite("mixture.means", [k, d], in: context),
      covariances: try checkpoint.finite(
        "mixture.covariances", covariance == .full ? [k, d, d] : [k, d], in: context),
      fit: GaussianMixture.Fit(
        rowCount: try checkpoint.option("mixture.n_rows", in: 1...Int.max),
        iterationCount: try checkpoint.option("mixture.n_iterations", in: 1...Int.max),
        isConverged: try checkpoint.option("mixture.converged"),
        likelihood: try checkpoint.option("mixture.log_likelihood", in: -limit...limit)),
      in: context)
  }
}
