import CGenerative
import CShims
import Options
import Tensors

extension Context: HandleObject {
  static var kind: HandleKind { .context }
}

/// The context of a handle; NULL means the process's default context.
func resolve(_ context: OpaquePointer?) throws(GenerativeError) -> Context {
  context == nil ? .standard : try Handles.shared.object(context, "context")
}

@c @implementation public func gen_context_create(
  _ options: UnsafePointer<gen_context_options>?,
  _ context_out: UnsafeMutablePointer<OpaquePointer?>?
) -> gen_status {
  create(context_out) { () throws(GenerativeError) in
    let (o, values) = try gen_context_options.read(options)
    let memory = Memory(allocator: try allocator(o), limit: values.whole("memory_limit") ?? .max)
    return try Context(
      threadCount: values.whole("n_threads"), memory: memory,
      usesWinograd: o.direct_convolutions == 0 && Context.usesWinograd, limits: limits(o),
      hostLoop: hostLoop(o), log: hostLog(o))
  }
}

private func limits(_ o: gen_context_options) -> InputLimits {
  var limits = InputLimits()
  limits.pixelCount = Int(o.max_image_pixels)
  limits.chunkByteCount = Int(o.max_png_chunk_bytes)
  limits.modelByteCount = Int(o.max_model_bytes)
  limits.sideLength = Int(o.max_image_side)
  limits.scanCount = Int(o.max_jpeg_scans)
  limits.tensorCount = Int(o.max_tensors)
  limits.tensorNameByteCount = Int(o.max_tensor_name)
  return limits
}

private func hostLog(_ o: gen_context_options) -> Context.Log? {
  guard let log = o.log else { return nil }
  nonisolated(unsafe) let userData = o.user_data
  let lastWord = LastWord(log, userData)
  return { level, message in
    withExtendedLifetime(lastWord) {
      message.withCString { message in callHost { log(level.rawValue, message, userData) } }
    }
  }
}

/// Registers a host's log function for the trap handler, as long as the context exists.
private final class LastWord: Sendable {
  private let place: Int32

  init(_ log: @escaping gen_log_fn, _ userData: UnsafeMutableRawPointer?) {
    place = shim_add_log(log, userData)
  }

  deinit { shim_remove_log(place) }
}

private func allocator(_ o: gen_context_options) throws(GenerativeError) -> Memory.Allocator {
  nonisolated(unsafe) let userData = o.user_data
  switch (o.allocate, o.release) {
  case (nil, nil): return .system
  case (let allocate?, let release?):
    return Memory.Allocator(
      allocate: { count in callHost { allocate(Int64(count), userData) } },
      release: { block, count in callHost { release(block, Int64(count), userData) } })
  default: throw GenerativeError(.argument, "allocate and release must both be given, or neither")
  }
}

private func hostLoop(_ o: gen_context_options) -> Context.ParallelFor? {
  guard let parallelFor = o.parallel_for else { return nil }
  nonisolated(unsafe) let userData = o.user_data
  return { count, body in
    withoutActuallyEscaping(body) { body in
      var loop = HostLoopBody(call: body)
      withUnsafeMutablePointer(to: &loop) { loop in
        callHost {
          parallelFor(
            Int64(count),
            { index, state in
              // This runs on a thread of the host, whose floating-point modes are unknown.
              let modes = shim_modes_enter()
              state?.assumingMemoryBound(to: HostLoopBody.self).pointee.call(Int(index))
              shim_modes_leave(modes)
            }, loop, userData)
        }
      }
    }
  }
}

/// The value that the host's loop passes on as its `state`.
private struct HostLoopBody {
  let call: (Int) -> Void
}

@c @implementation public func gen_context_destroy(_ context: OpaquePointer?) {
  destroy(context, Context.self)
}

@c @implementation public func gen_context_memory(
  _ context: OpaquePointer?, _ used_out: UnsafeMutablePointer<Int64>?,
  _ peak_out: UnsafeMutablePointer<Int64>?
) -> gen_status {
  boundary { () throws(GenerativeError) in
    let memory = try resolve(context).memory
    used_out?.pointee = Int64(memory.usedByteCount)
    peak_out?.pointee = Int64(memory.peakByteCount)
  }
}

@c @implementation public func gen_context_trim(_ context: OpaquePointer?) -> gen_status {
  boundary { () throws(GenerativeError) in
    _ = try resolve(context)
    Memory.trim()
  }
}
