import CGenerative
import Ranks
import Tensors
import Testing
import TestSupport

/// Statistics gathered in parts, merged, kept as bytes, and what is made of them.
@Suite struct StatisticsTests {
  private static let columns = 300
  private static let rowCount = 1500

  /// Orders in which 7 shards are merged.
  private static let orders = [
    [0, 1, 2, 3, 4, 5, 6], [6, 5, 4, 3, 2, 1, 0], [3, 0, 6, 1, 5, 2, 4], [4, 2, 5, 1, 6, 0, 3],
  ]

  /// Correlated bytes of unlike variances and means.
  private static let bytes: [UInt8] = {
    var state: UInt64 = 7
    func next() -> Double {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(state >> 40) / 0x1p24
    }
    var values: [UInt8] = []
    for _ in 0..<rowCount {
      let factors = (0..<5).map { _ in next() }
      for j in 0..<columns {
        let common = factors[j % 5] * Double(5 - j % 5) / 5
        values.append(UInt8(200 * common * Double(j) / Double(columns) + 50 * next()))
      }
    }
    return values
  }()

  private static let floats: [Float] = bytes.enumerated().map {
    Float($0.element) / 37 + Float($0.offset % columns)
  }

  private enum Rows: CaseIterable {
    case bytes, floats

    /// A dataset of some rows.
    func dataset(_ range: Range<Int>) throws -> OpaquePointer {
      var options = gen_memory_options()
      gen_memory_options_init(&options, UInt32(MemoryLayout<gen_memory_options>.size))
      options.n_rows = Int64(range.count)
      options.channels = Int64(columns)
      let part = range.lowerBound * columns..<range.upperBound * columns
      switch self {
      case .bytes:
        options.dtype = Int32(GEN_U8)
        return try made { gen_dataset_create(Array(StatisticsTests.bytes[part]), &options, $0) }
      case .floats:
        options.dtype = Int32(GEN_F32)
        return try made { gen_dataset_create(Array(StatisticsTests.floats[part]), &options, $0) }
      }
    }
  }

  private func moments(
    _ columns: Int = columns, directions: Int = 0, seed: UInt64 = 1, context: OpaquePointer? = nil
  ) throws -> OpaquePointer {
    var options = gen_moments_options()
    gen_moments_options_init(&options, UInt32(MemoryLayout<gen_moments_options>.size))
    options.n_features = Int64(columns)
    if directions > 0 { options.n_directions = Int64(directions) }
    options.seed = seed
    options.context = context
    return try made { gen_moments_create(&options, $0) }
  }

  private func reservoir(
    _ capacity: Int, _ columns: Int = columns, seed: UInt64 = 1
  ) throws -> OpaquePointer {
    var options = gen_reservoir_options()
    gen_reservoir_options_init(&options, UInt32(MemoryLayout<gen_reservoir_options>.size))
    options.n_features = Int64(columns)
    options.capacity = Int64(capacity)
    options.seed = seed
    return try made { gen_reservoir_create(&options, $0) }
  }

  /// Unequal parts of all rows.
  private func shards(_ count: Int) -> [Range<Int>] {
    let cuts = (0...count).map { $0 * $0 * Self.rowCount / (count * count) }
    return (0..<count).map { cuts[$0]..<cuts[$0 + 1] }
  }

  private func bytes(_ moments: OpaquePointer) throws -> [UInt8] {
    var count: Int64 = 0
    expect(gen_moments_save_memory(moments, nil, 0, &count), GEN_OK)
    var bytes = [UInt8](repeating: 0, count: Int(count))
    expect(gen_moments_save_memory(moments, &bytes, count, &count), GEN_OK)
    return bytes
  }

  /// The statistics of shards, each gone through bytes, merged in that order.
  private func merged(
    _ rows: Rows, _ parts: [Range<Int>], _ order: [Int], empty: () throws -> OpaquePointer
  ) throws -> OpaquePointer {
    let all = try empty()
    for index in order where index < parts.count && !parts[index].isEmpty {
      let part = try empty()
      let dataset = try rows.dataset(parts[index])
      expect(gen_moments_update(part, dataset, nil), GEN_OK)
      let kept = try bytes(part)
      let back = try made { gen_moments_load_memory(kept, Int64(kept.count), nil, $0) }
      expect(gen_moments_merge(all, back), GEN_OK)
      gen_moments_destroy(back)
      gen_moments_destroy(part)
      gen_dataset_destroy(dataset)
    }
    return all
  }

