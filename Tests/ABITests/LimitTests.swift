import CGenerative
import Glibc
import Synchronization
import Testing

/// What a host sets on a context: limits on files, and a log.
@Suite(.serialized) struct LimitTests {
  /// What a context said, as `level: message` each.
  final class Journal: Sendable {
    let lines = Mutex<[String]>([])

    func listen(_ options: inout gen_context_options) {
      options.user_data = Unmanaged.passUnretained(self).toOpaque()
      options.log = { level, message, data in
        guard let message, let data else { return }
        Unmanaged<Journal>.fromOpaque(data).takeUnretainedValue().lines.withLock {
          $0.append("\(level): \(String(cString: message))")
        }
      }
    }

    var text: [String] { lines.withLock { $0 } }
  }

  private func context(_ change: (inout gen_context_options) -> Void) throws -> OpaquePointer {
    var options = gen_context_options()
    gen_context_options_init(&options, UInt32(MemoryLayout<gen_context_options>.size))
    change(&options)
    return try made { gen_context_create(&options, $0) }
  }

  private func load(_ path: String, _ context: OpaquePointer?, channels: Int64 = Int64(GEN_AUTO)) -> (
    gen_status, OpaquePointer?
  ) {
    var options = gen_load_image_options()
    gen_load_image_options_init(&options, UInt32(MemoryLayout<gen_load_image_options>.size))
    (options.channels, options.context) = (channels, context)
    var image: OpaquePointer?
    let status = gen_image_load(path, &options, &image)
    return (status, image)
  }

  private func picture(_ height: Int, _ width: Int, _ ending: String) throws -> String {
    let path = "/tmp/generative-limits-\(getpid()).\(ending)"
    let pixels = [Float](repeating: 0.5, count: height * width)
    let image = try made { gen_image_create(pixels, Int64(height), Int64(width), 1, $0) }
    expect(gen_image_save(image, path, nil), 0)
    gen_image_destroy(image)
    return path
  }

  @Test(arguments: ["png", "jpg"])
  func `The context's limits apply to images, higher and lower`(_ ending: String) throws {
    let path = try picture(30, 70, ending)
    defer { unlink(path) }
    for (pixels, side, expected) in [
      (1 << 26, 16_384, 0), (2100, 70, 0), (2099, 16_384, 11), (1 << 26, 69, 11), (1 << 40, 1_000_000, 0),
    ] as [(Int64, Int64, gen_status)] {
      let context = try context { ($0.max_image_pixels, $0.max_image_side) = (pixels, side) }
      let (status, image) = load(path, context)
      #expect(status == expected, "\(pixels) \(side): \(message)")
      #expect((image == nil) == (expected != 0))
      // What is made of it is held to the same limits.
      if side == 70 {
        var larger: OpaquePointer?
        expect(gen_image_create_resized(image, 71, 1, nil, &larger), 1)
        expect(gen_image_create_resized(image, 70, 31, nil, &larger), 11)
        expect(gen_image_create_resized(image, 70, 30, nil, &larger), 0)
        gen_image_destroy(larger)
      }
      gen_image_destroy(image)
      gen_context_destroy(context)
    }
  }

  @Test func `An image larger than the default limits loads when the context allows it`() throws {
    let wide = try context { $0.max_image_side = 20_000 }
    var grid = gen_grid_options()
    gen_grid_options_init(&grid, UInt32(MemoryLayout<gen_grid_options>.size))
    let pixels = [Float](repeating: 0.25, count: 17_000)
    var image: OpaquePointer?
    expect(gen_image_create(pixels, 1, 17_000, 1, &image), 1)
    (grid.padding, grid.context) = (0, wide)
    expect(gen_image_create_grid(pixels, 1, 1, 17_000, 1, &grid, &image), 0)
    let path = "/tmp/generative-wide-\(getpid()).png"
    defer { unlink(path) }
    expect(gen_image_save(image, path, nil), 0)
    gen_image_destroy(image)
    expect(gen_image_load(path, nil, &image), 11)
    let (status, loaded) = load(path, wide, channels: 3)
    expect(status, 0)
    var width: Int64 = 0
    expect(gen_image_size(loaded, nil, &width, nil), 0)
    #expect(width == 17_000)
    gen_image_destroy(loaded)
    gen_context_destroy(wide)
  }

