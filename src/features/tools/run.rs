//! A conversation in which tools are called, from the question to the answer.

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

/// So many replies are paid for at most, unless the caller says otherwise.
const MOST_ROUNDS: u32 = 8;

/// A conversation in which the model calls tools, from [`Chat::run`](crate::Chat::run) or
/// [`Chat::run_stream`](crate::Chat::run_stream). Nothing is sent before it is awaited or asked for its next event.
///
/// Awaited, it gives the answer ([`FinishedRun`]). [`next`](Self::next) gives each thing that happens on the way, and so does the
/// [`Stream`] that a run is. It works only while it is polled: nothing runs beside it, and dropping it stops everything. A call of
/// `next` that is dropped loses nothing: the request under way, the tools at work and their results are part of the run, and the
/// next call goes on with them.
///
/// Behind an error comes `None`. The run is kept as it was before the step that failed, and [`resume`](Self::resume) lets it go on
/// from there: a request that failed is then sent again, and may be paid for again.
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
    /// What happened and was not given out.
    pub(super) events: VecDeque<Result<RunEvent, Halt>>,
    /// An error was given out, and nobody said to go on.
    pub(super) is_halted: bool,
    pub(super) stop_reason: Option<StopReason>,
    pub(super) unanswered: Vec<ToolCall>,
    pub(super) is_finished: bool,
    /// The request was looked at, and the API took it.
    pub(super) is_checked: bool,
    pub(super) rounds: u32,
    /// Those since the caller spoke.
    pub(super) rounds_of_turn: u32,
    pub(super) totals: Totals,
    pub(super) reply: Option<ChatCompletion>,
}

impl ToolRun {
    #[inline]
    pub(crate) fn new(client: &Client, mut request: ChatCompletionRequest, tools: &ToolBox, is_streamed: bool) -> Self {
        if !tools.tools.is_empty() {
            let all = request.tools.get_or_insert_default();
            all.extend(tools.tools.iter().map(|entry| entry.tool.clone()));
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

    /// How many replies the model may give before it has to answer: 8 unless this is called. Each is a call that is paid for.
    ///
    /// At the limit the tools that the last reply wants are still called, nothing more is sent, and the error is
    /// [`StopReason::RoundLimit`]. With a higher limit the run can go on from there.
    pub fn with_max_rounds(mut self, rounds: u32) -> Self {
        self.most_rounds = rounds.max(1);
        self
    }

    /// How many tools are at work at once: all that a reply wants unless this is called. Whether a reply may want more than one is
    /// the request's `parallel_tool_calls`.
    pub fn with_concurrency(mut self, tools: usize) -> Self {
        self.concurrency = tools.max(1);
        self
    }

    /// Changes what is asked from the next call on: the model, `max_completion_tokens` after a reply that was cut. Messages and tools
    /// stay; the request that `change` gets has none.
    pub fn with_request(mut self, change: impl FnOnce(ChatCompletionRequest) -> ChatCompletionRequest) -> Self {
        self.conversation.change(change);
        self.is_checked = false;
        self
    }

    /// What happens next; `None` behind the final answer, and behind an error until [`resume`](Self::resume) is called. A call that
    /// is dropped loses nothing, and nothing is sent or called twice for it.
    ///
    /// # Errors
    /// Those of a call, by which the conversation stays as it was. [`ErrorKind::ToolRun`](crate::ErrorKind::ToolRun): [`stop_reason`](Self::stop_reason) says
    /// more. [`ErrorKind::InvalidRequest`](crate::ErrorKind::InvalidRequest): the request, or the box, is wrong, and nothing was sent; `n` above 1 is.
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

    /// Goes on to the final answer. A call that is dropped loses nothing, as with [`next`](Self::next); after an error it goes on as
    /// if [`resume`](Self::resume) were called.
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

    /// Lets the run go on after an error, from before the step that failed: a request is sent again, and may be paid for again; the
    /// pieces of a stream that broke off are not part of the conversation.
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

    /// Goes on to the answer in this thread, without an async runtime. The tools run in it too, on the runtime of the crate's blocking
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

/// Goes on to the answer. What came is not lost with an error: the [`UnfinishedRun`] has it. Dropping it on its way drops the run; to
/// keep that, await [`finish`](ToolRun::finish).
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

/// Shows how far it is, and not what is said.
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
