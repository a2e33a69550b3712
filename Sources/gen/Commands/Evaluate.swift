import ArgumentParser

/// `gen evaluate` reports every metric that the model supports.
struct Evaluate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Evaluates a model on rows that it was not fitted to.",
    discussion: """
      gen evaluate vae.safetensors t10k-images-idx3-ubyte.gz --training train-images-idx3-ubyte.gz

      Reports every metric that the model supports: reconstruction errors with standard errors, the likelihood of a \
      VAE (of binarized pixels if its likelihood is Bernoulli) or of a PCA, and the distance between samples and as \
      many real rows, measured on pixels or on the features of a classifier (gen train classifier). With --training \
      the same metrics are reported for training rows, as a bound that samples are not expected to pass, and the \
      report shows whether samples are copies of training rows.
      """)

  @Argument(help: "Safetensors file of a model.", completion: .file(extensions: ["safetensors"]))
  var model: String

  @Argument(help: "Rows: a folder of images, a data file or faces: (see gen --help).", completion: .file())
  var data: String

  @Flag(help: "Print one line of JSON.")
  var json = false

  @OptionGroup var flags: MeasureFlags

  @OptionGroup var common: CommonFlags

  func run() throws {
    let table = try flags.table(of: model, on: data)
    print(json ? table.json.text : table.text)
  }
}
