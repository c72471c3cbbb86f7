//! Middleware: an interceptor that measures each attempt, layers of `tower`, and rotated keys.
//!
//! ```text
//! cargo run --example middleware                        # on the bundled mock
//! VENICE_API_KEY=… cargo run --example middleware       # spends a tenth of a cent
//! ```

mod common;

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

use tower::ServiceBuilder;
use tower_http::set_header::SetRequestHeaderLayer;
use venice_ai::http::{HeaderName, HeaderValue};
use venice_ai::middleware::{AttemptEnd, AttemptInfo, AttemptRequest, BoxError, Interceptor, ReplyHead};
use venice_ai::types::ChatCompletionRequest;
use venice_ai::{ClientBuilder, Error, Secret};
use venice_ai_mock::Fault;

/// Prints a line for each hook.
struct Timing;

impl Interceptor for Timing {
    async fn before_attempt(&self, attempt: &mut AttemptRequest) -> Result<(), BoxError> {
        attempt.extensions_mut().insert(Instant::now());
        let bytes = attempt.body().map_or(0, <[u8]>::len);
        println!("{} #{}: {bytes} bytes", attempt.info().operation(), attempt.info().attempt());
        Ok(())
    }

    fn after_headers(&self, attempt: &AttemptInfo, reply: &ReplyHead<'_>) -> Result<(), BoxError> {
        println!("{} #{}: {}", attempt.operation(), attempt.attempt(), reply.status());
        Ok(())
    }

    fn at_end(&self, attempt: &AttemptInfo, end: &AttemptEnd<'_>) {
        let time = attempt.extensions().get().map(Instant::elapsed).unwrap_or_default();
        let end = match end {
            AttemptEnd::Complete { bytes, .. } => format!("{bytes} bytes of reply"),
            AttemptEnd::Failed(error) => format!("failed ({})", error.kind()),
            _ => "cancelled".to_owned(),
        };
        println!("{} #{}: {end} after {} ms", attempt.operation(), attempt.attempt(), time.as_millis());
    }
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let (_, mock) = common::client_or_mock().await?;
    let settings = match &mock {
        Some(mock) => mock.client_builder(),
        None => ClientBuilder::from_env()?,
    };

    // A service of your own would ask a vault, and cache its answer.
    let key: Secret = match &mock {
        Some(mock) => mock.api_key().into(),
        None => std::env::var("VENICE_API_KEY").unwrap_or_default().trim().into(),
    };
    let asked = std::sync::Arc::new(AtomicU32::new(0));
    let count = std::sync::Arc::clone(&asked);
    let provider = move || {
        count.fetch_add(1, Ordering::Relaxed);
        std::future::ready(Ok::<_, std::io::Error>(key.clone()))
    };

    // The first layer is the outermost. All clones of the client share the limit.
    let team = SetRequestHeaderLayer::overriding(HeaderName::from_static("x-team"), HeaderValue::from_static("search"));
    let layers = ServiceBuilder::new().concurrency_limit(8).layer(team);
    let venice = settings.interceptor(Timing).layer(layers).api_key_provider(provider).build()?;

    // The first attempt fails: the second one asks for the key again.
    if let Some(mock) = &mock {
        mock.fault(Fault::status(503));
    }
    let request = ChatCompletionRequest::new("default", ["How high is the water?"]).max_completion_tokens(100);
    println!("{}\n", venice.chat().create(request.clone()).await?.text());

    // A stream ends with its last part, or where it is dropped.
    let mut stream = venice.chat().stream(request).await?;
    stream.next().await.transpose()?;
    drop(stream);
    println!("The provider was asked for {} keys.", asked.load(Ordering::Relaxed));
    Ok(())
}
