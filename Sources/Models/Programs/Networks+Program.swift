import Datasets
import Glibc
import Networks
import Tensors
import Training

extension Autoencoder: Exportable {
  package var parts: [ModelPart] {
    options.hasSkips ? [.reconstruction, .score] : [.encoder, .decoder, .reconstruction, .score]
  }

  package func program(_ part: ModelPart) throws(GenerativeError) -> Program {
    var program = Program(
      part == .decoder ? "latents" : "rows",
      part == .decoder ? Shape(features: options.latentSize) : options.shape)
    var prepared = 0
    if part != .decoder {
      try program.prepare(preparation, context)
      prepared = program.last
      try program.append(encoder.network, encoder.weights, context: context)
    }
    if part == .encoder {
      program.export("latents")
      return program
    }
    try program.append(decoder.network, decoder.weights, context: context)
    if options.loss == .crossEntropy { program.append(.sigmoid) }
    if part == .score {
      program.sumSquares(from: prepared)
      program.export("scores")
    } else {
      program.view(as: options.shape)
      try program.undo(preparation, context)
      program.export(part == .decoder ? "rows" : "reconstructions")
    }
    return program
  }
}

extension VAE: Exportable {
  package var parts: [ModelPart] { [.encoder, .decoder, .reconstruction, .score] }

  package func program(_ part: ModelPart) throws(GenerativeError) -> Program {
    let latent = Shape(features: options.latentSize)
    var program = Program(
      part == .decoder ? "latents" : "rows", part == .decoder ? latent : options.shape,
      classCount: options.classCount)
    var (prepared, moments, mean) = (0, 0, 0)
    if part != .decoder {
      try program.prepare(preparation, context)
      prepared = program.last
      try program.append(encoder.network, encoder.weights, context: context)
      moments = program.last
      program.append(.slice(first: 0), to: latent)
      mean = program.last
    }
    if part == .encoder {
      program.export("mean")
      program.append(.slice(first: options.latentSize), of: moments, to: latent)
      program.export("log_variance")
      return program
    }
    try program.append(decoder.network, decoder.weights, context: context)
    if part == .score {
      program.view(as: options.shape)
      try appendReconstruction(to: &program, of: prepared)
      let reconstruction = program.last
      program.append(.slice(first: options.latentSize), of: moments, to: latent)
      try appendDivergence(to: &program, mean: mean)
      program.append(.add(reconstruction))
      program.export("scores")
      return program
    }
    if options.likelihood == .bernoulli { program.append(.sigmoid) }
    program.view(as: options.shape)
    try program.undo(preparation, context)
    program.export(part == .decoder ? "rows" : "reconstructions")
    return program
  }

  /// Appends −ln p(x|z) for row x. The program's last value is the decoder's output.
  private func appendReconstruction(to program: inout Program, of x: Int) throws(GenerativeError) {
    let output = program.last
    var constant = preparation?.logVolume ?? 0
    switch options.likelihood {
    case .bernoulli:
      // −t ln σ(l) − (1 − t) ln(1 − σ(l)) = softplus(l) − t·l
      program.append(.multiply(x))
      let product = program.last
      program.append(.activation(.softplus), of: output)
      program.append(.subtract(product))
    case .gaussian(let given):
      // Σ (y − t)² / 2σ² + ½ ln 2πσ²
      let variances = try Numbers(options.shape.count, in: context) {
        given ?? variance(options.learnedVariance == .pixel ? $0 : 0)
      }
      for i in 0..<variances.count { constant += 0.5 * log(2 * .pi * Double(variances.base[i])) }
      program.append(.subtract(x))
      program.append(.multiply(program.last))
      program.append(.scale(try Numbers(variances.count, in: context) { 0.5 / variances.base[$0] }))
    }
    program.append(.sum, to: Shape(features: 1))
    if constant != 0 { program.append(.offset(try Numbers(1, in: context) { _ in Float(constant) })) }
  }

  /// Appends Σ ½ (μ² + e^λ − λ − 1), where λ is the last value.
  private func appendDivergence(to program: inout Program, mean: Int) throws(GenerativeError) {
    let limit = LatentGaussian.logVarianceLimit
    program.append(.clamp(-limit, limit))
    let lambda = program.last
    program.append(.exponential)
    program.append(.subtract(lambda))
    let rest = program.last
    program.append(.multiply(mean), of: mean)
    program.append(.add(rest))
    try program.map(by: 0.5, adding: -0.5, context)
    program.append(.sum, to: Shape(features: 1))
  }
}

extension GAN: Exportable {
  package var parts: [ModelPart] { [.generator, .discriminator] }

  package func program(_ part: ModelPart) throws(GenerativeError) -> Program {
    let isScaled = options.outputActivation == .tanh
    guard part == .generator else {
      var program = Program("rows", options.shape, classCount: options.classCount)
      try program.prepare(preparation, context)
      if isScaled { try program.map(by: 2, adding: -1, context) }
      try program.append(discriminator.network, discriminator.weights, context: context)
      if options.objective == .leastSquares {
        program.append(.clamp(0, 1))
      } else {
        program.append(.sigmoid)
      }
      program.export("probabilities")
      return program
    }
    var program = Program("latents", Shape(features: options.latentSize), classCount: options.classCount)
    try program.append(generator.network, average?.weights ?? generator.weights, context: context)
    program.view(as: options.shape)
    if isScaled { try program.map(by: 0.5, adding: 0.5, context) }
    try program.undo(preparation, context)
    program.export("rows")
    return program
  }
}

extension Classifier: Exportable {
  package var parts: [ModelPart] { [.classifier] }

  package func program(_ part: ModelPart) throws(GenerativeError) -> Program {
    var program = Program("rows", options.stack.shape)
    try program.prepare(preparation, context)
    try program.append(learner.network, learner.weights, context: context)
    program.append(.softmax)
    program.export("probabilities")
    return program
  }
}
