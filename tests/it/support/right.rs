//! The right response of a server to a request for a file.

use super::flag_origin::resolve;
use super::server::Received;

/// The response to HEAD, to a plain GET and to one range or several. `fields`: header fields, each
/// with its CR LF.
pub(crate) fn answer(received: &Received, file: &[u8], fields: &str) -> Vec<u8> {
    let head = String::from_utf8_lossy(&received.bytes);
    let size = file.len();
    let asked = head.lines().find_map(|line| line.strip_prefix("Range: bytes="));
    let spans = asked.map(|asked| resolve(asked, size));
    let (status, field, body) = match spans.as_deref() {
        None => ("200 OK", String::new(), file.to_vec()),
        Some([]) => {
            let field = format!("Content-Range: bytes */{size}\r\n");
            ("416 Range Not Satisfiable", field, Vec::new())
        }
        Some([(first, last)]) => {
            let field = format!("Content-Range: bytes {first}-{last}/{size}\r\n");
            ("206 Partial Content", field, file[*first..=*last].to_vec())
        }
        Some(several) => {
            let mut body = Vec::new();
            for (first, last) in several {
                let head = format!(
                    "--b\r\nContent-Type: a/b\r\nContent-Range: bytes {first}-{last}/{size}\r\n\r\n"
                );
                body.extend_from_slice(head.as_bytes());
                body.extend_from_slice(&file[*first..=*last]);
                body.extend_from_slice(b"\r\n");
            }
            body.extend_from_slice(b"--b--\r\n");
            let field = "Content-Type: multipart/byteranges; boundary=b\r\n".to_owned();
            ("206 Partial Content", field, body)
        }
    };
    response(received, status, &(field + fields), body)
}

/// The response that gives the whole file to every request.
pub(crate) fn whole(received: &Received, file: &[u8], fields: &str) -> Vec<u8> {
    response(received, "200 OK", fields, file.to_vec())
}

fn response(received: &Received, status: &str, fields: &str, body: Vec<u8>) -> Vec<u8> {
    let length = body.len();
    let mut answer =
        format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\n{fields}\r\n").into_bytes();
    if !received.bytes.starts_with(b"HEAD ") {
        answer.extend(body);
    }
    answer
}
