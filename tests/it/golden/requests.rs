//! What is asked: the requests of BITS, and some that tell one program from another.

/// One request, and what it asks of which object of the origin.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked {
    /// Names it in recordings.
    pub(crate) name: &'static str,
    pub(crate) method: &'static str,
    /// How the origin serves the object: the first segment of its path (see `origin.rs`).
    pub(crate) origin: &'static str,
    /// Of the object, in bytes.
    pub(crate) size: u64,
    /// More fields, each with its line end, between Accept-Encoding and User-Agent, where BITS has
    /// them.
    pub(crate) fields: &'static str,
    /// HTTP/1.0 has the digit 0.
    pub(crate) minor: u8,
}

impl Asked {
    /// The request as it goes to a proxy: absolute form, the fields in the order of BITS.
    pub(crate) fn to_proxy(self, authority: &str, path: &str) -> String {
        let Self { method, fields, minor, .. } = self;
        let connection = if fields.contains("Connection:") { "" } else { KEEP_ALIVE };
        format!(
            "{method} http://{authority}{path} HTTP/1.{minor}\r\nAccept: */*\r\n\
             Accept-Encoding: identity\r\n{fields}User-Agent: Microsoft BITS/7.8\r\n\
             Host: {authority}\r\n{connection}\r\n"
        )
    }

    /// The same object asked for as a whole: after it a cache may hold the object.
    pub(crate) fn whole(self) -> Self {
        let fields = "Proxy-Connection: close\r\nConnection: close\r\n";
        Self { method: "GET", fields, minor: 1, ..self }
    }
}

/// All requests, in the order of recordings.
pub(crate) const ALL: &[Asked] = &[
    head("head", ""),
    of_size(0, head("head-empty", "")),
    head("head-range", "Range: bytes=0-99\r\n"),
    get("file", ""),
    of_size(SMALL, get("file-small", "")),
    of_size(0, get("file-empty", "")),
    get("range-first", "Range: bytes=0-99\r\n"),
    get("range-middle", "Range: bytes=50000-50099\r\n"),
    get("range-large", "Range: bytes=10000-79999\r\n"),
    get("range-open-end", "Range: bytes=99000-\r\n"),
    get("range-suffix", "Range: bytes=-100\r\n"),
    get("range-whole", "Range: bytes=0-99999\r\n"),
    get("range-clamped", "Range: bytes=99900-100099\r\n"),
    get("range-past-end", "Range: bytes=100000-100099\r\n"),
    get("range-reversed", "Range: bytes=5-2\r\n"),
    get("range-malformed", "Range: bytes=first\r\n"),
    of_size(SMALL, get("range-small", "Range: bytes=100-199\r\n")),
    of_size(0, get("range-empty", "Range: bytes=0-99\r\n")),
    get("two", "Range: bytes=0-99,50000-50099\r\n"),
    get("five", "Range: bytes=0-99,20000-20099,40000-40099,60000-60099,80000-80099\r\n"),
    get("adjacent", "Range: bytes=0-99,100-199\r\n"),
    get("descending", "Range: bytes=50000-50099,0-99\r\n"),
    get("overlapping", "Range: bytes=0-99,50-149\r\n"),
    get("several-one-past-end", "Range: bytes=0-99,200000-200099\r\n"),
    get(
        "unmodified",
        "If-Unmodified-Since: Tue, 01 Mar 2005 10:00:00 GMT\r\nRange: bytes=0-99\r\n",
    ),
    get("modified", "If-Unmodified-Since: Mon, 28 Feb 2005 10:00:00 GMT\r\nRange: bytes=0-99\r\n"),
    get("close", "Range: bytes=0-99\r\nProxy-Connection: close\r\n"),
    version_1_0(head("http-1.0-head", "")),
    version_1_0(get("http-1.0-range", "Range: bytes=0-99\r\n")),
    version_1_0(get("http-1.0-close", "Range: bytes=0-99\r\nProxy-Connection: close\r\n")),
    before("missing", get("missing", "Range: bytes=0-99\r\n")),
    before("ignores", head("ignoring-head", "")),
    before("ignores", get("ignoring-range", "Range: bytes=50000-50099\r\n")),
    before("ignores", of_size(SMALL, get("ignoring-range-small", "Range: bytes=100-199\r\n"))),
    before("ignores", get("ignoring-two", "Range: bytes=0-99,50000-50099\r\n")),
    before("silent", get("silent-range", "Range: bytes=50000-50099\r\n")),
    before("silent", get("silent-two", "Range: bytes=0-99,50000-50099\r\n")),
    before("chunked", head("chunked-head", "")),
    before("chunked", get("chunked-file", "")),
    before("chunked", get("chunked-range", "Range: bytes=50000-50099\r\n")),
    before("gzip", head("gzip-head", "")),
    before("gzip", get("gzip-range", "Range: bytes=50000-50099\r\n")),
];

/// Most objects have this size, in bytes: more than a proxy reads at once.
pub(crate) const SIZE: u64 = 100_000;
/// Of objects that a proxy reads at once, in bytes.
const SMALL: u64 = 1000;

const KEEP_ALIVE: &str = "Proxy-Connection: Keep-Alive\r\n";

const fn get(name: &'static str, fields: &'static str) -> Asked {
    Asked { name, method: "GET", origin: "ranges", size: SIZE, fields, minor: 1 }
}

const fn head(name: &'static str, fields: &'static str) -> Asked {
    Asked { method: "HEAD", ..get(name, fields) }
}

const fn of_size(size: u64, asked: Asked) -> Asked {
    Asked { size, ..asked }
}

const fn before(origin: &'static str, asked: Asked) -> Asked {
    Asked { origin, ..asked }
}

const fn version_1_0(asked: Asked) -> Asked {
    Asked { minor: 0, ..asked }
}
