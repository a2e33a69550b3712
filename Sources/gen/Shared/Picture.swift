import CGenerative
import Glibc

/// An image read from a file, of any size.
struct Picture {
  let shape: Shape
  let pixels: Rows

  init(shape: Shape, pixels: Rows) { (self.shape, self.pixels) = (shape, pixels) }

  init(path: String, channels: Int) throws {
    var options: gen_load_image_options = try defaults(gen_load_image_options_init)
    options.channels = Int64(channels)
    try self.init(Object(gen_image_destroy) { gen_image_load(path, &options, $0) })
  }

  private init(_ image: Object) throws {
    var (height, width, count) = (Int64(0), Int64(0), Int64(0))
    try check(gen_image_size(image.handle, &height, &width, &count))
    shape = Shape(height: Int(height), width: Int(width), channels: Int(count))
    pixels = try Rows(count: 1, rowSize: shape.count) { gen_image_pixels(image.handle, $0) }
  }

  /// Whether a file is an image, judged by its first bytes.
  static func isIn(_ path: String) -> Bool {
    guard !isFolder(path), let file = fopen(path, "r") else { return false }
    defer { fclose(file) }
    var head = [UInt8](repeating: 0, count: 8)
    let count = fread(&head, 1, head.count, file)
    return head[..<count].starts(with: [0xFF, 0xD8, 0xFF])
      || head == [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
  }

  func image() throws -> Object {
    try Object(gen_image_destroy) {
      gen_image_create(
        pixels.values, Int64(shape.height), Int64(shape.width), Int64(shape.channels), $0)
    }
  }

  func resized(to size: Shape) throws -> Picture {
    let image = try image()
    return try Picture(
      Object(gen_image_destroy) {
        gen_image_create_resized(image.handle, Int64(size.height), Int64(size.width), nil, $0)
      })
  }

  func save(to path: String) throws {
    let image = try image()
    try withExtendedLifetime(image) { try check(gen_image_save(image.handle, path, nil)) }
  }

  /// Which values of a row are known, given by a mask: an image that is bright where they are.
  static func mask(path: String, for shape: Shape) throws -> [UInt8] {
    let mask = try Picture(path: path, channels: 1)
    guard mask.shape.height == shape.height, mask.shape.width == shape.width else {
      throw Failure(
        description:
          "--mask \(path) is \(mask.shape.height) x \(mask.shape.width), but rows of the model are \(shape)")
    }
    return mask.pixels.values.flatMap { [UInt8](repeating: $0 >= 0.5 ? 1 : 0, count: shape.channels) }
  }
}