  @Test func `An image's pixels count in its context's memory`() throws {
    let path = try picture(300, 300, "png")
    defer { unlink(path) }
    let roomy = try context { $0.n_threads = 1 }
    var (before, after): (Int64, Int64) = (0, 0)
    expect(gen_context_memory(roomy, &before, nil), 0)
    let (status, image) = load(path, roomy)
    expect(status, 0)
    expect(gen_context_memory(roomy, &after, nil), 0)
    #expect(after - before >= 90_000)
    let tight = try context { ($0.n_threads, $0.memory_limit) = (1, before + 50_000) }
    expect(load(path, tight).0, 4)
    gen_image_destroy(image)
    [roomy, tight].forEach { gen_context_destroy($0) }
  }

  @Test func `The context's limits apply to models`() throws {
    let vae = try Model.vae.make()
    let bytes = try Model.vae.bytes(vae)
    let path = "/tmp/gen-abi-\(getpid())-limited"
    defer { unlink(path) }
    expect(gen_model_save(vae, path, 0), 0)
    gen_model_destroy(vae)
    for (change, expected) in [
      ({ $0.max_tensors = 3 }, 11), ({ $0.max_tensor_name = 5 }, 11), ({ $0.max_model_bytes = 100 }, 11),
      ({ $0.max_tensors = 100 }, 0), ({ $0.max_tensor_name = 65_535 }, 0),
      ({ $0.max_model_bytes = 1 << 40 }, 0),
    ] as [((inout gen_context_options) -> Void, Int)] {
      let context = try context(change)
      var loaded: OpaquePointer?
      expect(gen_model_load_memory(bytes, Int64(bytes.count), context, &loaded), expected)
      gen_model_destroy(loaded)
      var opened: OpaquePointer?
      expect(gen_checkpoint_open(path, context, &opened), expected)
      gen_checkpoint_destroy(opened)
      gen_context_destroy(context)
    }
  }

  @Test func `Limits out of range are errors`() {
    var made: OpaquePointer?
    for change in [
      { $0.max_image_pixels = -1 }, { $0.max_image_pixels = 1 << 41 }, { $0.max_image_side = 1_000_001 },
      { $0.max_png_chunk_bytes = 1 << 31 }, { $0.max_model_bytes = -1 }, { $0.max_jpeg_scans = -1 },
      { $0.max_tensors = .max }, { $0.max_tensor_name = 65_536 },
    ] as [(inout gen_context_options) -> Void] {
      var options = gen_context_options()
      gen_context_options_init(&options, UInt32(MemoryLayout<gen_context_options>.size))
      change(&options)
      expect(gen_context_create(&options, &made), 1)
      #expect(message.hasPrefix("max_"))
      #expect(made == nil)
    }
  }

  @Test func `The log reports the kernels and every skipped file`() throws {
    let journal = Journal()
    let context = try context {
      $0.n_threads = 2
      journal.listen(&$0)
    }
    #expect(journal.text == ["0: kernels \(String(cString: gen_kernels_name())), 2 threads"])
    let folder = "/tmp/generative-log-\(getpid())"
    mkdir(folder, 0o700)
    let good = try picture(20, 20, "png")
    rename(good, "\(folder)/good.png")
    let broken = fopen("\(folder)/broken.png", "w")
    fputs("no picture", broken)
    fclose(broken)
    defer { ["good.png", "broken.png"].forEach { unlink("\(folder)/\($0)") }; rmdir(folder) }
    var options = gen_open_options()
    gen_open_options_init(&options, UInt32(MemoryLayout<gen_open_options>.size))
    (options.height, options.width, options.channels, options.context) = (16, 16, 1, context)
    let dataset = try made { gen_dataset_open(folder, &options, nil, $0) }
    let reason = "\(folder)/broken.png: text, neither PNG nor JPEG"
    #expect(
      journal.text.dropFirst() == [
        "1: skipped \(reason)", "0: \(folder): 1 rows of 2 files; 1 skipped (\(reason))",
      ])
    gen_dataset_destroy(dataset)
    gen_context_destroy(context)
  }
}
