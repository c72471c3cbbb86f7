//! What the programs of this package share.

pub mod call;
pub mod files;
mod processes;
mod replies;
pub mod server;
pub mod stream;

pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// A flavour of Tokio's runtime.
#[derive(Clone, Copy, Debug)]
enum Flavor {
    /// That of a plain `#[tokio::main]`.
    MultiThread,
    CurrentThread,
}

impl Flavor {
    fn of(name: &str) -> Result<Self, Failure> {
        match name {
            "multi-thread" => Ok(Self::MultiThread),
            "current-thread" => Ok(Self::CurrentThread),
            _ => Err("the flavours are `multi-thread` and `current-thread`".into()),
        }
    }

    fn runtime(self) -> Result<tokio::runtime::Runtime, Failure> {
        let mut builder = match self {
            Self::MultiThread => tokio::runtime::Builder::new_multi_thread(),
            Self::CurrentThread => tokio::runtime::Builder::new_current_thread(),
        };
        Ok(builder.enable_all().build()?)
    }
}
