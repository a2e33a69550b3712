import Glibc
import Kernels

/// Four words of Philox4x32-10, one multiplication at a time.
private func words(_ stream: RandomKernels.Stream, _ counter: UInt64) -> [UInt32] {
  var c = [
    UInt32(truncatingIfNeeded: counter), UInt32(truncatingIfNeeded: counter >> 32), stream.high0,
    stream.high1,
  ]
  var (k0, k1) = (stream.key0, stream.key1)
  for _ in 0..<10 {
    let p0 = UInt64(0xD251_1F53) * UInt64(c[0])
    let p1 = UInt64(0xCD9E_8D57) * UInt64(c[2])
    c = [
      UInt32(p1 >> 32) ^ c[1] ^ k0, UInt32(truncatingIfNeeded: p1), UInt32(p0 >> 32) ^ c[3] ^ k1,
      UInt32(truncatingIfNeeded: p0),
    ]
    k0 &+= 0x9E37_79B9
    k1 &+= 0xBB67_AE85
  }
  return c
}

/// Element `index` of a stream, uniform in [0, 1).
private func uniform(_ stream: RandomKernels.Stream, _ index: UInt64) -> Float {
  Float(words(stream, index >> 2)[Int(index & 3)] >> 8) * 0x1p-24
}

/// Element `index` of a stream, N(0, 1): Box and Muller's formula in Double.
private func normal(_ stream: RandomKernels.Stream, _ index: UInt64) -> Double {
  let w = words(stream, index >> 2)
  let pair = Int(index & 2)
  let u = (Double(w[pair] >> 8) + 1) * 0x1p-24
  let angle = 2 * Double.pi * Double(w[pair + 1] >> 8) * 0x1p-24
  return (-2 * log(u)).squareRoot() * (index & 1 == 0 ? cos(angle) : sin(angle))
}

extension Cases {
  func checkRandom() {
    // kat_vectors of Random123, philox4x32-10.
    let zeros = RandomKernels.Stream(key0: 0, key1: 0, high0: 0, high1: 0)
    check("philox of zeros", words(zeros, 0) == [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8])
    let ones = RandomKernels.Stream(key0: .max, key1: .max, high0: .max, high1: .max)
    check("philox of ones", words(ones, .max) == [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd])

    let stream = RandomKernels.Stream(
      key0: 0x9abc_def0, key1: 0x1234_5678, high0: 7, high1: 0x0300_0000)
    let scratch = Block<Float>(RandomKernels.scratchCount) { _ in 0 }
    for first in [0, 1, 2, 3, 4, 5, 31, 4_294_967_290 * 4 + 1] as [UInt64] {
      for count in [0, 1, 2, 3, 4, 7, 15, 16, 17, 31, 33, 63, 64, 65, 1_001] {
        let y = Block<Float>(count) { _ in 77 }
        let isIntact = { y.isIntact && scratch.isIntact }
        let name = "\(count) elements from \(first)"
        table.random.uniform(stream, first, 0, 1, Float(1).nextDown, y.base, count, scratch.base)
        var isRight = isIntact()
        for i in 0..<count { isRight = isRight && y[i] == uniform(stream, first + UInt64(i)) }
        check("uniform, \(name)", isRight)
        table.random.uniform(stream, first, -3, 10, Float(7).nextDown, y.base, count, scratch.base)
        isRight = isIntact()
        for i in 0..<count {
          let wanted = -3 + 10 * Double(uniform(stream, first + UInt64(i)))
          isRight = isRight && abs(Double(y[i]) - wanted) < 1e-6 && y[i] >= -3 && y[i] < 7
        }
        check("uniform in -3 ..< 7, \(name)", isRight)
        table.random.normal(stream, first, 2, 3, y.base, count, scratch.base)
        var error = 0.0
        for i in 0..<count {
          error = worse(error, abs(Double(y[i]) - 2 - 3 * normal(stream, first + UInt64(i))))
        }
        check("normal, \(name)", error, within: 6e-6, intact: isIntact())
      }
    }
    let many = 20_000
    let y = Block<Float>(many) { _ in 77 }
    table.random.normal(stream, 0, 0, 1, y.base, many, scratch.base)
    var error = 0.0
    for i in 0..<many { error = worse(error, abs(Double(y[i]) - normal(stream, UInt64(i)))) }
    check("normal, \(many) elements", error, within: 1.5e-6, intact: y.isIntact)
  }
}
