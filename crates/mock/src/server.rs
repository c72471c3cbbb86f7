//! `Server`: the listener and its thread.

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::pin::Pin;
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;
use venice_ai::Error;

use super::body::{Broken, PacedBody};

/// The answer to a request. An error closes the connection without one.
pub(super) type Answering = Pin<Box<dyn Future<Output = Result<hyper::Response<PacedBody>, Broken>> + Send>>;

/// Answers requests.
pub(super) type Handler = Arc<dyn Fn(hyper::Request<Incoming>) -> Answering + Send + Sync>;

/// A server that runs until it is dropped.
pub(super) struct Server {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Listens on a free port of the loopback interface.
    pub(super) fn start(handler: Handler) -> Result<Self, Error> {
        Self::try_start(handler).map_err(|error| Error::configuration(format!("the mock cannot be started: {error}")))
    }

    fn try_start(handler: Handler) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let (stop, stopped) = oneshot::channel();
        let (ready, is_ready) = mpsc::channel();
        let thread = std::thread::Builder::new().name("venice-ai-mock".to_owned()).spawn(move || {
            match serving(listener, handler) {
                Ok(runtime) => {
                    let _ = ready.send(Ok(()));
                    // Ends when the server is dropped. The connections end with the runtime.
                    let _ = runtime.block_on(stopped);
                }
                Err(error) => drop(ready.send(Err(error))),
            }
        })?;
        is_ready.recv().map_err(io::Error::other)??;
        Ok(Self { address, stop: Some(stop), thread: Some(thread) })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }
}

fn serving(listener: TcpListener, handler: Handler) -> io::Result<Runtime> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let guard = runtime.enter();
    let listener = tokio::net::TcpListener::from_std(listener)?;
    drop(guard);
    runtime.spawn(accept(listener, handler));
    Ok(runtime)
}

async fn accept(listener: tokio::net::TcpListener, handler: Handler) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // Usually too many open files. Others may close soon.
            tokio::time::sleep(Duration::from_millis(20)).await;
            continue;
        };
        // Tokens must be sent at once, not collected in a packet.
        let _ = stream.set_nodelay(true);
        let handler = Arc::clone(&handler);
        tokio::spawn(async move {
            let service = service_fn(move |request| handler(request));
            // It ends with an error if a fault interrupted it, or the client closed it.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Server").field(&self.address).finish()
    }
}
