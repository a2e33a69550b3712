import Networks
import Tensors

/// A learner in a fit, with everything that its passes need: its weights, a workspace for training, and the
/// labels of the rows.
///
///     let z = encoder.forward(x, rows: rows, mode)
///     encoder.backward(dz, into: dx)
package final class Player {
  package let learner: Learner
  package let workspace: Workspace
  /// The number of rows in the last pass.
  private(set) var rowCount = 0
  private let labels: Buffer<Int32>?
  private var x: UnsafePointer<Float>?
  private var mode = Mode.inference

  /// - Parameters:
  ///   - rows: the maximum number of rows per pass.
  ///   - labels: receives the rows' classes before each pass; nil for a network without classes.
  /// - Throws: `.memory`.
  package init(
    _ learner: Learner, rows: Int, labels: Buffer<Int32>? = nil, context: Context
  ) throws(GenerativeError) {
    self.learner = learner
    self.labels = labels
    workspace = try Workspace(learner.network, rows: rows, .training, context: context)
  }

  /// f(x), rows × the network's output. Valid until the next pass.
  ///
  /// - Parameter x: must stay unchanged until `backward` is called.
  package func forward(
    _ x: UnsafePointer<Float>, rows: Int, _ mode: Mode
  ) -> UnsafeMutablePointer<Float> {
    (self.x, rowCount, self.mode) = (x, rows, mode)
    return learner.network.forward(
      x, rows: rows, given: givenLabels, learner.weights, workspace, mode)
  }

  /// The output of the last pass.
  package var output: UnsafeMutablePointer<Float> {
    workspace.output(learner.network.layers.count - 1)
  }

  /// Adds the gradient of the last pass to the learner's gradient.
  ///
  /// - Parameters:
  ///   - dOutput: the gradient of the loss with respect to the output; overwritten.
  ///   - learns: if false, only the gradient with respect to x is computed.
  ///   - tied: the learner whose weights this network shares.
  ///   - dx: receives the gradient with respect to x; nil if it is not needed.
  package func backward(
    _ dOutput: UnsafeMutablePointer<Float>, learns: Bool = true, tiedTo tied: Learner? = nil,
    into dx: UnsafeMutablePointer<Float>? = nil
  ) {
    guard let x else { return }
    learner.network.backward(
      dOutput, x: x, rows: rowCount, given: givenLabels, learner.weights, workspace, mode,
      gradient: learns ? learner.gradient?.base : nil, tiedGradient: tied?.gradient?.base,
      inputGradient: dx)
  }

  /// Adds the gradient of a penalty on ∇f at the rows of the last pass to the learner's gradient. Losses are
  /// as in `GradientPenalty.evaluate`.
  package func penalize(
    _ penalty: GradientPenalty, _ term: GradientPenalty.Term, weight: Float,
    losses: UnsafeMutablePointer<Float>, gradientScale: Float
  ) {
    guard let x else { return }
    penalty.evaluate(
      term, weight: weight, x, rows: rowCount, given: givenLabels, learner.weights, workspace, mode,
      losses: losses,
      gradientScale: gradientScale, gradient: learner.gradient?.base)
  }

  private var givenLabels: UnsafePointer<Int32>? { labels.map { UnsafePointer($0.base) } }
}
