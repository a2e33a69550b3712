import Tensors

/// The number of images, evenly spaced, that determine the shape of rows if no option does.
private let probeCount = 32
/// Images whose sides are at most `largestOwnSide` keep their size. Others get sides of `standardSide`.
private let largestOwnSide = 256
private let standardSide = 64

extension Dataset {
  /// The readable images of a list, resized to the options' shape and converted to its channels. They are
  /// decoded once and kept as bytes, or decoded each time they are read.
  ///
  /// Faults in a file are reported when it is opened, and not again when it is read lazily.
  ///
  /// - Parameters:
  ///   - path: the path of the list.
  /// - Throws: `.argument` for an impossible shape; `.format` if no image is left; `.memory`; `.cancelled`.
  static func pictures(
    _ list: PictureList, _ path: String, _ options: OpenOptions, context: Context,
    hooks: OpenHooks
  ) throws(GenerativeError) -> Dataset {
    var list = list
    for reason in list.missing {
      list.account.skipped.append(reason.message)
      try hooks.skip?(reason)
    }
    if options.isLazy, hooks.decode != nil {
      throw GenerativeError(
        .argument, "lazy and decode exclude each other: decode is called while files are opened")
    }
    let shape = try pictureShape(list.paths, options, context, hooks)
    // Also checks the shape.
    let width = try Image(shape: shape, limits: context.limits, in: context.memory).pixels.count
    var reading = options.reading
    reading.channels = shape.channels
    reading.size = (shape.height, shape.width)
    let order = options.choose(list.paths.count) { list.labels.isEmpty ? 0 : list.labels[$0] }
    let wanted = min(options.maxRows ?? .max, order.count)
    var pixels: Buffer<UInt8>?
    if !options.isLazy {
      guard let byteCount = checkedProduct(wanted, width) else {
        throw GenerativeError(.limit, "\(wanted) images of \(shape) are too large")
      }
      do throws(GenerativeError) {
        pixels = try Buffer<UInt8>(uninitializedCount: byteCount, in: context.memory)
      } catch {
        guard error.status == .memory, byteCount >= 1 << 20 else { throw error }
        context.log(
          .warning,
          "\(wanted) images of \(shape) do not fit in memory (\(error.message)): they are decoded as they are read"
        )
      }
    }

    var kept: [Int] = []
    var next = 0
    var blockSize = context.threadCount
    let clock = Clock()
    while kept.count < wanted, next < order.count {
      try Run.proceed(kept.count, of: wanted)
      let start = clock.seconds
      let block = next..<min(order.count, next + min(blockSize, wanted - kept.count))
      let (first, paths, pixelBase) = (kept.count, list.paths, pixels?.base)
      let (failures, complaints) = (Noted(), Noted())
      context.parallel(block.count) { [reading] number in
        do throws(GenerativeError) {
          let found = try picture(paths[Int(order[block.lowerBound + number])], reading, context)
          if let pixelBase {
            (pixelBase + (first + number) * width).update(from: found.image.pixels.base, count: width)
          }
          if let complaint = found.complaint {
            complaints.note(GenerativeError(found.isDamaged ? .truncated : .format, complaint), at: number)
          }
        } catch {
          failures.note(error, at: number)
        }
      }
      var failed = failures.byIndex
      let complained = complaints.byIndex
      if let exhausted = failed.values.first(where: { $0.status == .memory }) { throw exhausted }
      for number in 0..<block.count {
        if failed[number] != nil,
          let image = try foreign(list.paths[Int(order[block.lowerBound + number])], reading, context, hooks)
        {
          failed[number] = nil
          if let pixelBase {
            (pixelBase + (first + number) * width).update(from: image.pixels.base, count: width)
          }
        }
        if let reason = failed[number] {
          context.log(.warning, "skipped \(reason.message)")
          list.account.skipped.append(reason.message)
          try hooks.skip?(reason)
        } else {
          if let complaint = complained[number] {
            let text = "\(list.paths[Int(order[block.lowerBound + number])]): \(complaint.message)"
            context.log(.warning, text)
            if complaint.status == .truncated { list.account.damaged.append(text) }
          }
          if let pixelBase, kept.count < first + number {
            (pixelBase + kept.count * width).update(from: pixelBase + (first + number) * width, count: width)
          }
          kept.append(Int(order[block.lowerBound + number]))
        }
      }
      next = block.upperBound
      // A block takes about 50 ms, so that a call can be stopped quickly.
      let seconds = clock.seconds - start
      if seconds < 0.03 { blockSize = min(2 * blockSize, 256) }
      if seconds > 0.07 { blockSize = max(blockSize / 2, context.threadCount) }
    }
    list.account.leftOutCount = order.count - next
    list.account.rowCount = kept.count
    guard !kept.isEmpty else {
      throw GenerativeError(.format, "\(path) holds no PNG or JPEG that can be read: \(list.account.line)")
    }
    context.log(.info, "\(path): \(list.account.line)")

    var names = DataNames()
    (names.classes, names.account) = (list.classes, list.account)
    names.paths = kept.map { list.paths[$0] }
    var labels: Buffer<Int32>?
    if !list.labels.isEmpty {
      let copy = try Buffer<Int32>(count: kept.count, in: context.memory)
      for (row, i) in kept.enumerated() { copy.base[row] = list.labels[i] }
      labels = copy
    }
    let source: Source
    if let pixels {
      source = .memory(StridedRows(packed: pixels.base, .uint8, rowCount: kept.count, columnCount: width))
    } else {
      source = .pictures(LazyPictures(paths: names.paths, reading: reading, context: context))
    }
    return Dataset(
      shape: shape, source: source, owner: pixels, labels: labels,
      factors: try list.factors(of: kept, context),
      names: names, context: context)
  }

