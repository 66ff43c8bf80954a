// swift-tools-version: 6.2
import PackageDescription

/// Imports are private to a file unless written `public import`; a member is visible only where its module is
/// imported; existentials are spelled `any`. Together with `--explicit-target-dependency-import-check error`
/// (see `scripts/test`) they enforce who may import what: the table is in `Sources/README.md`.
var settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]
// CI's setting: a compiler newer than ours must not keep users from building.
if Context.environment["UNDERSTUDY_STRICT"] != nil { settings.append(.treatAllWarnings(as: .error)) }
// The fuzz targets' setting: our own modules are instrumented, nothing else is.
let isFuzzed = Context.environment["UNDERSTUDY_FUZZ"] != nil
if isFuzzed { settings.append(.unsafeFlags(["-sanitize=fuzzer,address", "-assert-config", "Debug"])) }

let nio = "swift-nio"
func nioCore() -> Target.Dependency { .product(name: "NIOCore", package: nio) }
func nioPosix() -> Target.Dependency { .product(name: "NIOPosix", package: nio) }
func crypto() -> Target.Dependency { .product(name: "Crypto", package: "swift-crypto") }
func logging() -> Target.Dependency { .product(name: "Logging", package: "swift-log") }

let package = Package(
    name: "understudy",
    platforms: [.macOS(.v15)],
    products: [.executable(name: "understudy", targets: ["UnderstudyCLI"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-crypto.git", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-certificates.git", from: "1.21.1"),
        .package(url: "https://github.com/apple/swift-asn1.git", from: "1.7.4"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
        .package(url: "https://github.com/groue/GRDB.swift.git", from: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams.git", from: "6.2.2"),
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.1", traits: []),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-metrics.git", from: "2.13.0"),
    ],
    targets: [
        .systemLibrary(
            name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"]), .brew(["curl"])]),
        .target(name: "Curl", dependencies: ["CCurl"], swiftSettings: settings),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
        .systemLibrary(
            name: "CBrotli", pkgConfig: "libbrotlienc", providers: [.apt(["libbrotli-dev"]), .brew(["brotli"])]),
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"]), .brew(["zstd"])]),
        .systemLibrary(name: "CZip", pkgConfig: "libzip", providers: [.apt(["libzip-dev"]), .brew(["libzip"])]),
        .target(
            name: "UnderstudyCoding", dependencies: ["CZlib", "CBrotli", "CZstd", nioCore()], swiftSettings: settings),
        .target(name: "UnderstudyCore", dependencies: [nioCore(), crypto()], swiftSettings: settings),
        .target(
            name: "UnderstudyFormats",
            dependencies: [
                "UnderstudyCore", "UnderstudyCoding", "CZip", nioCore(), crypto(),
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: settings),
        .target(
            name: "UnderstudyStore",
            dependencies: [
                "UnderstudyCore", "UnderstudyFormats", nioCore(), crypto(), logging(),
                .product(name: "GRDB", package: "GRDB.swift"), .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ],
            swiftSettings: settings),
        .target(
            name: "UnderstudyTrust",
            dependencies: [
                crypto(), .product(name: "X509", package: "swift-certificates"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
            ],
            swiftSettings: settings),
        .target(
            name: "UnderstudyServer",
            dependencies: [
                "UnderstudyCore", "UnderstudyCoding", "UnderstudyTrust", "Curl", nioCore(), nioPosix(), logging(),
                .product(name: "NIOTLS", package: nio), .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            swiftSettings: settings),
        // The page's files, put into the binary by the compiler.
        .target(name: "CWebFiles"),
        .target(
            name: "UnderstudyAdmin",
            dependencies: [
                "UnderstudyCore", "UnderstudyCoding", "UnderstudyFormats", "UnderstudyStore", "UnderstudyServer",
                "CWebFiles", nioCore(), logging(), nioPosix(),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            exclude: ["Web"], swiftSettings: settings),
        .executableTarget(
            name: "UnderstudyCLI",
            dependencies: [
                "UnderstudyCore", "UnderstudyFormats", "UnderstudyStore", "UnderstudyTrust", "UnderstudyServer",
                "UnderstudyAdmin", "Curl", nioCore(), nioPosix(), crypto(), logging(),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Yams", package: "Yams"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: settings),
        .target(
            name: "TestSupport", dependencies: [], path: "Tests/TestSupport", swiftSettings: settings),
        .target(name: "CAllocations", path: "Tests/CAllocations"),
        .testTarget(name: "CurlTests", dependencies: ["Curl", "TestSupport"], swiftSettings: settings),
        .testTarget(
            name: "UnderstudyCodingTests", dependencies: ["UnderstudyCoding", nioCore()], swiftSettings: settings),
        .testTarget(
            name: "UnderstudyCoreTests", dependencies: ["UnderstudyCore", "TestSupport", nioCore()],
            swiftSettings: settings),
        .testTarget(
            name: "UnderstudyFormatsTests",
            dependencies: ["UnderstudyCore", "UnderstudyFormats", "TestSupport", nioCore()], swiftSettings: settings),
        .testTarget(
            name: "UnderstudyStoreTests",
            dependencies: [
                "UnderstudyCore", "UnderstudyFormats", "UnderstudyStore", "TestSupport", nioCore(), logging(),
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: settings),
        .testTarget(
            name: "UnderstudyTrustTests",
            dependencies: [
                "UnderstudyTrust", "TestSupport", crypto(), .product(name: "X509", package: "swift-certificates"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
            ],
            swiftSettings: settings),
        .testTarget(
            name: "UnderstudyServerTests",
            dependencies: [
                "UnderstudyCore", "UnderstudyCoding", "UnderstudyTrust", "UnderstudyServer", "Curl", "TestSupport",
                "CAllocations",
                nioCore(), nioPosix(), logging(),
                // Another HTTP/1 parser, to compare ours with; the product has none of it.
                .product(name: "NIOHTTP1", package: nio), .product(name: "NIOEmbedded", package: nio),
            ],
            swiftSettings: settings),
        .testTarget(
            name: "UnderstudyAdminTests",
            dependencies: [
                "UnderstudyCore", "UnderstudyCoding", "UnderstudyFormats", "UnderstudyStore", "UnderstudyAdmin",
                "TestSupport", nioCore(),
                logging(), .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "CoreMetrics", package: "swift-metrics"),
            ],
            swiftSettings: settings),
        .testTarget(
            name: "EndToEndTests",
            dependencies: ["UnderstudyCLI", "TestSupport", .product(name: "GRDB", package: "GRDB.swift")],
            exclude: ["Sessions", "Clients/Programs"], swiftSettings: settings),
        .testTarget(
            name: "CommandLineTests",
            dependencies: [
                "UnderstudyCLI", "UnderstudyCore", "UnderstudyStore", "TestSupport",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: settings),
    ]
)

// Only for `scripts/fuzz`, which says where libFuzzer is.
if isFuzzed {
    package.targets += [
        .systemLibrary(name: "CFuzzer", path: "Tests/Fuzz/CFuzzer"),
        .executableTarget(
            name: "fuzz",
            dependencies: [
                "CFuzzer", "UnderstudyCore", "UnderstudyCoding", "UnderstudyFormats", "UnderstudyServer", nioCore(),
                .product(name: "NIOEmbedded", package: nio), .product(name: "NIOHTTP1", package: nio),
            ],
            path: "Tests/Fuzz", exclude: ["CFuzzer", "Corpus", "Dictionaries"], swiftSettings: settings,
            linkerSettings: [.unsafeFlags(["-sanitize=address", "-use-ld=lld"]), .linkedLibrary("stdc++")]),
    ]
}

// Only for `scripts/test --all`: programs that are recorded, and a package that nothing else needs.
if Context.environment["UNDERSTUDY_CLIENTS"] != nil {
    package.dependencies.append(
        .package(url: "https://github.com/swift-server/async-http-client.git", from: "1.37.0"))
    package.targets += [
        .executableTarget(
            name: "urlsession-client", dependencies: [crypto()], path: "Tests/Clients/URLSession",
            swiftSettings: settings),
        .executableTarget(
            name: "asynchttpclient-client",
            dependencies: [
                nioCore(), crypto(), .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOHTTP1", package: nio), .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            path: "Tests/Clients/AsyncHTTPClient", swiftSettings: settings),
    ]
}
