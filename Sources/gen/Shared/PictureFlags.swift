import ArgumentParser
import CGenerative

/// How the pictures of a folder are read: flags of the members of gen_folder_options, by their names.
struct PictureFlags: OptionFlags {
  @Option(
    help: ArgumentHelp(
      "How a picture fills the size: cover (and cut), contain (beside background) or stretch (default: cover).",
      valueName: "word"))
  var resize: String?

  @Option(
    help: ArgumentHelp(
      "Filter of the resizing: triangle, lanczos or nearest (default: triangle).", valueName: "word"))
  var filter: String?

  @Option(help: ArgumentHelp("Height cut out of each picture first (default: all of it).", valueName: "n"))
  var cropHeight: String?

  @Option(help: ArgumentHelp("Width cut out of each picture first (default: all of it).", valueName: "n"))
  var cropWidth: String?

  @Option(
    help: ArgumentHelp(
      "Where what is cut or contained stands: 0 left, 1 right (default: 0.5).", valueName: "n"))
  var placeX: String?

  @Option(
    help: ArgumentHelp(
      "Where what is cut or contained stands: 0 top, 1 bottom (default: 0.5).", valueName: "n"))
  var placeY: String?

  @Option(help: ArgumentHelp("Gray value beside a contained picture, 0 to 1 (default: 0).", valueName: "n"))
  var background: String?

  @Flag(help: "Read pictures with missing pixels, which become gray, instead of skipping them.")
  var tolerant = false

  @Option(help: ArgumentHelp("Maximum number of pixels of a picture (default: 67108864).", valueName: "n"))
  var maxImagePixels: String?

  @Option(help: ArgumentHelp("Maximum side of a picture in pixels (default: 16384).", valueName: "n"))
  var maxImageSide: String?

  var all: [(name: String, value: String?)] {
    [
      ("resize", word(resize)), ("filter", word(filter)), ("crop_height", cropHeight),
      ("crop_width", cropWidth),
      ("place_x", placeX), ("place_y", placeY), ("background", background),
      ("tolerant", tolerant ? "true" : nil),
    ]
  }

  private var limits: [(name: String, value: String?)] {
    [("max_image_pixels", maxImagePixels), ("max_image_side", maxImageSide)]
  }

  /// The library's options of a folder whose pictures become rows of `shape`.
  func options(_ shape: Shape) throws -> OptionStruct<gen_folder_options> {
    let sides = [("height", shape.height), ("width", shape.width), ("channels", shape.channels)]
    return try OptionStruct(
      "folder", text + sides.map { name, value in " " + option(name, value) }.joined())
  }

  /// The context whose limits hold; nil: the default one.
  func context() throws -> Object? {
    let text = limits.compactMap { name, value in value.map { option(name, $0) } }.joined(separator: " ")
    guard !text.isEmpty else { return nil }
    var options = try OptionStruct<gen_context_options>("context", text).value
    return try Object(gen_context_destroy) { gen_context_create(&options, $0) }
  }

  /// Counts the rows with missing pixels, if there are any.
  func tell(of rows: Object) throws {
    var info = gen_dataset_info_t()
    info.struct_size = UInt32(MemoryLayout<gen_dataset_info_t>.stride)
    try check(gen_dataset_info(rows.handle, &info))
    if info.n_damaged > 0 {
      complain("missing pixels, which are gray, in \(info.n_damaged) of \(info.n_rows) pictures")
    }
  }

  /// Refuses flags that nothing would read.
  func refuse(for data: String) throws {
    guard let (name, _) = (all + limits).first(where: { $0.value != nil }) else { return }
    let flag = name.map { $0 == "_" ? "-" : String($0) }.joined()
    throw Failure(description: "--\(flag) is for a folder of pictures, and \(data) is none")
  }
}
