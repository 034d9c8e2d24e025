// swift-tools-version: 6.2
// One manifest, three builds: hosts build the tools and tests; APUS_BUILD=kernel selects the
// freestanding kernel targets, which no host toolchain could link; APUS_BUILD=core only the kernel's
// logic and its tests, for the sanitizers.
import PackageDescription

let isKernelBuild = Context.environment["APUS_BUILD"] == "kernel"
let isCoreBuild = Context.environment["APUS_BUILD"] == "core"

let warningsAsErrors: [SwiftSetting] = [.treatAllWarnings(as: .error)]
let kernelSwift: [SwiftSetting] =
  warningsAsErrors + [
    .swiftLanguageMode(.v5), .define("APUS_KERNEL"), .enableExperimentalFeature("Extern"),
    .enableExperimentalFeature("SymbolLinkageMarkers"), .enableExperimentalFeature("Lifetimes"),
  ]

/// Modules that compile for the kernel and for the host from the same source.
let shared: [Target] = [
  .target(name: "BenchRows", swiftSettings: isKernelBuild ? kernelSwift : warningsAsErrors),
  .target(name: "LinuxABI", swiftSettings: isKernelBuild ? kernelSwift : warningsAsErrors),
  .target(
    name: "CMachine",
    exclude: isKernelBuild ? ["host.c"] : [],
    sources: isKernelBuild ? nil : ["host.c"]),
  .target(
    name: "Tracer", dependencies: ["CMachine"],
    swiftSettings: isKernelBuild ? kernelSwift : warningsAsErrors + [.swiftLanguageMode(.v5)]),
  .target(
    name: "KernelCore", dependencies: ["LinuxABI", "CMachine", "Tracer"],
    swiftSettings: isKernelBuild ? kernelSwift : warningsAsErrors + [.swiftLanguageMode(.v5)]),
]

/// What runs in a guest without a kernel of ours: freestanding programs for Linux's interface.
let guestPrograms: [Target] = [
  .target(name: "CProgram"),
  .executableTarget(name: "Bench", dependencies: ["LinuxABI", "BenchRows", "CProgram"], swiftSettings: kernelSwift),
]

let kernelOnly: [Target] = [
  .executableTarget(
    name: "Kernel", dependencies: ["LinuxABI", "KernelCore", "Tracer", "CMachine"],
    swiftSettings: kernelSwift)
]

let coreTests: [Target] = [
  .testTarget(
    name: "KernelCoreTests", dependencies: ["KernelCore", "CMachine"],
    swiftSettings: warningsAsErrors + [.swiftLanguageMode(.v5)])
]

let argumentParser: Target.Dependency = .product(
  name: "ArgumentParser", package: "swift-argument-parser")

