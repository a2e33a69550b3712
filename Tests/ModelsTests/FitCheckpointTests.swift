import Checkpoints
import Datasets
import Foundation
import Models
import Networks
import Tensors
import Testing
import Training

/// Checkpoints that a fit writes as it goes.
@Suite struct FitCheckpointTests {
  private static let width = 9
  private static let rows = uniforms(70 * width, seed: 1)

  private func vae(hidden: [Int] = [7]) throws -> VAE {
    var options = VAE.Options(shape: Shape(features: Self.width))
    (options.latentSize, options.hidden) = (3, hidden)
    return try VAE(options)
  }

  private func options(_ path: String, steps: Int? = nil, seconds: Double? = nil) -> FitOptions {
    var options = FitOptions(learningRate: 3e-3, epochCount: 3, batchRows: 16, seed: 8)
    options.checkpoint = CheckpointRule(path: path, steps: steps, seconds: seconds)
    options.resumes = true
    return options
  }

  private func fit(_ model: VAE, _ options: FitOptions) throws {
    try Trainer.fit(model, to: try dataset(Self.rows, width: Self.width), options)
  }

  private func inFolder(_ body: (_ path: String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder.appendingPathComponent("fit.safetensors").path)
  }

  private func bytes(_ path: String) throws -> [UInt8] { try [UInt8](Data(contentsOf: URL(filePath: path))) }

  /// Steps done in the file as it is before each step.
  private func history(_ options: FitOptions, _ path: String) throws -> [Int] {
    var options = options
    var history: [Int] = []
    options.observer.isCancelled = {
      let kept = try? VAE(bytes: try self.bytes(path))
      history.append(kept?.progress.stepCount ?? -1)
      return false
    }
    try fit(try vae(), options)
    return history
  }

