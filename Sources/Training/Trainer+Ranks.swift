import Checkpoints
import Datasets
import Kernels
import Networks
import Ranks
import Tensors

// How ranks begin a fit together: with the same options, a share of the rows each, and rank 0's model.

extension Ranks {
  /// Each rank's row count, or nil for streams.
  ///
  /// - Throws: `.mismatch` on every rank if some datasets are streams and others are not, or if shared
  ///   datasets differ.
  func rowCounts(
    of dataset: Dataset?, _ name: String, shared: Bool
  ) throws(GenerativeError) -> [Int]? {
    let counts = try gather(dataset.map { $0.rowCount ?? -1 } ?? -2)
    func text(_ count: Int) -> String {
      switch count {
      case -2: "none"
      case -1: "a stream"
      default: "\(count) rows"
      }
    }
    for (other, count) in counts.enumerated() {
      // The row counts of two datasets in memory may differ, unless they are shared.
      if shared ? count != counts[0] : min(count, 0) != min(counts[0], 0) {
        throw GenerativeError(
          .mismatch,
          "\(name) must be the same on all ranks: it is \(text(counts[0])) on rank 0 and \(text(count)) on rank \(other)"
        )
      }
    }
    guard counts[0] >= 0 else { return nil }
    return shared ? [counts[0]] : counts
  }

  /// Checks that all ranks have the same lines.
  ///
  /// - Throws: `.mismatch` on every rank, naming the difference from rank 0.
  func compare(_ lines: [(name: String, text: String)]) throws(GenerativeError) {
    let own = lines.map { "\($0.name)\t\($0.text)" }.joined(separator: "\n")
    var count = Int64(rank == 0 ? own.utf8.count : 0)
    try sum(&count, count: 1)
    var bytes = rank == 0 ? Array(own.utf8) : [UInt8](repeating: 0, count: Int(count))
    try broadcast(&bytes)
    var first: [String: String] = [:]
    for line in String(decoding: bytes, as: UTF8.self).fields(separatedBy: "\n") {
      let parts = line.fields(separatedBy: "\t")
      if first[parts[0]] == nil { first[parts[0]] = parts.count > 1 ? parts[1] : "" }
    }
    try together { () throws(GenerativeError) in
      for (name, text) in lines where first[name] != text {
        throw GenerativeError(
          .mismatch,
          "\(name) must be the same on all ranks: it is \(first[name] ?? "missing") on rank 0, not \(text)")
      }
      guard first.count == lines.count else {
        throw GenerativeError(.mismatch, "rank 0 has \(first.count) options, not \(lines.count)")
      }
    }
  }
}

extension Trainable {
  /// What must be the same on all ranks in addition to the terms of the fit: the model, and what computes it.
  func likeness(_ options: FitOptions) throws(GenerativeError) -> [(name: String, text: String)] {
    let prefix = "option."
    let outline = try outline().metadata.sorted { $0.key < $1.key }.map { key, text in
      let name = key.removing(prefix: prefix) ?? key
      // The fit has its own seed.
      return (name: name == "seed" ? "the model's seed" : name, text: text)
    }
    return outline + [
      // The model's seed and options are in the outline, but the results also depend on the kernels.
      ("kernels", context.kernels.name),
      ("a preparation of rows", preparation == nil ? "none" : "there"),
      ("resume", "\(options.resumes)"),
      ("shared_rows", "\(options.sharesRows)"),
    ]
  }

  /// Replaces the weights, the optimizer and the record by those of rank 0.
  func adopt(from ranks: Ranks) throws(GenerativeError) {
    let own = try ranks.together { () throws(GenerativeError) in
      ranks.rank == 0 ? try checkpoint(.everything).serialized(in: context.memory) : nil
    }
    let count = try ranks.sum(of: own?.count ?? 0)
    let bytes = try ranks.together { () throws(GenerativeError) in
      if let own { return own }
      return try Buffer<UInt8>(count: count, in: context.memory)
    }
    try ranks.broadcast(UnsafeMutableRawBufferPointer(bytes.elements))
    try ranks.together { () throws(GenerativeError) in
      guard ranks.rank != 0 else { return }
      // The file was written by this library, however large it is.
      var limits = context.limits
      limits.modelByteCount = max(limits.modelByteCount, bytes.count)
      try restore(
        try Checkpoint.read(UnsafeRawBufferPointer(bytes.elements), limits: limits, in: context.memory))
    }
    withExtendedLifetime(bytes) {}
  }
}
