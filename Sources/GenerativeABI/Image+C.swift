import CGenerative
import Datasets
import Options
import Tensors

/// An image behind a handle. Immutable.
final class ImageHandle: HandleObject {
  static var kind: HandleKind { .image }

  let image: Image
  /// The context that provides the pixels' memory, and whose limits apply to images made from them.
  let context: Context

  init(_ image: Image, _ context: Context = .standard) {
    self.image = image
    self.context = context
  }

  /// An image that was read. The codec's complaint, if any, is logged to the host.
  convenience init(_ found: Image.Found, _ name: String, _ context: Context) {
    self.init(found.image, context)
    if let complaint = found.complaint { context.log(.warning, "\(name): \(complaint)") }
  }
}

/// The reading options of an image, and its context.
private func imageReading(
  _ options: UnsafePointer<gen_load_image_options>?
) throws(GenerativeError) -> (Image.Reading, Context) {
  let o = try gen_load_image_options(reading: options)
  var reading = Image.Reading()
  guard [0, 1, 3, 4].contains(max(o.channels, 0)) else {
    throw GenerativeError(.argument, "channels must be 0, 1, 3 or 4, not \(o.channels)")
  }
  reading.channels = o.channels <= 0 ? nil : Int(o.channels)
  reading.isTolerant = o.tolerant == 1
  return (reading, try resolve(o.context))
}

extension Resizing {
  /// The options in a struct with the members of gen_resize_options.
  init(_ values: OptionValues) {
    self.init()
    fit = [.cover, .contain, .stretch][values.word("resize") ?? 0]
    filter = [.triangle, .lanczos, .nearest][values.word("filter") ?? 0]
    cropHeight = values.whole("crop_height")
    cropWidth = values.whole("crop_width")
    placeX = values.number("place_x") ?? 0.5
    placeY = values.number("place_y") ?? 0.5
    background = values.number("background") ?? 0
  }
}

/// The shape of pixels that are to become an image.
private func checkPixels(
  _ height: Int64, _ width: Int64, _ channels: Int64, _ limits: InputLimits = .standard
) throws(GenerativeError) -> Shape {
  guard [1, 3, 4].contains(channels) else {
    throw GenerativeError(.argument, "channels must be 1, 3 or 4, not \(channels)")
  }
  return Shape(
    height: try checkRange("height", height, 1...limits.sideLength),
    width: try checkRange("width", width, 1...limits.sideLength), channels: Int(channels))
}

@c @implementation public func gen_image_load(
  _ path: UnsafePointer<CChar>?, _ options: UnsafePointer<gen_load_image_options>?,
  _ image_out: UnsafeMutablePointer<OpaquePointer?>?
) -> gen_status {
  create(image_out) { () throws(GenerativeError) in
    let (reading, context) = try imageReading(options)
    let path = try checkPath("path", path)
    return ImageHandle(
      try Image.read(path: path, reading, limits: context.limits, in: context.memory), path, context)
  }
}

@c @implementation public func gen_image_load_memory(
  _ bytes: UnsafeRawPointer?, _ byte_count: Int64, _ options: UnsafePointer<gen_load_image_options>?,
  _ image_out: UnsafeMutablePointer<OpaquePointer?>?
) -> gen_status {
  create(image_out) { () throws(GenerativeError) in
    let (reading, context) = try imageReading(options)
    let file = try checkBytes(bytes, byte_count).assumingMemoryBound(to: UInt8.self)
    return ImageHandle(
      try Image.read(file, reading, limits: context.limits, in: context.memory), "bytes", context)
  }
}

@c @implementation public func gen_image_create(
  _ pixels: UnsafePointer<Float>?, _ height: Int64, _ width: Int64, _ channels: Int64,
  _ image_out: UnsafeMutablePointer<OpaquePointer?>?
) -> gen_status {
  create(image_out) { () throws(GenerativeError) in
    let shape = try checkPixels(height, width, channels)
    let row = try checkModelInput("pixels", pixels, 1, shape.count, .standard)
    return ImageHandle(try Image(row: row, shape: shape))
  }
}

