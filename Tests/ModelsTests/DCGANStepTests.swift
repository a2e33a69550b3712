import Foundation
import Models
import Networks
import Tensors
import Testing
import TestSupport
import Training

/// One step of DCGAN beside PyTorch's from the same weights, images and latents.
@Suite struct DCGANStepTests {
  @Test func `A step of a small DCGAN agrees with PyTorch`() throws {
    var options = GAN.Options(shape: Shape(height: 16, width: 16, channels: 3), architecture: .convolutional)
    options.convolution.baseChannels = 8
    options.latentSize = 10
    try expectStep(options, golden: "dcgan-step", rows: 5)
  }

  /// Against arrays of 50 MB, which `make_dcgan.py --full` writes.
  @Test(.enabled(if: FileManager.default.fileExists(atPath: fullPath)))
  func `A step of pytorch/examples' DCGAN agrees with PyTorch`() throws {
    let options = GAN.Options(shape: Shape(height: 64, width: 64, channels: 3), architecture: .convolutional)
    #expect(try GAN.plan(options, rows: 8).parameterCount == 3_576_704 + 2_765_568)
    try expectStep(options, golden: "dcgan-full", rows: 8)
  }

  /// Winograd's rounding may carry a sum across the kink of a leaky ReLU, whose derivative then is 1 for
  /// 0.2: one such element among 131,072 moves a gradient by 2e-3, and through Adam's first step, which
  /// is the sign of the gradient, all that follows. So this stops before Adam.
  @Test(.enabled(if: FileManager.default.fileExists(atPath: fullPath)))
  func `With Winograd's algorithm it agrees with PyTorch except for a few derivatives at kinks`() throws {
    let options = GAN.Options(shape: Shape(height: 64, width: 64, channels: 3), architecture: .convolutional)
    let golden = try Golden("dcgan-full")
    let (gan, figures) = try play(options, golden, rows: 8, Context(usesWinograd: true))
    #expect(abs(figures[.discriminatorLoss] - Double(try golden("discriminatorLoss")[0])) < 1e-4)
    let errors = try relativeErrors(gan.discriminator, try golden("dDiscriminator"))
    #expect(errors.allSatisfy { $0 < 1e-2 }, "\(errors)")
    // Those behind the last kink have none to cross.
    #expect(errors.suffix(4).allSatisfy { $0 < 1e-4 }, "\(errors)")
  }

  private static let fullPath =
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Golden/dcgan-full.golden").path

  private func expectStep(_ options: GAN.Options, golden name: String, rows: Int) throws {
    let golden = try Golden(name)
    let (gan, figures) = try play(options, golden, rows: rows, Context(usesWinograd: false))
    #expect(abs(figures[.discriminatorLoss] - Double(try golden("discriminatorLoss")[0])) < 1e-4)
    #expect(abs(figures[.generatorLoss] - Double(try golden("generatorLoss")[0])) < 1e-4)
    let dDiscriminator = try relativeErrors(gan.discriminator, try golden("dDiscriminator"))
    let dGenerator = try relativeErrors(gan.generator, try golden("dGenerator"))
    #expect(dDiscriminator.allSatisfy { $0 < 1e-3 }, "\(dDiscriminator)")
    #expect(dGenerator.allSatisfy { $0 < 1e-3 }, "\(dGenerator)")
    if name == "dcgan-full" {
      print(
        "loss errors \(figures[.discriminatorLoss] - Double(try golden("discriminatorLoss")[0])),",
        "\(figures[.generatorLoss] - Double(try golden("generatorLoss")[0]))",
        "gradient errors \(dDiscriminator.max() ?? 0), \(dGenerator.max() ?? 0)")
    }
  }

  /// A step from the golden weights, images and latents.
  private func play(
    _ options: GAN.Options, _ golden: Golden, rows: Int, _ context: Context
  ) throws -> (gan: GAN, figures: Figures) {
    let gan = try GAN(options, context: context)
    gan.generator.weights.parameters.assign(try golden("generator"))
    gan.discriminator.weights.parameters.assign(try golden("discriminator"))
    let rule = Optimizer.Rule.adam(beta1: 0.5)
    let step = try GANStep(gan, FitOptions(rule: rule, learningRate: 2e-4, batchRows: rows))
    var x = try golden("x")
    let latents = try golden("z")
    let figures = try step.play(&x, rows: rows, at: .step(1, rate: 2e-4)) { z, _ in
      for (i, value) in latents.enumerated() { z[i] = value }
    }
    return (gan, figures)
  }

  /// ‖ours − theirs‖ / ‖theirs‖ of each parameter's gradient.
  private func relativeErrors(_ learner: Learner, _ wanted: [Float]) throws -> [Double] {
    let gradient = try #require(learner.gradient).array
    try #require(gradient.count == wanted.count)
    var errors: [Double] = []
    var first = 0
    for parameter in learner.network.layers.flatMap(\.parameters) {
      var (error, norm) = (0.0, 0.0)
      for i in first..<first + parameter.count {
        error += pow(Double(gradient[i]) - Double(wanted[i]), 2)
        norm += pow(Double(wanted[i]), 2)
      }
      errors.append((error / norm).squareRoot())
      first += parameter.count
    }
    return errors
  }
}
