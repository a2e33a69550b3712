import CGenerative
import Glibc
import Testing

/// Handles that are NULL, stale, foreign or of another kind; objects in use.
@Suite struct HandleTests {
  @Test(arguments: Model.all)
  func `An invalid handle is an error`(_ model: Model) throws {
    var x = [Float](repeating: -1, count: 2 * rowSize)
    let stale = try model.make()
    gen_model_destroy(stale)
    gen_model_destroy(stale)
    gen_model_destroy(nil)
    let dataset = try makeDataset()
    let handles: [OpaquePointer?] = [
      nil, stale, dataset, OpaquePointer(bitPattern: 1), OpaquePointer(bitPattern: -1),
      OpaquePointer(bitPattern: UInt(bitPattern: stale) ^ 1 << 40),
    ]
    for handle in handles {
      var info = gen_model_info_t()
      info.struct_size = UInt32(MemoryLayout<gen_model_info_t>.size)
      var count: Int64 = 0
      expect(model.use(handle, &x), 2)
      expect(gen_model_fit(handle, dataset, nil, nil), 2)
      expect(gen_model_info(handle, &info), 2)
      expect(gen_model_save_memory(handle, 0, nil, 0, &count), 2)
      expect(gen_model_save(handle, "/tmp/never", 0), 2)
    }
    #expect(x.allSatisfy { $0 == -1 })
    let handle = try model.make()
    for wrong in [nil, stale, handle] { expect(gen_model_fit(handle, wrong, nil, nil), 2) }
    expect(model.create(nil, nil), 1)
    gen_model_destroy(handle)
    gen_dataset_destroy(dataset)
  }

  @Test func `A reused slot gets a different handle`() throws {
    let first = try Model.vae.make()
    gen_model_destroy(first)
    let second = try Model.vae.make()
    #expect(first != second)
    gen_model_destroy(first)
    _ = try Model.vae.output(second)
    gen_model_destroy(second)
  }

  @Test func `Tokens are checked like handles, and stay cancelled`() throws {
    expect(gen_token_create(nil), 1)
    expect(gen_token_cancel(nil), 2)
    expect(gen_token_cancel(OpaquePointer(bitPattern: 0x1234)), 2)
    let token = try made { gen_token_create($0) }
    let dataset = try makeDataset()
    let vae = try Model.vae.make()
    var options = fitOptions()
    var run = run(token: token)
    expect(gen_model_fit(vae, dataset, &options, &run), 0)
    expect(gen_token_cancel(token), 0)
    expect(gen_token_cancel(token), 0)
    expect(gen_model_fit(vae, dataset, &options, &run), 13)
    _ = try Model.vae.output(vae)
    gen_token_destroy(token)
    gen_token_destroy(token)
    gen_token_destroy(nil)
    expect(gen_token_cancel(token), 2)
    expect(gen_model_fit(vae, dataset, &options, &run), 2)
    // All tokens, and one more.
    var tokens: [OpaquePointer?] = []
    while tokens.count < 1000 {
      var next: OpaquePointer?
      guard gen_token_create(&next) == GEN_OK else { break }
      tokens.append(next)
    }
    #expect(tokens.count >= 128 && tokens.count < 1000)
    var none: OpaquePointer? = token
    expect(gen_token_create(&none), 11)
    #expect(none == nil)
    tokens.forEach { gen_token_destroy($0) }
    gen_model_destroy(vae)
    gen_dataset_destroy(dataset)
  }

  // MARK: - Callbacks

  /// What a callback saw when it used the object being fitted.
  private final class Visit {
    let model: Model
    let handle: OpaquePointer
    let dataset: OpaquePointer
    var statuses: [gen_status] = []
    var destroys = false

    init(_ model: Model, _ handle: OpaquePointer, _ dataset: OpaquePointer) {
      (self.model, self.handle, self.dataset) = (model, handle, dataset)
    }
  }

  @Test(arguments: Model.all)
  func `A callback that uses its own object gets a busy error`(_ model: Model) throws {
    let visit = Visit(model, try model.make(), try makeDataset())
    var options = fitOptions()
    var run = run(Unmanaged.passUnretained(visit).toOpaque()) { _, data in
      guard let data else { return 2 }
      let visit = Unmanaged<Visit>.fromOpaque(data).takeUnretainedValue()
      var x = [Float](repeating: 0, count: 2 * rowSize)
      var count: Int64 = 0
      var info = gen_model_info_t()
      info.struct_size = UInt32(MemoryLayout<gen_model_info_t>.size)
      visit.statuses += [
        visit.model.use(visit.handle, &x), gen_model_fit(visit.handle, visit.dataset, nil, nil),
        gen_model_save_memory(visit.handle, 0, nil, 0, &count),
        gen_model_save(visit.handle, "/tmp/x", 0),
        gen_model_info(visit.handle, &info),
      ]
      // Others are free, the dataset among them.
      guard let other = try? visit.model.make(), (try? visit.model.output(other)) != nil,
        gen_dataset_read(visit.dataset, 0, 2, &x) == GEN_OK
      else { return 2 }
      gen_model_destroy(other)
      return 0
    }
    expect(gen_model_fit(visit.handle, visit.dataset, &options, &run), 0)
    #expect(visit.statuses.count >= 10)
    #expect(visit.statuses.allSatisfy { $0 == GEN_E_BUSY })
    _ = try model.output(visit.handle)
    gen_model_destroy(visit.handle)
    gen_dataset_destroy(visit.dataset)
  }