  @Test func `A fit writes a checkpoint every few steps and at its end`() throws {
    try inFolder { path in
      // Asked before each of the five steps of an epoch and at its end.
      let history = try history(options(path, steps: 4), path)
      #expect(history == [-1, -1, -1, -1, 4, 4, 4, 4, 4, 8, 8, 8, 8, 8, 12, 12, 12, 12])
      let last = try VAE(bytes: bytes(path))
      #expect(last.progress == Progress(epochCount: 3, stepCount: 15))
      #expect(last.record?.hasEnded == true)
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: (path as NSString).deletingLastPathComponent)
          .count == 1)
    }
  }

  @Test func `A fit writes a checkpoint every few seconds`() throws {
    try inFolder { path in
      // Every step takes longer than a nanosecond.
      let history = try history(options(path, seconds: 1e-9), path)
      #expect(history == [-1, 1, 2, 3, 4, 5, 5, 6, 7, 8, 9, 10, 10, 11, 12, 13, 14, 15])
    }
    try inFolder { path in
      let history = try history(options(path, seconds: 1e6), path)
      #expect(history.allSatisfy { $0 == -1 })
      #expect(try VAE(bytes: bytes(path)).progress.stepCount == 15)
    }
  }

  @Test func `A killed fit continues from its file`() throws {
    try inFolder { path in
      let whole = try vae()
      try fit(whole, FitOptions(learningRate: 3e-3, epochCount: 3, batchRows: 16, seed: 8))
      // What a killed process leaves: the file of step 4, 8 or 12, and nothing else.
      for kill in [4, 8, 12] {
        var options = options(path, steps: 4)
        options.observer.isCancelled = {
          if let kept = try? VAE(bytes: try self.bytes(path)), kept.progress.stepCount == kill {
            options.checkpoint = nil
            try? FileManager.default.copyItem(atPath: path, toPath: path + ".kept")
            return true
          }
          return false
        }
        _ = failure { try fit(try vae(), options) }
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.moveItem(atPath: path + ".kept", toPath: path)
        let again = try vae()
        try fit(again, self.options(path, steps: 4))
        #expect(try again.bytes(.weights) == whole.bytes(.weights), "killed after step \(kill)")
        try FileManager.default.removeItem(atPath: path)
      }
    }
  }

  @Test func `A stopped fit is saved at its position, and the same program continues it`() throws {
    try inFolder { path in
      let whole = try vae()
      try fit(whole, FitOptions(learningRate: 3e-3, epochCount: 3, batchRows: 16, seed: 8))
      var runs = 0
      while true {
        var options = options(path, seconds: 1e6)
        var asked = 0
        options.observer.isCancelled = {
          asked += 1; return asked > 4
        }
        let model = try vae()
        runs += 1
        guard failure({ try fit(model, options) }) != nil else {
          #expect(try model.bytes(.weights) == whole.bytes(.weights))
          break
        }
        #expect(try bytes(path) == model.bytes())
      }
      #expect(runs == 5)
      // Once more: all is done, and the model is the finished one.
      let model = try vae()
      try fit(model, options(path))
      #expect(try model.bytes(.weights) == whole.bytes(.weights))
    }
  }

  @Test func `A file of another model or fit is a mismatch, and nothing changes`() throws {
    try inFolder { path in
      var stopped = options(path)
      var asked = 0
      stopped.observer.isCancelled = {
        asked += 1; return asked > 4
      }
      _ = failure { try fit(try vae(), stopped) }
      let kept = try bytes(path)
      let other = try vae(hidden: [8])
      let before = try other.bytes()
      let error = failure { try fit(other, options(path)) }
      #expect(error == GenerativeError(.mismatch, "\(path): option hidden is \"7\" and not \"8\""))
      #expect(try other.bytes() == before)
      var reseeded = options(path)
      reseeded.seed = 9
      let model = try vae()
      let fresh = try model.bytes()
      #expect(failure { try fit(model, reseeded) }?.status == .mismatch)
      #expect(try model.bytes() == fresh)
      // A file that is none.
      try Data([1, 2, 3]).write(to: URL(filePath: path))
      #expect(failure { try fit(model, options(path)) }?.status == .truncated)
      #expect(try model.bytes() == fresh)
      try Data(kept).write(to: URL(filePath: path))
      try fit(model, options(path))
      #expect(model.progress.epochCount == 3)
    }
  }

  // MARK: - Disks that fail

  @Test func `A folder that cannot be written to is an error before the first step`() throws {
    let model = try vae()
    let error = failure { try fit(model, options("/nowhere/fit.safetensors", steps: 1)) }
    #expect(
      error == GenerativeError(.io, "cannot write \"/nowhere/fit.safetensors\": No such file or directory"))
    #expect(model.progress.stepCount == 0)
  }

  @Test func `A failed checkpoint is reported, retried, and an error only at the end`() throws {
    // A device that takes bytes of no file: open, and always full.
    let model = try vae()
    var messages: [String] = []
    var options = options("/dev/full", steps: 4)
    options.resumes = false
    options.observer.tell = { event in
      if event.warning == .checkpointNotWritten { messages.append(event.message) }
      return .goOn
    }
    let error = failure { try fit(model, options) }
    #expect(messages == Array(repeating: "cannot write \"/dev/full\": No space left on device", count: 3))
    #expect(error?.status == .io)
    #expect(
      error?.message
        == "the fit ended, but its checkpoint was not written: cannot write \"/dev/full\": No space left on device"
    )
    // The model is complete all the same.
    #expect(model.progress.stepCount == 15)
    #expect(model.record?.hasEnded == true)

    // An observer may see it otherwise.
    options.observer.tell = { $0.warning == .checkpointNotWritten ? .stopNow : .goOn }
    let stopped = try vae()
    let reason = failure { try fit(stopped, options) }
    #expect(reason?.status == .io)
    #expect(reason?.message.hasPrefix("the fit was stopped, but not saved: ") == true)
    #expect(stopped.progress.stepCount == 4)
  }

  @Test func `An old file is kept while its folder cannot be written to, and replaced afterwards`() throws {
    try inFolder { path in
      let folder = (path as NSString).deletingLastPathComponent
      var options = options(path, steps: 2)
      var messages: [String] = []
      var history: [Int] = []
      options.observer.tell = { event in
        if event.warning == .checkpointNotWritten { messages.append(event.message) }
        return .goOn
      }
      var user: CInt = 0
      options.observer.isCancelled = {
        // The superuser may write anywhere: meanwhile this thread does its file work as nobody.
        if history.count == 5 {
          chmod(folder, 0o555)
          user = setfsuid(65_534)
        } else if history.count == 12 {
          setfsuid(uid_t(user))
          chmod(folder, 0o755)
        }
        history.append((try? VAE(bytes: try self.bytes(path)))?.progress.stepCount ?? -1)
        return false
      }
      try fit(try vae(), options)
      #expect(history == [-1, -1, 2, 2, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 12, 12, 14, 14])
      #expect(messages == Array(repeating: "cannot write \"\(path)\": Permission denied", count: 3))
      #expect(try VAE(bytes: bytes(path)).progress.stepCount == 15)
    }
  }
}

/// Linux: the user this thread touches files as; gives the last one. The Glibc module lacks it.
@_silgen_name("setfsuid") @discardableResult
private func setfsuid(_ user: uid_t) -> CInt
