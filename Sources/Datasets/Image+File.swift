import CShims
import Tensors

extension Image {
  /// The formats that images are read from and written to.
  package enum FileFormat: Equatable, Sendable {
    case png
    /// Quality 1 … 100. From 90 on, chroma has full resolution.
    case jpeg(quality: Int)

    /// The format given by a path's extension: .png, .jpg or .jpeg, in any case.
    package init?(path: String) {
      // Compared as bytes: String's lowercased() and hasSuffix() would link in 20 KB of code and tables for
      // all of Unicode.
      let ending = path.utf8.suffix(5).map { (0x41...0x5A).contains($0) ? $0 + 0x20 : $0 }
      if ending.suffix(4).elementsEqual(".png".utf8) {
        self = .png
      } else if ending.suffix(4).elementsEqual(".jpg".utf8) || ending.elementsEqual(".jpeg".utf8) {
        self = .jpeg(quality: 95)
      } else {
        return nil
      }
    }
  }

  /// Compressed images larger than this are rejected.
  private static let largestFile = 1 << 30

  // MARK: - Reading

  /// How a file is read.
  package struct Reading: Sendable {
    /// 1, 3 or 4. nil: the channels of the file, except that gray with alpha becomes RGB with alpha.
    package var channels: Int?
    /// The size to which the image is resized; nil: it keeps its size.
    package var size: (height: Int, width: Int)?
    package var resizing = Resizing()
    /// Whether missing pixels become gray instead of causing an error.
    package var isTolerant = false

    package init() {}
  }

  /// An image that was read, and its codec's complaint, if any.
  package struct Found: Sendable {
    package let image: Image
    package let complaint: String?
    /// Whether pixels were missing and became gray.
    package let isDamaged: Bool
  }

  /// Reads the PNG or JPEG at `path`. The first bytes determine which one it is.
  ///
  /// Exif orientation is applied. Profiles and gamma are ignored. A JPEG that is reduced much is decoded at
  /// 1/2, 1/4 or 1/8 of its resolution, which is at least twice the resolution of the target.
  ///
  /// - Throws: `.io`, `.format`, `.truncated` or `.limit`, naming the path.
  package static func read(
    path: String, _ reading: Reading, limits: InputLimits = .standard, in memory: Memory = .standard
  ) throws(GenerativeError) -> Found {
    let bytes = try InputFile(path: path).readAll(limit: Image.largestFile, in: memory)
    do {
      return try read(UnsafeBufferPointer(bytes.elements), reading, limits: limits, in: memory)
    } catch {
      throw GenerativeError(error.status, "\(path): \(error.message)")
    }
  }

  /// Reads an image from bytes in memory, which are used only during the call.
  package static func read(
    _ bytes: UnsafeBufferPointer<UInt8>, _ reading: Reading, limits: InputLimits = .standard,
    in memory: Memory = .standard
  ) throws(GenerativeError) -> Found {
    let isPNG = bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
    guard let base = bytes.baseAddress, isPNG || bytes.starts(with: [0xFF, 0xD8, 0xFF]) else {
      throw GenerativeError(.format, "neither PNG nor JPEG")
    }
    let count = Int64(bytes.count)
    var codecLimits = shim_picture_limits(limits)
    codecLimits.tolerant = reading.isTolerant ? 1 : 0
    var allocator = memory.allocator
    defer { withExtendedLifetime(memory) {} }
    var info = shim_picture_info()
    var message = shim_picture_message()
    try check(
      (isPNG ? shim_png_inspect : shim_jpeg_inspect)(base, count, &codecLimits, &allocator, &info, &message),
      message)

    let stored = Int(info.channel_count)
    var height = Int(info.height)
    var width = Int(info.width)
    _ = try Image.pixelCount(height: height, width: width, limits)
    let turn = Int(info.orientation)
    let wanted = reading.channels ?? (stored == 2 ? 4 : stored)
    // The image is reduced in its stored orientation and rotated when it is small.
    var axes: (y: Resizing.Axis, x: Resizing.Axis)?
    var place = (top: 0, left: 0)
    var shrink = 1
    if let size = reading.size {
      let upright = reading.resizing.axes(
        from: turn >= 5 ? (width, height) : (height, width), to: size)
      place = (upright.y.offset, upright.x.offset)
      let own = Resizing.stored(upright, turn, height: height, width: width)
      // Nearest-pixel filtering uses pixels of the full-size image.
      while !isPNG, reading.resizing.filter != .nearest, shrink < 8,
        min(own.y.scale, own.x.scale) >= Double(4 * shrink)
      {
        shrink *= 2
      }
      axes = (own.y.shrunk(by: shrink), own.x.shrunk(by: shrink))
      (height, width) = ((height + shrink - 1) / shrink, (width + shrink - 1) / shrink)
    }
    let decoded = try Buffer<UInt8>(count: height * width * stored, in: memory)
    let status = (isPNG ? shim_png_decode : shim_jpeg_decode)(
      base, count, &codecLimits, &allocator, Int32(shrink), decoded.base, Int64(decoded.count), &message)
    try check(status, message)

    var image: Image
    if wanted == stored {
      image = Image(shape: Shape(height: height, width: width, channels: stored), pixels: decoded)
    } else {
      image = try Image(
        shape: Shape(height: height, width: width, channels: wanted), limits: limits, in: memory)
      convert(
        decoded.base, channels: stored, count: height * width, into: image.pixels.base, channels: wanted)
    }
    if let axes { image = try image.resampled(axes.y, axes.x, reading.resizing, limits, in: memory) }
    image = try image.oriented(turn, limits, in: memory)
    if let size = reading.size, (size.height, size.width) != (image.height, image.width) {
      let whole = Shape(height: size.height, width: size.width, channels: wanted)
      image = image.placed(
        in: try Image(shape: whole, limits: limits, in: memory), place.top, place.left,
        reading.resizing.background)
    }
    let complaint = message.string
    return Found(
      image: image, complaint: complaint.isEmpty ? nil : complaint,
      isDamaged: status == SHIM_PICTURE_DAMAGED)
  }

