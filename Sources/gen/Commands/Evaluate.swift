import ArgumentParser

/// `gen evaluate`: how good a model is, by every measure that it has.
struct Evaluate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Evaluates a model on rows that it was not fitted to.",
    discussion: """
      gen evaluate vae.safetensors t10k-images-idx3-ubyte.gz --training train-images-idx3-ubyte.gz

      Reconstructions, with standard errors; the likelihood of a VAE, of pixels drawn as coins where it \
      takes them so, or of a PCA; and samples beside as many real rows, by pixels or by the features of a \
      classifier (gen train classifier). With --training the same measures of training rows, which no \
      sample can be expected to pass, and whether samples are copies of them.
      """)

  @Argument(help: "Safetensors file of a model.", completion: .file(extensions: ["safetensors"]))
  var model: String

  @Argument(help: "A folder of pictures, an IDX file, or faces.", completion: .file())
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
