import Tensors

extension Ranks {
  /// Maximum length in bytes of an error message that is sent to other ranks.
  private static let messageBytes = 508

  /// Runs `body`, which may fail on one rank and not on another. If it fails on one rank, all ranks throw:
  /// the rank's own error, or that of the lowest rank that has one.
  ///
  /// - Parameter body: must not communicate with the other ranks.
  package func together<Result>(
    _ body: () throws(GenerativeError) -> Result
  ) throws(GenerativeError) -> Result {
    var result: Result?
    var error: GenerativeError?
    do throws(GenerativeError) { result = try body() } catch let thrown { error = thrown }
    if let failure { throw failure }
    let failed = try sum(of: error == nil ? 0 : 1)
    if failed == 0, let result { return result }
    let errors = try gather(Self.bytes(of: error))
    if let error { throw error }
    for other in 0..<count {
      let bytes = errors[other * (4 + Self.messageBytes)..<(other + 1) * (4 + Self.messageBytes)]
      if let error = Self.error(in: bytes, rank: other) { throw error }
    }
    throw GenerativeError(.comm, "\(failed) of \(count) ranks failed, and none gave a reason")
  }

  /// A status, followed by a message, truncated if necessary, and zeros.
  private static func bytes(of error: GenerativeError?) -> [UInt8] {
    var bytes = withUnsafeBytes(of: (error?.status.rawValue ?? 0).littleEndian) { Array($0) }
    bytes += (error?.message ?? "").utf8.prefix(messageBytes)
    return bytes + [UInt8](repeating: 0, count: 4 + messageBytes - bytes.count)
  }

  private static func error(in bytes: ArraySlice<UInt8>, rank: Int) -> GenerativeError? {
    let value = bytes.prefix(4).reversed().reduce(Int32(0)) { $0 << 8 | Int32($1) }
    guard value != 0 else { return nil }
    let message = String(decoding: bytes.dropFirst(4).prefix { $0 != 0 }, as: UTF8.self)
    return GenerativeError(GenerativeError.Status(rawValue: value) ?? .comm, "rank \(rank): \(message)")
  }
}

extension Ranks? {
  /// `Ranks.together`; without ranks, just calls `body`.
  package func together<Result>(
    _ body: () throws(GenerativeError) -> Result
  ) throws(GenerativeError) -> Result {
    guard let self else { return try body() }
    return try self.together(body)
  }
}
