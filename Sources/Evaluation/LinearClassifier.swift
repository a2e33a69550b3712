import Datasets
import Glibc
import Tensors

/// A linear classifier of rows by their features, with a penalty on the weights:
///
///     minimize over W, b:  ½ ‖W‖² + C·Σᵢ ℓ(W·xᵢ + b, classᵢ)
///
/// The problem is convex, so the solution is the one that scikit-learn finds (`LogisticRegression` for more
/// than two classes, `LinearSVC` with an unpenalized bias).
package struct LinearClassifier {
  package enum Loss: Sendable {
    /// −ln softmax of the class
    case logistic
    /// Σⱼ max(0, 1 ∓ scoreⱼ)²: each class against all others.
    case squaredHinge
  }

  package struct Options: Sendable {
    package var loss = Loss.logistic
    /// C
    package var lossWeight = 1.0
    /// Iteration stops when the gradient's norm is this fraction of the initial one.
    package var tolerance = 1e-6
    package var iterationLimit = 1000

    package init() {}
  }

  package let featureCount: Int
  package let classCount: Int
  /// W: classes × features.
  package let weights: Buffer<Float>
  /// b
  package let biases: Buffer<Float>
  package let objective: Double
  package let iterationCount: Int
  /// The gradient's norm, divided by the initial one.
  package let gradientShare: Double
  private let context: Context

  /// Fits to all rows of a labeled dataset, by L-BFGS.
  ///
  /// Cost: about 4 · rows · features · classes FLOPs per iteration.
  ///
  /// - Throws: `.state` without labels; `.argument` for fewer than two classes; `.unsupported` for a stream;
  ///   `.memory`.
  package init(_ dataset: Dataset, _ options: Options = Options()) throws(GenerativeError) {
    let problem = try LinearProblem(dataset, options)
    let solution = try problem.solve(options)
    context = dataset.context
    (featureCount, classCount) = (problem.featureCount, problem.classCount)
    weights = try Buffer(count: classCount * featureCount, in: context.memory)
    biases = try Buffer(count: classCount, in: context.memory)
    problem.write(solution.point, weights: weights, biases: biases)
    objective = solution.value * options.lossWeight * Double(problem.rowCount)
    (iterationCount, gradientShare) = (solution.iterationCount, solution.gradientShare)
  }

  /// labels[i] ← the class with the largest score for row i; ties go to the lower class.
  ///
  /// - Throws: `.memory`.
  package func predict(
    _ x: UnsafePointer<Float>, rows: Int, labels: UnsafeMutablePointer<Int32>
  ) throws(GenerativeError) {
    let block = min(rows, LinearProblem.blockRows)
    let scores = try Buffer<Float>(count: block * classCount, in: context.memory)
    for first in stride(from: 0, to: rows, by: max(block, 1)) {
      let count = min(block, rows - first)
      context.multiply(
        Matrix(reading: x + first * featureCount, rows: count, columns: featureCount),
        Matrix(weights.base, rows: classCount, columns: featureCount).transposed,
        into: Matrix(scores.base, rows: count, columns: classCount), bias: biases.base)
      for row in 0..<count {
        let values = UnsafeBufferPointer(start: scores.base + row * classCount, count: classCount)
        labels[first + row] = Int32(values.indices.max { values[$0] < values[$1] } ?? 0)
      }
    }
  }
}
