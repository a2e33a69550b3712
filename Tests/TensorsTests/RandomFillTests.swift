import Glibc
import Kernels
import TestSupport
import Tensors
import Testing

private let contexts: [Context] = Kernels.allTables.compactMap { try? Context(threadCount: 3, kernels: $0) }

@Suite struct RandomFillTests {
  /// kat_vectors of Random123, philox4x32-10.
  @Test func wordsAreThePublishedOnes() {
    let zeros = Random(seed: 0, purpose: .test)
    // A purpose stands in the counter's top byte: take it out with the same bits in the step.
    let cleared = Random(seed: 0, purpose: .test, step: UInt64(zeros.purpose.rawValue) << 56)
    #expect(cleared.words(0) == SIMD4(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8))
    let ones = Random(seed: .max, purpose: .test, step: .max ^ UInt64(zeros.purpose.rawValue) << 56)
    #expect(ones.words(.max) == SIMD4(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd))
  }

  @Test func uniformsAreTheScalarOnesAtAnyOffsetAndSplit() throws {
    let random = Random(seed: 0x1234_5678_9abc_def0, purpose: .latent, step: 7)
    for context in contexts {
      for offset in [0, 1, 2, 3, 4, 5, 31, 4_294_967_290 * 4 + 1] {
        for count in [0, 1, 2, 3, 4, 7, 15, 16, 17, 31, 33, 63, 64, 65, 1_001] {
          let y = try Buffer<Float>(count: count + 2)
          y[count + 1] = 9
          context.fillUniform(y.base + 1, count: count, from: random, offset: offset)
          #expect(
            (0..<count).allSatisfy { y[$0 + 1] == random.uniform(at: offset + $0) }, "\(offset) \(count)")
          #expect(y[0] == 0 && y[count + 1] == 9)
        }
      }
    }
  }

  @Test func normalsAreBoxMullerOfTheScalarWordsAtAnyOffset() throws {
    let random = Random(seed: 42, purpose: .reparameterisation, step: 1 << 40)
    for context in contexts {
      let whole = try Buffer<Float>(count: 70_000)
      context.fillNormal(whole.base, count: whole.count, from: random)
      var worst = 0.0
      for e in 0..<whole.count {
        let w = random.words(UInt64(e) >> 2)
        let pair = e & 2
        let u = (Double(w[pair] >> 8) + 1) * 0x1p-24
        let angle = 2 * Double.pi * Double(w[pair + 1] >> 8) * 0x1p-24
        let value = (-2 * log(u)).squareRoot() * (e & 1 == 0 ? cos(angle) : sin(angle))
        worst = max(worst, abs(Double(whole[e]) - value))
      }
      #expect(worst < 1.5e-6, "\(context.kernels.name)")
      for offset in [1, 2, 3, 17, 1_000] {
        let part = try Buffer<Float>(count: 501)
        context.fillNormal(part.base, count: 501, from: random, offset: offset)
        #expect((0..<501).allSatisfy { part[$0] == whole[offset + $0] })
      }
    }
  }

  @Test func normalsHaveTheMomentsAndTheDistributionOfTheNormal() throws {
    let count = 1_000_000
    let context = Context.standard
    let y = try Buffer<Float>(count: count)
    context.fillNormal(y.base, count: count, from: Random(seed: 3, purpose: .test), mean: 2, deviation: 3)
    var moments = [0.0, 0, 0, 0]
    for i in 0..<count {
      let z = (Double(y[i]) - 2) / 3
      var power = 1.0
      for k in 0..<4 {
        power *= z
        moments[k] += power / Double(count)
      }
    }
    // Five standard errors of each.
    #expect(abs(moments[0]) < 5e-3)
    #expect(abs(moments[1] - 1) < 7.1e-3)
    #expect(abs(moments[2]) < 19.4e-3)
    #expect(abs(moments[3] - 3) < 49e-3)
    let distance = kolmogorov(y) { 0.5 * erfc(-(Double($0) - 2) / 3 / 2.0.squareRoot()) }
    #expect(distance * Double(count).squareRoot() < 1.95, "critical at 0.1%")
  }

  @Test func uniformsFillTheirIntervalEvenly() throws {
    let y = try Buffer<Float>(count: 1_000_000)
    Context.standard.fillUniform(
      y.base, count: y.count, from: Random(seed: 5, purpose: .test), low: -3, high: 7)
    #expect(y.elements.allSatisfy { $0 >= -3 && $0 < 7 })
    #expect(kolmogorov(y) { (Double($0) + 3) / 10 } * 1_000 < 1.95, "critical at 0.1%")
  }

  /// sup |empirical − expected| distribution.
  private func kolmogorov(_ y: Buffer<Float>, _ distribution: (Float) -> Double) -> Double {
    let sorted = y.elements.sorted()
    let n = Double(sorted.count)
    var worst = 0.0
    for (i, value) in sorted.enumerated() {
      let expected = distribution(value)
      worst = max(worst, abs(expected - Double(i) / n), abs(expected - Double(i + 1) / n))
    }
    return worst
  }
}
