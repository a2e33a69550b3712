import ArgumentParser
import CGenerative

/// How images are read: flags with the names of members of gen_open_options and gen_context_options.
struct PictureFlags: OptionFlags {
  @Option(
    help: ArgumentHelp(
      "How an image is fitted to the size: cover (crops), contain (pads with the background) or stretch (default: cover).",
      valueName: "word"))
  var resize: String?

  @Option(
    help: ArgumentHelp(
      "Filter used for resizing: triangle, lanczos or nearest (default: triangle).", valueName: "word"))
  var filter: String?

  @Option(
    help: ArgumentHelp(
      "Height of the crop taken from each image before resizing (default: the whole image).", valueName: "n"))
  var cropHeight: String?

  @Option(
    help: ArgumentHelp(
      "Width of the crop taken from each image before resizing (default: the whole image).", valueName: "n"))
  var cropWidth: String?

  @Option(
    help: ArgumentHelp(
      "Horizontal position of the cropped or contained part, from 0 (left) to 1 (right) (default: 0.5).",
      valueName: "n"))
  var placeX: String?

  @Option(
    help: ArgumentHelp(
      "Vertical position of the cropped or contained part, from 0 (top) to 1 (bottom) (default: 0.5).",
      valueName: "n"))
  var placeY: String?

  @Option(help: ArgumentHelp("Gray value around a contained image, 0 to 1 (default: 0).", valueName: "n"))
  var background: String?

  @Flag(help: "Read images with missing pixels and fill those with gray, instead of skipping the images.")
  var tolerant = false

  @Option(help: ArgumentHelp("Maximum number of pixels of an image (default: 67108864).", valueName: "n"))
  var maxImagePixels: String?

  @Option(help: ArgumentHelp("Maximum side of an image in pixels (default: 16384).", valueName: "n"))
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

  /// The library's options for opening data.
  func options() throws -> OptionStruct<gen_open_options> { try OptionStruct("open", text) }

  /// The context whose limits apply; nil: the default context.
  func context() throws -> Object? {
    let text = limits.compactMap { name, value in value.map { option(name, $0) } }.joined(separator: " ")
    guard !text.isEmpty else { return nil }
    var options = try OptionStruct<gen_context_options>("context", text).value
    return try Object(gen_context_destroy) { gen_context_create(&options, $0) }
  }
}
