import ArgumentParser

/// `gen train classifier`.
struct TrainClassifier: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "classifier", abstract: "Fits a classifier, whose features can be used to compare samples.",
    discussion: """
      gen train classifier train-images-idx3-ubyte.gz -o classifier.safetensors

      The rows need classes: subfolders of images, or an IDX file with a file of labels next to it. Pass the \
      classifier to gen evaluate with --classifier. gen encode writes its features.
      """)

  @OptionGroup var train: TrainOptions
  @OptionGroup(title: "Network") var network: ClassifierFlags
  @OptionGroup(title: "Training") var fit: FitFlags

  func run() throws {
    try Training(kind: .classifier, train: train, fit: fit).run(network, conditional: true)
  }
}
