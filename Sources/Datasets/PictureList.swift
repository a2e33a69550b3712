import Glibc
import Tensors

/// Files that should be images, with what is known about each.
struct PictureList {
  var paths: [String]
  var labels: [Int32] = []
  var classes: [String] = []
  /// The names of further factors known for each image, and their values, image by image.
  var factors: [String] = []
  var values: [Double] = []
  var account = FileAccount()
  /// Files that a list names but that do not exist.
  var missing: [GenerativeError] = []

  init(_ paths: [String]) {
    self.paths = paths
    account.fileCount = paths.count
  }

  init(_ listing: FolderListing) {
    self.init(listing.pictures)
    account.passed = listing.passed + listing.binaries.map { ($0, "of CIFAR") }
    account.fileCount += account.passed.count
  }

  /// The images that a table names in its first column, with a class and with numbers from other columns.
  ///
  /// - Parameters:
  ///   - text: the table, whose first record has been read.
  ///   - listing: the images to choose from; those that the table does not name are ignored. nil: paths are
  ///     relative to `folder`.
  init(
    _ text: TableText, hasHeader: Bool, in folder: String, _ listing: FolderListing?, _ options: OpenOptions,
    _ context: Context
  ) throws(GenerativeError) {
    var text = text
    let columns = try TableColumns(text, hasHeader: hasHeader, from: 1, options)
    self.init([])
    if let listing {
      self = PictureList(listing)
      paths = []
    }
    var known: [String: String] = [:]
    var isFree: [String: Bool] = [:]
    for path in listing?.pictures ?? [] {
      isFree[path] = true
      for name in Self.names(of: listing?.relative(path) ?? path) {
        // If two images have the same name, the name refers to neither.
        known[name] = known[name] == nil ? path : ""
      }
    }
    if hasHeader { _ = try text.next() }
    let row = try Buffer<Double>(count: columns.used.count, in: context.memory)
    var texts = ClassTexts()
    while !text.fields.isEmpty {
      if paths.count % 1_024 == 0 { try Run.proceed(paths.count, of: 0) }
      try text.checkCount(columns)
      let name = text.text(0)
      let path = listing == nil ? Self.join(folder, name) : known[name] ?? ""
      if path.isEmpty || isFree[path] == false {
        let reason =
          path.isEmpty ? "\(folder) has no unique image \(quoted(name))" : "\(quoted(name)) is repeated"
        missing.append(text.error(reason))
        account.fileCount += 1
      } else {
        if listing != nil { isFree[path] = false }
        try text.numbers(columns, into: row.base)
        values += row.elements
        if let label = columns.label { try texts.append(text, columns, label) }
        paths.append(path)
      }
      _ = try text.next()
    }
    if columns.label != nil { (labels, classes) = try texts.labels(text.path) }
    factors = columns.used.map(columns.title)
    if listing == nil { account.fileCount += paths.count }
    for path in listing?.pictures ?? [] where isFree[path] == true {
      account.passed.append((path, "images without a line in \(text.path)"))
    }
  }

  /// The names by which a table may refer to an image: its path, its path without the extension, and its file
  /// name.
  private static func names(of relative: String) -> [String] {
    let parts = relative.fields(separatedBy: ".")
    let stem = parts.dropLast().joined(separator: ".")
    let name = relative.fields(separatedBy: "/").last ?? relative
    return name == relative ? [relative, stem] : [relative, stem, name]
  }

  /// The folder of a file: "a" for "a/b.csv".
  static func folder(of path: String) -> String {
    let parts = path.fields(separatedBy: "/").dropLast()
    return parts.isEmpty ? "." : parts.count == 1 && parts[0].isEmpty ? "/" : parts.joined(separator: "/")
  }

  static func join(_ folder: String, _ name: String) -> String {
    name.utf8.first == UInt8(ascii: "/") || folder == "."
      ? name : folder.utf8.last == UInt8(ascii: "/") ? folder + name : folder + "/" + name
  }

  /// Whether a field of a table names a file.
  static func exists(_ name: String, in folder: String) -> Bool {
    guard !name.isEmpty, name.utf8.count < 4_096 else { return false }
    var status = stat()
    return stat(join(folder, name), &status) == 0 && status.st_mode & mode_t(S_IFMT) == mode_t(S_IFREG)
  }
}

