// Elementary functions on vectors. The stated errors are the largest found in a dense sweep against Double
// (FunctionTests).

@inline(__always) func bits(_ x: Floats) -> Integers { unsafeBitCast(x, to: Integers.self) }
@inline(__always) func floats(bits x: Integers) -> Floats { unsafeBitCast(x, to: Floats.self) }
@inline(__always) func floats(bits x: Words) -> Floats { unsafeBitCast(x, to: Floats.self) }

/// `a` if a > b, else `b`. Returns b if either is NaN.
@inline(__always) func larger(_ a: Floats, _ b: Floats) -> Floats { b.replacing(with: a, where: a .> b) }
/// `a` if a < b, else `b`. Returns b if either is NaN.
@inline(__always) func smaller(_ a: Floats, _ b: Floats) -> Floats { b.replacing(with: a, where: a .< b) }

/// |x|
@inline(__always) func magnitude(_ x: Floats) -> Floats {
  floats(bits: bits(x) & Integers(repeating: 0x7fff_ffff))
}

/// x ≥ 0 with the sign bit of `sign`.
@inline(__always) func withSign(_ x: Floats, of sign: Floats) -> Floats {
  floats(bits: bits(x) | (bits(sign) & Integers(repeating: Int32.min)))
}

/// 2ⁿ for −126 ≤ n ≤ 127.
@inline(__always) private func powerOfTwo(_ n: Integers) -> Floats {
  floats(bits: (n &+ Integers(repeating: 127)) &<< Integers(repeating: 23))
}

/// eˣ within 1 ulp. Denormal results are kept; overflow gives ∞.
///
/// eˣ = 2ⁿ·eʳ with n = round(x / ln 2) and |r| ≤ ln 2 / 2. eʳ is its series up to r⁷ (next term 5·10⁻⁹).
@inline(__always) func exponential(_ x: Floats) -> Floats {
  // NaN passes through both calls.
  let x = smaller(all(89), larger(all(-104.5), x))
  // Adding 1.5·2²³ rounds to an integer and leaves it in the low bits.
  let shifted = multiplyAdd(x, all(1.442_695_04), all(12_582_912))
  let n = bits(shifted) &- Integers(repeating: 0x4b40_0000)
  let k = shifted - all(12_582_912)
  // ln 2 in two parts. The first has 15 bits, so k times it is exact.
  let r = multiplyAdd(k, all(2.121_944_40e-4), multiplyAdd(k, all(-0.693_359_375), x))
  var p = multiplyAdd(all(1.984_126_98e-4), r, all(1.388_888_89e-3))
  p = multiplyAdd(p, r, all(8.333_333_33e-3))
  p = multiplyAdd(p, r, all(4.166_666_67e-2))
  p = multiplyAdd(p, r, all(1.666_666_67e-1))
  p = multiplyAdd(p, r, all(0.5))
  let y = multiplyAdd(p, r * r, r) + all(1)
  // Two factors, because 2ⁿ would be out of range at both ends.
  let half = n &>> Integers(repeating: 1)
  return y * powerOfTwo(half) * powerOfTwo(n &- half)
}

/// ln x within 1 ulp. −∞ at 0, NaN for negative x; denormals are exact.
///
/// The algorithm of fdlibm: x = 2ᵏ(1 + f) with √½ ≤ 1 + f < √2, s = f / (2 + f), ln(1 + f) = f − f²/2 +
/// s(f²/2 + R(s²)).
@inline(__always) func logarithm(_ x: Floats) -> Floats {
  let isTiny = x .< all(0x1p-126)
  let scaled = x.replacing(with: x * all(8_388_608), where: isTiny)
  let offset = Integers(repeating: 0x3f35_04f3)  // √½
  let shifted = bits(scaled) &- offset
  let exponent = shifted &>> Integers(repeating: 23)
  let mantissa = floats(bits: (shifted & Integers(repeating: 0x007f_ffff)) &+ offset)
  let k = floats(exponent) - all(0).replacing(with: all(23), where: isTiny)
  let f = mantissa - all(1)
  let s = f / (all(2) + f)
  let z = s * s
  var r = multiplyAdd(z, all(0.242_790_788), all(0.284_987_867))
  r = multiplyAdd(z, r, all(0.400_009_722))
  r = z * multiplyAdd(z, r, all(0.666_666_627))
  let h = all(0.5) * f * f
  let low = multiplyAdd(s, h + r, k * all(9.058_000_60e-6))
  var y = multiplyAdd(k, all(0.693_138_123), f - (h - low))
  y = y.replacing(with: all(-.infinity), where: x .== all(0))
  y = y.replacing(with: all(.nan), where: x .< all(0))
  // ∞ and NaN are their own logarithms.
  return y.replacing(with: x, where: .!(x .< all(.infinity)))
}