  /// Reads the image at `path` without resizing it.
  package init(
    path: String, channels: Int? = nil, limits: InputLimits = .standard, in memory: Memory = .standard
  ) throws(GenerativeError) {
    var reading = Reading()
    reading.channels = channels
    self = try Image.read(path: path, reading, limits: limits, in: memory).image
  }

  /// Decodes an image from bytes in memory.
  package init(
    decoding bytes: UnsafeBufferPointer<UInt8>, channels: Int? = nil, limits: InputLimits = .standard,
    in memory: Memory = .standard
  ) throws(GenerativeError) {
    var reading = Reading()
    reading.channels = channels
    self = try Image.read(bytes, reading, limits: limits, in: memory).image
  }

  private init(shape: Shape, pixels: Buffer<UInt8>) {
    self.shape = shape
    self.pixels = pixels
  }

  // MARK: - Writing

  /// Writes this image atomically, in `format` or in the format given by the path's extension.
  ///
  /// JPEG has no alpha channel; such images are composited over white.
  ///
  /// - Throws: `.argument` if the extension is not that of a format, or the quality is out of range; `.io` if
  ///   the file cannot be written. An existing file is then unchanged.
  package func write(to path: String, as format: FileFormat? = nil) throws(GenerativeError) {
    guard let format = format ?? FileFormat(path: path) else {
      throw GenerativeError(.argument, "the extension of \(path) must be .png, .jpg or .jpeg")
    }
    try withEncoded(as: format) { bytes throws(GenerativeError) in
      try writeFile(UnsafeRawBufferPointer(bytes), to: path)
    }
  }

  /// This image encoded as the bytes of a file.
  package func encoded(
    as format: FileFormat, in memory: Memory = .standard
  ) throws(GenerativeError) -> Buffer<UInt8> {
    try withEncoded(as: format) { bytes throws(GenerativeError) in try Buffer(copying: bytes, in: memory) }
  }

  /// Calls `body` with the bytes of a file. They are allocated from the same account as the pixels.
  private func withEncoded<Result>(
    as format: FileFormat, _ body: (UnsafeBufferPointer<UInt8>) throws(GenerativeError) -> Result
  ) throws(GenerativeError) -> Result {
    var bytes: UnsafeMutablePointer<UInt8>?
    var count: Int64 = 0
    var message = shim_picture_message()
    var allocator = pixels.memory.allocator
    defer { withExtendedLifetime(pixels) { shim_block_free(&allocator, bytes) } }
    switch format {
    case .png:
      try check(
        shim_png_encode(
          pixels.base, Int32(width), Int32(height), Int32(channels), &allocator, &bytes, &count, &message),
        message)
    case .jpeg(let quality):
      guard (1...100).contains(quality) else {
        throw GenerativeError(.argument, "quality must be between 1 and 100, not \(quality)")
      }
      let opaque = channels == 4 ? try converted(toChannels: 3, in: pixels.memory) : self
      try check(
        shim_jpeg_encode(
          opaque.pixels.base, Int32(width), Int32(height), Int32(opaque.channels), Int32(quality),
          &allocator, &bytes, &count, &message), message)
    }
    return try body(UnsafeBufferPointer(start: bytes, count: Int(count)))
  }
}

extension shim_picture_limits {
  fileprivate init(_ limits: InputLimits) {
    self.init(
      pixel_count: Int64(limits.pixelCount), side: Int32(limits.sideLength),
      scan_count: Int32(limits.scanCount), chunk_byte_count: Int64(limits.chunkByteCount), tolerant: 0)
  }
}

extension shim_picture_message {
  fileprivate var string: String {
    withUnsafeBytes(of: text) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }
}

/// Throws the error that a codec reported.
private func check(
  _ status: shim_picture_status, _ message: shim_picture_message
) throws(GenerativeError) {
  let kind: GenerativeError.Status
  switch status {
  case SHIM_PICTURE_OK, SHIM_PICTURE_DAMAGED: return
  case SHIM_PICTURE_TRUNCATED: kind = .truncated
  case SHIM_PICTURE_LIMIT: kind = .limit
  case SHIM_PICTURE_MEMORY: kind = .memory
  default: kind = .format
  }
  throw GenerativeError(kind, message.string)
}
