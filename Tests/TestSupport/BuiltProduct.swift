import Foundation

/// Programs of this package as the build left them.
public enum BuiltProduct {
    /// The path of `understudy`, which lies beside the test bundle.
    public static let understudy: String = {
        #if os(macOS)
            for bundle in Bundle.allBundles where bundle.bundlePath.hasSuffix(".xctest") {
                return bundle.bundleURL.deletingLastPathComponent().appendingPathComponent("understudy").path
            }
        #endif
        return Bundle.main.bundleURL.appendingPathComponent("understudy").path
    }()
}