/// ln(1 + z) for 0 ≤ z ≤ 1 within 2 ulp. Computed as 2 artanh(s), s = z / (2 + z) ≤ ⅓, by its series up to
/// s¹⁷.
@inline(__always) func logarithmOfOnePlus(_ z: Floats) -> Floats {
  let s = z / (all(2) + z)
  let q = s * s
  var p = multiplyAdd(all(1 / 17), q, all(1 / 15))
  p = multiplyAdd(p, q, all(1 / 13))
  p = multiplyAdd(p, q, all(1 / 11))
  p = multiplyAdd(p, q, all(1 / 9))
  p = multiplyAdd(p, q, all(1 / 7))
  p = multiplyAdd(p, q, all(1 / 5))
  p = multiplyAdd(p, q, all(1 / 3))
  let twice = s + s
  return multiplyAdd(p * q, twice, twice)
}

/// ln(1 + eˣ) within 2.5 ulp.
@inline(__always) func softplus(_ x: Floats) -> Floats {
  let positive = larger(x, all(0)).replacing(with: x, where: .!(x .== x))
  return positive + logarithmOfOnePlus(exponential(-magnitude(x)))
}

/// σ(x) = 1 / (1 + e⁻ˣ) within 3 ulp, including small results: e⁻|ˣ| never overflows.
@inline(__always) func sigmoid(_ x: Floats) -> Floats {
  let z = exponential(-magnitude(x))
  let numerator = z.replacing(with: all(1), where: x .>= all(0))
  return numerator / (all(1) + z)
}

/// tanh x within 2 ulp: an odd polynomial (Cephes) for |x| < 0.625, otherwise 1 − 2 / (e²|ˣ| + 1).
@inline(__always) func hyperbolicTangent(_ x: Floats) -> Floats {
  let a = magnitude(x)
  let q = x * x
  var p = multiplyAdd(all(-5.704_988_727_45e-3), q, all(2.063_908_879_54e-2))
  p = multiplyAdd(p, q, all(-5.373_971_555_31e-2))
  p = multiplyAdd(p, q, all(1.333_144_220_36e-1))
  p = multiplyAdd(p, q, all(-3.333_328_194_22e-1))
  let near = multiplyAdd(p * q, x, x)
  let far = withSign(all(1) - all(2) / (exponential(a + a) + all(1)), of: x)
  return far.replacing(with: near, where: a .< all(0.625))
}

/// eˣ − 1 for x ≤ 0 within 4 ulp: its series up to x⁹ for x > −½, otherwise eˣ − 1.
@inline(__always) func exponentialLessOne(_ x: Floats) -> Floats {
  var p = multiplyAdd(all(1 / 362_880), x, all(1 / 40_320))
  p = multiplyAdd(p, x, all(1 / 5_040))
  p = multiplyAdd(p, x, all(1 / 720))
  p = multiplyAdd(p, x, all(1 / 120))
  p = multiplyAdd(p, x, all(1 / 24))
  p = multiplyAdd(p, x, all(1 / 6))
  p = multiplyAdd(p, x, all(0.5))
  let near = multiplyAdd(p * x, x, x)
  return (exponential(x) - all(1)).replacing(with: near, where: x .> all(-0.5))
}

/// cos 2πu and sin 2πu for 0 ≤ u < 1, with an absolute error below 2·10⁻⁷.
///
/// u is a multiple of a quarter turn plus a remainder of at most ⅛. The subtraction computes the remainder
/// exactly.
@inline(__always) func cosineAndSine(turns u: Floats) -> (cosine: Floats, sine: Floats) {
  let shifted = multiplyAdd(u, all(4), all(12_582_912))
  let quarter = bits(shifted)
  let r = (u - (shifted - all(12_582_912)) * all(0.25)) * all(6.283_185_31)
  let q = r * r
  var s = multiplyAdd(all(-1.951_529_589_1e-4), q, all(8.332_160_873_6e-3))
  s = multiplyAdd(s, q, all(-1.666_665_461_1e-1))
  let sine = multiplyAdd(s * q, r, r)
  var c = multiplyAdd(all(2.443_315_711_809_948e-5), q, all(-1.388_731_625_493_765e-3))
  c = multiplyAdd(c, q, all(4.166_664_568_298_827e-2))
  let cosine = multiplyAdd(c * q, q, multiplyAdd(q, all(-0.5), all(1)))
  let isOdd = (quarter & Integers(repeating: 1)) .== Integers(repeating: 1)
  let x = cosine.replacing(with: sine, where: isOdd)
  let y = sine.replacing(with: cosine, where: isOdd)
  // Cosine is negative in quarters 1 and 2, sine in 2 and 3.
  let flipX = ((quarter &+ Integers(repeating: 1)) & Integers(repeating: 2)) &<< Integers(repeating: 30)
  let flipY = (quarter & Integers(repeating: 2)) &<< Integers(repeating: 30)
  return (floats(bits: bits(x) ^ flipX), floats(bits: bits(y) ^ flipY))
}
