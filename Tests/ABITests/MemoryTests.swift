import CGenerative
import Glibc
import Synchronization
import Testing

/// The host's allocator, memory limit, loops and forks.
@Suite(.serialized) struct MemoryTests {
  /// An allocator that counts its calls and fails at one of them, once or from then on.
  final class Allocator: Sendable {
    let calls = Atomic<Int>(0)
    let live = Atomic<Int>(0)
    let failing: Int
    let keepsFailing: Bool

    init(failing: Int = .max, keepsFailing: Bool = false) {
      (self.failing, self.keepsFailing) = (failing, keepsFailing)
    }

    func context(threads: Int64 = 1) -> (gen_status, OpaquePointer?) {
      var options = gen_context_options()
      gen_context_options_init(&options, UInt32(MemoryLayout<gen_context_options>.size))
      options.n_threads = threads
      options.user_data = Unmanaged.passUnretained(self).toOpaque()
      options.allocate = { count, data in
        guard let data else { return nil }
        let allocator = Unmanaged<Allocator>.fromOpaque(data).takeUnretainedValue()
        let call = allocator.calls.add(1, ordering: .relaxed).newValue
        if call == allocator.failing || call > allocator.failing && allocator.keepsFailing { return nil }
        allocator.live.add(Int(count), ordering: .relaxed)
        var memory: UnsafeMutableRawPointer?
        return posix_memalign(&memory, 64, Int(count)) == 0 ? memory : nil
      }
      options.release = { memory, count, data in
        guard let data else { return }
        Unmanaged<Allocator>.fromOpaque(data).takeUnretainedValue().live
          .subtract(Int(count), ordering: .relaxed)
        free(memory)
      }
      var context: OpaquePointer?
      let status = gen_context_create(&options, &context)
      return (status, context)
    }
  }

  /// Makes, fits, uses, saves and loads a model; the first failure, or none.
  private func run(_ model: Model, _ allocator: Allocator) -> gen_status {
    let (made, context) = allocator.context()
    defer { gen_context_destroy(context) }
    if made != GEN_OK { return made }
    var options = gen_memory_options()
    gen_memory_options_init(&options, UInt32(MemoryLayout<gen_memory_options>.size))
    (options.n_rows, options.channels, options.context) = (20, Int64(rowSize), context)
    var dataset: OpaquePointer?
    var handle: OpaquePointer?
    var loaded: OpaquePointer?
    defer {
      gen_dataset_destroy(dataset)
      gen_model_destroy(handle)
      gen_model_destroy(loaded)
    }
    var fit = fitOptions()
    (fit.batch_size, fit.epochs) = (10, 1)
    var x = [Float](repeating: 0, count: 2 * rowSize)
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    var count: Int64 = 0
    let steps: [() -> gen_status] = [
      { gen_dataset_create(rows(20), &options, &dataset) }, { model.create(context, &handle) },
      { gen_model_fit(handle, dataset, &fit, nil) }, { model.use(handle, &x) },
      { gen_model_save_memory(handle, 0, &bytes, Int64(bytes.count), &count) },
      { gen_model_load_memory(bytes, count, context, &loaded) }, { model.use(loaded, &x) },
    ]
    for step in steps {
      let status = step()
      if status != GEN_OK {
        // What failed once works afterwards, where the allocator does.
        if handle != nil, !allocator.keepsFailing, dataset != nil {
          #expect(gen_model_fit(handle, dataset, &fit, nil) == GEN_OK, "\(message)")
          #expect(model.use(handle, &x) == GEN_OK, "\(message)")
        }
        return status
      }
    }
    return 0
  }

  @Test(arguments: Model.all)
  func `Each failing allocation is an error and leaks nothing`(_ model: Model) {
    let counter = Allocator()
    expect(run(model, counter), 0)
    #expect(counter.live.load(ordering: .relaxed) == 0)
    let calls = counter.calls.load(ordering: .relaxed)
    #expect(calls > 20)
    for keepsFailing in [false, true] {
      for n in 1...calls {
        let allocator = Allocator(failing: n, keepsFailing: keepsFailing)
        let status = run(model, allocator)
        #expect(status == GEN_E_NOMEM, "allocation \(n) of \(calls): \(name(status)): \(message)")
        #expect(allocator.live.load(ordering: .relaxed) == 0, "allocation \(n)")
      }
    }
  }

