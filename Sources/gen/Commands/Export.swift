import ArgumentParser
import CGenerative

/// `gen export`: a model for a program that does not have the library.
struct Export: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Writes a model as an ONNX graph or as a C file.",
    discussion: """
      gen export vae.safetensors -o decoder.onnx --part decoder
      gen export detector.safetensors -o detector.c --weights i8

      A graph computes one part of the model, for any number of rows. A C file has all parts as functions of one \
      row: encode, decode, reconstruct, score and the like, and of a VAE or a GAN sample.
      """)

  enum Part: String, Word {
    case encoder, decoder, generator, discriminator, classifier, reconstruction, score
  }

  enum Weights: String, Word { case f32, i8 }

  @Argument(help: "Safetensors file of a model.", completion: .file(extensions: ["safetensors"]))
  var model: String

  @Option(
    name: .shortAndLong, help: ".onnx or .c file to write.", completion: .file(extensions: ["onnx", "c"]))
  var out: String

  @Option(help: "Part that an ONNX graph computes (default: the first that the model has).")
  var part: Part?

  @Option(help: "What the names of a C file's functions begin with (default: model).")
  var name: String?

  @Option(
    help:
      "How a C file has the weights: floats, or 8-bit integers with a scale for each output (default: f32).")
  var weights: Weights?

  @Flag(help: "Overwrite the file if it exists.")
  var force = false

  private var isC: Bool { out.hasSuffix(".c") }

  func validate() throws {
    guard isC || out.hasSuffix(".onnx") else {
      throw ValidationError("--out must end with .onnx or .c, not \(out)")
    }
    if isC, part != nil { throw ValidationError("--part is for ONNX: a C file has all parts") }
    if !isC, name != nil { throw ValidationError("--name is for a C file") }
    if !isC, weights != nil { throw ValidationError("--weights is for a C file") }
  }

  func run() throws {
    let model = try Model(path: model, classifies: true)
    if !force { try checkIsFree(out) }
    if isC {
      try check(gen_model_export_c(model.handle, out, name, (weights ?? .f32).code))
    } else {
      try check(gen_model_export_onnx(model.handle, out, part?.code ?? Int32(GEN_AUTO)))
    }
    print(out)
  }
}
