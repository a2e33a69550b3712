// swift-tools-version: 5.9
import PackageDescription

// The system library: pkg-config finds the header and the library. Copy the folder CGenerative and this target.
let package = Package(
  name: "faces",
  targets: [
    .systemLibrary(name: "CGenerative", path: "CGenerative", pkgConfig: "generative"),
    .executableTarget(name: "faces", dependencies: ["CGenerative"], path: ".", sources: ["faces.swift"]),
  ]
)
