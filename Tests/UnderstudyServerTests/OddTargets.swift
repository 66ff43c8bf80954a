/// Legal or not, these arrive at the upstream as they were sent.
enum OddTargets {
    static let all = [
        "/%2F", "/%2f", "//", "//x//", "/./", "/../", "/a/../b", "/;p=1", "/+", "/%20", "/%00", "/%zz", "/{}", "/|",
        "/[]",
        "/?", "/??", "/?&&", "/?a=1&a=2&=&b", "/#frag", "/x?y#z", "/\u{E9}\u{FF}", "/~", "/a%2Fb?c=%2F", "/\"<>\\^`",
    ]
}
