//! A web server: answers streamed to browsers as server-sent events, and an OpenAI-compatible endpoint.
//!
//! ```text
//! cargo run --example axum_sse
//! curl -N localhost:3000/chat -d "Why is the sky blue?"
//! curl -N localhost:3000/v1/chat/completions -H "content-type: application/json" \
//!     -d '{"model": "default", "stream": true, "messages": [{"role": "user", "content": "Hello!"}]}'
//! ```

mod common;

use std::convert::Infallible;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use futures_util::{StreamExt as _, stream};
use venice_ai::types::ChatCompletionRequest;
use venice_ai::{Client, Error, ErrorKind};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (venice, _mock) = common::client_or_mock().await?;
    let routes = Router::new().route("/chat", post(chat)).route("/v1/chat/completions", post(completions));
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:3000".to_owned());
    let listener = tokio::net::TcpListener::bind(address).await?;
    println!("Listening on http://{}", listener.local_addr()?);
    // Answers that are being streamed are finished.
    let stop = async { tokio::signal::ctrl_c().await.unwrap_or_default() };
    axum::serve(listener, routes.with_state(venice)).with_graceful_shutdown(stop).await?;
    println!("Stopped.");
    Ok(())
}

/// The pieces of an answer. When the browser leaves, axum drops the stream, and the model stops.
async fn chat(State(venice): State<Client>, question: String) -> Result<impl IntoResponse, Failure> {
    // The limit is the server's: whoever asks does not pay.
    let request = ChatCompletionRequest::new("default", question).max_completion_tokens(500);
    let text = venice.chat().stream(request).await?.text();
    let events = text.map(|piece| {
        Ok::<_, Infallible>(match piece {
            Ok(piece) => Event::default().json_data(piece).unwrap_or_default(),
            Err(error) => Event::default().event("error").data(Failure(error).text()),
        })
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::default()))
}

/// What OpenAI's clients send and expect.
async fn completions(
    State(venice): State<Client>,
    Json(request): Json<ChatCompletionRequest>,
) -> Result<Response, Failure> {
    if request.stream != Some(true) {
        return Ok(Json(venice.chat().create(request).await?).into_response());
    }
    let chunks = venice.chat().stream(request).await?;
    let events = chunks.map(|chunk| {
        Ok::<_, Infallible>(match chunk {
            Ok(chunk) => Event::default().json_data(chunk).unwrap_or_default(),
            Err(error) => Event::default().json_data(Failure(error).body()).unwrap_or_default(),
        })
    });
    let done = stream::iter([Ok(Event::default().data("[DONE]"))]);
    Ok(Sse::new(events.chain(done)).into_response())
}

/// A failure as the caller of this server sees it. The key and the balance are the server's own, and nobody else's business.
struct Failure(Error);

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl Failure {
    fn status(&self) -> StatusCode {
        match self.0.kind() {
            ErrorKind::InvalidRequest => StatusCode::BAD_REQUEST,
            ErrorKind::ContentPolicy => StatusCode::UNPROCESSABLE_ENTITY,
            ErrorKind::PayloadTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            ErrorKind::RateLimited | ErrorKind::Overloaded => StatusCode::SERVICE_UNAVAILABLE,
            ErrorKind::Timeout => StatusCode::GATEWAY_TIMEOUT,
            ErrorKind::Connect | ErrorKind::Transport | ErrorKind::Server | ErrorKind::Decode => {
                StatusCode::BAD_GATEWAY
            }
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn text(&self) -> &str {
        match self.status() {
            StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY => self.0.message(),
            StatusCode::SERVICE_UNAVAILABLE => "busy, try again later",
            _ => "no answer is available",
        }
    }

    fn body(&self) -> serde_json::Value {
        serde_json::json!({"error": {"message": self.text()}})
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        eprintln!("{}", self.0);
        let wait = self.0.retry_after().map(|wait| [("retry-after", wait.as_secs().max(1).to_string())]);
        (self.status(), wait, Json(self.body())).into_response()
    }
}
