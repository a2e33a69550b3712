import ArgumentParser
import CGenerative

/// `gen export` writes a model for programs that do not use the library.
struct Export: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Writes a model as an ONNX graph, a C file or JSON.",
    discussion: """
      gen export vae.safetensors -o decoder.onnx --part decoder
      gen export detector.safetensors -o detector.c --weights i8
      gen export vae.safetensors -o decoder.json --part decoder

      An ONNX graph computes one part of the model for any number of rows. A C file contains all parts as functions \
      of one row, such as encode, decode, reconstruct and score; for a VAE or a GAN it also contains sample. A JSON \
      file lists the steps of one part, for programs in other languages.
      """)

  enum Part: String, Word {
    case encoder, decoder, generator, discriminator, classifier, reconstruction, score
  }

  enum Weights: String, Word { case f32, i8 }

  @Argument(help: "Safetensors file of a model.", completion: .file(extensions: ["safetensors"]))
  var model: String

  @Option(
    name: .shortAndLong, help: ".onnx, .c or .json file to write.",
    completion: .file(extensions: ["onnx", "c", "json"]))
  var out: String

  @Option(help: "Part that an ONNX graph or a JSON file computes (default: the model's first part).")
  var part: Part?

  @Option(help: "Prefix of the function names in a C file (default: model).")
  var name: String?

  @Option(
    help:
      "Format of the weights in a C file: floats, or 8-bit integers with one scale per output (default: f32)."
  )
  var weights: Weights?

  @Flag(help: "Overwrite the file if it exists.")
  var force = false

  private var isC: Bool { out.hasSuffix(".c") }
  private var isJSON: Bool { out.hasSuffix(".json") }

  func validate() throws {
    guard isC || isJSON || out.hasSuffix(".onnx") else {
      throw ValidationError("--out must end with .onnx, .c or .json, not \(out)")
    }
    if isC, part != nil { throw ValidationError("--part is not for a C file, which contains all parts") }
    if !isC, name != nil { throw ValidationError("--name is for a C file") }
    if !isC, weights != nil { throw ValidationError("--weights is for a C file") }
  }

  func run() throws {
    let model = try Model(path: model, classifies: true)
    if !force { try checkIsFree(out) }
    if isC {
      try check(gen_model_export_c(model.handle, out, name, (weights ?? .f32).code))
    } else if isJSON {
      try write(model.program(part?.code ?? Int32(GEN_AUTO)), to: out)
    } else {
      try check(gen_model_export_onnx(model.handle, out, part?.code ?? Int32(GEN_AUTO)))
    }
    print(out)
  }
}