  private struct Solution {
    var variances: [Double]
    var components: [Float]
    var mean: [Float]
    var total: Double
  }

  private func solution(_ moments: OpaquePointer, components k: Int = 12) throws -> Solution {
    var options = gen_pca_options()
    gen_pca_options_init(&options, UInt32(MemoryLayout<gen_pca_options>.size))
    options.n_components = Int64(k)
    let pca = try made { gen_pca_create(&options, $0) }
    defer { gen_model_destroy(pca) }
    expect(gen_pca_merge_moments(pca, moments), GEN_OK)
    var found = Solution(
      variances: Array(repeating: 0, count: k), components: Array(repeating: 0, count: k * Self.columns),
      mean: Array(repeating: 0, count: Self.columns), total: 0)
    expect(gen_pca_solution(pca, Int32(GEN_F32), &found.mean, &found.components, &found.variances), GEN_OK)
    var info = gen_pca_info_t()
    info.struct_size = UInt32(MemoryLayout<gen_pca_info_t>.size)
    expect(gen_pca_info(pca, &info), GEN_OK)
    found.total = info.total_variance
    return found
  }

  // MARK: - Parts and the whole

  @Test(arguments: [0, 40]) func `Bytes in 1, 2 or 7 shards in any order give the same bits`(
    directions: Int
  ) throws {
    let empty = { try self.moments(directions: directions) }
    let whole = try merged(.bytes, shards(1), [0], empty: empty)
    let expected = try (bytes(whole), solution(whole))
    for count in [2, 7] {
      for order in Self.orders {
        let parts = try merged(.bytes, shards(count), order, empty: empty)
        #expect(try bytes(parts) == expected.0)
        let found = try solution(parts)
        #expect(found.variances == expected.1.variances)
        #expect(found.components == expected.1.components)
        #expect(found.mean == expected.1.mean)
        gen_moments_destroy(parts)
      }
    }
    gen_moments_destroy(whole)
  }

