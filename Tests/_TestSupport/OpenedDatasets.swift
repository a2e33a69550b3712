import Datasets
import Tensors

extension Dataset {
  /// The images of an IDX file, with labels of another or without.
  package static func idx(
    imagesPath: String, labelsPath: String? = nil, context: Context = .standard
  ) throws(GenerativeError) -> Dataset {
    var options = OpenOptions()
    options.labels = labelsPath ?? ""
    return try open(imagesPath, options, context: context)
  }

  /// The pictures of a folder without labels.
  package static func folder(
    _ path: String, shape: Shape, recursive: Bool = false, context: Context = .standard,
    onSkip: @escaping (_ path: String, _ reason: GenerativeError) -> Void = { _, _ in }
  ) throws(GenerativeError) -> Dataset {
    var options = OpenOptions()
    (options.height, options.width, options.channels) = (shape.height, shape.width, shape.channels)
    options.subfolders = recursive ? .pool : .ignore
    var hooks = OpenHooks()
    hooks.skip = { reason throws(GenerativeError) in
      onSkip(reason.message.fields(separatedBy: ":")[0].removingAction, reason)
    }
    return try open(path, options, context: context, hooks: hooks)
  }
}

extension String {
  /// A path that "cannot open" may stand before.
  fileprivate var removingAction: String { removing(prefix: "cannot open ") ?? self }
}
