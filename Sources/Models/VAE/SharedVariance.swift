import Glibc
import Networks
import Tensors
import Training

/// The decoder's last layer when the variance of a Gaussian likelihood is learned: passes rows on
/// and owns one parameter, λ = ln σ² of every pixel.
///
/// Its gradient comes from the loss, not through the rows: the VAE adds it.
final class SharedVariance: Layer {
  var kind: String { "shared variance" }
  let input: Shape

  init(_ shape: Shape) { input = shape }

  var output: Shape { input }
  var parameters: [Parameter] { [Parameter("log_variance", shape: [1], .constant(0))] }

  var weightUseCount: Int { parameterCount }

  func forward(_ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, _ pass: LayerPass) {
    y.update(from: x, count: pass.rows * input.count)
  }

  func backward(
    _ dy: UnsafeMutablePointer<Float>, x: UnsafePointer<Float>, y: UnsafePointer<Float>,
    into dx: UnsafeMutablePointer<Float>?, _ pass: LayerPass
  ) {
    dx?.update(from: dy, count: pass.rows * input.count)
  }

  /// σ², of a decoder that ends in this layer.
  static func variance(_ decoder: Learner) -> Float {
    let limit = GaussianLikelihood.logVarianceLimit
    let logVariance = decoder.weights.parameters.base[decoder.network.parameterCount - 1]
    return expf(min(max(logVariance, -limit), limit))
  }
}
