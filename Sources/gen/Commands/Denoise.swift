import ArgumentParser
import CGenerative

/// `gen denoise` removes noise from rows.
struct Denoise: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Cleans rows with a denoising autoencoder.",
    discussion: """
      gen denoise denoiser.safetensors faces:7 -o denoised.png
      gen denoise denoiser.safetensors photo.png -o clean.png

      Corrupts clean rows with the model's own corruption, or with --corruption, and shows the corrupted, the cleaned \
      and the original rows. A .csv or .npy file, or a folder of images, contains only the cleaned rows, of all rows \
      or of -n random ones, in the format of gen reconstruct. With --noisy the rows are not corrupted first, and \
      each is shown above its cleaned version. This is the default for a model that was fitted to --targets without \
      a corruption.

      A single image is treated as noisy. It may be larger than the model's rows: it is cleaned tile by \
      tile, and only the cleaned image is written.
      """)

  @Argument(
    help: "Safetensors file of a denoising autoencoder.", completion: .file(extensions: ["safetensors"]))
  var model: String

  @Argument(help: "A PNG or JPEG file, a folder of images, an IDX file, or faces.", completion: .file())
  var data: String

  @Option(
    name: [.short, .customLong("number")],
    help: "Maximum number of rows, drawn at random (default: 12 for an image, otherwise all).")
  var number: Int?

  @Option(name: .shortAndLong, help: Output.help(default: "denoised"))
  var out: Output?

  @Option(help: "Corruption to apply (default: the model's).")
  var corruption: Corruption?

  @Option(
    help:
      "Standard deviation of gaussian noise, or fraction of pixels for other corruptions (default: the model's)."
  )
  var corruptionAmount: Double?

  @Flag(help: "Treat the rows as noisy: do not corrupt them.")
  var noisy = false

  @Option(help: "Seed of the noise")
  var seed: UInt64 = 0

  @Flag(help: "Print one line of JSON.")
  var json = false

  @OptionGroup var dataOptions: DataOptions

  @OptionGroup var common: CommonFlags

  func validate() throws {
    if let number { try checkCount("--number", number) }
    _ = try out?.form()
    try checkStandardOutput(json, out)
  }

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
          "\(model) was trained without noise and without --targets: it is not a denoising autoencoder")
    }
    let out = out ?? Output("denoised", of: loaded)
    if Picture.isIn(try StandardInput.path(of: data)) { return try cleanPicture(loaded, out) }
    let form = try out.form()
    let noisy = self.noisy || (corruption == nil && checkpoint.option("corruption") == "none")
    let dataset = try dataOptions.open(data, for: loaded, limit: number ?? (form == .image ? 12 : nil))
    let given = try dataset.rows()
    let corrupted = noisy ? given : try corrupt(given, as: checkpoint)
    let cleaned = try Rows(count: given.count, rowSize: given.rowSize) {
      gen_model_reconstruct(loaded.handle, corrupted.values, nil, Int64(given.count), $0)
    }
    if form == .image, loaded.makesImages {
      let lines = noisy ? [given, cleaned] : [corrupted, cleaned, given]
      try out.writeGrid(Rows.stacked(lines, columns: 16), dataset.shape, columns: min(given.count, 16))
    } else {
      try out.write(Table(cleaned, by: loaded, of: dataset, shape: dataset.shape))
    }
    let (before, after) = (try corrupted.psnr(to: given), try cleaned.psnr(to: given))
    let figures = noisy ? "" : "; PSNR \(fixed(before, 2)) dB, cleaned \(fixed(after, 2)) dB"
    out.tell(
      "\(given.count) rows in \(out.path)\(figures)", orJSON: json,
      [("n_rows", .integer(given.count))]
        + (noisy ? [] : [("noisy_psnr", .number(before)), ("cleaned_psnr", .number(after))])
        + [("path", .string(out.path))])
  }

  private func cleanPicture(_ model: Model, _ out: Output) throws {
    guard corruption == nil, corruptionAmount == nil else {
      throw Failure(
        description: "\(data) is an image, which is not corrupted before cleaning: leave out --corruption")
    }
    let noisy = try Picture(path: StandardInput.path(of: data), channels: model.shape.channels)
    let clean = try Rows(count: 1, rowSize: noisy.pixels.rowSize) {
      gen_autoencoder_denoise_images(
        model.handle, noisy.pixels.values, 1, Int64(noisy.shape.height), Int64(noisy.shape.width), nil, $0)
    }
    if try out.form() == .image {
      try out.save(Picture(shape: noisy.shape, pixels: clean).image())
    } else {
      var table = Table(clean, by: model, shape: noisy.shape)
      table.files = [data]
      try out.write(table)
    }
    out.tell(
      "\(noisy.shape) in \(out.path)", orJSON: json, [("n_rows", .integer(1)), ("path", .string(out.path))])
  }

  private func corrupt(_ rows: Rows, as checkpoint: Checkpoint) throws -> Rows {
    let own = Noise(of: checkpoint)
    guard let kind = corruption ?? own?.kind else {
      throw Failure(description: "\(model) does not declare a corruption")
    }
    let trained = kind == own?.kind ? own?.amount : nil
    return try Noise(kind: kind, amount: corruptionAmount ?? trained).corrupted(rows, seed: seed)
  }
}