extension Dataset {
  /// The images of a folder with their classes, given by a table, a file of labels, or the subfolders.
  /// Returns nil for a folder of CIFAR files.
  ///
  /// A folder that contains only one subfolder is replaced by it.
  ///
  /// - Throws: `.argument` if the meaning of subfolders is ambiguous.
  static func pictureList(
    inFolder folder: String, _ options: OpenOptions, _ context: Context, takesForeign: Bool
  ) throws(GenerativeError) -> PictureList? {
    if let files = options.files {
      try options.allow([.files] + OpenOptions.Special.ofPictures, folder, "a folder")
      return PictureList(files.map { PictureList.join(folder, $0) })
    }
    let listing = try FolderListing(
      folder, recursive: options.subfolders != .ignore, takesForeign: takesForeign)
    if listing.pictures.isEmpty, !listing.binaries.isEmpty, options.labels == nil { return nil }
    if let labels = options.labels, !labels.isEmpty {
      let file = try InputFile(path: labels)
      if try file.kind() == .text {
        try options.allow(
          [.labels, .labelColumn, .columns, .omit, .subfolders] + OpenOptions.Special.ofPictures, folder,
          "a folder")
        guard options.subfolders != .classes else {
          throw GenerativeError(
            .argument, "subfolders must not be classes if labels is set: \(labels) has the classes")
        }
        var text = try TableText(PlainReader(file), labels, in: context.memory)
        guard try text.next() else { throw GenerativeError(.format, "\(labels) has no lines") }
        // The first line is a header unless it names an image.
        let first = text.text(0)
        let hasHeader = !listing.pictures.contains { path in
          let relative = listing.relative(path)
          return relative == first || relative.removing(suffix: "/" + first) != nil
        }
        return try PictureList(text, hasHeader: hasHeader, in: folder, listing, options, context)
      }
      try options.allow([.labels, .subfolders] + OpenOptions.Special.ofPictures, folder, "a folder")
      var list = PictureList(listing)
      let numbers = try readLabels(labels, count: list.paths.count, "images of \(folder)", context)
      list.labels = Array(numbers.elements)
      return list
    }
    try options.allow([.labels, .subfolders] + OpenOptions.Special.ofPictures, folder, "a folder")
    return try classes(listing, options)
  }

  /// Common names of the parts of a data set, which are stored next to each other.
  private static let parts = [
    "train", "training", "val", "valid", "validation", "test", "testing", "dev", "eval",
  ]

  private static func classes(
    _ listing: FolderListing, _ options: OpenOptions
  ) throws(GenerativeError) -> PictureList {
    if options.labels != nil || options.subfolders == .pool || options.subfolders == .ignore {
      return PictureList(listing)
    }
    // The first folder below the point where the paths diverge.
    let relative = listing.pictures.map { listing.relative($0).fields(separatedBy: "/") }
    var depth = 0
    while let first = relative.first,
      relative.allSatisfy({ $0.count > depth + 1 && $0[depth] == first[depth] })
    {
      depth += 1
    }
    var known: [String: Int32] = [:]
    var ownCount = 0
    for parts in relative {
      if parts.count > depth + 1 { known[parts[depth]] = 0 } else { ownCount += 1 }
    }
    let classes = known.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    let isAsked = options.subfolders == .classes
    if classes.isEmpty {
      guard !isAsked else {
        throw GenerativeError(
          .argument, "subfolders: \(listing.folder) does not have two subfolders with images")
      }
      return PictureList(listing)
    }
    let some = classes.prefix(3).joined(separator: ", ") + (classes.count > 3 ? ", …" : "")
    if !isAsked, ownCount > 0 {
      throw GenerativeError(
        .argument,
        "\(listing.folder) has \(ownCount) images directly in it and \(relative.count - ownCount) in subfolders (\(some)): "
          + "set subfolders to classes (only those), pool (all, without labels) or ignore")
    }
    let found = classes.filter { parts.contains(lowercased($0)) }
    if !isAsked, found.count > 1 {
      throw GenerativeError(
        .argument,
        "\(listing.folder) holds \(found.joined(separator: ", ")), which are parts of one dataset: open one of them, "
          + "or set subfolders to pool (all, without labels) or classes")
    }
    for (number, name) in classes.enumerated() { known[name] = Int32(truncatingIfNeeded: number) }
    var list = PictureList(listing)
    list.paths = []
    for (path, parts) in zip(listing.pictures, relative) {
      if parts.count > depth + 1 {
        list.paths.append(path)
        list.labels.append(known[parts[depth]] ?? 0)
      } else {
        list.account.passed.append((path, "images outside the class folders"))
      }
    }
    list.classes = classes
    return list
  }
}
