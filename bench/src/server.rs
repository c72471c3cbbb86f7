//! An HTTP/1.1 server on a loopback port that gives every request the same reply.
//!
//! It has threads of its own, so that its work is not counted, and does as little as it can between request and reply.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

/// Starts a server that lives as long as the process, and gives its base URL. `reply` is head and body as they are sent.
pub fn start(reply: Vec<u8>) -> io::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let url = format!("http://{}/api/v1", listener.local_addr()?);
    let reply = Arc::new(reply);
    thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            let reply = Arc::clone(&reply);
            // It ends with an error when the client closes the connection.
            thread::spawn(move || serve(connection, &reply));
        }
    });
    Ok(url)
}

fn serve(mut connection: TcpStream, reply: &[u8]) -> io::Result<()> {
    connection.set_nodelay(true)?;
    let mut received = Vec::with_capacity(64 * 1024);
    loop {
        read_request(&mut connection, &mut received)?;
        connection.write_all(reply)?;
    }
}

/// Reads one request, which has a `content-length`.
fn read_request(connection: &mut TcpStream, received: &mut Vec<u8>) -> io::Result<()> {
    received.clear();
    let mut piece = [0; 16 * 1024];
    let mut size = None;
    while size.is_none_or(|size| received.len() < size) {
        let count = connection.read(&mut piece)?;
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        received.extend(piece.iter().take(count));
        size = size.or_else(|| request_size(received));
    }
    Ok(())
}

/// The length of head and body, once the head is here.
fn request_size(received: &[u8]) -> Option<usize> {
    let end = received.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let head = std::str::from_utf8(received.get(..end)?).ok()?;
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    Some(end + length.unwrap_or(0))
}