  @Test(arguments: [0, 40]) func `Floats in 1, 2 or 7 shards in any order agree to 1e-12`(
    directions: Int
  ) throws {
    let empty = { try self.moments(directions: directions) }
    let whole = try merged(.floats, shards(1), [0], empty: empty)
    let expected = try solution(whole)
    for count in [2, 7] {
      for order in Self.orders {
        let parts = try merged(.floats, shards(count), order, empty: empty)
        let found = try solution(parts)
        for (a, b) in zip(found.variances, expected.variances) { #expect(abs(a - b) <= 1e-12 * b) }
        #expect(abs(found.total - expected.total) <= 1e-12 * expected.total)
        // Components and mean are rounded to floats at the end.
        for (a, b) in zip(found.components, expected.components) { #expect(abs(a - b) <= 0x1p-24) }
        for (a, b) in zip(found.mean, expected.mean) { #expect(abs(a - b) <= abs(b) * 0x1p-23) }
        gen_moments_destroy(parts)
      }
    }
    gen_moments_destroy(whole)
  }

  @Test func `Wide floats are summed as a loop in Double sums them`() throws {
    let all = try merged(.floats, shards(7), Self.orders[2]) { try self.moments() }
    defer { gen_moments_destroy(all) }
    let d = Self.columns
    var covariance = [Double](repeating: 0, count: d * d)
    expect(gen_moments_covariance(all, &covariance), GEN_OK)
    let n = Self.rowCount
    let mean = (0..<d).map { j in (0..<n).reduce(0) { $0 + Double(Self.floats[$1 * d + j]) } / Double(n) }
    for (i, j) in [(0, 0), (3, 298), (17, 17), (100, 205), (299, 299), (299, 4)] {
      let sum = (0..<n).reduce(0) {
        $0 + (Double(Self.floats[$1 * d + i]) - mean[i]) * (Double(Self.floats[$1 * d + j]) - mean[j])
      }
      let scale = (covariance[i * (d + 1)] * covariance[j * (d + 1)]).squareRoot()
      #expect(abs(covariance[i * d + j] - sum / Double(n - 1)) <= 1e-12 * scale)
    }
  }

  // MARK: - Ranks

  /// A host's table over ranks that are threads.
  private final class Host: @unchecked Sendable {
    let functions: Ranks.Functions
    init(_ functions: Ranks.Functions) { self.functions = functions }

    func comm(_ rank: Int, of size: Int) -> gen_comm {
      var comm = gen_comm()
      gen_comm_init(&comm, UInt32(MemoryLayout<gen_comm>.size))
      comm.rank = Int32(rank)
      comm.size = Int32(size)
      comm.user_data = Unmanaged.passUnretained(self).toOpaque()
      comm.all_reduce = { values, count, type, data in
        guard let data, let values else { return -1 }
        let number: Ranks.Number = type == GEN_F32 ? .float : type == GEN_F64 ? .double : .integer
        let host = Unmanaged<Host>.fromOpaque(data).takeUnretainedValue()
        return host.functions.allReduce(values, Int(count), number)
      }
      comm.broadcast = { bytes, count, root, data in
        guard let data, let bytes else { return -1 }
        let host = Unmanaged<Host>.fromOpaque(data).takeUnretainedValue()
        return host.functions.broadcast(bytes, Int(count), Int(root))
      }
      comm.all_gather = { bytes, count, all, data in
        guard let data, let bytes, let all else { return -1 }
        let host = Unmanaged<Host>.fromOpaque(data).takeUnretainedValue()
        return host.functions.allGather(bytes, Int(count), all)
      }
      comm.barrier = { data in
        guard let data else { return -1 }
        return Unmanaged<Host>.fromOpaque(data).takeUnretainedValue().functions.barrier()
      }
      return comm
    }
  }

  private struct RankResult: Sendable {
    var status = ""
    var message = ""
    var components: [Float] = []
  }

  /// Fits a PCA on each rank, and what each has.
  private func fitted(
    _ parts: [Range<Int>], solver: Int, failure: ThreadRanks.Failure? = nil
  ) -> [RankResult] {
    let threads = ThreadRanks(parts.count, failure: failure)
    let found = Guarded([RankResult](repeating: RankResult(), count: parts.count))
    threads.run { rank in
      let host = Host(threads.functions(rank))
      var comm = host.comm(rank, of: parts.count)
      var components = [Float](repeating: 0, count: 6 * Self.columns)
      var status: gen_status = -1
      var pca: OpaquePointer?
      withUnsafePointer(to: &comm) { comm in
        var options = gen_pca_options()
        gen_pca_options_init(&options, UInt32(MemoryLayout<gen_pca_options>.size))
        options.n_components = 6
        options.solver = Int32(solver)
        options.comm = comm
        status = gen_pca_create(&options, &pca)
      }
      if status == GEN_OK, let dataset = try? Rows.bytes.dataset(parts[rank]) {
        status = gen_pca_fit(pca, dataset, nil)
        gen_dataset_destroy(dataset)
        if status == GEN_OK { status = gen_pca_solution(pca, Int32(GEN_F32), nil, &components, nil) }
      }
      gen_model_destroy(pca)
      withExtendedLifetime(host) {}
      let result = RankResult(
        status: name(status), message: status == GEN_OK ? "" : message, components: components)
      found.withLock { $0[rank] = result }
    }
    return found.withLock { $0 }
  }

  @Test(arguments: [Int(GEN_AUTO), GEN_PCA_SKETCH])
  func `A PCA of bytes over ranks equals one machine's, bit for bit`(
    solver: Int
  ) throws {
    var options = gen_pca_options()
    gen_pca_options_init(&options, UInt32(MemoryLayout<gen_pca_options>.size))
    options.n_components = 6
    options.solver = Int32(solver)
    let alone = try made { gen_pca_create(&options, $0) }
    let dataset = try Rows.bytes.dataset(0..<Self.rowCount)
    expect(gen_pca_fit(alone, dataset, nil), GEN_OK)
    var expected = [Float](repeating: 0, count: 6 * Self.columns)
    expect(gen_pca_solution(alone, Int32(GEN_F32), nil, &expected, nil), GEN_OK)
    for cuts in [[0, Self.rowCount], [0, 40, Self.rowCount], [0, 700, 701, Self.rowCount]] {
      for found in fitted(zip(cuts, cuts.dropFirst()).map { $0..<$1 }, solver: solver) {
        #expect(found.status == "GEN_OK" && found.components == expected, "\(found.message)")
      }
    }
    gen_model_destroy(alone)
    gen_dataset_destroy(dataset)
  }

  @Test func `A rank that fails ends the fit on all`() {
    for call in [0, 3, 7] {
      for found in fitted(
        [0..<400, 400..<900], solver: Int(GEN_AUTO), failure: .init(rank: 1, call: call))
      {
        #expect(found.status == "GEN_E_COMM" && !found.message.isEmpty)
      }
    }
    for found in fitted([0..<400, 400..<900], solver: GEN_PCA_GRAM) {
      #expect(found.status == "GEN_E_UNSUPPORTED" && !found.message.isEmpty)
    }
  }

  // MARK: - Sketches

  @Test(arguments: Rows.allCases) private func `A second pass improves a sketch without overestimating`(
    rows: Rows
  ) throws {
    let exact = try merged(rows, shards(1), [0]) { try self.moments() }
    let first = try merged(rows, shards(2), [1, 0]) { try self.moments(directions: 24) }
    let second = try merged(rows, shards(7), Self.orders[3]) {
      try made { gen_moments_create_refined(first, $0) }
    }
    let k = 5
    let truth = try solution(exact, components: k)
    let (one, two) = (try solution(first, components: k), try solution(second, components: k))
    #expect(abs(one.total - truth.total) <= 1e-12 * truth.total)
    let missed = [one, two].map { zip(truth.variances, $0.variances).map { $0 - $1 } }
    for i in 0..<k {
      #expect(missed[0][i] >= -1e-9 * truth.variances[0])
      #expect(missed[1][i] >= -1e-9 * truth.variances[0])
      #expect(missed[1][i] <= missed[0][i])
    }
    // The bound on the mean of one pass: 1 + k / (l − k − 1) times what k components must miss.
    let must = truth.total - truth.variances.reduce(0, +)
    #expect(one.total - one.variances.reduce(0, +) <= (1 + 5.0 / 18) * must)
    #expect(two.total - two.variances.reduce(0, +) <= 1.001 * must)
    for moments in [exact, first, second] { gen_moments_destroy(moments) }
  }

  @Test func `Requesting what a sketch lacks is an error`() throws {
    let dataset = try Rows.bytes.dataset(0..<50)
    let (sketch, whole) = (try moments(directions: 8), try moments())
    var out = [Double](repeating: 0, count: Self.columns * Self.columns)
    for moments in [sketch, whole] { expect(gen_moments_update(moments, dataset, nil), GEN_OK) }
    expect(gen_moments_covariance(sketch, &out), GEN_E_STATE)
    expect(gen_moments_frechet(sketch, whole, &out), GEN_E_STATE)
    expect(gen_moments_frechet(whole, sketch, &out), GEN_E_STATE)
    var direction = [Float](repeating: 0, count: Self.columns)
    expect(gen_moments_direction(sketch, 1, 0, 0, 1, nil, &direction, nil), GEN_E_STATE)
    var made: OpaquePointer?
    expect(gen_moments_create_refined(whole, &made), GEN_E_STATE)
    let empty = try moments(directions: 8)
    expect(gen_moments_create_refined(empty, &made), GEN_E_STATE)
    for handle in [sketch, whole, empty] { gen_moments_destroy(handle) }
    gen_dataset_destroy(dataset)
  }

  @Test func `Statistics that cannot be merged are an error`() throws {
    let base = try moments(directions: 8)
    let other = try [
      moments(Self.columns - 1, directions: 8), moments(), moments(directions: 9),
      moments(directions: 8, seed: 2),
    ]
    let dataset = try Rows.floats.dataset(0..<40)
    expect(gen_moments_update(base, dataset, nil), GEN_OK)
    let refined = try made { gen_moments_create_refined(base, $0) }
    let before = try bytes(base)
    for moments in other + [refined] {
      expect(gen_moments_merge(base, moments), GEN_E_MISMATCH)
      expect(gen_moments_merge(moments, base), GEN_E_MISMATCH)
      gen_moments_destroy(moments)
    }
    #expect(try bytes(base) == before)
    gen_moments_destroy(base)
    gen_dataset_destroy(dataset)
  }

  @Test func `The context's memory limit applies to statistics`() throws {
    var options = gen_context_options()
    gen_context_options_init(&options, UInt32(MemoryLayout<gen_context_options>.size))
    options.memory_limit = 40 << 20
    let context = try made { gen_context_create(&options, $0) }
    defer { gen_context_destroy(context) }
    var used: Int64 = 0
    expect(gen_context_memory(context, &used, nil), GEN_OK)
    let before = used
    let kept = try moments(4000, directions: 40, context: context)
    expect(gen_context_memory(context, &used, nil), GEN_OK)
    #expect(used - before >= 2 * 4000 * 40 * 8)
    gen_moments_destroy(kept)
    expect(gen_context_memory(context, &used, nil), GEN_OK)
    #expect(used == before)
    var refused: OpaquePointer?
    var wanted = gen_moments_options()
    gen_moments_options_init(&wanted, UInt32(MemoryLayout<gen_moments_options>.size))
    (wanted.n_features, wanted.context) = (4000, context)
    expect(gen_moments_create(&wanted, &refused), GEN_E_NOMEM)
    #expect(refused == nil)
  }

  // MARK: - Bytes

  /// Tries what `spoil` made of right bytes: never a trap, always an error.
  private func expectRefused(_ spoiled: [UInt8], _ what: String, reservoir: Bool = false) {
    var back: OpaquePointer?
    let status =
      reservoir
      ? gen_reservoir_load_memory(spoiled, Int64(spoiled.count), nil, &back)
      : gen_moments_load_memory(spoiled, Int64(spoiled.count), nil, &back)
    #expect(status != GEN_OK, "\(what) was not noticed")
    #expect(back == nil && !message.isEmpty)
    gen_moments_destroy(reservoir ? nil : back)
    gen_reservoir_destroy(reservoir ? back : nil)
  }

  private func spoil(_ right: [UInt8], reservoir: Bool = false) {
    let header = 8 + right[0..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
    var spoiled = right
    for bit in 0..<header * 8 {
      spoiled[bit / 8] ^= 1 << UInt8(bit % 8)
      expectRefused(spoiled, "header bit \(bit % 8) of byte \(bit / 8)", reservoir: reservoir)
      spoiled[bit / 8] = right[bit / 8]
    }
    var state: UInt64 = 3
    for _ in 0..<3000 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let bit = header * 8 + Int(state >> 33) % ((right.count - header) * 8)
      spoiled[bit / 8] ^= 1 << UInt8(bit % 8)
      expectRefused(spoiled, "bit \(bit)", reservoir: reservoir)
      spoiled[bit / 8] = right[bit / 8]
    }
    for count in stride(from: 0, to: right.count, by: 7) {
      expectRefused(Array(right[0..<count]), "the end after \(count) bytes", reservoir: reservoir)
    }
    expectRefused(right + [0], "a byte too many", reservoir: reservoir)
  }

  @Test func `Any changed bit in the bytes of moments is detected`() throws {
    let dataset = try makeDataset()
    let whole = try moments(rowSize)
    expect(gen_moments_update(whole, dataset, nil), GEN_OK)
    spoil(try bytes(whole))
    let sketch = try moments(rowSize, directions: 3)
    expect(gen_moments_update(sketch, dataset, nil), GEN_OK)
    spoil(try bytes(sketch))
    let refined = try made { gen_moments_create_refined(sketch, $0) }
    expect(gen_moments_update(refined, dataset, nil), GEN_OK)
    spoil(try bytes(refined))
    for moments in [whole, sketch, refined] { gen_moments_destroy(moments) }
    gen_dataset_destroy(dataset)
  }

  @Test func `The bytes of moments have the size in the header`() throws {
    for (directions, refines, wanted) in [
      (0, false, 300 * 301 / 2 * 8 + 300 * 16), (40, false, 300 * 40 * 8 + 300 * 24),
      (40, true, 300 * 40 * 9 + 300 * 24),
    ] {
      var kept = try moments(directions: directions)
      let dataset = try Rows.bytes.dataset(0..<50)
      expect(gen_moments_update(kept, dataset, nil), GEN_OK)
      if refines { kept = try made { gen_moments_create_refined(kept, $0) } }
      let count = try bytes(kept).count
      #expect(wanted...wanted + 1024 ~= count, "\(count)")
      gen_dataset_destroy(dataset)
    }
  }

  @Test func `Statistics of a newer format are a version error`() throws {
    let empty = try moments(3)
    let right = try bytes(empty)
    let text = String(decoding: right, as: UTF8.self)
    let place = try #require(text.range(of: "\"format\":\"1"))
    let offset = text.utf8.distance(from: text.utf8.startIndex, to: place.upperBound) - 1
    var newer = right
    newer[offset] = UInt8(ascii: "2")
    var back: OpaquePointer?
    expect(gen_moments_load_memory(newer, Int64(newer.count), nil, &back), GEN_E_VERSION)
    gen_moments_destroy(empty)
  }

  // MARK: - Reservoirs

  private func sample(_ reservoir: OpaquePointer) -> (rows: [Float], numbers: [Int64]) {
    var info = gen_reservoir_info_t()
    info.struct_size = UInt32(MemoryLayout<gen_reservoir_info_t>.size)
    expect(gen_reservoir_info(reservoir, &info), GEN_OK)
    var rows = [Float](repeating: 0, count: Int(info.n_kept * info.n_features))
    var numbers = [Int64](repeating: 0, count: Int(info.n_kept))
    expect(gen_reservoir_rows(reservoir, &rows, &numbers), GEN_OK)
    return (rows, numbers)
  }

  private func bytes(ofReservoir reservoir: OpaquePointer) throws -> [UInt8] {
    var count: Int64 = 0
    expect(gen_reservoir_save_memory(reservoir, nil, 0, &count), GEN_OK)
    var bytes = [UInt8](repeating: 0, count: Int(count))
    expect(gen_reservoir_save_memory(reservoir, &bytes, count, &count), GEN_OK)
    return bytes
  }

  @Test(arguments: [100, 5000]) func `A reservoir's rows do not depend on parts and order`(
    capacity: Int
  ) throws {
    let whole = try reservoir(capacity)
    let dataset = try Rows.bytes.dataset(0..<Self.rowCount)
    expect(gen_reservoir_update(whole, dataset, 0, nil), GEN_OK)
    gen_dataset_destroy(dataset)
    let expected = try bytes(ofReservoir: whole)
    let (rows, numbers) = sample(whole)
    #expect(numbers == numbers.sorted() && Set(numbers).count == min(capacity, Self.rowCount))
    for (i, number) in numbers.enumerated() {
      for j in [0, 150, 299] {
        let byte = Self.bytes[Int(number) * Self.columns + j]
        // b·(1/255) in Float, as a dataset gives it.
        #expect(abs(Double(rows[i * Self.columns + j]) - Double(byte) / 255) <= 0x1p-24)
      }
    }
    for order in Self.orders {
      let all = try reservoir(capacity)
      let parts = shards(7)
      for index in order where !parts[index].isEmpty {
        let part = try reservoir(capacity)
        let dataset = try Rows.bytes.dataset(parts[index])
        expect(gen_reservoir_update(part, dataset, Int64(parts[index].lowerBound), nil), GEN_OK)
        let kept = try bytes(ofReservoir: part)
        let back = try made { gen_reservoir_load_memory(kept, Int64(kept.count), nil, $0) }
        expect(gen_reservoir_merge(all, back), GEN_OK)
        for handle in [back, part] { gen_reservoir_destroy(handle) }
        gen_dataset_destroy(dataset)
      }
      #expect(try bytes(ofReservoir: all) == expected)
      gen_reservoir_destroy(all)
    }
    gen_reservoir_destroy(whole)
  }

  @Test func `Every row is as likely to be kept`() throws {
    // 600 samples of 20 of 100 rows: each row is kept 120 times, deviation √(600·0.2·0.8) = 9.8.
    var counts = [Int](repeating: 0, count: 100)
    let values = (0..<100).map(Float.init)
    for seed in 0..<600 {
      let reservoir = try reservoir(20, 1, seed: UInt64(seed))
      expect(gen_reservoir_update_rows(reservoir, values, 100, 0), GEN_OK)
      for number in sample(reservoir).numbers { counts[Int(number)] += 1 }
      gen_reservoir_destroy(reservoir)
    }
    #expect(counts.reduce(0, +) == 12_000)
    let chiSquare = counts.reduce(0.0) { $0 + Double(($1 - 120) * ($1 - 120)) / 96 }
    // 99 degrees of freedom: 60 ... 145 holds 99.8 %.
    #expect(60...145 ~= chiSquare, "\(chiSquare)")
  }

  @Test func `Reservoirs that cannot be merged are an error`() throws {
    let base = try reservoir(10, 2)
    expect(gen_reservoir_update_rows(base, [1, 2, 3, 4], 2, 5), GEN_OK)
    let overlapping = try reservoir(10, 2)
    expect(gen_reservoir_update_rows(overlapping, [1, 2], 1, 6), GEN_OK)
    let before = try bytes(ofReservoir: base)
    for other in try [reservoir(10, 3), reservoir(11, 2), reservoir(10, 2, seed: 2), overlapping] {
      expect(gen_reservoir_merge(base, other), GEN_E_MISMATCH)
      gen_reservoir_destroy(other)
    }
    expect(gen_reservoir_merge(base, base), GEN_E_ARGUMENT)
    expect(gen_reservoir_update_rows(base, [1, .nan], 1, 9), GEN_E_NONFINITE)
    expect(gen_reservoir_update_rows(base, [1, 2], 1, -1), GEN_E_ARGUMENT)
    expect(gen_reservoir_update_rows(base, [1, 2], 1, .max), GEN_E_ARGUMENT)
    #expect(try bytes(ofReservoir: base) == before)
    gen_reservoir_destroy(base)
  }

  @Test func `Any changed bit in the bytes of a reservoir is detected`() throws {
    let reservoir = try reservoir(5, rowSize)
    expect(gen_reservoir_update_rows(reservoir, rows(8), 8, 100), GEN_OK)
    spoil(try bytes(ofReservoir: reservoir), reservoir: true)
    gen_reservoir_destroy(reservoir)
  }

  // MARK: - Directions

  @Test(arguments: [Int32(GEN_DIRECTION_REGRESSION), Int32(GEN_DIRECTION_MEANS)])
  func `A direction from merged moments is the one from rows`(method: Int32) throws {
    let (n, d) = (400, 7)
    var latents = rows(n, width: d)
    let label = (0..<n).map { i -> Float in i * 31 % 97 > 60 ? 1 : 0 }
    for i in 0..<n { latents[i * d + 2] += 0.4 * label[i] }
    let factor = (0..<n).map { latents[$0 * d + 4] * 3 - 1 }
    var options = gen_direction_options()
    gen_direction_options_init(&options, UInt32(MemoryLayout<gen_direction_options>.size))
    options.method = method
    var joint: [Float] = []
    for i in 0..<n {
      joint += latents[i * d..<(i + 1) * d]
      joint += [factor[i], label[i]]
    }
    let all = try moments(d + 2)
    for part in [150..<n, 0..<150] {
      let shard = try moments(d + 2)
      let values = Array(joint[part.lowerBound * (d + 2)..<part.upperBound * (d + 2)])
      expect(gen_moments_update_rows(shard, values, Int32(GEN_F32), Int64(part.count)), GEN_OK)
      expect(gen_moments_merge(all, shard), GEN_OK)
      gen_moments_destroy(shard)
    }
    var info = [gen_direction_info_t(), gen_direction_info_t()]
    for i in 0..<2 { info[i].struct_size = UInt32(MemoryLayout<gen_direction_info_t>.size) }
    var (found, expected) = ([Float](repeating: 0, count: d), [Float](repeating: 0, count: d))
    expect(gen_moments_direction(all, 2, 1, 0, 1, &options, &found, &info[0]), GEN_OK)
    expect(gen_latents_direction(latents, Int64(n), Int64(d), label, &options, &expected, &info[1]), GEN_OK)
    for (a, b) in zip(found, expected) { #expect(abs(a - b) <= 1e-6) }
    for key in [\gen_direction_info_t.correlation, \.low, \.high, \.mean, \.deviation] {
      #expect(abs(info[0][keyPath: key] - info[1][keyPath: key]) <= 1e-6)
    }
    // Another attribute of the same statistics; means cannot know which of its rows are above the middle.
    let status = gen_moments_direction(all, 2, 0, -1, 2, &options, &found, nil)
    expect(status, method == GEN_DIRECTION_MEANS ? GEN_E_ARGUMENT : GEN_OK)
    expect(gen_moments_direction(all, 2, 2, 0, 1, &options, &found, nil), GEN_E_ARGUMENT)
    expect(gen_moments_direction(all, 9, 0, 0, 1, &options, &found, nil), GEN_E_ARGUMENT)
    expect(gen_moments_direction(all, 2, 1, 1, 0, &options, &found, nil), GEN_E_ARGUMENT)
    gen_moments_destroy(all)
  }
}
