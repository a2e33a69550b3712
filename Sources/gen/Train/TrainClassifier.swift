import ArgumentParser

/// `gen train classifier`.
struct TrainClassifier: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "classifier", abstract: "A classifier, whose features can be used to compare samples.",
    discussion: """
      gen train classifier train-images-idx3-ubyte.gz --architecture convolutional -o classifier.safetensors

      Rows need classes: folders of pictures, or an IDX file with its labels beside it. gen evaluate \
      takes it by --classifier, gen encode writes its features.
      """)

  @OptionGroup var train: TrainOptions
  @OptionGroup(title: "Network") var network: ClassifierFlags
  @OptionGroup(title: "Training") var fit: FitFlags

  func run() throws {
    try Training(kind: .classifier, train: train, fit: fit).run(network, conditional: true)
  }
}
