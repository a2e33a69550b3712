import CGenerative
import Testing

/// Models of classes through the header: labels that are there, missing, or none of the classes.
@Suite struct LabelTests {
  private func vae() throws -> OpaquePointer {
    var options = vaeOptions()
    options.n_classes = 3
    return try made { gen_vae_create(&options, $0) }
  }

  private func gan() throws -> OpaquePointer {
    var options = ganOptions()
    options.n_classes = 3
    return try made { gen_gan_create(&options, $0) }
  }

  private func dataset(_ labels: [Int32]) throws -> OpaquePointer {
    var options = gen_memory_options()
    gen_memory_options_init(&options, UInt32(MemoryLayout<gen_memory_options>.size))
    (options.n_rows, options.channels) = (Int64(labels.count), Int64(rowSize))
    return try labels.withUnsafeBufferPointer { labels in
      options.labels = labels.baseAddress
      return try made { gen_dataset_create(rows(labels.count), &options, $0) }
    }
  }

  private typealias Call = (UnsafePointer<Int32>?, Int64, UnsafeMutablePointer<Float>?) -> gen_status

  private func invert(
    _ model: OpaquePointer?, _ labels: UnsafePointer<Int32>?, _ n: Int64, _ out: UnsafeMutablePointer<Float>?
  ) -> gen_status {
    var options = gen_invert_options()
    gen_invert_options_init(&options, UInt32(MemoryLayout<gen_invert_options>.size))
    options.n_steps = 1
    options.labels = labels
    return gen_model_invert(model, rows(4), n, &options, nil, out, nil)
  }

  /// Every function that takes labels, with good arguments beside them.
  private func calls(_ vae: OpaquePointer?, _ gan: OpaquePointer?) -> [(String, Call)] {
    let x = rows(4)
    return [
      ("encode", { gen_vae_encode(vae, x, $0, $1, $2, nil) }),
      ("decode", { gen_vae_decode(vae, x, $0, $1, $2) }),
      ("reconstruct", { gen_model_reconstruct(vae, x, $0, $1, $2) }),
      ("encode_sample", { gen_vae_encode_sample(vae, x, $0, $1, 1, $2) }),
      ("vae sample", { gen_vae_sample(vae, $0, $1, 1, $2) }),
      (
        "elbo",
        { labels, n, _ in
          var terms = [Double](repeating: -1, count: 8)
          let status = gen_vae_elbo(vae, x, labels, n, 2, 1, nil, &terms, nil)
          #expect((status == GEN_OK && n > 0) != terms.allSatisfy { $0 == -1 })
          return status
        }
      ),
      ("invert", { invert(vae, $0, $1, $2) }),
      ("invert of a gan", { invert(gan, $0, $1, $2) }),
      (
        "detect",
        { labels, n, _ in
          var scores = [Double](repeating: -1, count: 8)
          let status = gen_model_detect(vae, x, Int32(GEN_F32), labels, n, &scores, nil)
          #expect((status == GEN_OK && n > 0) != scores.allSatisfy { $0 == -1 })
          return status
        }
      ),
      ("gan sample", { gen_gan_sample(gan, $0, $1, 1, $2) }),
      ("generate", { gen_gan_generate(gan, x, $0, $1, 0, $2) }),
      ("discriminate", { gen_gan_discriminate(gan, x, $0, $1, $2) }),
    ]
  }

