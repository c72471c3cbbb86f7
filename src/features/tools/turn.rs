//! `Turn`: the tool calls of one reply.

use std::task::{Context, Poll, ready};
use std::time::Duration;

use super::event::{CallStatus, FinishedCall, RunEvent};
use super::function::{CallResult, Function};
use super::span;
use super::toolbox::{ToolBox, name_of};
use crate::api::generated::types::{ChatMessage, Tool, ToolCall};
use crate::features::in_flight::InFlight;
use crate::runtime::client::Client;

/// The calls of one reply, in order. A call is identified by its index, whatever its id.
pub(super) struct Turn {
    /// Whose observers see the calls.
    client: Client,
    slots: Vec<Slot>,
    /// All calls before this index have their results.
    over: usize,
    /// The running calls.
    working: InFlight<CallResult>,
    /// A tool ended the run.
    is_stopped: bool,
    concurrency: usize,
}

struct Slot {
    call: ToolCall,
    state: CallState,
}

enum CallState {
    /// To be called.
    Waiting(Function, Option<Duration>),
    Working,
    /// The caller answers; the event is still due.
    ToAnnounce,
    /// The caller answers.
    Awaiting,
    /// Not called; the event is still due.
    Rejected(CallResult),
    Over(CallResult),
    /// The function is running. If this is still set later, it panicked.
    Entered,
}

/// The next step of a turn.
pub(super) enum Step {
    Event(RunEvent),
    /// Only answers of the caller are missing.
    Unanswered,
    /// Every call has its result.
    Over,
}

impl Turn {
    #[inline]
    pub(super) fn new(
        client: Client,
        calls: Vec<ToolCall>,
        tools: &ToolBox,
        declared: &[Tool],
        concurrency: usize,
    ) -> Self {
        let state = |call: &ToolCall| {
            let name = &*call.function.name;
            if let Some((function, limit)) = tools.function(name) {
                CallState::Waiting(function.clone(), limit)
            } else if declared.iter().any(|tool| name_of(tool) == Some(name)) {
                CallState::ToAnnounce
            } else {
                CallState::Rejected(unknown(name, declared))
            }
        };
        let slots = calls.into_iter().map(|call| Slot { state: state(&call), call });
        let (slots, working) = (slots.collect(), InFlight::default());
        Self { client, slots, over: 0, working, is_stopped: false, concurrency }
    }

    /// The next step. Cancel-safe.
    #[inline]
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Step> {
        while self.slots.get(self.over).is_some_and(|slot| matches!(slot.state, CallState::Over(_))) {
            self.over += 1;
        }
        self.find_panics();
        // All calls that can start do so before the first one runs. Each start is an event, which ends this loop.
        let event = (self.over..self.slots.len()).find_map(|place| self.advance(place));
        if let Some(event) = event {
            return Poll::Ready(Step::Event(event));
        }
        let ended = ready!(self.working.poll_next(cx));
        if let Some(event) = ended.and_then(|(place, result)| self.finish(place, result)) {
            return Poll::Ready(Step::Event(event));
        }
        if self.unanswered().next().is_some() { Poll::Ready(Step::Unanswered) } else { Poll::Ready(Step::Over) }
    }

    /// A function that panics takes its future with it.
    fn find_panics(&mut self) {
        let is_at_work = |slot: &Slot| matches!(slot.state, CallState::Working);
        if self.slots.iter().skip(self.over).filter(|slot| is_at_work(slot)).count() > self.working.len() {
            let working: Vec<usize> = self.working.places().collect();
            let slots = self.slots.iter_mut().enumerate();
            let lost = slots.filter(|(place, slot)| is_at_work(slot) && !working.contains(place));
            lost.for_each(|(_, slot)| slot.state = CallState::Entered);
        }
    }

    /// Advances a call as far as possible, and returns its event.
    #[inline]
    fn advance(&mut self, place: usize) -> Option<RunEvent> {
        let is_full = self.working.len() >= self.concurrency;
        let slot = self.slots.get_mut(place)?;
        let finished = match std::mem::replace(&mut slot.state, CallState::Entered) {
            CallState::Waiting(..) | CallState::ToAnnounce | CallState::Awaiting if self.is_stopped => not_called(),
            CallState::Waiting(function, limit) if !is_full => {
                match span::begin(&self.client, &function, &slot.call, limit) {
                    Ok(working) => {
                        self.working.push(place, working);
                        slot.state = CallState::Working;
                        return Some(RunEvent::CallStarted(Box::new(slot.call.clone())));
                    }
                    Err(refused) => refused,
                }
            }
            CallState::ToAnnounce => {
                slot.state = CallState::Awaiting;
                return Some(RunEvent::AnswerNeeded(Box::new(slot.call.clone())));
            }
            CallState::Rejected(result) => result,
            CallState::Entered => CallResult::new(CallStatus::Panicked, "The tool failed."),
            same => {
                slot.state = same;
                return None;
            }
        };
        self.finish(place, finished)
    }

    fn finish(&mut self, place: usize, finished: CallResult) -> Option<RunEvent> {
        let slot = self.slots.get_mut(place)?;
        let (output, status) = (finished.output.clone(), finished.status);
        self.is_stopped |= status == CallStatus::Stopped;
        slot.state = CallState::Over(finished);
        Some(RunEvent::CallFinished(Box::new(FinishedCall { call: slot.call.clone(), output, status })))
    }
}

impl Turn {
    /// The calls that the caller has to answer.
    #[inline]
    pub(super) fn unanswered(&self) -> impl Iterator<Item = &ToolCall> {
        self.slots.iter().filter(|slot| slot.state.is_open()).map(|slot| &slot.call)
    }

    /// Sets the caller's result of a call; `false` if no call with this id waits for one.
    #[inline]
    pub(super) fn answer(&mut self, id: &str, output: String) -> bool {
        let open = self.slots.iter_mut().find(|slot| slot.call.id == id && slot.state.is_open());
        let Some(slot) = open else { return false };
        slot.state = CallState::Over(CallResult::new(CallStatus::Done, output));
        true
    }

    /// The results, in the order of the calls.
    pub(super) fn results(self) -> impl Iterator<Item = ChatMessage> {
        self.slots.into_iter().filter_map(|slot| match slot.state {
            CallState::Over(result) => Some(ChatMessage::tool(slot.call.id, result.output)),
            _ => None,
        })
    }

    /// The tool that ended the run, and its reason.
    #[inline]
    pub(super) fn stopped_by(&self) -> Option<(&str, &str)> {
        self.slots.iter().find_map(|slot| match &slot.state {
            CallState::Over(result) if result.status == CallStatus::Stopped => {
                Some((&*slot.call.function.name, &*result.output))
            }
            _ => None,
        })
    }
}

impl CallState {
    /// Whether the caller still has to answer.
    fn is_open(&self) -> bool {
        matches!(self, Self::ToAnnounce | Self::Awaiting)
    }
}

#[inline]
fn not_called() -> CallResult {
    CallResult::new(CallStatus::NotCalled, "The tool was not called, because another one ended the conversation.")
}

#[inline]
fn unknown(name: &str, declared: &[Tool]) -> CallResult {
    let names: Vec<&str> = declared.iter().filter_map(name_of).collect();
    let known = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
    CallResult::new(CallStatus::UnknownTool, format!("There is no tool named {name:?}. Available tools: {known}."))
}
