//! `ToolRun`: a conversation with tool calling, from the question to the answer.

use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use sync_wrapper::SyncWrapper;

use super::conversation::Conversation;
use super::event::RunEvent;
use super::phase::Phase;
use super::stop::Halt;
use super::totals::Totals;
use super::{FinishedRun, StopReason, ToolBox, UnfinishedRun};
#[cfg(feature = "blocking")]
use crate::api::generated::operations;
use crate::api::generated::types::{ChatCompletion, ChatCompletionRequest, StreamOptions, ToolCall};
use crate::runtime::call::call_options;
use crate::runtime::client::Client;
use crate::runtime::error::Error;
use crate::runtime::transport::CallOptions;

/// The default limit of rounds.
const MOST_ROUNDS: u32 = 8;

/// A conversation in which the model calls tools, from [`Chat::run`](crate::Chat::run) or [`Chat::run_stream`](crate::Chat::run_stream).
/// Lazy: nothing is sent before it is polled.
///
/// Awaited, it returns the answer ([`FinishedRun`]). [`next`](Self::next) and its [`Stream`] implementation return each event. There is no
/// background task: tools run while the run is polled, and dropping it stops everything. `next` is cancel-safe: the request in flight,
/// running tools and their results belong to the run, and the next call continues with them.
///
/// After an error comes `None`. The run is kept as it was before the failed step, and [`resume`](Self::resume) continues from there: a
/// failed request is sent again, and may be charged again.
///
/// ```no_run
/// # async fn example(venice: venice_ai::Client, tools: venice_ai::tools::ToolBox) -> Result<(), venice_ai::Error> {
/// use venice_ai::tools::RunEvent;
/// use venice_ai::types::ChatCompletionRequest;
///
/// let mut run = venice.chat().run(ChatCompletionRequest::new("default", ["When can I sail?"]), &tools);
/// while let Some(event) = run.next().await {
///     match event? {
///         RunEvent::CallStarted(call) => println!("{}({})", call.function.name, call.function.arguments),
///         RunEvent::CallFinished(call) => println!("  {}", call.output),
///         RunEvent::Reply(round) => println!("reply {} cost {:?}", round.round, round.reply.cost),
///         _ => {}
///     }
/// }
/// println!("{}", run.text());
/// # Ok(()) }
/// ```
#[must_use = "nothing is sent until it is awaited"]
pub struct ToolRun {
    pub(super) client: Client,
    pub(super) tools: ToolBox,
    pub(super) conversation: Conversation,
    pub(super) is_streamed: bool,
    pub(super) most_rounds: u32,
    pub(super) concurrency: usize,
    /// Futures are not `Sync`; exclusive access is.
    pub(super) phase: SyncWrapper<Phase>,
    /// Events that were not returned yet.
    pub(super) events: VecDeque<Result<RunEvent, Halt>>,
    /// An error was returned, and the run was not resumed.
    pub(super) is_halted: bool,
    pub(super) stop_reason: Option<StopReason>,
    pub(super) unanswered: Vec<ToolCall>,
    pub(super) is_finished: bool,
    /// The request was validated, and the API accepted it.
    pub(super) is_checked: bool,
    pub(super) rounds: u32,
    /// Rounds since the caller's last message.
    pub(super) rounds_of_turn: u32,
    pub(super) totals: Totals,
    pub(super) reply: Option<ChatCompletion>,
}

impl ToolRun {
    #[inline]
    pub(crate) fn new(client: &Client, mut request: ChatCompletionRequest, tools: &ToolBox, is_streamed: bool) -> Self {
        if !tools.tools.is_empty() {
            let all = request.tools.get_or_insert_default();
            all.extend(tools.declared());
        }
        if is_streamed {
            request.stream = Some(true);
            request.stream_options.get_or_insert_with(|| StreamOptions::new().include_usage(true));
        }
        Self {
            client: client.clone(),
            tools: tools.clone(),
            conversation: Conversation::new(request),
            is_streamed,
            most_rounds: MOST_ROUNDS,
            concurrency: usize::MAX,
            phase: SyncWrapper::new(Phase::Ready),
            events: VecDeque::new(),
            is_halted: false,
            stop_reason: None,
            unanswered: Vec::new(),
            is_finished: false,
            is_checked: false,
            rounds: 0,
            rounds_of_turn: 0,
            totals: Totals::default(),
            reply: None,
        }
    }

    /// The most replies before the model has to answer. Default: 8. Each is a charged call.
    ///
    /// At the limit the tool calls of the last reply are still executed, nothing more is sent, and the error is [`StopReason::RoundLimit`].
    /// With a higher limit the run can be resumed.
    pub fn with_max_rounds(mut self, rounds: u32) -> Self {
        self.most_rounds = rounds.max(1);
        self
    }

    /// The most tools that run concurrently. Default: all calls of a reply. The request's `parallel_tool_calls` says whether a reply may
    /// have several.
    pub fn with_concurrency(mut self, tools: usize) -> Self {
        self.concurrency = tools.max(1);
        self
    }