  @Test(arguments: Model.all)
  func `A model destroyed in its callback survives until the fit ends`(_ model: Model) throws {
    let visit = Visit(model, try model.make(), try makeDataset())
    var options = fitOptions()
    var run = run(Unmanaged.passUnretained(visit).toOpaque()) { _, data in
      guard let data else { return 2 }
      let visit = Unmanaged<Visit>.fromOpaque(data).takeUnretainedValue()
      gen_model_destroy(visit.handle)
      gen_dataset_destroy(visit.dataset)
      return 0
    }
    expect(gen_model_fit(visit.handle, visit.dataset, &options, &run), 0)
    var x = [Float](repeating: -1, count: 2 * rowSize)
    expect(model.use(visit.handle, &x), 2)
  }

  @Test(arguments: [(1, 0, 1), (2, 13, 1), (77, 13, 1), (-1, 13, 1), (0, 0, 3)])
  func `A callback's answer ends the fit`(_ answer: Int, _ status: Int, _ epochs: Int64) throws {
    let vae = try Model.vae.make()
    let dataset = try makeDataset()
    var options = fitOptions(epochs: 3)
    var run = run(UnsafeMutableRawPointer(bitPattern: answer)) { event, data in
      guard let event = event?.pointee, event.struct_size == UInt32(MemoryLayout<gen_event>.size),
        event.message != nil, event.n_epochs == 3, event.discriminator_loss.isNaN,
        event.kind != GEN_EVENT_EPOCH || event.loss.isFinite
      else { return 2 }
      return event.kind == GEN_EVENT_EPOCH ? Int32(Int(bitPattern: data)) : 0
    }
    expect(gen_model_fit(vae, dataset, &options, &run), status)
    var info = gen_model_info_t()
    info.struct_size = UInt32(MemoryLayout<gen_model_info_t>.size)
    expect(gen_model_info(vae, &info), 0)
    #expect(info.n_epochs == epochs)
    gen_model_destroy(vae)
    gen_dataset_destroy(dataset)
  }

  @Test func `Another thread cancels a fit`() throws {
    let vae = try Model.vae.make()
    let dataset = try makeDataset()
    let token = try made { gen_token_create($0) }
    var options = fitOptions(epochs: 1_000_000)
    var run = run(token: token)
    var thread = pthread_t()
    pthread_create(
      &thread, nil,
      { token in
        usleep(50_000)
        _ = gen_token_cancel(OpaquePointer(token))
        return nil
      }, UnsafeMutableRawPointer(token))
    expect(gen_model_fit(vae, dataset, &options, &run), 13)
    pthread_join(thread, nil)
    _ = try Model.vae.output(vae)
    gen_token_destroy(token)
    gen_model_destroy(vae)
    gen_dataset_destroy(dataset)
  }

  // MARK: - Threads and forks

  @Test(arguments: Model.all)
  func `Threads can share a model, with the results of one thread`(_ model: Model) throws {
    struct Shared: @unchecked Sendable {
      let model: Model
      let handle: OpaquePointer
      let expected: [Float]
      let wrong: UnsafeMutablePointer<Int32>
    }
    let handle = try model.make()
    let wrong = UnsafeMutablePointer<Int32>.allocate(capacity: 4)
    wrong.initialize(repeating: 0, count: 4)
    defer { wrong.deallocate() }
    final class Job {
      let shared: Shared
      let index: Int
      init(_ shared: Shared, _ index: Int) { (self.shared, self.index) = (shared, index) }
    }
    let shared = Shared(model: model, handle: handle, expected: try model.output(handle), wrong: wrong)
    let jobs = (0..<4).map { Job(shared, $0) }
    var threads = [pthread_t](repeating: pthread_t(), count: 4)
    for i in 0..<4 {
      pthread_create(
        &threads[i], nil,
        { data in
          guard let data else { return nil }
          let job = Unmanaged<Job>.fromOpaque(data).takeUnretainedValue()
          for _ in 0..<200 where (try? job.shared.model.output(job.shared.handle)) != job.shared.expected {
            job.shared.wrong[job.index] += 1
          }
          return nil
        }, Unmanaged.passUnretained(jobs[i]).toOpaque())
    }
    for thread in threads { pthread_join(thread, nil) }
    withExtendedLifetime(jobs) {}
    #expect((0..<4).allSatisfy { wrong[$0] == 0 })
    gen_model_destroy(handle)
  }
}
