import CGenerative

/// A picture of a file, of any size.
struct Picture {
  let shape: Shape
  let pixels: Rows

  init(shape: Shape, pixels: Rows) { (self.shape, self.pixels) = (shape, pixels) }

  init(path: String, channels: Int) throws {
    var options: gen_load_image_options = try defaults(gen_load_image_options_init)
    options.channels = Int64(channels)
    let image = try Object(gen_image_destroy) { gen_image_load(path, &options, $0) }
    var (height, width, count) = (Int64(0), Int64(0), Int64(0))
    try check(gen_image_size(image.handle, &height, &width, &count))
    shape = Shape(height: Int(height), width: Int(width), channels: Int(count))
    pixels = try Rows(count: 1, rowSize: shape.count) { gen_image_pixels(image.handle, $0) }
  }

  /// Whether a path names a picture, by its ending.
  static func isNamed(by path: String) -> Bool {
    [".png", ".jpg", ".jpeg"].contains { path.lowercased().hasSuffix($0) }
  }

  func save(to path: String) throws {
    let image = try Object(gen_image_destroy) {
      gen_image_create(
        pixels.values, Int64(shape.height), Int64(shape.width), Int64(shape.channels), $0)
    }
    try check(gen_image_save(image.handle, path, nil))
  }

  /// Which values of a row are known by a mask, a picture that is bright where they are.
  static func mask(path: String, for shape: Shape) throws -> [UInt8] {
    let mask = try Picture(path: path, channels: 1)
    guard mask.shape.height == shape.height, mask.shape.width == shape.width else {
      throw Failure(
        description:
          "--mask \(path) is \(mask.shape.height) x \(mask.shape.width), rows of the model are \(shape)")
    }
    return mask.pixels.values.flatMap { [UInt8](repeating: $0 >= 0.5 ? 1 : 0, count: shape.channels) }
  }
}
