import Tensors

/// Files read between two reports of progress.
private let blockFiles = 256

extension Dataset {
  /// The PNG and JPEG pictures of a folder, resized to `shape` as `reading` says and converted to its 1, 3 or 4
  /// channels; decoded once, kept as bytes, ordered by path.
  ///
  /// A file that cannot be decoded is left out and reported to `onSkip`, on the calling thread and in
  /// order. Only names ending in .png, .jpg or .jpeg are looked at, and none that start with a dot.
  ///
  /// - Throws: `.argument` for a shape no image can have, `.io` when the folder cannot be read,
  ///   `.format` when no picture is left, `.memory`, `.cancelled`.
  package static func folder(
    _ path: String, shape: Shape, recursive: Bool = false, reading: Image.Reading = Image.Reading(),
    context: Context = .standard, onDamage: (_ path: String) -> Void = { _ in },
    onSkip: (_ path: String, _ reason: GenerativeError) throws(GenerativeError) -> Void = { _, _ in }
  ) throws(GenerativeError) -> Dataset {
    // Also checks the shape.
    let rowCount = try Image(shape: shape, limits: context.limits, in: context.memory).pixels.count
    let paths = try picturePaths(inFolder: path, recursive: recursive)
    guard let byteCount = checkedProduct(paths.count, rowCount) else {
      throw GenerativeError(.limit, "\(paths.count) pictures of \(shape) are too large")
    }
    let pixels = try Buffer<UInt8>(count: byteCount, in: context.memory)
    var reading = reading
    reading.channels = shape.channels
    reading.size = (shape.height, shape.width)
    let failures = Noted()
    let complaints = Noted()
    var kept = 0
    for first in stride(from: 0, to: paths.count, by: blockFiles) {
      try Run.proceed(first, of: paths.count)
      let block = first..<min(paths.count, first + blockFiles)
      context.parallel(block.count) { number in
        let i = first + number
        do throws(GenerativeError) {
          let found = try Image.read(
            path: paths[i], reading, limits: context.limits, in: context.memory)
          (pixels.base + i * rowCount).update(from: found.image.pixels.base, count: rowCount)
          if let complaint = found.complaint {
            complaints.note(GenerativeError(found.isDamaged ? .truncated : .format, complaint), at: i)
          }
        } catch {
          failures.note(error, at: i)
        }
      }
      let failed = failures.byIndex
      let complained = complaints.byIndex
      if let exhausted = failed.values.first(where: { $0.status == .memory }) { throw exhausted }
      for i in block {
        if let reason = failed[i] {
          context.log(.warning, "skipped \(reason.message)")
          try onSkip(paths[i], reason)
        } else {
          if let complaint = complained[i] {
            context.log(.warning, "\(paths[i]): \(complaint.message)")
            if complaint.status == .truncated { onDamage(paths[i]) }
          }
          if kept < i {
            (pixels.base + kept * rowCount).update(from: pixels.base + i * rowCount, count: rowCount)
          }
          kept += 1
        }
      }
    }
    guard kept > 0 else {
      throw GenerativeError(
        .format, "\(path) holds no readable PNG or JPEG; \(paths.count) could not be decoded")
    }
    return bytes(pixels, rowCount: kept, shape: shape, context: context)
  }
}

/// What the workers note of rows: why they could not be read, or what their codec complained of.
private final class Noted: Sendable {
  private let noted = Guarded<[Int: GenerativeError]>([:])

  func note(_ error: GenerativeError, at index: Int) { noted.withLock { $0[index] = error } }

  var byIndex: [Int: GenerativeError] { noted.withLock { $0 } }
}
