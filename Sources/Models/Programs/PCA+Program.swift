import Networks
import Tensors

extension PCA: Exportable {
  package var parts: [ModelPart] { [.encoder, .decoder, .reconstruction, .score] }

  package func program(_ part: ModelPart) throws(GenerativeError) -> Program {
    let solution = try solution()
    let latent = Shape(features: solution.componentCount)
    let row = Shape(features: solution.columnCount)
    guard part != .decoder else {
      var program = Program("latents", latent)
      program.append(try solution.expansion(context), to: row)
      try program.add(solution.mean, context)
      program.export("rows")
      return program
    }
    var program = Program("rows", row)
    try program.subtract(solution.mean, context)
    let centred = program.last
    program.append(try solution.projection(context), to: latent)
    if part == .encoder {
      program.export("latents")
      return program
    }
    program.append(try solution.expansion(context), to: row)
    if part == .reconstruction {
      try program.add(solution.mean, context)
      program.export("reconstructions")
    } else {
      program.sumSquares(from: centred)
      program.export("scores")
    }
    return program
  }
}

extension PCA.Solution {
  /// y = V·x. If the PCA whitens, divides by the standard deviations.
  fileprivate func projection(_ context: Context) throws(GenerativeError) -> Operation {
    .dense(weight: try scaled(context) { $0 == 0 ? 0 : 1 / $0 }, isTransposed: false, bias: nil)
  }

  /// x = Vᵀ·y. If the PCA whitens, multiplies by the standard deviations.
  fileprivate func expansion(_ context: Context) throws(GenerativeError) -> Operation {
    .dense(weight: try scaled(context) { $0 }, isTransposed: true, bias: nil)
  }

  /// Each component, multiplied by a function of its standard deviation.
  private func scaled(_ context: Context, by factor: (Double) -> Double) throws(GenerativeError) -> Numbers {
    let d = columnCount
    return try Numbers(componentCount * d, in: context) {
      Float(components.base[$0] * factor(deviations.base[$0 / d]))
    }
  }
}
