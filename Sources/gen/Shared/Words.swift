import ArgumentParser
import CGenerative

/// A word of the command line for one of the header's enumerators.
protocol Word: ExpressibleByArgument, CaseIterable, RawRepresentable where RawValue == String {
  /// The enumerator of the first case; the others follow in the header's order.
  static var first: Int { get }
}

extension Word where AllCases.Index == Int, Self: Equatable {
  static var first: Int { 0 }

  var code: Int32 { Int32(Self.first + (Self.allCases.firstIndex(of: self) ?? 0)) }

  /// The word of an option in a checkpoint: "salt_and_pepper" for "salt-and-pepper".
  init?(option: String) {
    self.init(rawValue: String(option.map { $0 == "_" ? "-" : $0 }))
  }
}

enum Activation: String, Word {
  case identity, relu
  case leakyReLU = "leaky-relu"
  case silu, elu, tanh, sigmoid
  static let first = GEN_ACTIVATION_IDENTITY
}

enum ArchitectureName: String, Word { case dense, convolutional }

enum Corruption: String, Word {
  case gaussian, masking
  case saltAndPepper = "salt-and-pepper"
  static let first = GEN_CORRUPTION_GAUSSIAN
}

enum Curve: String, Word { case linear, spherical }

enum Initializer: String, Word {
  case he, glorot
  case fanInUniform = "fan-in-uniform"
  case normal002 = "normal-002"
  static let first = GEN_INITIALIZER_HE
}

enum KLSchedule: String, Word { case constant, linear, cyclic }

enum LatentName: String, Word { case normal, uniform }

enum Likelihood: String, Word { case bernoulli, gaussian }

enum Loss: String, Word {
  case squaredError = "squared-error"
  case crossEntropy = "cross-entropy"
  case logSquaredError = "log-squared-error"
}

enum Objective: String, Word {
  case nonSaturating = "non-saturating"
  case minimax
}

enum OptimizerName: String, Word {
  case sgd, rmsprop, adam, adamw
  static let first = GEN_OPTIMIZER_SGD
}

enum Sparsity: String, Word {
  case l1, kl
  static let first = GEN_SPARSITY_L1
}

enum Schedule: String, Word { case constant, step, cosine, linear }

enum Solver: String, Word { case automatic, covariance, gram, sketch }

/// Widths of hidden layers on the command line: "512,256", or "none".
struct Widths: ExpressibleByArgument {
  let values: [Int64]

  init?(argument: String) {
    if argument == "none" {
      values = []
      return
    }
    let numbers = argument.split(separator: ",", omittingEmptySubsequences: false).map { Int64($0) }
    values = numbers.compactMap { $0 }
    guard values.count == numbers.count, values.allSatisfy({ $0 > 0 }) else { return nil }
  }

  /// What the header's count of widths says of them: -1 for none.
  var code: Int32 { values.isEmpty ? -1 : Int32(values.count) }
}

/// Calls `body` with the addresses of widths, nil where there are none.
func withWidths<Result>(
  _ first: Widths?, _ second: Widths?,
  _ body: (UnsafePointer<Int64>?, UnsafePointer<Int64>?) throws -> Result
) rethrows -> Result {
  try (first?.values ?? []).withUnsafeBufferPointer { first in
    try (second?.values ?? []).withUnsafeBufferPointer { try body(first.baseAddress, $0.baseAddress) }
  }
}
