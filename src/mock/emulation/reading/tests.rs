//! Where pieces end, for answers of each framing.

use tokio::net::TcpListener;

use super::*;

const FILLED: Reading = Reading { piece: 8192, counts_head: false, flushes_head: true };
const WITH_HEAD: Reading = Reading { piece: 8000, counts_head: true, flushes_head: false };

/// Lengths of the pieces of an answer whose parts are written apart, and whether each is the
/// last.
async fn pieces(parts: &[Vec<u8>], reading: Reading) -> io::Result<Vec<(usize, bool)>> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let authority = listener.local_addr()?.to_string();
    let parts = parts.to_vec();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.read_exact(&mut [0; 3]).await.unwrap();
        for (index, part) in parts.iter().enumerate() {
            if index > 0 {
                tokio::time::sleep(SETTLE * 10).await;
            }
            stream.write_all(part).await.unwrap();
        }
    });
    let slot = Slot::default();
    let (head, connection) = Connection::ask(&slot, &authority, b"GET", false, reading).await?;
    let mut reader = connection.body(&head, false, reading, None);
    let mut found = Vec::new();
    loop {
        let piece = reader.next().await?;
        found.push((piece.bytes.len(), piece.end));
        if piece.end {
            return Ok(found);
        }
    }
}

fn chunked(size: usize) -> Vec<u8> {
    [format!("{size:x}\r\n").into_bytes(), vec![b'x'; size], b"\r\n0\r\n\r\n".to_vec()].concat()
}

const CHUNKED: &[u8] = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
const OF_9000: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n";

#[tokio::test]
async fn a_piece_counts_from_the_head_or_from_the_body() {
    let whole = [[OF_9000, &[b'x'; 9000]].concat()];
    let first = 8000 - OF_9000.len();
    let found = pieces(&whole, WITH_HEAD).await.unwrap();
    assert_eq!(found, [(first, false), (9000 - first, true)]);
    assert_eq!(pieces(&whole, FILLED).await.unwrap(), [(8192, false), (808, true)]);
}

#[tokio::test]
async fn a_body_that_comes_later_may_be_announced() {
    let apart = [OF_9000.to_vec(), vec![b'x'; 9000]];
    let found = pieces(&apart, FILLED).await.unwrap();
    assert_eq!(found, [(0, false), (8192, false), (808, true)]);
    assert_eq!(pieces(&apart, WITH_HEAD).await.unwrap(), [(8000, false), (1000, true)]);
}

#[tokio::test]
async fn chunks_are_filled_or_split_where_reads_end() {
    let whole = [[CHUNKED, &chunked(20000)].concat()];
    let found = pieces(&whole, FILLED).await.unwrap();
    assert_eq!(found, [(8192, false), (8192, false), (3616, false), (0, true)]);
    let found = pieces(&whole, WITH_HEAD).await.unwrap();
    let first = 8000 - CHUNKED.len() - "4e20\r\n".len();
    assert_eq!(found, [(first, false), (8000, false), (12000 - first, false), (0, true)]);
}

#[tokio::test]
async fn a_body_until_the_close_ends_with_a_read_of_its_own() {
    let whole = [b"HTTP/1.1 200 OK\r\n\r\nabc".to_vec()];
    for reading in [WITH_HEAD, FILLED] {
        assert_eq!(pieces(&whole, reading).await.unwrap(), [(3, false), (0, true)]);
    }
}

#[tokio::test]
async fn a_body_that_breaks_off_is_an_error() {
    for start in [OF_9000, CHUNKED] {
        let cut = [[start, b"2328\r\nabc"].concat()];
        for reading in [WITH_HEAD, FILLED] {
            assert!(pieces(&cut, reading).await.is_err());
        }
    }
}
