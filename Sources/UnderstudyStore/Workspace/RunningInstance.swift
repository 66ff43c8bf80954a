import Foundation

/// What a serving Understudy says about itself in its workspace's lock file, so that the command line finds it.
public struct RunningInstance: Sendable, Hashable, Codable {
    public var pid: Int32
    /// `host:port` of the front door; `nil` before it listens.
    public var frontDoor: String?
    /// `host:port` of the admin listener.
    public var admin: String?
    /// What admin requests must present. The lock file is readable by its owner only because of this.
    public var adminToken: String?

    /// This process.
    public init(frontDoor: String? = nil, admin: String? = nil, adminToken: String? = nil) {
        pid = getpid()
        self.frontDoor = frontDoor
        self.admin = admin
        self.adminToken = adminToken
    }
}
