import Networks
import Options
import Tensors
import Training

extension Classifier.Options: MirroredOptions {
  package static let options = ModelTable(
    "classifier", standard: Classifier.Options(shape: Shape(features: 1), classCount: 0),
    OptionRow.network
      + OptionRow.rows(
        """
        n_classes  whole 2 4096 formerly latent_size : number of classes
        hidden     widths 1 65536 16 = auto \
        : widths of the hidden layers; the outputs of the last one are the features; auto: 256,84; convolutional: 84
        activation word @activation : activation of the hidden layers
        batch_norm flag needs architecture auto convolutional later : use batch norm after all convolutions except the first
        """, lists: [.activation])
  ) { options in
    Place.network(&options.stack, &options.seed) + [
      .whole(&options.stack.latentSize), .widths(&options.stack.hidden),
      .activation(&options.stack.activation), .flag(&options.stack.isNormalized),
    ]
  }

  package init(shape: Shape, architecture: Architecture) {
    self.init(shape: shape, classCount: 0, architecture: architecture)
  }

  package func settled(areUnits: Bool) -> Classifier.Options {
    var settled = self
    settled.preparation = preparation.settled(shape, areUnits: areUnits, needsUnits: false)
    return settled
  }

  package func hasNetworks(of other: Classifier.Options) -> Bool { true }

  package func check() throws(GenerativeError) {
    if stack.hidden.isEmpty {
      throw GenerativeError(.argument, "hidden must not be empty: the last hidden layer gives the features")
    }
  }
}