  @Test func `Labels are checked by every function that takes them`() throws {
    let (vae, gan) = (try vae(), try gan())
    var out = [Float](repeating: -1, count: 100)
    for (name, call) in calls(vae, gan) {
      let comment = Comment(rawValue: name)
      expect(call([0, 3], 2, &out), 1, comment)
      #expect(message == "labels[1] must be between 0 and 2, not 3", comment)
      for bad in [-1, .min, .max] as [Int32] { expect(call([bad, 0], 2, &out), 1, comment) }
      for count in [-1, Int64.max, 1 << 40] { expect(call([0, 0], count, &out), 1, comment) }
      expect(call(nil, 0, &out), 0, comment)
      #expect(out.allSatisfy { $0 == -1 }, comment)
      expect(call([2, 0], 2, &out), 0, comment)
      out = [Float](repeating: -1, count: 100)
      guard !name.hasSuffix(" sample") else { continue }
      expect(call(nil, 2, &out), 12, comment)
      #expect(
        message.hasPrefix("labels must be given: this ") && message.hasSuffix(" with n_classes 3"), comment)
    }
    let (plainVAE, plainGAN) = (try Model.vae.make(), try Model.gan.make())
    for (name, call) in calls(plainVAE, plainGAN) {
      expect(call([0, 0], 2, &out), 12, Comment(rawValue: name))
      #expect(message.hasPrefix("labels must not be given: this ") && message.contains("n_classes"))
    }
    #expect(out.allSatisfy { $0 == -1 })
    for handle in [vae, plainVAE] { gen_model_destroy(handle) }
    for handle in [gan, plainGAN] { gen_model_destroy(handle) }
  }

  @Test func `A conditional model needs labels, but draws them when sampling`() throws {
    let (vae, gan) = (try vae(), try gan())
    let x = rows(2)
    var out = [Float](repeating: -1, count: 100)
    var terms = [-1.0, -1.0]
    expect(gen_vae_encode(vae, x, nil, 2, &out, nil), 12)
    expect(gen_vae_encode_sample(vae, x, nil, 2, 1, &out), 12)
    expect(gen_vae_decode(vae, x, nil, 2, &out), 12)
    expect(gen_model_reconstruct(vae, x, nil, 2, &out), 12)
    expect(gen_vae_elbo(vae, x, nil, 2, 1, 1, nil, &terms, nil), 12)
    expect(gen_vae_manifold(vae, 0, 1, nil, 2, 2, &out), 12)
    expect(gen_model_invert(vae, x, 2, nil, nil, &out, nil), 12)
    expect(gen_model_detect(vae, x, Int32(GEN_F32), nil, 2, &terms, nil), 12)
    expect(gen_gan_generate(gan, x, nil, 2, 0, &out), 12)
    expect(gen_gan_discriminate(gan, x, nil, 2, &out), 12)
    expect(gen_model_invert(gan, x, 2, nil, nil, &out, nil), 12)
    #expect(out.allSatisfy { $0 == -1 } && terms == [-1, -1])
    expect(gen_vae_sample(vae, nil, 2, 1, &out), 0)
    expect(gen_gan_sample(gan, nil, 2, 1, &out), 0)
    var info = gen_model_info_t()
    info.struct_size = UInt32(MemoryLayout<gen_model_info_t>.size)
    expect(gen_model_info(gan, &info), 0)
    #expect(info.n_classes == 3)
    gen_model_destroy(vae)
    gen_model_destroy(gan)
  }

  @Test func `A fit needs labels in the model's classes`() throws {
    let (vae, gan) = (try vae(), try gan())
    let (plain, wrong) = (try makeDataset(9), try dataset([0, 1, 2, 3]))
    let right = try dataset([0, 1, 2, 2, 1])
    var fit = fitOptions()
    for (dataset, status) in [(plain, 1), (wrong, 1), (right, 0)] {
      expect(gen_model_fit(vae, dataset, &fit, nil), status)
      expect(gen_model_fit(gan, dataset, &fit, nil), status)
    }
    fit.validation = wrong
    expect(gen_model_fit(vae, right, &fit, nil), 1)
    #expect(message == "validation's labels[3] must be between 0 and 2, not 3")

    // What was learned tells the classes apart, and row i is the same in any batch.
    var (one, many) = ([Float](repeating: 0, count: rowSize), [Float](repeating: 0, count: 3 * rowSize))
    expect(gen_gan_sample(gan, [2, 0, 1], 3, 7, &many), 0)
    expect(gen_gan_sample(gan, [2], 1, 7, &one), 0)
    #expect(one == Array(many[..<rowSize]))
    expect(gen_gan_sample(gan, [1], 1, 7, &one), 0)
    #expect(one != Array(many[..<rowSize]))
    for handle in [plain, wrong, right] { gen_dataset_destroy(handle) }
    gen_model_destroy(vae)
    gen_model_destroy(gan)
  }
}
