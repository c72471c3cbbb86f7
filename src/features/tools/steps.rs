//! `ToolRun::poll`: the steps of a run.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use reqwest::header::CONTENT_TYPE;

use super::event::{RoundReply, RunEvent};
use super::phase::Phase;
use super::round::Round;
use super::stop::Halt;
use super::turn::{Step, Turn};
use super::{ToolRun, check};
use crate::api::chat;
use crate::api::chat::stream::ChatStream;
use crate::api::generated::operations;
use crate::runtime::call::Call;
use crate::runtime::call::in_runtime;
use crate::runtime::error::Error;
use crate::runtime::reply::RawReply;
use crate::runtime::transport::{ReplyForm, built};
use crate::runtime::validation;

impl ToolRun {
    #[inline]
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<RunEvent, Error>>> {
        while !self.is_halted {
            match self.events.pop_front() {
                Some(Ok(event)) => return Poll::Ready(Some(Ok(event))),
                Some(Err(halt)) => {
                    self.is_halted = true;
                    self.stop_reason = halt.reason;
                    return Poll::Ready(Some(Err(halt.error)));
                }
                None if self.is_finished() => break,
                None => {}
            }
            if let Err(halt) = ready!(self.step(cx)) {
                self.events.push_back(Err(halt));
            }
        }
        Poll::Ready(None)
    }

    /// Takes one step. An error leaves the run as it was before.
    #[inline]
    fn step(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Halt>> {
        in_runtime("a run with tools")?;
        let phase = self.phase.get_mut();
        match phase {
            Phase::Ready => Poll::Ready(self.ask()),
            Phase::Asking(call) => {
                let outcome = ready!(Pin::new(call).poll(cx));
                *phase = Phase::Ready;
                Poll::Ready(outcome.map_err(Halt::from).and_then(|round| self.take(round)))
            }
            Phase::Opening(call) => {
                let outcome = ready!(Pin::new(call).poll(cx));
                *phase = Phase::Ready;
                let stream = outcome?;
                let answer = stream.accumulator();
                *phase = Phase::Reading(Box::new((stream, answer)));
                Poll::Ready(Ok(()))
            }
            Phase::Reading(reading) => {
                let (stream, answer) = &mut **reading;
                let outcome = match ready!(Pin::new(&mut *stream).poll_next(cx)) {
                    Some(Ok(chunk)) => {
                        if let Err(error) = answer.push(chunk.clone()) {
                            let error = stream.explained(error);
                            return Poll::Ready(self.close(Err(error)));
                        }
                        self.events.push_back(Ok(RunEvent::Chunk(Box::new(chunk))));
                        return Poll::Ready(Ok(()));
                    }
                    Some(Err(error)) => Err(error),
                    None => Ok(()),
                };
                Poll::Ready(self.close(outcome))
            }
            Phase::Acting(turn) => {
                let step = ready!(turn.poll(cx));
                Poll::Ready(self.act(step))
            }
            Phase::Finished => Poll::Ready(Ok(())),
        }
    }

    /// Prepares the next request.
    #[inline]
    fn ask(&mut self) -> Result<(), Halt> {
        if self.rounds_of_turn >= self.most_rounds {
            return Err(Halt::at_limit(self.most_rounds));
        }
        let call = self.call();
        *self.phase.get_mut() = if self.is_streamed {
            Phase::Opening(call.read(ReplyForm::Events, |reply| reply.stream().map(ChatStream::new)).into_future())
        } else {
            Phase::Asking(call.read(ReplyForm::Json, |reply| Round::of_whole(reply)).into_future())
        };
        Ok(())
    }

    #[inline]
    fn call(&mut self) -> Call<RawReply> {
        let operation = &operations::CREATE_CHAT_COMPLETION;
        let post = self.client.http().post(self.client.url(operation.path)).header(CONTENT_TYPE, "application/json");
        let built = self.conversation.body().and_then(|body| built(post.body(body).build(), None));
        let mut call = Call::raw(&self.client, operation, built);
        if !self.is_checked {
            let request = &self.conversation.request;
            call = call.checked(check::check(request, &self.tools, self.is_streamed));
            call = call.checked(validation::run(request)).checked(chat::check::messages(request));
        }
        call
    }

    /// The stream of a reply ended, or broke off.
    #[inline]
    fn close(&mut self, outcome: Result<(), Error>) -> Result<(), Halt> {
        let Phase::Reading(reading) = std::mem::replace(self.phase.get_mut(), Phase::Ready) else { return Ok(()) };
        let (stream, answer) = *reading;
        let reply = answer.finish();
        match outcome {
            Ok(()) => self.take(Round::of_stream(reply, stream.meta().clone())),
            Err(error) => {
                // It is charged for what arrived.
                self.totals.add(&reply);
                Err(error.into())
            }
        }
    }

    /// Takes a complete reply: the answer, or one with tool calls.
    #[inline]
    fn take(&mut self, mut round: Round) -> Result<(), Halt> {
        self.is_checked = true;
        self.rounds += 1;
        self.rounds_of_turn += 1;
        self.totals.add(&round.reply);
        let assistant = round.assistant();
        let (reply, meta) = (round.reply.clone(), round.meta.clone());
        self.events.push_back(Ok(RunEvent::Reply(Box::new(RoundReply { round: self.rounds, reply, meta }))));

        let has_calls = assistant.as_ref().is_some_and(|assistant| !assistant.calls.is_empty());
        let cut = round.cut_by().filter(|_| has_calls).map(Halt::cut);
        let halt = cut.or_else(|| round.lacks_its_calls().then(Halt::without_calls));
        self.reply = Some(round.reply);
        if let Some(mut halt) = halt {
            halt.error = halt.error.with_meta(round.meta);
            return Err(halt);
        }
        let calls = assistant.map(|assistant| {
            self.conversation.push_assistant(assistant.message, assistant.written);
            assistant.calls
        });
        *self.phase.get_mut() = match calls.filter(|_| has_calls) {
            None => {
                self.is_finished = true;
                Phase::Finished
            }
            Some(calls) => {
                self.conversation.release_tool_choice();
                let declared = self.conversation.request.tools.as_deref().unwrap_or_default();
                let turn = Turn::new(self.client.clone(), calls, &self.tools, declared, self.concurrency);
                self.unanswered = turn.unanswered().cloned().collect();
                Phase::Acting(turn)
            }
        };
        Ok(())
    }

    #[inline]
    fn act(&mut self, step: Step) -> Result<(), Halt> {
        match step {
            Step::Event(event) => {
                self.events.push_back(Ok(event));
                return Ok(());
            }
            Step::Unanswered => {
                let Phase::Acting(turn) = self.phase.get_mut() else { return Ok(()) };
                return Err(Halt::unanswered(turn));
            }
            Step::Over => {}
        }
        let Phase::Acting(turn) = std::mem::replace(self.phase.get_mut(), Phase::Ready) else { return Ok(()) };
        self.unanswered.clear();
        let halt = turn.stopped_by().map(|(name, why)| Halt::by_tool(name, why));
        turn.results().for_each(|result| self.conversation.push(result));
        halt.map_or(Ok(()), Err)
    }
}