  @Test func `A context's limit holds, and its memory count returns to its start`() throws {
    var options = gen_context_options()
    gen_context_options_init(&options, UInt32(MemoryLayout<gen_context_options>.size))
    options.memory_limit = 32 << 20
    options.n_threads = 1
    let context = try made { gen_context_create(&options, $0) }
    var (used, peak): (Int64, Int64) = (0, 0)
    expect(gen_context_memory(context, &used, &peak), 0)
    let start = used
    var big = vaeOptions()
    (big.network.context, big.network.channels) = (context, 10_000_000)
    var vae: OpaquePointer?
    expect(gen_vae_create(&big, &vae), 4)
    #expect(vae == nil)
    #expect(message.contains("memory_limit"))
    expect(gen_context_memory(context, &used, &peak), 0)
    #expect(used == start)
    let small = try Model.vae.make(context: context)
    expect(gen_context_memory(context, &used, nil), 0)
    #expect(used > start)
    gen_model_destroy(small)
    expect(gen_context_memory(context, &used, nil), 0)
    #expect(used == start)
    gen_context_destroy(context)
    expect(gen_context_memory(context, &used, nil), 2)
    expect(gen_context_memory(nil, nil, nil), 0)
  }

  @Test func `Options of a context are checked`() {
    var context: OpaquePointer?
    func create(_ change: (inout gen_context_options) -> Void) -> gen_status {
      var options = gen_context_options()
      gen_context_options_init(&options, UInt32(MemoryLayout<gen_context_options>.size))
      change(&options)
      return gen_context_create(&options, &context)
    }
    expect(gen_context_create(nil, nil), 1)
    expect(create { $0.n_threads = 0 }, 1)
    expect(create { $0.n_threads = 65 }, 1)
    expect(create { $0.memory_limit = -2 }, 1)
    expect(create { $0.memory_limit = 1 }, 4)
    expect(create { $0.direct_convolutions = 2 }, 1)
    expect(create { $0.allocate = { _, _ in nil } }, 1)
    expect(create { $0.release = { _, _, _ in } }, 1)
    expect(create { ($0.allocate, $0.release) = ({ _, _ in nil }, { _, _, _ in }) }, 4)
    #expect(context == nil)
  }

  @Test(arguments: Model.all)
  func `An object keeps its context, and a host's loop gives the same bits`(_ model: Model) throws {
    func bytes(_ change: (inout gen_context_options) -> Void) throws -> [UInt8] {
      var options = gen_context_options()
      gen_context_options_init(&options, UInt32(MemoryLayout<gen_context_options>.size))
      change(&options)
      let context = try made { gen_context_create(&options, $0) }
      let handle = try model.make(context: context)
      let dataset = try makeDataset(20, context: context)
      gen_context_destroy(context)
      expect(gen_model_fit(handle, dataset, nil, nil), 0)
      let bytes = try model.bytes(handle)
      gen_model_destroy(handle)
      gen_dataset_destroy(dataset)
      return bytes
    }
    let one = try bytes { $0.n_threads = 1 }
    #expect(one == (try bytes { $0.n_threads = 2 }))
    // Backwards, on one thread.
    #expect(
      one
        == (try bytes { options in
          options.n_threads = 3
          options.parallel_for = { count, body, state, _ in
            for index in stride(from: count - 1, through: 0, by: -1) { body?(index, state) }
          }
        }))
  }

  @Test func `A fork after training samples the same rows`() throws {
    // Swift hides fork; C programs, and Python's multiprocessing, do not.
    typealias Fork = @convention(c) () -> pid_t
    let fork = unsafeBitCast(try #require(dlsym(nil, "fork")), to: Fork.self)
    let vae = try Model.vae.make()
    let dataset = try makeDataset()
    var options = fitOptions()
    expect(gen_model_fit(vae, dataset, &options, nil), 0)
    let expected = try Model.vae.output(vae)
    for _ in 0..<5 {
      let child = fork()
      if child == 0 {
        alarm(20)
        let isEqual = (try? Model.vae.output(vae)) == expected
        let isFitted = gen_model_fit(vae, dataset, &options, nil) == GEN_OK
        _exit(isEqual && isFitted ? 0 : 1)
      }
      var status: Int32 = -1
      waitpid(child, &status, 0)
      #expect(status == 0)
    }
    gen_model_destroy(vae)
    gen_dataset_destroy(dataset)
  }
}