  /// The image in a file.
  ///
  /// - Throws: `.format`, naming the file's type, if it is not an image; errors of `Image.read`, naming the
  ///   path.
  static func picture(
    _ path: String, _ reading: Image.Reading, _ context: Context
  ) throws(GenerativeError) -> Image.Found {
    do throws(GenerativeError) {
      return try Image.read(path: path, reading, limits: context.limits, in: context.memory)
    } catch {
      guard error.status == .format, let kind = try? FileKind(path: path), !kind.isPicture else {
        throw error
      }
      throw GenerativeError(.format, "\(path): \(kind.name), neither PNG nor JPEG")
    }
  }

  /// An image that only the caller can decode.
  private static func foreign(
    _ path: String, _ reading: Image.Reading, _ context: Context, _ hooks: OpenHooks
  ) throws(GenerativeError) -> Image? {
    guard let decode = hooks.decode, (try? FileKind(path: path))?.isForeignPicture ?? false,
      let image = try decode(path)
    else { return nil }
    guard let channels = reading.channels, let size = reading.size else { return image }
    return try image.converted(toChannels: channels, in: context.memory).resized(
      height: size.height, width: size.width, by: reading.resizing, limits: context.limits, in: context.memory
    )
  }

  /// The shape in the options or the shape of the images: one gray channel if none has color; their size, or
  /// that of the crop, if all have the same size and it is not large; otherwise a square that models accept.
  private static func pictureShape(
    _ paths: [String], _ options: OpenOptions, _ context: Context, _ hooks: OpenHooks
  ) throws(GenerativeError) -> Shape {
    let side = options.height ?? options.width
    if let height = options.height ?? side, let width = options.width ?? side, let channels = options.channels
    {
      return Shape(height: height, width: width, channels: channels)
    }
    var own: Shape?
    var (hasColor, isOneSize) = (false, true)
    let resizing = options.reading.resizing
    let count = min(probeCount, paths.count)
    for probe in 0..<count where !(hasColor || options.channels != nil) || (isOneSize && side == nil) {
      try Run.proceed(0, of: paths.count)
      let path = paths[probe * paths.count / count]
      var read: Shape?
      do throws(GenerativeError) {
        read = try picture(path, options.reading, context).image.shape
      } catch {
        if error.status == .memory { throw error }
      }
      if read == nil { read = try foreign(path, options.reading, context, hooks)?.shape }
      guard var shape = read else { continue }
      hasColor = hasColor || shape.channels > 1
      shape.height = min(shape.height, resizing.cropHeight ?? .max)
      shape.width = min(shape.width, resizing.cropWidth ?? .max)
      isOneSize =
        isOneSize && max(shape.height, shape.width) <= largestOwnSide
        && (own.map { $0.height == shape.height && $0.width == shape.width } ?? true)
      own = shape
    }
    let channels = options.channels ?? (hasColor || own == nil ? 3 : 1)
    guard side == nil, isOneSize, let own else {
      return Shape(
        height: options.height ?? side ?? standardSide, width: options.width ?? side ?? standardSide,
        channels: channels)
    }
    return Shape(height: own.height, width: own.width, channels: channels)
  }
}

extension PictureList {
  /// The factors of the images that were kept.
  fileprivate func factors(of kept: [Int], _ context: Context) throws(GenerativeError) -> FactorTable? {
    let width = factors.count
    guard width > 0 else { return nil }
    let table = try Buffer<Float>(count: kept.count * width, in: context.memory)
    var ranges = [(least: Float, greatest: Float)](repeating: (.infinity, -.infinity), count: width)
    for (row, i) in kept.enumerated() {
      for j in 0..<width {
        let value = Float(values[i * width + j])
        guard value.isFinite else {
          throw GenerativeError(
            .nonfinite, "\(quoted(factors[j])) of \(paths[i]) is more than a float can hold")
        }
        table.base[row * width + j] = value
        ranges[j] = (min(ranges[j].least, value), max(ranges[j].greatest, value))
      }
    }
    return FactorTable(
      factors: zip(factors, ranges).map { Factor(name: $0, range: $1.least...$1.greatest) }, values: table)
  }
}

/// Images that are decoded each time they are read.
final class LazyPictures: Sendable {
  private let paths: [String]
  private let reading: Image.Reading
  private let context: Context

  init(paths: [String], reading: Image.Reading, context: Context) {
    (self.paths, self.reading, self.context) = (paths, reading, context)
  }

  var rowCount: Int { paths.count }

  /// Calls `body` with the pixels of `count` rows, on all workers.
  ///
  /// - Throws: the error of the first row that cannot be read.
  func read(
    _ count: Int, _ row: (Int) -> Int, _ body: (_ index: Int, _ pixels: StridedRows) -> Void
  ) throws(GenerativeError) {
    let failures = Noted()
    context.parallel(count) { i in
      do throws(GenerativeError) {
        let pixels = try Dataset.picture(paths[row(i)], reading, context).image.pixels
        body(i, StridedRows(packed: pixels.base, .uint8, rowCount: 1, columnCount: pixels.count))
      } catch {
        failures.note(error, at: i)
      }
    }
    if let first = failures.byIndex.min(by: { $0.key < $1.key }) { throw first.value }
  }
}

/// What workers recorded about rows: errors, or complaints of their codecs.
private final class Noted: Sendable {
  private let noted = Guarded<[Int: GenerativeError]>([:])

  func note(_ error: GenerativeError, at index: Int) { noted.withLock { $0[index] = error } }

  var byIndex: [Int: GenerativeError] { noted.withLock { $0 } }
}
