import CGenerative
import Testing

/// The latent tools through the header: what they refuse, and that refusing writes nothing.
@Suite struct LatentTests {
  private static let untouched: Float = -99
  private static let size: Int64 = 3
  private static let two: [Float] = [1, 2, 3, -1, 0, 2]

  /// The status of a call on room for `count` floats, none of which a failed call may write.
  private func called(_ count: Int, _ call: (UnsafeMutablePointer<Float>?) -> gen_status) -> gen_status {
    var out = [Float](repeating: Self.untouched, count: count)
    let status = out.withUnsafeMutableBufferPointer { call($0.baseAddress) }
    if status != GEN_OK { #expect(out.allSatisfy { $0 == Self.untouched }) }
    if status == GEN_OK { #expect(out.allSatisfy { $0.isFinite && $0 != Self.untouched }) }
    return status
  }

  @Test func `Walks and loops are checked`() {
    func walk(_ first: [Float]?, _ last: [Float]?, _ size: Int64, _ steps: Int64, _ curve: Int32)
      -> gen_status
    {
      called(12) { gen_latents_interpolate(first, last, size, steps, curve, $0) }
    }
    let (a, b): ([Float], [Float]) = ([1, 2, 3], [-1, 0, 2])
    for curve in [Int32(GEN_CURVE_LINEAR), Int32(GEN_CURVE_SPHERICAL)] { expect(walk(a, b, 3, 4, curve), 0) }
    expect(walk(nil, b, 3, 4, 0), 1)
    expect(walk(a, nil, 3, 4, 0), 1)
    expect(walk(a, [0, .nan, 0], 3, 4, 0), 9)
    expect(walk(a, [0, .infinity, 0], 3, 4, 1), 9)
    for bad in [0, -1, 65_537, .max, .min] as [Int64] { expect(walk(a, b, bad, 4, 0), 1) }
    for bad in [1, 0, -1, 1_000_001, .max, .min] as [Int64] { expect(walk(a, b, 3, bad, 0), 1) }
    for bad in [-1, 2, .max] as [Int32] { expect(walk(a, b, 3, 4, bad), 1) }
    expect(gen_latents_interpolate(a, b, 3, 4, 0, nil), 1)

    func loop(_ latents: [Float]?, _ count: Int64, _ steps: Int64) -> gen_status {
      called(24) { gen_latents_loop(latents, count, Self.size, steps, 1, $0) }
    }
    expect(loop(Self.two, 2, 4), 0)
    expect(loop(nil, 2, 4), 1)
    for bad in [1, 0, -1, .max] as [Int64] { expect(loop(Self.two, bad, 4), 1) }
    for bad in [0, -1, .max] as [Int64] { expect(loop(Self.two, 2, bad), 1) }
    expect(gen_latents_loop(Self.two, 1 << 31 - 1, 3, 1_000_000, 0, nil), 1)
  }

  @Test func `Traversals and moves are checked`() {
    func traverse(_ axes: [Int64]?, _ count: Int64, _ range: Double, _ steps: Int64 = 2) -> gen_status {
      called(18) { gen_latents_traverse(nil, 3, axes, count, nil, range, steps, $0) }
    }
    expect(traverse(nil, 0, 2), 0)
    expect(traverse([2, 1, 0], 3, 2), 0)
    expect(traverse(nil, 1, 2), 1)
    expect(traverse([0], 0, 2), 1)
    expect(traverse([3], 1, 2), 1)
    expect(traverse([-1], 1, 2), 1)
    expect(traverse([0], .max, 2), 1)
    for bad in [-1, Double.nan, .infinity, 1e7] { expect(traverse(nil, 0, bad), 1) }
    expect(traverse(nil, 0, 2, 1), 1)

    func move(_ direction: [Float]?, _ low: Double, _ high: Double) -> gen_status {
      called(12) { gen_latents_move(Self.two, 2, 3, direction, low, high, 2, $0) }
    }
    expect(move([0, 2, 0], -1, 1), 0)
    expect(move([0, 0, 0], -1, 1), 1)
    expect(move([0, .nan, 0], -1, 1), 9)
    expect(move(nil, -1, 1), 1)
    for bad in [Double.nan, .infinity, -1e7] {
      expect(move([0, 2, 0], bad, 1), 1)
      expect(move([0, 2, 0], -1, bad), 1)
    }
    expect(gen_latents_move(nil, 0, 3, [1, 0, 0], -1, 1, 2, nil), 0)
  }

  @Test func `Directions are checked and report their range`() {
    let latents: [Float] = [0, 0, 1, 1, 2, 0, 3, 1]
    let attribute: [Float] = [0, 0, 1, 1]
    var info = gen_direction_info_t()
    info.struct_size = UInt32(MemoryLayout<gen_direction_info_t>.size)
    func direction(
      _ attribute: [Float]?, rows: Int64 = 4,
      _ change: (inout gen_direction_options) -> Void = { _ in }
    ) -> gen_status {
      var options = gen_direction_options()
      gen_direction_options_init(&options, UInt32(MemoryLayout<gen_direction_options>.size))
      change(&options)
      return called(2) { gen_latents_direction(latents, rows, 2, attribute, &options, $0, &info) }
    }
    // Classes at means (0.5, 0.5) and (2.5, 0.5): along the first axis.
    expect(direction(attribute) { $0.method = Int32(GEN_DIRECTION_MEANS) }, 0)
    #expect(info.low == 0.5 && info.high == 2.5 && info.mean == 1.5)
    #expect(abs(info.correlation - 2 / 5.0.squareRoot()) < 1e-12)
    expect(direction([0.5, -2, 7, 1]), 0)
    expect(direction(nil), 1)
    expect(direction([2, 2, 2, 2]), 1)
    expect(direction([2, .nan, 2, 2]), 9)
    for bad in [1, 0, -1, .max] as [Int64] { expect(direction(attribute, rows: bad), 1) }
    for bad in [-1, 2] as [Int32] { expect(direction(attribute) { $0.method = bad }, 1) }
    for bad in [Double.nan, .infinity, 1e7] { expect(direction(attribute) { $0.ridge = bad }, 1) }
    expect(direction(attribute) { $0.n_others = 1 }, 1)
    for bad in [-1, 4097, .max] as [Int64] { expect(direction(attribute) { $0.n_others = bad }, 1) }
    let spanning: [Float] = [1, 0, 0, 1]
    spanning.withUnsafeBufferPointer { others in
      expect(direction(attribute) { ($0.others, $0.n_others) = (others.baseAddress, 1) }, 0)
      expect(direction(attribute) { ($0.others, $0.n_others) = (others.baseAddress, 2) }, 1)
    }
    expect(gen_latents_direction(latents, 4, 2, attribute, nil, nil, nil), 1)
    expect(called(2) { gen_latents_direction(latents, 4, 2, attribute, nil, $0, nil) }, 0)
    expect(called(2) { gen_latents_direction(latents, 4, 4097, attribute, nil, $0, nil) }, 1)
  }

  @Test func `Arithmetic and samples are checked`() {
    func combine(_ n: (Int64, Int64, Int64), _ b: [Float]? = Self.two) -> gen_status {
      called(3) { gen_latents_combine(Self.two, n.0, b, n.1, Self.two, n.2, 3, $0) }
    }
    expect(combine((2, 1, 2)), 0)
    expect(combine((2, 1, 2), nil), 1)
    for bad in [0, -1, .max] as [Int64] {
      expect(combine((bad, 1, 1)), 1)
      expect(combine((1, bad, 1)), 1)
      expect(combine((1, 1, bad)), 1)
    }
    func sample(_ rows: Int64, _ truncation: Double) -> gen_status {
      called(12) { gen_latents_sample(rows, 3, truncation, 1, $0) }
    }
    for good in [Double(GEN_AUTO), 0.01, 0.7, 1e30] { expect(sample(4, good), 0) }
    for bad in [-2, 0, 0.001, Double.nan, .infinity] { expect(sample(4, bad), 1) }
    for bad in [-1, .max] as [Int64] { expect(sample(bad, 1), 1) }
    expect(gen_latents_sample(1, 3, 1, 1, nil), 1)
  }

  @Test func `Inversions are checked`() throws {
    var options = vaeOptions()
    let vae = try made { gen_vae_create(&options, $0) }
    defer { gen_model_destroy(vae) }
    func invert(
      _ x: [Float]? = rows(4), during run: gen_run = run(),
      _ change: (inout gen_invert_options) -> Void = { _ in }
    ) -> gen_status {
      var run = run
      var options = gen_invert_options()
      gen_invert_options_init(&options, UInt32(MemoryLayout<gen_invert_options>.size))
      options.n_steps = 5
      change(&options)
      var error: [Float] = [Self.untouched, 0, 0, 0]
      let status = called(8) { gen_model_invert(vae, x, 4, &options, &run, $0, &error) }
      #expect((error[0] == Self.untouched) == (status != GEN_OK))
      return status
    }
    expect(invert(), 0)
    expect(invert(nil), 1)
    expect(invert([Float](repeating: .nan, count: 4 * rowSize)), 9)
    expect(invert { $0.generator = 1 }, 1)
    for bad in [-1, 1_000_001, .max] as [Int64] { expect(invert { $0.n_steps = bad }, 1) }
    for bad in [-1, 10_001, .max] as [Int64] { expect(invert { $0.n_starts = bad }, 1) }
    for bad in [-1, Double.nan, .infinity] { expect(invert { $0.learning_rate = bad }, 1) }
    for bad in [-2, Double.nan, .infinity] { expect(invert { $0.prior_weight = bad }, 1) }
    for bad in [-1, 3, .max] as [Int64] { expect(invert { $0.n_masks = bad }, 1) }
    let mask = [UInt8](repeating: 1, count: 4 * rowSize)
    mask.withUnsafeBufferPointer { mask in
      for (count, status) in [(0, 1), (1, 0), (2, 1), (4, 0), (5, 1)] as [(Int64, Int)] {
        expect(invert { ($0.mask, $0.n_masks) = (mask.baseAddress, count) }, status)
      }
    }
    let start = [Float](repeating: .infinity, count: 8)
    start.withUnsafeBufferPointer { start in expect(invert { $0.start = start.baseAddress }, 9) }
    expect(gen_model_invert(nil, rows(1), 1, nil, nil, nil, nil), 2)
    expect(gen_model_invert(vae, rows(1), 1, nil, nil, nil, nil), 0)

    expect(invert(during: run { _, _ in Int32(GEN_STOP_NOW) }), 13)
    let token = try made { gen_token_create($0) }
    gen_token_cancel(token)
    expect(invert(during: run(token: token)), 13)
    gen_token_destroy(token)
    expect(invert(during: run(token: token)), 2)
    #expect(invert(during: run { _, _ in Int32(GEN_STOP_AFTER_EPOCH) }) == GEN_OK)
  }
}
