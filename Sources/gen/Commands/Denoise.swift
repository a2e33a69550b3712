import ArgumentParser
import CGenerative

/// `gen denoise`: clean rows from noisy ones.
struct Denoise: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Cleans rows with a denoising autoencoder.",
    discussion: """
      gen denoise denoiser.safetensors faces:7 -o denoised.png
      gen denoise denoiser.safetensors photo.png -o clean.png

      Corrupts clean rows as the model was trained for, or as --corruption says, and shows them corrupted, \
      cleaned and as they were. With --noisy the rows are noisy already and are shown above what \
      comes of them; so they are of a model that was fitted to --targets, without a corruption.

      A single picture is noisy already. It may be larger than the model's rows: it is cleaned tile by \
      tile, and written as it comes out.
      """)

  @Argument(
    help: "Safetensors file of a denoising autoencoder.", completion: .file(extensions: ["safetensors"]))
  var model: String

  @Argument(help: "A PNG or JPEG file, a folder of pictures, an IDX file, or faces.", completion: .file())
  var data: String

  @Option(name: [.short, .customLong("number")], help: "Number of rows, starting with the first.")
  var number = 12

  @Option(
    name: .shortAndLong,
    help: "PNG, JPEG, .npy or .csv file to write; .npy and .csv get the denoised rows only.")
  var out = Output(path: "denoised.png")

  @Option(help: "Corruption to apply (default: that of the model).")
  var corruption: Corruption?

  @Option(
    help: "Standard deviation of gaussian, or share of pixels of the others (default: that of the model).")
  var corruptionAmount: Double?

  @Flag(help: "The rows are already noisy: do not corrupt them.")
  var noisy = false

  @Option(help: "Seed of the noise.")
  var seed: UInt64 = 0

  @OptionGroup var dataOptions: DataOptions

  func validate() throws { try checkCount("--number", number) }

  func run() throws {
    let checkpoint = try Checkpoint(path: model)
    let loaded = try Model(path: model)
    guard loaded.kind == .autoencoder else {
      throw Failure(description: "\(model) is a \(loaded.kind.name), not a denoising autoencoder")
    }
    let isPaired = checkpoint.option("paired") == "true"
    guard checkpoint.option("corruption") != "none" || isPaired else {
      throw Failure(
        description:
          "\(model) was trained without noise and without --targets: it is no denoising autoencoder")
    }
    if Picture.isNamed(by: data) { return try cleanPicture(loaded) }
    let noisy = self.noisy || (corruption == nil && checkpoint.option("corruption") == "none")
    let dataset = try dataOptions.open(data, for: loaded.shape)
    let given = try dataset.first(number)
    let corrupted = noisy ? given : try corrupt(given, as: checkpoint)
    let cleaned = try Rows(count: given.count, rowSize: given.rowSize) {
      gen_model_reconstruct(loaded.handle, corrupted.values, nil, Int64(given.count), $0)
    }
    if out.form == .picture {
      let lines = noisy ? [given, cleaned] : [corrupted, cleaned, given]
      try out.write(Rows.stacked(lines, columns: 16), dataset.shape, columns: min(given.count, 16))
    } else {
      try out.write(cleaned, dataset.shape)
    }
    let (before, after) = (try corrupted.psnr(to: given), try cleaned.psnr(to: given))
    let figures = noisy ? "" : "; PSNR \(fixed(before, 2)) dB, cleaned \(fixed(after, 2)) dB"
    print("\(given.count) rows in \(out.path)\(figures)")
  }

  private func cleanPicture(_ model: Model) throws {
    guard corruption == nil, corruptionAmount == nil else {
      throw Failure(description: "\(data) is a picture, which is cleaned as it is: leave out --corruption")
    }
    let noisy = try Picture(path: data, channels: model.shape.channels)
    let clean = try Rows(count: 1, rowSize: noisy.pixels.rowSize) {
      gen_autoencoder_denoise_images(
        model.handle, noisy.pixels.values, 1, Int64(noisy.shape.height), Int64(noisy.shape.width), nil, $0)
    }
    if out.form == .picture {
      try Picture(shape: noisy.shape, pixels: clean).save(to: out.path)
    } else {
      try out.write(clean, noisy.shape)
    }
    print("\(noisy.shape) in \(out.path)")
  }

  private func corrupt(_ rows: Rows, as checkpoint: Checkpoint) throws -> Rows {
    let own = checkpoint.option("corruption").flatMap(Corruption.init(option:))
    guard let kind = corruption ?? own else { throw Failure(description: "\(model) names no corruption") }
    let trained =
      corruption == nil || corruption == own
      ? checkpoint.option("corruption_amount").flatMap(Double.init) : nil
    return try Rows(count: rows.count, rowSize: rows.rowSize) {
      gen_rows_corrupt(
        rows.values, Int64(rows.count), Int64(rows.rowSize), kind.code,
        corruptionAmount ?? trained ?? Double(GEN_AUTO), seed, $0)
    }
  }
}