@c @implementation public func gen_image_create_grid(
  _ rows: UnsafePointer<Float>?, _ n_rows: Int64, _ height: Int64, _ width: Int64, _ channels: Int64,
  _ options: UnsafePointer<gen_grid_options>?, _ image_out: UnsafeMutablePointer<OpaquePointer?>?
) -> gen_status {
  create(image_out) { () throws(GenerativeError) in
    let (o, values) = try gen_grid_options.read(options)
    let context = try resolve(o.context)
    let shape = try checkPixels(height, width, channels, context.limits)
    let rowCount = try checkRange("n_rows", n_rows, 1...Int(Int32.max))
    let grid = ImageGrid(
      columnCount: values.whole("n_columns"), scaling: o.stretch == 1 ? .cellRange : .unit,
      enlargement: Int(o.enlarge), spacing: Int(o.padding), margin: Int(o.padding),
      background: UInt8(clamping: Int((o.background * 255).rounded())))
    return ImageHandle(
      try grid.draw(
        try checkModelInput("rows", rows, rowCount, shape.count, context), rowCount: rowCount,
        shape: shape, limits: context.limits, in: context.memory), context)
  }
}

@c @implementation public func gen_image_create_resized(
  _ image: OpaquePointer?, _ height: Int64, _ width: Int64,
  _ options: UnsafePointer<gen_resize_options>?,
  _ image_out: UnsafeMutablePointer<OpaquePointer?>?
) -> gen_status {
  create(image_out) { () throws(GenerativeError) in
    let object: ImageHandle = try Handles.shared.object(image, "image")
    let context = object.context
    let sides = 1...context.limits.sideLength
    let (_, values) = try gen_resize_options.read(options)
    return ImageHandle(
      try object.image.resized(
        height: try checkRange("height", height, sides), width: try checkRange("width", width, sides),
        by: Resizing(values), limits: context.limits, in: context.memory), context)
  }
}

@c @implementation public func gen_image_destroy(_ image: OpaquePointer?) {
  destroy(image, ImageHandle.self)
}

@c @implementation public func gen_image_size(
  _ image: OpaquePointer?, _ height_out: UnsafeMutablePointer<Int64>?,
  _ width_out: UnsafeMutablePointer<Int64>?, _ channels_out: UnsafeMutablePointer<Int64>?
) -> gen_status {
  boundary { () throws(GenerativeError) in
    let object: ImageHandle = try Handles.shared.object(image, "image")
    height_out?.pointee = Int64(object.image.height)
    width_out?.pointee = Int64(object.image.width)
    channels_out?.pointee = Int64(object.image.channels)
  }
}

@c @implementation public func gen_image_pixels(
  _ image: OpaquePointer?, _ pixels_out: UnsafeMutablePointer<Float>?
) -> gen_status {
  boundary { () throws(GenerativeError) in
    let object: ImageHandle = try Handles.shared.object(image, "image")
    let pixels = object.image.pixels
    let output = try checkOutput("pixels_out", pixels_out, 1, pixels.count)
    for i in 0..<pixels.count { output[i] = Float(pixels.base[i]) / 255 }
  }
}

@c @implementation public func gen_image_save(
  _ image: OpaquePointer?, _ path: UnsafePointer<CChar>?,
  _ options: UnsafePointer<gen_save_image_options>?
) -> gen_status {
  boundary { () throws(GenerativeError) in
    let object: ImageHandle = try Handles.shared.object(image, "image")
    let path = try checkPath("path", path)
    try object.image.write(to: path, as: try fileFormat(path, options))
  }
}

@c @implementation public func gen_image_save_memory(
  _ image: OpaquePointer?, _ path: UnsafePointer<CChar>?,
  _ options: UnsafePointer<gen_save_image_options>?, _ bytes_out: UnsafeMutableRawPointer?,
  _ capacity: Int64, _ byte_count_out: UnsafeMutablePointer<Int64>?
) -> gen_status {
  boundary { () throws(GenerativeError) in
    let object: ImageHandle = try Handles.shared.object(image, "image")
    let format = try fileFormat(try checkPath("path", path), options)
    let capacity = try checkRange("capacity", capacity, 0...Int.max)
    guard let byte_count_out else { throw .null("byte_count_out") }
    let file = try object.image.encoded(as: format)
    if let bytes_out {
      guard file.count <= capacity else {
        throw GenerativeError(.argument, "capacity must be at least \(file.count), not \(capacity)")
      }
      bytes_out.copyMemory(from: file.base, byteCount: file.count)
    }
    byte_count_out.pointee = Int64(file.count)
  }
}

/// The format given by a path's extension, with the quality in the options.
private func fileFormat(
  _ path: String, _ options: UnsafePointer<gen_save_image_options>?
) throws(GenerativeError) -> Image.FileFormat {
  let o = try gen_save_image_options(reading: options)
  let quality = Int(o.jpeg_quality)
  guard let format = Image.FileFormat(path: path) else {
    throw GenerativeError(.unsupported, "path must end in .png, .jpg or .jpeg, not \"\(path)\"")
  }
  return format == .png ? .png : .jpeg(quality: quality)
}
