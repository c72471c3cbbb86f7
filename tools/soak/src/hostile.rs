//! A server that speaks HTTP badly: it cuts requests and replies, and sends what no server should.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::Failure;
use crate::random::Random;

/// Starts it in threads of its own. Its base URL.
pub fn start(seed: u64) -> Result<String, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let listener = runtime.block_on(TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))))?;
    let address = listener.local_addr()?;
    std::thread::spawn(move || {
        runtime.block_on(async move {
            let connections = Arc::new(AtomicU64::new(0));
            while let Ok((connection, _)) = listener.accept().await {
                let random = Random::new(seed, 1000 + connections.fetch_add(1, Ordering::Relaxed));
                tokio::spawn(serve(connection, random));
            }
        });
    });
    Ok(format!("http://{address}/api/v1"))
}

/// Reads some of a request, and answers it. Whether the client has gone makes no difference.
async fn serve(mut connection: TcpStream, mut random: Random) -> std::io::Result<()> {
    let mut received = vec![0; 64 * 1024];
    let enough = 1 + random.below(64 * 1024) as usize;
    let _ = connection.read(received.get_mut(..enough).unwrap_or_default()).await?;
    let head = |rest: &str| format!("HTTP/1.1 200 OK\r\n{rest}\r\n\r\n").into_bytes();
    let json = "content-type: application/json";
    let events = "content-type: text/event-stream\r\ntransfer-encoding: chunked";
    let mut reply = match random.below(14) {
        // Closed without a word.
        0 => Vec::new(),
        1 => random.bytes(2000),
        2 => b"HTTP/1.1 200 O".to_vec(),
        3 => [head(&format!("{json}\r\ncontent-length: 99999999999")), random.bytes(500)].concat(),
        4 => [head(&format!("{json}\r\ncontent-length: 20")), b"{\"id\": [[[[[[[[[[[[[[[[[[[[[[[[[[".to_vec()].concat(),
        5 => head(&format!("{json}\r\nx-long: {}", "x".repeat(200_000))),
        6 => [head(json), b"[".repeat(100_000)].concat(),
        7 => [head("content-type: text/event-stream\r\ntransfer-encoding: chunked"), b"zz\r\nno length\r\n".to_vec()]
            .concat(),
        8 => [head(events), b"ffffffffffffffffff\r\n".to_vec()].concat(),
        9 => [head(events), b"5\r\n: ok\n\r\n".repeat(10_000)].concat(),
        10 => [head(events), b"a\r\ndata: {{{{\r\n".repeat(10_000)].concat(),
        11 => b"HTTP/1.1 302 Found\r\nlocation: /api/v1/again\r\ncontent-length: 0\r\n\r\n".to_vec(),
        12 => b"HTTP/1.1 100 Continue\r\n\r\n".repeat(200),
        _ => [head(&format!("{json}\r\ncontent-length: 2")), b"{}HTTP/1.1 200 OK\r\n\r\nunasked".to_vec()].concat(),
    };
    if random.below(4) == 0 {
        reply.truncate(random.below(reply.len() as u64) as usize);
    }
    for piece in reply.chunks(16 * 1024) {
        connection.write_all(piece).await?;
    }
    match random.below(4) {
        // What was not read makes the system reset the connection.
        0 => drop(connection),
        1 => tokio::time::sleep(random.time(2000)).await,
        _ => connection.shutdown().await?,
    }
    Ok(())
}
