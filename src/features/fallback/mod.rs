//! `Fallback`: other models for a chat that its own model cannot answer.

use crate::api::chat::Chat;
use crate::api::chat::stream::ChatStream;
use crate::api::generated::types::{ChatCompletion, ChatCompletionRequest};
use crate::features::flow::Flow;
use crate::runtime::call::Call;
use crate::runtime::client::Client;
use crate::runtime::error::{Error, ErrorKind};
use crate::runtime::transport::RetryPolicy;

/// A chat with other models in reserve, from [`Chat::with_fallbacks`].
#[derive(Clone, Debug)]
#[must_use = "it does nothing until `create` or `stream` is awaited"]
pub struct Fallback<'a> {
    client: &'a Client,
    models: Vec<String>,
}

impl<'a> Chat<'a> {
    /// Other models, in order, for a request whose model cannot answer it.
    ///
    /// The next model is asked if the one before was not executed: it is overloaded or offline, unknown or removed, its rate limit is
    /// exhausted; or the client's own [privacy policy](crate::ClientBuilder::privacy) or [budget](crate::ClientBuilder::budget) does not allow
    /// it. All other errors end the call: a request that may have been executed and charged is not repeated, and an invalid one is invalid
    /// for all. Each model is subject to the policy and the budget like any other call. Only the last one is
    /// [retried](crate::RetryPolicy).
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// use venice_ai::types::ChatCompletionRequest;
    ///
    /// let request = ChatCompletionRequest::new("zai-org-glm-4.6", "Hello!");
    /// let reply = venice.chat().with_fallbacks(["qwen3-235b", "default"]).create(request).await?;
    /// println!("{} answered: {}", reply.model, reply.text());
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// That of the last model. Its message names the models before it.
    #[doc(alias("failover", "backup"))]
    pub fn with_fallbacks<M: Into<String>>(&self, models: impl IntoIterator<Item = M>) -> Fallback<'a> {
        Fallback { client: self.client, models: models.into_iter().map(Into::into).collect() }
    }
}

impl Fallback<'_> {
    /// The whole answer, like [`Chat::create`].
    pub fn create(&self, request: impl Into<ChatCompletionRequest>) -> Flow<ChatCompletion> {
        self.first(request.into(), |client, request| client.chat().create(request))
    }

    /// Streams the answer, like [`Chat::stream`]. Another model is asked until a stream has begun.
    pub fn stream(&self, request: impl Into<ChatCompletionRequest>) -> Flow<ChatStream> {
        self.first(request.into(), |client, request| client.chat().stream(request))
    }

    /// The reply of the first model that gives one.
    fn first<T: 'static>(
        &self,
        request: ChatCompletionRequest,
        call: fn(&Client, ChatCompletionRequest) -> Call<T>,
    ) -> Flow<T> {
        let models = self.models.clone();
        Flow::new(self.client, "a chat with fallbacks", move |client| async move {
            let mut failed: Vec<(String, ErrorKind)> = Vec::new();
            let mut request = request;
            for next in models {
                let attempt = call(&client, request.clone()).with_retry(RetryPolicy::disabled());
                match attempt.await {
                    Ok(reply) => return Ok(reply),
                    Err(error) if is_of_the_model(&error) => {
                        tracing::warn!(model = %request.model, fallback = %next, kind = %error.kind(), "another model is asked");
                        failed.push((std::mem::replace(&mut request.model, next), error.kind()));
                    }
                    Err(error) => return Err(explained(error, &failed)),
                }
            }
            call(&client, request).await.map_err(|error| explained(error, &failed))
        })
    }
}

/// Whether the request was not executed, for a reason that another model may not have.
fn is_of_the_model(error: &Error) -> bool {
    let is_possible = matches!(
        error.kind(),
        ErrorKind::Overloaded
            | ErrorKind::RateLimited
            | ErrorKind::NotFound
            | ErrorKind::Gone
            | ErrorKind::Privacy
            | ErrorKind::BudgetExceeded
    );
    is_possible && !error.delivery().may_have_run()
}

fn explained(error: Error, failed: &[(String, ErrorKind)]) -> Error {
    match failed {
        [] => error,
        _ => {
            let each = failed.iter().map(|(model, kind)| format!("{model} ({kind})"));
            error.with_note(format!("models before it: {}", each.collect::<Vec<_>>().join(", ")))
        }
    }
}
