import ArgumentParser
import CGenerative

/// A model of any kind.
struct Model {
  /// The kinds of models, with the nouns of the header.
  enum Kind: String, CaseIterable {
    case pca, autoencoder, vae, gan, classifier

    /// The name in a sentence, such as "a VAE".
    var name: String { [.autoencoder, .classifier].contains(self) ? rawValue : rawValue.uppercased() }
    var article: String { self == .autoencoder ? "an" : "a" }
  }

  let kind: Kind
  let object: Object
  let shape: Shape
  let latentSize: Int
  /// 0 for a model that is not conditional.
  let classCount: Int
  /// True for all models except U-Nets, whose output does not depend only on latents.
  let hasLatents: Bool

  var handle: OpaquePointer { object.handle }

  init(_ object: Object, hasLatents: Bool = true) throws {
    guard let kind = Kind(rawValue: text(gen_model_kind(object.handle))) else {
      throw Failure(description: "this tool does not know the kind of the model")
    }
    self.hasLatents = hasLatents
    self.kind = kind
    self.object = object
    let info = try Model.info(object)
    shape =
      kind == .pca
      ? Model.picture(features: Int(info.channels))
      : Shape(height: Int(info.height), width: Int(info.width), channels: Int(info.channels))
    latentSize = Int(info.latent_size)
    classCount = Int(info.n_classes)
  }

  /// Loads a file as a model of the kind that it declares.
  ///
  /// - Parameter classifies: whether a classifier is accepted, which computes features of rows but does not
  ///   generate rows.
  init(path: String, classifies: Bool = false) throws {
    let checkpoint = try Object(gen_checkpoint_destroy) { gen_checkpoint_open(path, nil, $0) }
    guard let kind = Kind(rawValue: text(gen_checkpoint_metadata(checkpoint.handle, "kind"))) else {
      throw Failure(description: "\(path) is not a model of this library: its metadata contain no kind")
    }
    if kind == .classifier, !classifies {
      throw Failure(
        description:
          "\(path) is a classifier, which generates no rows; pass it to gen evaluate with --classifier")
    }
    let object = try Object(gen_model_destroy) { gen_model_load(path, nil, $0) }
    let skips = text(gen_checkpoint_metadata(checkpoint.handle, "option.skips"))
    try self.init(object, hasLatents: skips != "true")
  }

  /// The number of complete epochs for which a network was fitted.
  func epochs() throws -> Int { Int(try Model.info(object).n_epochs) }

  /// The number of epochs left in an interrupted fit, including the current one.
  func epochsLeft() throws -> Int { Int(try Model.info(object).n_epochs_left) }

  /// The information about the model, by name.
  func facts() throws -> [(name: String, value: JSON)] {
    if kind == .pca {
      let info = try Model.pcaInfo(object)
      return [
        ("kind", .string(kind.rawValue)), ("features", .integer(Int(info.n_features))),
        ("components", .integer(latentSize)), ("rows_seen", .integer(Int(info.n_rows))),
        ("total_variance", .number(info.total_variance)), ("noise_variance", .number(info.noise_variance)),
      ] + nameFacts
    }
    let info = try Model.info(object)
    let isDense = info.architecture == Int32(GEN_ARCHITECTURE_DENSE)
    return [
      ("kind", .string(kind.rawValue)), ("architecture", .string(isDense ? "dense" : "convolutional")),
      ("row", .string("\(shape)")), ("latents", .integer(latentSize)), ("classes", .integer(classCount)),
      ("parameters", .integer(Int(info.n_parameters))), ("epochs", .integer(Int(info.n_epochs))),
      ("steps", .integer(Int(info.n_steps))),
    ] + nameFacts
  }

  /// The names of the classes that the model was fitted to; empty if there are none.
  var classNames: [String] { names(GEN_NAME_CLASS) { gen_model_name(handle, $0, $1) } }
  /// The names of the columns that the model was fitted to; empty if there are none.
  var columnNames: [String] { names(GEN_NAME_COLUMN) { gen_model_name(handle, $0, $1) } }

  /// Whether rows are numbers of a table, which are not shown as images unless requested.
  var isTable: Bool { shape.height == 1 || shape.isGuess && !columnNames.isEmpty }

  /// Whether rows can be images.
  var makesImages: Bool { shape.height > 1 || columnNames.isEmpty }

  private var nameFacts: [(name: String, value: JSON)] {
    [("class_names", classNames), ("column_names", columnNames)].compactMap { name, names in
      names.isEmpty ? nil : (name, .string(names.joined(separator: ", ")))
    }
  }

  /// The shape for a number of features: a square image if possible.
  private static func picture(features: Int) -> Shape {
    for channels in [1, 3] where features % channels == 0 {
      let side = Int(Double(features / channels).squareRoot().rounded())
      if side * side * channels == features {
        return Shape(height: side, width: side, channels: channels, isGuess: true)
      }
    }
    return Shape(height: 1, width: features, channels: 1, isGuess: true)
  }

  private static func info(_ object: Object) throws -> gen_model_info_t {
    var info = gen_model_info_t()
    info.struct_size = UInt32(MemoryLayout<gen_model_info_t>.stride)
    try check(gen_model_info(object.handle, &info))
    return info
  }

  static func pcaInfo(_ object: Object) throws -> gen_pca_info_t {
    var info = gen_pca_info_t()
    info.struct_size = UInt32(MemoryLayout<gen_pca_info_t>.stride)
    try check(gen_pca_info(object.handle, &info))
    return info
  }
}
