// swift-tools-version: 6.3
// SPDX-License-Identifier: Apache-2.0
import PackageDescription

// Safe Swift everywhere, except that the kernels drop overflow checks: their callers have checked the counts.
let kernelFlags = ["-Ounchecked"]

#if arch(x86_64)
  let avx2Flags = kernelFlags + ["-Xcc", "-mavx2", "-Xcc", "-mfma"]
  let avx512Flags =
    kernelFlags
    + ["-Xcc", "-mavx512f", "-Xcc", "-mavx512vnni", "-Xcc", "-mfma", "-Xcc", "-mprefer-vector-width=512"]
  let avx512BF16Flags = avx512Flags + ["-Xcc", "-mavx512vl", "-Xcc", "-mavx512bf16"]
#else
  let avx2Flags = kernelFlags
  let avx512Flags = kernelFlags
  let avx512BF16Flags = kernelFlags
#endif

// The shared library contains its own Swift runtime and exports only gen_*.
let libraryLinkerFlags = [
  "-static-stdlib",
  "-Xlinker", "--version-script=\(Context.packageDirectory)/Sources/GenerativeABI/exports.map",
  "-Xlinker", "-soname=libgenerative.so.2",
  "-Xlinker", "-z", "-Xlinker", "nodelete",
  "-Xlinker", "-z", "-Xlinker", "now",
  "-Xlinker", "-z", "-Xlinker", "relro",
]

// A file sees only the members of modules that it imports itself, as in Embedded Swift.
let ownImports: [SwiftSetting] = [.enableUpcomingFeature("MemberImportVisibility")]

// The engine, from the lowest module to the highest. Each module has a test target.
let engine: [Target] = [
  .target(
    name: "Kernels",
    dependencies: [
      "KernelTemplate", "KernelsBaseline", "KernelsAVX2", "KernelsAVX512", "KernelsAVX512BF16", "CShims",
    ],
    path: "Sources/Kernels/Dispatch"),
  .target(name: "Tensors", dependencies: ["Kernels", "CShims"]),
  .target(name: "Options", dependencies: ["Tensors"]),
  .target(name: "LinearAlgebra", dependencies: ["Tensors", "Kernels"]),
  .target(name: "Ranks", dependencies: ["Tensors"]),
  .target(name: "Networks", dependencies: ["Ranks", "Tensors"]),
  .target(name: "Exports", dependencies: ["Networks", "Checkpoints", "Tensors", "CShims"]),
  .target(name: "Checkpoints", dependencies: ["Tensors", "CShims"]),
  .target(name: "Datasets", dependencies: ["Tensors", "CShims"]),
  .target(name: "Statistics", dependencies: ["Datasets", "LinearAlgebra", "Ranks", "Tensors"]),
  .target(
    name: "Training",
    dependencies: ["Networks", "Checkpoints", "Datasets", "Options", "Ranks", "Tensors", "Kernels"]),
  .target(
    name: "Models",
    dependencies: [
      "Training", "Networks", "Options", "Statistics", "Checkpoints", "Datasets", "LinearAlgebra", "Ranks",
      "Tensors",
    ]),
  .target(name: "Evaluation", dependencies: ["Statistics", "Datasets", "LinearAlgebra", "Tensors"]),
]

for target in engine { target.swiftSettings = ownImports }

let package = Package(
  name: "generative",
  products: [
    .library(name: "generative", type: .dynamic, targets: ["GenerativeLibrary"]),
    .executable(name: "gen", targets: ["gen"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
  ],
  targets: [
    // The C API's header.
    .systemLibrary(name: "CGenerative", path: "include"),

    // C code for what Swift cannot express.
    .target(
      name: "CShims",
      linkerSettings: [.linkedLibrary("png"), .linkedLibrary("jpeg"), .linkedLibrary("z")]),

    // The modules with code for specific processors.
    .target(
      name: "KernelTemplate", path: "Sources/Kernels/Template", exclude: ["Kernels"],
      swiftSettings: [.unsafeFlags(kernelFlags)]),
    .target(
      name: "KernelsBaseline", dependencies: ["KernelTemplate", "CShims"], path: "Sources/Kernels/Baseline",
      swiftSettings: [.unsafeFlags(kernelFlags)]),
    .target(
      name: "KernelsAVX2", dependencies: ["KernelTemplate", "CShims"], path: "Sources/Kernels/AVX2",
      swiftSettings: [.unsafeFlags(avx2Flags)]),
    .target(
      name: "KernelsAVX512", dependencies: ["KernelTemplate", "CShims"], path: "Sources/Kernels/AVX512",
      swiftSettings: [.unsafeFlags(avx512Flags)]),
    .target(
      name: "KernelsAVX512BF16", dependencies: ["KernelTemplate", "CShims"],
      path: "Sources/Kernels/AVX512BF16", swiftSettings: [.unsafeFlags(avx512BF16Flags)]),
    // The C API: the only module that uses names with gen_.
    .target(
      name: "GenerativeABI",
      dependencies: [
        "CGenerative", "Models", "Exports", "Training", "Evaluation", "Networks", "Options", "Statistics",
        "Datasets",
        "Checkpoints", "Ranks", "Tensors", "Kernels", "CShims",
      ],
      exclude: ["exports.map"], swiftSettings: ownImports),

    // libgenerative.so. A target without code, which only holds the linker flags, so that they do not apply
    // to the tests and the tool, which link the same modules.
    .target(
      name: "GenerativeLibrary", dependencies: ["GenerativeABI"],
      linkerSettings: [.unsafeFlags(libraryLinkerFlags, .when(configuration: .release))]),

    // A worker of Benchmarks/bench.py that measures matrix products and single layers.
    .executableTarget(
      name: "layer-worker", dependencies: ["Networks", "LinearAlgebra", "Tensors"], path: "Benchmarks/Worker"),

    // The command-line tool, which uses the library only through its header.
    .executableTarget(
      name: "gen",
      dependencies: [
        "CGenerative", "GenerativeABI",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      // The parts of a report's page, embedded in the program as bytes.
      resources: ["page.css", "program.js", "charts.js", "page.js"].map { .embedInCode("Report/Page/\($0)") },
      // The program runs where Swift is not installed. ArgumentParser needs FoundationEssentials, which needs
      // these two libraries.
      linkerSettings: [
        .unsafeFlags(
          ["-static-stdlib", "-l_FoundationCShims", "-l_FoundationCollections"],
          .when(configuration: .release))
      ]),
  ]
    + engine
    + engine.map {
      .testTarget(name: "\($0.name)Tests", dependencies: ["TestSupport", .byName(name: $0.name)])
    }
    + [
      .testTarget(name: "ABITests", dependencies: ["TestSupport", "CGenerative", "GenerativeABI"]),
      .target(
        name: "TestSupport", dependencies: ["Datasets", "Statistics", "Ranks", "Tensors"],
        path: "Tests/_TestSupport"),
    ],
  swiftLanguageModes: [.v6]
)
