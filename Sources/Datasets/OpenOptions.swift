import Tensors

/// The caller's callbacks while files are read. They run on the calling thread.
package struct OpenHooks {
  /// Called in order for each file that should have been read but cannot be.
  package var skip: ((_ reason: GenerativeError) throws(GenerativeError) -> Void)?
  /// Decodes an image in a format that the library does not read. Returns nil if it cannot decode it either.
  package var decode: ((_ path: String) throws(GenerativeError) -> Image?)?

  package init() {}
}

/// How a file or folder is turned into rows.
package struct OpenOptions: Sendable {
  /// How subfolders of a folder of images are read.
  package enum Subfolders: Int, Sendable {
    case automatic
    /// Each subfolder is a class.
    case classes
    /// The images of subfolders are rows without labels.
    case pool
    case ignore
  }

  /// The shape of a row; nil: the shape of the data.
  package var height: Int?
  package var width: Int?
  package var channels: Int?
  /// The number of rows to read, drawn by `seed` with the same share of each class; nil: all rows.
  package var maxRows: Int?
  package var seed: UInt64 = 0
  package var subfolders = Subfolders.automatic
  /// Whether images are decoded each time they are read.
  package var isLazy = false
  /// How images are resized, apart from the shape.
  package var reading = Image.Reading()
  /// A file of labels; empty: no labels, even if a file is found in the rows' folder.
  package var labels: String?
  /// A table column, by name or number; empty: none.
  package var labelColumn: String?
  /// Table columns, by name or number.
  package var columns: [String]?
  package var omit: [String]?
  /// The files to read, relative to the path if it is a folder; nil: all files found.
  package var files: [String]?

  package init() {}

  /// An option that only some kinds of data have.
  enum Special: CaseIterable {
    case labels, labelColumn, columns, omit, subfolders, isLazy, files
    case resize, filter, cropHeight, cropWidth, placeX, placeY, background, tolerant

    /// Options that only images have.
    static let ofPictures: [Special] = [
      .isLazy, .resize, .filter, .cropHeight, .cropWidth, .placeX, .placeY, .background, .tolerant,
    ]

    var name: String {
      switch self {
      case .labels: "labels"
      case .labelColumn: "label_column"
      case .columns: "columns"
      case .omit: "omit"
      case .subfolders: "subfolders"
      case .isLazy: "lazy"
      case .files: "files"
      case .resize: "resize"
      case .filter: "filter"
      case .cropHeight: "crop_height"
      case .cropWidth: "crop_width"
      case .placeX: "place_x"
      case .placeY: "place_y"
      case .background: "background"
      case .tolerant: "tolerant"
      }
    }

    var place: String {
      switch self {
      case .labels: "folders, IDX and npy files"
      case .labelColumn, .columns: "tables (CSV, npz)"
      case .omit: "tables (CSV)"
      case .subfolders, .files: "folders"
      default: "image files"
      }
    }
  }

  private func isGiven(_ option: Special) -> Bool {
    let (resizing, usual) = (reading.resizing, Resizing())
    return switch option {
    case .labels: labels != nil
    case .labelColumn: labelColumn != nil
    case .columns: columns != nil
    case .omit: omit != nil
    case .subfolders: subfolders != .automatic
    case .isLazy: isLazy
    case .files: files != nil
    case .resize: resizing.fit != usual.fit
    case .filter: resizing.filter != usual.filter
    case .cropHeight: resizing.cropHeight != nil
    case .cropWidth: resizing.cropWidth != nil
    case .placeX: resizing.placeX != usual.placeX
    case .placeY: resizing.placeY != usual.placeY
    case .background: resizing.background != usual.background
    case .tolerant: reading.isTolerant
    }
  }

  /// Rejects options that are given but would not be used.
  ///
  /// - Throws: `.argument`, naming the option.
  func allow(_ allowed: [Special], _ path: String, _ what: String) throws(GenerativeError) {
    for option in Special.allCases where isGiven(option) && !allowed.contains(option) {
      throw GenerativeError(
        .argument, "\(option.name) is for \(option.place), and \(path) is \(what)")
    }
    if seed != 0, maxRows == nil {
      throw GenerativeError(.argument, "seed needs max_rows, whose rows it draws")
    }
  }

  /// The shape of rows that already are numbers and are not resized.
  ///
  /// - Throws: `.mismatch` if the rows have another number of values.
  func shape(of shape: Shape, _ path: String) throws(GenerativeError) -> Shape {
    guard height != nil || width != nil || channels != nil else { return shape }
    var wanted = Shape(
      height: height ?? shape.height, width: width ?? shape.width, channels: channels ?? shape.channels)
    if channels == nil, let pixels = checkedProduct(wanted.height, wanted.width), shape.count % pixels == 0 {
      wanted.channels = shape.count / pixels
    }
    // A table may become images, and images a table. A change of an image's height and width would make it
    // another image.
    let isLine = max(wanted.height, wanted.width, wanted.channels) == shape.count
    guard checkedProduct(wanted.height, wanted.width, wanted.channels) == shape.count,
      shape.isTable || isLine || wanted == shape
    else {
      throw GenerativeError(
        .mismatch,
        "rows of \(path) are \(shape) and cannot become \(wanted.height)×\(wanted.width)×\(wanted.channels): only "
          + "image files are resized")
    }
    return wanted
  }

  /// The indices of the rows to read, of `count`, in order: a random share of each class. The remaining rows
  /// follow, as replacements for rows that cannot be read.
  func choose(_ count: Int, _ label: (Int) -> Int32) -> [Int32] {
    var order = (0..<count).map { Int32(truncatingIfNeeded: $0) }
    guard let maxRows, maxRows < count else { return order }
    order.withUnsafeMutableBufferPointer { order in
      guard let base = order.baseAddress else { return }
      // Epochs count from 0, and the last step is used by splits.
      Random(seed: seed, purpose: .shuffle, step: .max - 1).permute(base, count: count)
    }
    // A stable sort by class.
    let byClass = order.indices.sorted {
      let (a, b) = (label(Int(order[$0])), label(Int(order[$1])))
      return a == b ? $0 < $1 : a < b
    }.map { order[$0] }
    var isChosen = [Bool](repeating: false, count: count)
    // Evenly spaced from a random start, so that no class is favored if there are more classes than rows.
    // Cannot overflow, because both are at most 2³¹.
    let start = Int(Random(seed: seed, purpose: .shuffle, step: .max - 2).words(0).x) % count
    let chosen = (0..<maxRows).map { byClass[($0 * count + start) / maxRows] }
    for row in chosen { isChosen[Int(row)] = true }
    return chosen.sorted() + order.filter { !isChosen[Int($0)] }
  }
}
