import Tensors

extension Checkpoint {
  /// Reads the checkpoint in the file at `path` into memory and checks all of it.
  ///
  /// - Parameter memory: the account for the tensors.
  /// - Throws: `.io` if the file cannot be read; `.format`, `.limit`, `.truncated`, `.trailing` or
  ///   `.unsupported` for bytes that are not a checkpoint or were altered; `.version` for one written by a
  ///   newer library; `.nonfinite`; `.memory`. Messages start with the path.
  package static func read(
    _ path: UnsafePointer<CChar>?, nonfinite: NonfinitePolicy = .refuse,
    limits: InputLimits = .standard, in memory: Memory = .standard
  ) throws(GenerativeError) -> Checkpoint {
    let source = try ByteSource(path: path)
    do {
      return try read(source, nonfinite, limits, memory)
    } catch {
      throw GenerativeError(error.status, "\(pathText(path)): \(error.message)")
    }
  }

  /// Reads the checkpoint in `bytes`, which are copied and not needed afterwards. Otherwise like reading a
  /// file.
  package static func read(
    _ bytes: UnsafeRawBufferPointer, nonfinite: NonfinitePolicy = .refuse,
    limits: InputLimits = .standard, in memory: Memory = .standard
  ) throws(GenerativeError) -> Checkpoint {
    try read(ByteSource(bytes), nonfinite, limits, memory)
  }

  // Each length is checked against the available bytes before memory is allocated.
  private static func read(
    _ source: borrowing ByteSource, _ nonfinite: NonfinitePolicy, _ limits: InputLimits, _ memory: Memory
  ) throws(GenerativeError) -> Checkpoint {
    let prefixByteCount = Layout.prefixByteCount
    guard source.byteCount >= prefixByteCount else {
      throw GenerativeError(
        .truncated, "\(source.byteCount) bytes cannot hold the length of a safetensors header")
    }
    let prefix = try Buffer<UInt8>(count: prefixByteCount, in: memory)
    try source.read(prefixByteCount, at: 0, into: prefix.base)
    let claimed = prefix.elements.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard claimed <= UInt64(Limit.headerByteCount) else {
      throw GenerativeError(
        .limit,
        "a header of \(claimed) bytes is over the limit of \(Limit.headerByteCount); is it a safetensors file?"
      )
    }
    let headerByteCount = Int(claimed)
    let remaining = source.byteCount - prefixByteCount
    guard headerByteCount <= remaining else {
      throw GenerativeError(
        .truncated, "a header of \(headerByteCount) bytes is announced, but only \(remaining) bytes follow")
    }
    let payloadByteCount = remaining - headerByteCount
    guard payloadByteCount <= limits.modelByteCount else {
      throw GenerativeError(
        .limit, "\(payloadByteCount) bytes of tensors are over the limit of \(limits.modelByteCount)")
    }

    let header = try Buffer<UInt8>(count: headerByteCount, in: memory)
    try source.read(headerByteCount, at: prefixByteCount, into: header.base)
    defer { withExtendedLifetime(header) {} }
    let layout = try Layout(
      header: UnsafeRawBufferPointer(header.elements), payloadByteCount: payloadByteCount, limits)
    let payload = try Buffer<UInt8>(uninitializedCount: payloadByteCount, in: memory)
    try source.read(payloadByteCount, at: prefixByteCount + headerByteCount, into: payload.base)
    return try Checkpoint(layout, payload, nonfinite, memory)
  }

  private init(
    _ layout: Layout, _ payload: Buffer<UInt8>, _ nonfinite: NonfinitePolicy, _ memory: Memory
  ) throws(GenerativeError) {
    self.init(layout.limits)
    for (key, value) in layout.metadata { try setMetadata(key, value) }
    try checkVersion()
    if let wanted = layout.headerChecksum {
      var metadata = layout.metadata
      metadata[Checksum.key] = layout.checksum
      let found = Checksum.ofHeader(metadata, layout.entries.lazy.map { ($0.name, $0.type, $0.shape) }).text
      guard found == wanted, layout.checksum != nil else {
        throw GenerativeError(
          .format, "the header was altered: its CRC-32C is \(found), not \(quoted(wanted))")
      }
      sealsHeader = true
    }
    if let wanted = layout.checksum {
      var checksum = Checksum()
      withExtendedLifetime(payload) {
        checksum.append(UnsafeRawBufferPointer(payload.elements))
      }
      guard checksum.text == wanted else {
        throw GenerativeError(
          .format, "the tensors were altered: their CRC-32C is \(checksum.text), not \(quoted(wanted))")
      }
    }
    for entry in layout.entries {
      let tensor = try Tensor(entry, in: payload, memory)
      if nonfinite == .refuse { try tensor.checkFinite() }
      try add(try tensor.widened(in: memory))
    }
  }
}

extension Checkpoint.Tensor {
  /// A view of `entry`'s bytes in `payload`, or an aligned copy if another program stored them unaligned.
  fileprivate init(
    _ entry: Layout.Entry, in payload: Buffer<UInt8>, _ memory: Memory
  ) throws(GenerativeError) {
    let isAligned = entry.range.lowerBound.isMultiple(of: entry.type.byteCount)
    let start = payload.base + entry.range.lowerBound
    let owner =
      isAligned
      ? payload
      : try Buffer(copying: UnsafeBufferPointer(start: start, count: entry.range.count), in: memory)
    self.init(
      name: entry.name, type: entry.type, shape: entry.shape, count: entry.count,
      base: UnsafeRawPointer(isAligned ? start : owner.base), owner: owner)
  }
}
