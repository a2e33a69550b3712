import Tensors

/// Pictures that decide the shape of rows where nobody says it, evenly spread over all.
private let probeCount = 32
/// The largest side of pictures that keep their size then; the side of others.
private let largestOwnSide = 256
private let standardSide = 64

extension Dataset {
  /// The pictures of a list that can be read, scaled to cover the options' shape, cropped to it around the centre and
  /// converted to its channels; decoded once and kept as bytes, or whenever they are read.
  ///
  /// - Parameters:
  ///   - path: what the list is of.
  /// - Throws: `.argument` for a shape no image can have, `.format` when no picture is left, `.memory`, `.cancelled`.
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
        guard error.status == .memory else { throw error }
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
      let failures = Failures()
      context.parallel(block.count) { number in
        do throws(GenerativeError) {
          let image = try picture(paths[Int(order[block.lowerBound + number])], shape, context)
          if let pixelBase {
            (pixelBase + (first + number) * width).update(from: image.pixels.base, count: width)
          }
        } catch {
          failures.note(error, at: number)
        }
      }
      var failed = failures.byIndex
      if let exhausted = failed.values.first(where: { $0.status == .memory }) { throw exhausted }
      for number in 0..<block.count {
        if failed[number] != nil,
          let image = try foreign(list.paths[Int(order[block.lowerBound + number])], shape, context, hooks)
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
          if let pixelBase, kept.count < first + number {
            (pixelBase + kept.count * width).update(from: pixelBase + (first + number) * width, count: width)
          }
          kept.append(Int(order[block.lowerBound + number]))
        }
      }
      next = block.upperBound
      // A block takes about 50 ms, so that a call can be stopped in time.
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
      source = .pictures(LazyPictures(paths: names.paths, shape: shape, context: context))
    }
    return Dataset(
      shape: shape, source: source, owner: pixels, labels: labels,
      factors: try list.factors(of: kept, context),
      names: names, context: context)
  }

  /// A picture as a row.
  ///
  /// - Throws: `.format` saying what the file is where it is no picture; as `Image`; naming the path.
  static func picture(
    _ path: String, _ shape: Shape, _ context: Context
  ) throws(GenerativeError) -> Image {
    try readImage(path, channels: shape.channels, context)
      .resized(height: shape.height, width: shape.width, limits: context.limits, in: context.memory)
  }

  /// A picture that only the caller can decode, as a row where it is to have a shape.
  private static func foreign(
    _ path: String, _ shape: Shape?, _ context: Context, _ hooks: OpenHooks
  ) throws(GenerativeError) -> Image? {
    guard let decode = hooks.decode, (try? FileKind(path: path))?.isForeignPicture ?? false,
      let image = try decode(path)
    else { return nil }
    guard let shape else { return image }
    return try image.converted(toChannels: shape.channels, in: context.memory)
      .resized(height: shape.height, width: shape.width, limits: context.limits, in: context.memory)
  }

  private static func readImage(
    _ path: String, channels: Int?, _ context: Context
  ) throws(GenerativeError) -> Image {
    do throws(GenerativeError) {
      return try Image(path: path, channels: channels, limits: context.limits, in: context.memory)
    } catch {
      guard error.status == .format, let kind = try? FileKind(path: path), !kind.isPicture else {
        throw error
      }
      throw GenerativeError(.format, "\(path): \(kind.name), neither PNG nor JPEG")
    }
  }

  /// The shape that the options say or the pictures have: one gray channel if none has a color; their size, if
  /// all have the same and none is large; else a square that models take.
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
    let count = min(probeCount, paths.count)
    for probe in 0..<count where !(hasColor || options.channels != nil) || (isOneSize && side == nil) {
      try Run.proceed(0, of: paths.count)
      let path = paths[probe * paths.count / count]
      var read = try? readImage(path, channels: nil, context)
      if read == nil { read = try foreign(path, nil, context, hooks) }
      guard let image = read else { continue }
      hasColor = hasColor || image.channels > 1
      let largest = max(image.height, image.width)
      isOneSize =
        isOneSize && largest <= largestOwnSide
        && (own.map { $0.height == image.height && $0.width == image.width } ?? true)
      own = image.shape
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
  /// What is known of the pictures kept.
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

/// Pictures that are decoded whenever they are read.
final class LazyPictures: Sendable {
  private let paths: [String]
  private let shape: Shape
  private let context: Context

  init(paths: [String], shape: Shape, context: Context) {
    (self.paths, self.shape, self.context) = (paths, shape, context)
  }

  var rowCount: Int { paths.count }

  /// Calls `body` with the pixels of `count` rows, on all workers.
  ///
  /// - Throws: what the first one that cannot be read throws.
  func read(
    _ count: Int, _ row: (Int) -> Int, _ body: (_ index: Int, _ pixels: StridedRows) -> Void
  ) throws(GenerativeError) {
    let failures = Failures()
    context.parallel(count) { i in
      do throws(GenerativeError) {
        let image = try Dataset.picture(paths[row(i)], shape, context)
        body(i, StridedRows(packed: image.pixels.base, .uint8, rowCount: 1, columnCount: shape.count))
      } catch {
        failures.note(error, at: i)
      }
    }
    if let first = failures.byIndex.min(by: { $0.key < $1.key }) { throw first.value }
  }
}

/// Why rows could not be read, noted by the workers.
final class Failures: Sendable {
  private let noted = Guarded<[Int: GenerativeError]>([:])

  func note(_ error: GenerativeError, at index: Int) { noted.withLock { $0[index] = error } }

  var byIndex: [Int: GenerativeError] { noted.withLock { $0 } }
}
