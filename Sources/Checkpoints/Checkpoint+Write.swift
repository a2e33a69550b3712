import CShims
import Tensors

extension Checkpoint {
  /// Writes the file at `path`, new or replacing an old one, completely or not at all.
  ///
  /// Tensors are stored by decreasing element size, otherwise in order, so that each one is aligned. The same
  /// content gives the same bytes. Memory is needed only for the header. If an earlier write was killed, the
  /// temporary file that it left in the folder is removed when a file is replaced.
  ///
  /// - Throws: `.io`, with the system's reason; `.nonfinite`; `.limit`; `.memory`. After any error, an old
  ///   file is unchanged.
  package func write(
    to path: UnsafePointer<CChar>?, nonfinite: NonfinitePolicy = .refuse, in memory: Memory = .standard
  ) throws(GenerativeError) {
    let tensors = try tensorsForFile(nonfinite)
    let header = try header(for: tensors, in: memory)
    var pieces = [shim_piece(bytes: header.base, count: Int64(header.count))]
    for tensor in tensors {
      pieces.append(shim_piece(bytes: tensor.base, count: Int64(tensor.bytes.count)))
    }
    let code = withExtendedLifetime((tensors, header)) {
      shim_write_file_atomically(path, pieces, Int64(pieces.count))
    }
    guard code == 0 else { throw ioError("write", path, code) }
  }

  /// Whether there is a file, or anything else, at `path`.
  package static func exists(_ path: String) -> Bool { shim_exists(path) != 0 }

  /// Checks that `write` could create or replace the file at `path`, without changing anything there.
  ///
  /// - Throws: `.io`, with the system's reason.
  package static func checkWritable(_ path: String) throws(GenerativeError) {
    let code = shim_check_writable(path)
    guard code == 0 else { throw ioError("write", path, code) }
  }

  /// The bytes that `write` would store in a file.
  ///
  /// - Throws: `.nonfinite`, `.limit`, `.memory`.
  package func serialized(
    nonfinite: NonfinitePolicy = .refuse, in memory: Memory = .standard
  ) throws(GenerativeError) -> Buffer<UInt8> {
    let tensors = try tensorsForFile(nonfinite)
    let header = try header(for: tensors, in: memory)
    let file = try Buffer<UInt8>(count: Self.byteCount(header, tensors), in: memory)
    Self.copy(header, tensors, to: file.base)
    return file
  }

  /// Copies the bytes that `write` would store in a file to `destination`, and returns their number. If
  /// `destination` is nil, only returns their number.
  ///
  /// - Throws: `.argument` if there are more than `capacity` bytes, and nothing is copied; `.nonfinite`;
  ///   `.limit`; `.memory`.
  package func serialize(
    to destination: UnsafeMutableRawPointer?, capacity: Int, nonfinite: NonfinitePolicy = .refuse,
    in memory: Memory = .standard
  ) throws(GenerativeError) -> Int {
    let tensors = try tensorsForFile(nonfinite)
    let header = try header(for: tensors, in: memory)
    let byteCount = Self.byteCount(header, tensors)
    guard let destination else { return byteCount }
    guard byteCount <= capacity else {
      throw GenerativeError(.argument, "capacity must be at least \(byteCount), not \(capacity)")
    }
    Self.copy(header, tensors, to: destination)
    return byteCount
  }

  private static func byteCount(_ header: Buffer<UInt8>, _ tensors: [Tensor]) -> Int {
    // Cannot overflow, because both parts are limited.
    tensors.reduce(header.count) { $0 + $1.bytes.count }
  }

  private static func copy(
    _ header: Buffer<UInt8>, _ tensors: [Tensor], to destination: UnsafeMutableRawPointer
  ) {
    withExtendedLifetime((header, tensors)) {
      var end = destination
      for bytes in [UnsafeRawBufferPointer(header.elements)] + tensors.map({ $0.bytes }) {
        UnsafeMutableRawBufferPointer(start: end, count: bytes.count).copyMemory(from: bytes)
        end += bytes.count
      }
    }
  }

  private func tensorsForFile(_ nonfinite: NonfinitePolicy) throws(GenerativeError) -> [Tensor] {
    if nonfinite == .refuse {
      for tensor in tensors { try tensor.checkFinite() }
    }
    return [8, 4, 2, 1].flatMap { byteCount in tensors.filter { $0.type.byteCount == byteCount } }
  }

  /// The header's length and the header, padded with spaces to a multiple of 8 bytes.
  private func header(
    for tensors: [Tensor], in memory: Memory
  ) throws(GenerativeError) -> Buffer<UInt8> {
    var json = "{" + metadataMember(tensors)
    var position = 0
    for tensor in tensors {
      let end = position + tensor.bytes.count
      json += ",\(jsonString(tensor.name)):{\"dtype\":\"\(tensor.type.rawValue)\",\"shape\":["
      json += tensor.shape.map(String.init).joined(separator: ",")
      json += "],\"data_offsets\":[\(position),\(end)]}"
      position = end
    }
    json += "}"
    while !json.utf8.count.isMultiple(of: Layout.prefixByteCount) { json += " " }
    let count = json.utf8.count
    guard count <= Limit.headerByteCount else {
      throw GenerativeError(
        .limit, "the header would have \(count) bytes; the limit is \(Limit.headerByteCount)")
    }
    let header = try Buffer<UInt8>(count: Layout.prefixByteCount + count, in: memory)
    for byte in 0..<Layout.prefixByteCount {
      header[byte] = UInt8(truncatingIfNeeded: count >> (8 * byte))
    }
    for (index, byte) in json.utf8.enumerated() { header[Layout.prefixByteCount + index] = byte }
    return header
  }

  /// `"__metadata__":{…}`, including the checksum, with keys in byte order.
  private func metadataMember(_ tensors: [Tensor]) -> String {
    var checksum = Checksum()
    for tensor in tensors {
      withExtendedLifetime(tensor) { checksum.append(tensor.bytes) }
    }
    var members = metadata
    members[Checksum.key] = checksum.text
    if sealsHeader {
      members[Checksum.headerKey] =
        Checksum.ofHeader(members, tensors.lazy.map { ($0.name, $0.type, $0.shape) }).text
    }
    let text = members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
      .map { "\(jsonString($0.key)):\(jsonString($0.value))" }
    return "\"\(Self.metadataKey)\":{\(text.joined(separator: ","))}"
  }
}
