import Ranks
import Tensors
import Testing
import TestSupport

@Suite struct RanksTests {
  /// What each rank found, by rank.
  private func results<Value: Sendable>(
    _ count: Int, failure: ThreadRanks.Failure? = nil,
    _ body: @escaping @Sendable (Ranks) throws(GenerativeError) -> Value
  ) -> [Result<Value, GenerativeError>] {
    let threads = ThreadRanks(count, failure: failure)
    let found = Guarded([Result<Value, GenerativeError>?](repeating: nil, count: count))
    threads.run { rank in
      let ranks = threads.ranks(rank)
      let result = Result { () throws(GenerativeError) in try body(ranks) }
      found.withLock { $0[rank] = result }
    }
    return found.withLock { $0.compactMap { $0 } }
  }

  @Test func `Numbers of three kinds are summed, gathered and sent`() throws {
    let found = results(3) { (ranks) throws(GenerativeError) in
      let r = ranks.rank + 1
      var floats: [Float] = [Float(r), 0.5 * Float(r)]
      var doubles: [Double] = [Double(r) * 1e-9]
      var integers: [Int64] = [Int64(r) << 40]
      try ranks.sum(&floats, count: 2)
      try ranks.sum(&doubles, count: 1)
      try ranks.sum(&integers, count: 1)
      let total = try ranks.sum(of: 10 * r)
      let gathered = try ranks.gather(-r)
      var bytes: [UInt8] = [UInt8(r), 7]
      var sent: GenerativeError?
      bytes.withUnsafeMutableBytes { bytes in
        do throws(GenerativeError) { try ranks.broadcast(bytes, from: 1) } catch { sent = error }
      }
      if let sent { throw sent }
      try ranks.meet()
      return "\(floats) \(doubles) \(integers) \(total) \(gathered) \(bytes)"
    }
    let expected = "[6.0, 3.0] [\(1e-9 + 2e-9 + 3e-9)] [\(6 << 40)] 60 [-1, -2, -3] [2, 7]"
    #expect(try found.map { try $0.get() } == [expected, expected, expected])
  }

  @Test func `An error on one rank is an error on every rank`() throws {
    let long = String(repeating: "é", count: 400)
    let found = results(3) { (ranks) throws(GenerativeError) in
      try ranks.together { () throws(GenerativeError) in
        if ranks.rank > 0 { throw GenerativeError(.format, "no \(ranks.rank) \(long)") }
        return 5
      }
    }
    let errors = found.map { result -> GenerativeError? in
      if case .failure(let error) = result { error } else { nil }
    }
    #expect(errors.map { $0?.status } == [.format, .format, .format])
    #expect(errors[0]?.message.hasPrefix("rank 1: no 1 éé") == true)
    #expect(errors[1]?.message == "no 1 \(long)")
    #expect(errors[2]?.message == "no 2 \(long)")
    let fine = results(3) { (ranks) throws(GenerativeError) in
      try ranks.together { () throws(GenerativeError) in ranks.rank }
    }
    #expect(try fine.map { try $0.get() } == [0, 1, 2])
  }

  @Test(arguments: 0..<5) func `No call is made after a failed one`(_ call: Int) {
    let failure = ThreadRanks.Failure(rank: 1, call: call)
    let threads = ThreadRanks(2, failure: failure)
    let found = Guarded([String](repeating: "", count: 2))
    threads.run { rank in
      let ranks = threads.ranks(rank)
      var statuses = ""
      for _ in 0..<5 {
        do throws(GenerativeError) { _ = try ranks.gather(1) } catch { statuses += "\(error.status) " }
      }
      let text = statuses
      found.withLock { $0[rank] = text }
    }
    let expected = String(repeating: "comm ", count: 5 - call)
    #expect(found.withLock { $0 } == [expected, expected])
    #expect(threads.callCount(0) == call + 1 && threads.callCount(1) == call + 1)
  }
}