    /// Changes the request for the next calls: the model, or `max_completion_tokens` after a truncated reply. Messages and tools stay; the
    /// request passed to `change` has none.
    pub fn with_request(mut self, change: impl FnOnce(ChatCompletionRequest) -> ChatCompletionRequest) -> Self {
        self.conversation.change(change);
        self.is_checked = false;
        self
    }

    /// The next event; `None` after the final answer, and after an error until [`resume`](Self::resume) is called. Cancel-safe: dropping
    /// the future loses nothing, and nothing is sent or called twice.
    ///
    /// # Errors
    /// Those of a call; the conversation stays as it was. [`ErrorKind::ToolRun`](crate::ErrorKind::ToolRun): see
    /// [`stop_reason`](Self::stop_reason). [`ErrorKind::InvalidRequest`](crate::ErrorKind::InvalidRequest): the request or the box is
    /// invalid (`n` above 1, for example), and nothing was sent.
    ///
    /// ```no_run
    /// # async fn example(mut run: venice_ai::tools::ToolRun) -> Result<(), venice_ai::Error> {
    /// while let Some(event) = run.next().await {
    ///     println!("{:?}", event?);
    /// }
    /// # Ok(()) }
    /// ```
    pub async fn next(&mut self) -> Option<Result<RunEvent, Error>> {
        std::future::poll_fn(|cx| self.poll(cx)).await
    }

    /// Continues to the final answer. Cancel-safe, like [`next`](Self::next); after an error it resumes the run, like
    /// [`resume`](Self::resume).
    ///
    /// # Errors
    /// As for [`next`](Self::next).
    ///
    /// ```no_run
    /// # async fn example(mut run: venice_ai::tools::ToolRun) -> Result<(), venice_ai::Error> {
    /// use std::time::Duration;
    /// while tokio::time::timeout(Duration::from_secs(5), run.finish()).await.is_err() {
    ///     println!("still at it, {} messages so far", run.messages().len());
    /// }
    /// println!("{}", run.text());
    /// # Ok(()) }
    /// ```
    pub async fn finish(&mut self) -> Result<(), Error> {
        self.resume();
        while let Some(event) = self.next().await {
            event?;
        }
        Ok(())
    }

    /// Resumes the run after an error, from before the failed step: a request is sent again, and may be charged again; chunks of an
    /// interrupted stream are not part of the conversation.
    ///
    /// ```no_run
    /// # async fn example(mut run: venice_ai::tools::ToolRun) {
    /// while let Some(event) = run.next().await {
    ///     match event {
    ///         Err(error) if error.is_transient() => run.resume(),
    ///         Err(error) => eprintln!("{error}"),
    ///         Ok(event) => println!("{event:?}"),
    ///     }
    /// }
    /// # }
    /// ```
    pub fn resume(&mut self) {
        self.is_halted = false;
        self.stop_reason = None;
    }
}

impl Stream for ToolRun {
    type Item = Result<RunEvent, Error>;

    #[inline]
    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll(cx)
    }
}

impl ToolRun {
    call_options!();

    fn options_mut(&mut self) -> &mut CallOptions {
        self.client.options_mut()
    }

    /// Continues to the answer in this thread, without an async runtime. The tools run in it too, on the runtime of the crate's blocking
    /// calls, so they can use Tokio.
    ///
    /// # Errors
    /// Those of awaiting it, and [`ErrorKind::BlockingInAsync`](crate::ErrorKind::BlockingInAsync) in a thread that belongs to a Tokio
    /// runtime.
    #[cfg(feature = "blocking")]
    #[cfg_attr(docsrs, doc(cfg(feature = "blocking")))]
    pub fn send_blocking(mut self) -> Result<FinishedRun, UnfinishedRun> {
        let outcome = crate::features::blocking::wait(self.finish());
        let named = |error: Error| error.with_operation(&operations::CREATE_CHAT_COMPLETION);
        self.settle(outcome.map_err(named))
    }
}

/// Continues to the answer. After an error the conversation is not lost: the [`UnfinishedRun`] has it. Dropping the future drops the run;
/// to keep it, await [`finish`](ToolRun::finish).
impl IntoFuture for ToolRun {
    type Output = Result<FinishedRun, UnfinishedRun>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    #[inline]
    fn into_future(mut self) -> Self::IntoFuture {
        Box::pin(async move {
            let outcome = self.finish().await;
            self.settle(outcome)
        })
    }
}

/// Shows the progress, and nothing of the conversation.
impl fmt::Debug for ToolRun {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ToolRun")
            .field("model", &self.conversation.request.model)
            .field("messages", &self.messages().len())
            .field("rounds", &self.rounds)
            .field("tools", &self.tools)
            .field("is_finished", &self.is_finished)
            .field("stop_reason", &self.stop_reason)
            .finish_non_exhaustive()
    }
}
