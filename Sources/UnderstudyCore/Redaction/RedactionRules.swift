extension Redaction {
    /// Which names hold secrets. Names of parameters and members are compared without regard to case, `_` and `-`,
    /// so that `access_token`, `accessToken` and `Access-Token` are one.
    public struct Rules: Sendable {
        /// Fields whose whole value is a secret (`X-Api-Key`). Authorization and cookies have their own grammar
        /// and are always included.
        public private(set) var fields: NameSet
        /// Query parameters, form parameters and JSON members.
        public private(set) var members: NameSet

        /// The defaults: what providers' manuals and the secret filters of other recorders name.
        public static let `default` = Rules()

        /// The defaults and more names, each looked for as a field, a parameter and a JSON member.
        public init(adding names: some Sequence<String> = []) {
            fields = NameSet(Self.defaultFields)
            members = NameSet(Self.defaultMembers)
            for name in names {
                fields.insert(name)
                members.insert(name)
            }
        }

        /// Only these names.
        public init(fields: some Sequence<String>, members: some Sequence<String>) {
            self.fields = NameSet(fields)
            self.members = NameSet(members)
        }

        /// More names beside these, each looked for as a field, a parameter and a JSON member.
        public func adding(_ names: some Sequence<String>) -> Rules {
            var rules = self
            for name in names {
                rules.fields.insert(name)
                rules.members.insert(name)
            }
            return rules
        }

        /// Always included, whatever the rules: of these only what is secret in them is replaced.
        public static let grammarFields = ["Authorization", "Proxy-Authorization", "Cookie", "Set-Cookie"]

        public static let defaultFields = [
            "X-Api-Key", "Api-Key", "ApiKey", "X-Api-Token", "X-Api-Secret", "X-Auth-Token", "X-Auth-Key",
            "X-Access-Token", "X-Refresh-Token", "X-Session-Token", "X-Client-Secret", "X-Secret", "X-Token",
            "Auth-Token", "Access-Token", "Token", "X-Authorization", "X-Csrf-Token", "X-Xsrf-Token",
            "X-Csrftoken", "X-Amz-Security-Token", "X-Goog-Api-Key", "X-Vault-Token", "X-Gitlab-Token",
            "Private-Token", "Job-Token", "Ocp-Apim-Subscription-Key", "X-Functions-Key",
            "X-Ms-Authorization-Auxiliary",
            "X-Rapidapi-Key", "X-Shopify-Access-Token", "X-Figma-Token", "X-Algolia-Api-Key", "Dd-Api-Key",
            "Dd-Application-Key", "X-Honeycomb-Team", "Xi-Api-Key", "X-Plex-Token", "X-Emby-Token", "X-Consul-Token",
            "X-Postmark-Server-Token", "X-Subject-Token", "X-Storage-Token", "X-Jwt-Assertion",
        ]

        public static let defaultMembers = [
            "access_token", "refresh_token", "id_token", "auth_token", "session_token", "bearer_token", "api_token",
            "csrf_token", "xsrf_token", "security_token", "oauth_token", "oauth_token_secret", "device_token", "token",
            "api_key", "api_secret", "app_secret", "secret", "secret_key", "secret_access_key",
            "aws_secret_access_key", "client_secret", "consumer_secret", "shared_secret", "webhook_secret",
            "private_key", "encryption_key", "subscription_key", "x_api_key",
            "password", "passwd", "pwd", "passphrase", "new_password", "old_password", "current_password",
            "password_confirmation", "authorization", "assertion", "client_assertion", "jwt", "jsessionid",
            "signature", "sig", "x_amz_signature", "x_amz_security_token", "x_goog_signature",
        ]
    }

    /// A set of names, compared as `Rules` says; asking needs no allocation and mostly no more than one byte.
    public struct NameSet: Sendable {
        /// Folded names by length; no longer than `maximumLength`.
        private var byLength: [[[UInt8]]] = []
        /// One bit for each first letter.
        private var firstBytes: UInt64 = 0
        private static let maximumLength = 64

        var isEmpty: Bool { firstBytes == 0 }

        init(_ names: some Sequence<String>) {
            for name in names { insert(name) }
        }

        mutating func insert(_ name: String) {
            let folded = name.utf8.compactMap(Self.fold)
            guard !folded.isEmpty, folded.count <= Self.maximumLength else { return }
            while byLength.count <= folded.count { byLength.append([]) }
            byLength[folded.count].append(folded)
            firstBytes |= Self.bit(folded[0])
        }

        public func contains(_ name: some Collection<UInt8>) -> Bool {
            guard let first = name.first, name.count <= 2 * Self.maximumLength else { return false }
            if let first = Self.fold(first), firstBytes & Self.bit(first) == 0 { return false }
            return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 2 * Self.maximumLength) { folded in
                var count = 0
                for byte in name {
                    guard let byte = Self.fold(byte) else { continue }
                    folded[count] = byte
                    count += 1
                }
                guard count < byLength.count else { return false }
                return byLength[count].contains { $0.elementsEqual(folded[..<count]) }
            }
        }

        @inline(__always) private static func fold(_ byte: UInt8) -> UInt8? {
            byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-") ? nil : byte.asciiLowercased
        }

        @inline(__always) private static func bit(_ byte: UInt8) -> UInt64 { 1 << UInt64(byte & 63) }
    }
}
