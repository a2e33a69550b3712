import ArgumentParser
import CGenerative

/// `gen export` writes a model for programs that do not use the library.
struct Export: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Writes a model as an ONNX graph, a C file, JSON or a smaller safetensors file.",
    discussion: """
      gen export vae.safetensors -o decoder.onnx --part decoder
      gen export detector.safetensors -o detector.c --weights i8
      gen export vae.safetensors -o decoder.json --part decoder
      gen export vae.safetensors -o small.safetensors --content bfloat16

      An ONNX graph computes one part of the model for any number of rows. A C file contains all parts as functions \
      of one row, such as encode, decode, reconstruct and score; for a VAE or a GAN it also contains sample. A JSON \
      file lists the steps of one part, for programs in other languages. A safetensors file contains the weights only: \
      as floats, in a third of the size of a fit's file, or rounded to 16 bits, in a sixth.
      """)

  enum Part: String, Word {
    case encoder, decoder, generator, discriminator, classifier, reconstruction, score
  }

  enum Weights: String, Word { case f32, i8 }

  enum Content: String, Word {
    case weights, bfloat16, float16
    static let first = GEN_SAVE_WEIGHTS
  }

  @Argument(help: "Safetensors file of a model.", completion: .file(extensions: ["safetensors"]))
  var model: String

  @Option(
    name: .shortAndLong, help: ".onnx, .c, .json or .safetensors file to write.",
    completion: .file(extensions: ["onnx", "c", "json", "safetensors"]))
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

  @Option(help: "Content of a safetensors file: weights as floats, or rounded to 16 bits (default: weights).")
  var content: Content?

  @Flag(help: "Overwrite the file if it exists.")
  var force = false

  private var isC: Bool { out.hasSuffix(".c") }
  private var isJSON: Bool { out.hasSuffix(".json") }
  private var isModel: Bool { out.hasSuffix(".safetensors") }

  func validate() throws {
    guard isC || isJSON || isModel || out.hasSuffix(".onnx") else {
      throw ValidationError("--out must end with .onnx, .c, .json or .safetensors, not \(out)")
    }
    if isC || isModel, part != nil {
      throw ValidationError("--part is for ONNX and JSON: a C or safetensors file contains all parts")
    }
    if !isModel, content != nil { throw ValidationError("--content is for a safetensors file") }
    if !isC, name != nil { throw ValidationError("--name is for a C file") }
    if !isC, weights != nil { throw ValidationError("--weights is for a C file") }
  }

  func run() throws {
    let model = try Model(path: model, classifies: true)
    if !force { try checkIsFree(out) }
    if isModel {
      try check(gen_model_save(model.handle, out, (content ?? .weights).code))
    } else if isC {
      try check(gen_model_export_c(model.handle, out, name, (weights ?? .f32).code))
    } else if isJSON {
      try write(model.program(part?.code ?? Int32(GEN_AUTO)), to: out)
    } else {
      try check(gen_model_export_onnx(model.handle, out, part?.code ?? Int32(GEN_AUTO)))
    }
    print(out)
  }
}
