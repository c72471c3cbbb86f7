//! [`Server`]: a process that gives every HTTP/1.1 request on a loopback port the same reply.
//!
//! It is a process of its own, so that the memory, the page faults and the CPU time of the client's process are the client's. It does
//! as little as it can between request and reply.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread;

use crate::{Failure, replies};

/// A server process. It ends when this is dropped, or with the process that started it.
pub struct Server {
    process: Child,
    pub base_url: String,
}

impl Server {
    /// Starts one that answers with `reply`, one of the kinds of [`run`].
    pub fn start(reply: &[&str]) -> Result<Self, Failure> {
        let program = format!("venice-ai-bench{}", std::env::consts::EXE_SUFFIX);
        let mut process = Command::new(std::env::current_exe()?.with_file_name(program))
            .arg("serve")
            .args(reply)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut base_url = String::new();
        if let Some(output) = process.stdout.take() {
            BufReader::new(output).read_line(&mut base_url)?;
        }
        let base_url = base_url.trim().to_owned();
        Ok(Self { process, base_url })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// What a server process answers with: pieces, each in a write of its own, and all of them so many times.
struct Reply {
    head: Vec<u8>,
    writes: Vec<Vec<u8>>,
    times: usize,
}

impl Reply {
    fn of(kind: &[&str]) -> Result<Self, Failure> {
        let writes = match *kind {
            ["call", text, bytes] => {
                let reply = replies::whole(&replies::completion(&replies::text(text.parse()?)));
                reply.chunks(bytes.parse()?).map(<[u8]>::to_vec).collect()
            }
            ["stream", chunks, bytes] => replies::streamed(chunks.parse()?, bytes.parse()?),
            ["json", text] => vec![replies::whole(&serde_json::from_str(text)?)],
            ["file", mebibytes] => {
                let times: usize = mebibytes.parse()?;
                return Ok(Self { head: replies::head_of_file(times << 20), writes: vec![vec![b'x'; 1 << 20]], times });
            }
            _ => return Err("the replies are `call`, `stream`, `json` and `file`".into()),
        };
        Ok(Self { head: Vec::new(), writes, times: 1 })
    }

    fn write_to(&self, connection: &mut TcpStream) -> io::Result<()> {
        connection.write_all(&self.head)?;
        for write in std::iter::repeat_n(&self.writes, self.times).flatten() {
            connection.write_all(write)?;
        }
        Ok(())
    }
}

/// The server process itself: prints its base URL, and serves until its input ends. The reply is `call TEXT BYTES`, a completion with a
/// text of so many bytes, or `stream CHUNKS BYTES`, a stream, each in writes of so many bytes; `json TEXT`, or `file MEBIBYTES`.
pub fn run(reply: &[&str]) -> Result<(), Failure> {
    let reply = Arc::new(Reply::of(reply)?);
    let listener = TcpListener::bind("127.0.0.1:0")?;
    println!("http://{}/api/v1", listener.local_addr()?);
    thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            let reply = Arc::clone(&reply);
            // It ends with an error when the client closes the connection.
            thread::spawn(move || serve(connection, &reply));
        }
    });
    io::copy(&mut io::stdin(), &mut io::sink())?;
    Ok(())
}

fn serve(mut connection: TcpStream, reply: &Reply) -> io::Result<()> {
    connection.set_nodelay(true)?;
    let mut piece = vec![0; 256 * 1024];
    loop {
        read_request(&mut connection, &mut piece)?;
        reply.write_to(&mut connection)?;
    }
}

/// Reads one request, which has a `content-length`, and keeps its head only.
fn read_request(connection: &mut TcpStream, piece: &mut [u8]) -> io::Result<()> {
    let (mut head, mut received, mut size) = (Vec::new(), 0, None);
    while size.is_none_or(|size| received < size) {
        let count = connection.read(piece)?;
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        received += count;
        if size.is_none() {
            head.extend(piece.iter().take(count));
            size = request_size(&head);
        }
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