let hostOnly: [Target] = [
  .systemLibrary(name: "CNCurses", providers: [.apt(["libncurses-dev"])]),
  .systemLibrary(name: "CVTerm", providers: [.apt(["libvterm-dev"])]),
  .target(name: "TraceModel", dependencies: ["Tracer", "LinuxABI"], swiftSettings: warningsAsErrors),
  .target(name: "FlameGraph", swiftSettings: warningsAsErrors),
  .target(
    name: "TraceFormats",
    dependencies: ["FlameGraph", .product(name: "SwiftProtobuf", package: "swift-protobuf")],
    exclude: ["Protobuf/profile.proto", "Protobuf/perfetto.proto"], swiftSettings: warningsAsErrors),
  .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
  .systemLibrary(name: "CDwarf", providers: [.apt(["libdw-dev"])]),
  .target(name: "DebugInfo", dependencies: ["CDwarf"], swiftSettings: warningsAsErrors),
  .target(
    name: "Guest",
    dependencies: [
      "TraceModel",
      .product(name: "Subprocess", package: "swift-subprocess"),
      .product(name: "SystemPackage", package: "swift-system"),
    ],
    swiftSettings: warningsAsErrors),
  .executableTarget(
    name: "kbench",
    dependencies: [
      "BenchRows", "Guest", "Recordings", "Tracer", "TraceModel", "FlameGraph", argumentParser,
      .product(name: "Subprocess", package: "swift-subprocess"),
      .product(name: "SystemPackage", package: "swift-system"),
    ],
    swiftSettings: warningsAsErrors),
  .target(name: "KernelAudit", swiftSettings: warningsAsErrors),
  .target(name: "Unwind", dependencies: ["TraceModel"], swiftSettings: warningsAsErrors),
  .target(
    name: "GDBStub", dependencies: ["Unwind", "Tracer", "TraceModel", "Recordings"], swiftSettings: warningsAsErrors),
  .executableTarget(
    name: "apus",
    dependencies: [
      "Guest", "KernelAudit", "LinuxABI", "Recordings", "TraceModel", argumentParser,
      .product(name: "Subprocess", package: "swift-subprocess"),
      .product(name: "SystemPackage", package: "swift-system"),
    ],
    swiftSettings: warningsAsErrors),
  .executableTarget(
    name: "ktop",
    dependencies: [
      "GDBStub", "TraceModel", "Tracer", "FlameGraph", "Recordings", "Guest", "CNCurses", "CVTerm", argumentParser,
      .product(name: "SystemPackage", package: "swift-system"),
    ],
    swiftSettings: warningsAsErrors),
  .target(
    name: "Recordings",
    dependencies: [
      "DebugInfo", "TraceModel", "FlameGraph", "Guest", "CZlib", "Unwind",
      .product(name: "SystemPackage", package: "swift-system"),
    ],
    swiftSettings: warningsAsErrors),
  .executableTarget(
    name: "kflame",
    dependencies: [
      "TraceModel", "FlameGraph", "TraceFormats", "Recordings", argumentParser,
      .product(name: "SystemPackage", package: "swift-system"),
    ],
    swiftSettings: warningsAsErrors,
    // Half of the time it takes to start went into loading twenty shared libraries. The debug build stays as it is: its
    // tests link the program's code into their own. (The linker remarks that FoundationEssentials has mktemp in it.)
    linkerSettings: [
      .unsafeFlags(["-static-stdlib"], .when(platforms: [.linux], configuration: .release)),
      .linkedLibrary("_FoundationCShims", .when(platforms: [.linux], configuration: .release)),
      .linkedLibrary("_FoundationCollections", .when(platforms: [.linux], configuration: .release)),
      .linkedLibrary("stdc++", .when(platforms: [.linux], configuration: .release)),
    ]),
  .testTarget(
    name: "FlameGraphTests", dependencies: ["FlameGraph"], exclude: ["Golden"], swiftSettings: warningsAsErrors),
  .testTarget(
    name: "TraceFormatsTests",
    dependencies: [
      "FlameGraph", "TraceFormats",
    ], exclude: ["Schemas", "browser.py", "documents.py", "trace-processor.js"], swiftSettings: warningsAsErrors),
  .testTarget(
    name: "RecordingsTests",
    dependencies: [
      "Tracer", "TraceModel", "TraceTestSupport", "CMachine", "FlameGraph", "TraceFormats", "Recordings", "kflame",
      .product(name: "Subprocess", package: "swift-subprocess"),
      .product(name: "SystemPackage", package: "swift-system"),
    ],
    swiftSettings: warningsAsErrors + [.swiftLanguageMode(.v5)]),
  .target(
    name: "TraceTestSupport", dependencies: ["Tracer", "TraceModel", "CMachine"], path: "Tests/TraceTestSupport",
    // DecodeBench takes its machine in a release build too.
    swiftSettings: warningsAsErrors + [.swiftLanguageMode(.v5), .unsafeFlags(["-enable-testing"])]),
  .executableTarget(
    name: "DecodeBench", dependencies: ["Tracer", "TraceModel", "TraceTestSupport", "CMachine"],
    swiftSettings: warningsAsErrors + [.swiftLanguageMode(.v5)]),
  .testTarget(
    name: "KtopTests", dependencies: ["ktop", "Tracer", "TraceModel", "TraceTestSupport", "CMachine"],
    exclude: ["Golden"], swiftSettings: warningsAsErrors + [.swiftLanguageMode(.v5)]),
  .testTarget(
    name: "TraceModelTests", dependencies: ["Tracer", "TraceModel", "TraceTestSupport", "CMachine"],
    exclude: ["Header"], swiftSettings: warningsAsErrors + [.swiftLanguageMode(.v5)]),
  .testTarget(name: "DebugInfoTests", dependencies: ["DebugInfo"], swiftSettings: warningsAsErrors),
  .testTarget(name: "UnwindTests", dependencies: ["Unwind", "TraceModel"], swiftSettings: warningsAsErrors),
  .testTarget(
    name: "GDBStubTests", dependencies: ["DebugInfo", "GDBStub", "Unwind", "Recordings", "TraceModel", "Tracer"],
    swiftSettings: warningsAsErrors),
  .testTarget(
    name: "LinkTests",
    dependencies: ["Guest", "KernelAudit", .product(name: "Subprocess", package: "swift-subprocess")],
    swiftSettings: warningsAsErrors),
  .testTarget(
    name: "KbenchTests", dependencies: ["kbench", "BenchRows", "Guest", "TraceModel", "Tracer"],
    swiftSettings: warningsAsErrors),
  .testTarget(
    name: "BootTests",
    dependencies: [
      "GDBStub", "Recordings", "kbench", "BenchRows", "Guest", "LinuxABI", "Tracer", "TraceModel",
      .product(name: "Subprocess", package: "swift-subprocess"),
      .product(name: "SystemPackage", package: "swift-system"),
    ],
    exclude: ["Programs"], swiftSettings: warningsAsErrors),
  .testTarget(
    name: "TracerTests", dependencies: ["Tracer", "TraceModel"],
    swiftSettings: warningsAsErrors + [.swiftLanguageMode(.v5)]),
]

/// What others may depend on; the programs are products by themselves.
let libraries: [Product] = [
  .library(name: "FlameGraph", targets: ["FlameGraph"]), .library(name: "TraceFormats", targets: ["TraceFormats"]),
]

let package = Package(
  name: "apus",
  products: isKernelBuild || isCoreBuild ? [] : libraries,
  dependencies: isKernelBuild || isCoreBuild
    ? []
    : [
      .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
      .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
      .package(url: "https://github.com/apple/swift-system", from: "1.6.0"),
      .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.0", traits: []),
    ],
  targets: shared + (isKernelBuild ? kernelOnly + guestPrograms : isCoreBuild ? coreTests : coreTests + hostOnly)
)
