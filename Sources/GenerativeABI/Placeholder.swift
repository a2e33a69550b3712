import CGenerative

@c @implementation public func gen_version() -> UnsafePointer<CChar>? { nil }
