import CGenerative
import Glibc

/// The calls that create and fit a model like the one in a file, for the tool, for C and for Python.
struct ModelCalls {
  private struct Option {
    let name: String
    let value: String
    let isOfFit: Bool
  }

  private let kind: Model.Kind
  private let shape: Shape
  private let isConditional: Bool
  private let isPaired: Bool
  private let classCount: Int
  private let options: [Option]
  /// The seed of the weights.
  private let seed: String
  /// The file's description of the training rows: "300 rows of 768 numbers".
  private let rows: String?
  /// The augmentation of the rows; nil if there was none.
  private let augmentation: String?

  init(of model: Model, _ checkpoint: Checkpoint) throws {
    kind = model.kind
    shape = model.shape
    classCount = model.classCount
    isConditional = classCount > 0 && kind != .classifier
    isPaired = checkpoint.option("paired") == "true"
    seed = checkpoint.option("seed") ?? "0"
    rows = checkpoint.option("fit.term.dataset")
    let varied = checkpoint.option("fit.term.row_augmentation")
    augmentation = varied == "none" ? nil : varied
    let plain = try Self.plainOptions(of: model, checkpoint)
    let own = try Self.flags(of: model.kind).compactMap { name -> Option? in
      // The first files do not name the architecture, because all models were dense.
      let stored = checkpoint.option(name) ?? (name == "architecture" ? "dense" : nil)
      guard let value = stored, value != "auto", value != plain[name] else { return nil }
      return Option(name: name, value: value, isOfFit: false)
    }
    let fit =
      kind == .pca
      ? []
      : try FitOptionFlags.parse([]).all.compactMap { name, _ -> Option? in
        guard let value = Self.term(name, of: checkpoint) else { return nil }
        return ["0", "0.0", "none", "false", "auto"].contains(value)
          ? nil : Option(name: name, value: value, isOfFit: true)
      }
    options = own + fit
  }

  /// An option of the last fit, read from the options that a resumed fit must repeat.
  private static func term(_ name: String, of checkpoint: Checkpoint) -> String? {
    // "constant", "cosine to 0.1", "step by 0.5 every 3 epochs"
    let schedule = (checkpoint.option("fit.term.schedule") ?? "").split(separator: " ").map(String.init)
    switch name {
    case "schedule": return schedule.first
    case "schedule_factor": return schedule.count > 2 ? schedule[2] : nil
    case "schedule_period": return schedule.count > 4 ? schedule[4] : nil
    default: return checkpoint.option("fit.term.\(name)")
    }
  }

  private static func flags(of kind: Model.Kind) throws -> [String] {
    switch kind {
    case .pca: try PCAFlags.parse([]).all.map(\.name)
    case .autoencoder: try AutoencoderFlags.parse([]).all.map(\.name)
    case .vae: try VAEFlags.parse([]).all.map(\.name)
    case .gan: try GANFlags.parse([]).all.map(\.name)
    case .classifier: try ClassifierFlags.parse([]).all.map(\.name)
    }
  }

  /// The default options of a model of the same kind, architecture and row shape. They need not be given.
  private static func plainOptions(of model: Model, _ checkpoint: Checkpoint) throws -> [String: String] {
    guard model.kind != .pca else { return ["center": "true", "whiten": "false", "seed": "0"] }
    let shape = model.shape
    let architecture = checkpoint.option("architecture") ?? "dense"
    let made = try newModel(
      model.kind,
      "height=\(shape.height) width=\(shape.width) channels=\(shape.channels)"
        + (model.classCount > 0 ? " n_classes=\(model.classCount)" : "") + " architecture=\(architecture)")
    let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    let file = "\(folder)/gen-\(getpid()).safetensors"
    try check(gen_model_save(made.handle, file, Int32(GEN_SAVE_ALL)))
    defer { unlink(file) }
    let options = try Checkpoint(path: file).metadata.compactMap { key, value in
      key.hasPrefix("option.") && key != "option.architecture" ? (String(key.dropFirst(7)), value) : nil
    }
    return Dictionary(options) { first, _ in first }
  }

  /// The calls in all three languages, each under a heading.
  var text: String {
    """
    # The tool; DATA\(rows.map { " had \($0)" } ?? " is the training data")\
    \(augmentation.map { ", augmented by \($0)" } ?? "")
    \(tool)

    # C
    \(c)

    # Python
    \(python)
    """
  }

  var json: JSON { .object([("gen", .string(tool)), ("c", .string(c)), ("python", .string(python))]) }

  private var tool: String {
    var words = ["gen train \(kind.rawValue) DATA"]
    if isPaired { words.append("--targets TARGETS") }
    if isConditional { words.append("--conditional") }
    for option in options where option.name != "n_classes" {
      let name = option.name.replacing("_", with: "-")
      switch option.value {
      case "true": words.append("--\(name)")
      case "false": words.append("--no-\(name)")
      default: words.append("--\(name) \(option.value.replacing("_", with: "-"))")
      }
    }
    return (words + ["-o MODEL"]).joined(separator: " ")
  }

  private var c: String {
    func text(_ options: [Option]) -> String {
      options.map { "\($0.name)=\($0.value)" }.joined(separator: " ")
    }
    let own = text(options.filter { !$0.isOfFit })
    guard kind != .pca else {
      return """
        gen_model_create("pca", "\(own)", NULL, &model);
        gen_pca_fit((gen_pca *)model, dataset, NULL);
        """
    }
    let rows =
      "height=\(shape.height) width=\(shape.width) channels=\(shape.channels)"
      + (classCount > 0 ? " n_classes=\(classCount)" : "") + (seed == "0" ? "" : " seed=\(seed)")
    return """
      gen_model_create("\(kind.rawValue)", "\(rows)\(own.isEmpty ? "" : " \(own)")", NULL, &model);
      gen_struct_create("fit", "\(text(options.filter(\.isOfFit)))", &fit);
      gen_model_fit(model, dataset, fit, NULL);
      """
  }

  private var python: String {
    let type =
      switch kind {
      case .pca: "PCA"
      case .autoencoder: "Autoencoder"
      case .vae: "VAE"
      case .gan: "GAN"
      case .classifier: "Classifier"
      }
    var arguments: [String] = isConditional ? ["n_classes=\(classCount)"] : []
    // The model and its fit share one seed.
    for option in options where !arguments.contains(where: { $0.hasPrefix("\(option.name)=") }) {
      arguments.append("\(option.name)=\(pythonValue(option))")
    }
    return "generative.\(type)(\(arguments.joined(separator: ", "))).fit(data\(isPaired ? ", targets" : ""))"
  }

  private func pythonValue(_ option: Option) -> String {
    switch option.value {
    case "true": return "True"
    case "false": return "False"
    case let value where Double(value) != nil && !option.name.hasSuffix("hidden"): return value
    case let value where option.name.hasSuffix("hidden"):
      let widths = value == "none" ? [] : value.split(separator: ",").map(String.init)
      return "(" + widths.joined(separator: ", ") + (widths.count == 1 ? ",)" : ")")
    default: return "\"\(option.value)\""
    }
  }
}
