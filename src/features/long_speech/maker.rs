//! The pieces of a long text, made one after the other.

use std::fmt;
use std::task::{Context, Poll};

use bytes::Bytes;
use tokio::runtime::{Handle, Id, RuntimeFlavor};

use super::join::Join;
use super::{PieceState, SpeechPiece, sentences};
use crate::api::audio::Speech;
use crate::api::generated::operations;
use crate::api::generated::types::{CreateSpeechRequest, SpeechFormat};
use crate::features::in_flight::InFlight;
use crate::runtime::call::Call;
use crate::runtime::client::Client;
use crate::runtime::error::Error;
use crate::runtime::error::ErrorKind;
use crate::runtime::meta::Meta;
use crate::runtime::transport::http::current_runtime;
use crate::runtime::validation::ValidationError;

/// The most characters that a request takes.
pub(super) const MOST_CHARACTERS: usize = 4096;

/// Makes the sounds of the pieces, each once, and gives them away in their order. What fails can be tried again.
pub(super) struct Maker {
    pub(super) client: Client,
    pub(super) join: Join,
    pub(super) look_ahead: usize,
    /// Without its text.
    request: CreateSpeechRequest,
    text: String,
    finding: Option<ValidationError>,
    parts: Vec<Part>,
    /// The pieces that are being made, by their places.
    making: InFlight<Result<Arrived, Error>>,
    /// The first one that has not been given away.
    next: usize,
}

struct Part {
    text: String,
    state: State,
}

enum State {
    Waiting,
    /// Being made. The runtime of one thread that a piece was asked for in goes on only while a thread waits in it.
    Going {
        stands_still: bool,
        runtime: Option<Id>,
    },
    Here(Arrived),
    Failed(Error),
    /// Failed, and may have been paid for.
    Uncertain,
    GivenAway,
}

struct Arrived {
    format: Option<SpeechFormat>,
    meta: Meta,
    sound: Bytes,
}

impl Maker {
    #[inline]
    pub(super) fn new(client: Client, mut request: CreateSpeechRequest) -> Self {
        let text = std::mem::take(&mut request.input);
        let join = Join::new(request.response_format.take());
        request.response_format = Some(join.asked_for().clone());
        let mut maker = Self {
            client,
            join,
            look_ahead: 1,
            request,
            text,
            finding: None,
            parts: Vec::new(),
            making: InFlight::default(),
            next: 0,
        };
        maker.cut(MOST_CHARACTERS);
        maker
    }

    /// Cuts the text into pieces of at most so many characters. What was sent stays as it is.
    #[inline]
    pub(super) fn cut(&mut self, characters: usize) {
        if !(1..=MOST_CHARACTERS).contains(&characters) {
            let problem = format!("is {characters}, it must be from 1 to {MOST_CHARACTERS}");
            self.finding = Some(ValidationError::new("piece_characters", problem));
            return;
        }
        self.finding = None;
        let sent = self.parts.iter().rposition(|part| !matches!(part.state, State::Waiting)).map_or(0, |last| last + 1);
        self.parts.truncate(sent);
        let mut rest = self.text.trim_start();
        for part in &self.parts {
            rest = rest.strip_prefix(&*part.text).unwrap_or(rest).trim_start();
        }
        let pieces = sentences::pieces(rest, characters).into_iter();
        self.parts.extend(pieces.map(|text| Part { text: text.to_owned(), state: State::Waiting }));
    }

    pub(super) fn pieces(&self) -> impl ExactSizeIterator<Item = SpeechPiece<'_>> {
        self.parts.iter().map(|part| SpeechPiece { text: &part.text, state: part.state.told() })
    }

    /// The samples of the next piece. After an error the same piece comes next.
    #[inline]
    pub(super) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Error>>> {
        if let Err(error) = self.check() {
            return Poll::Ready(Some(Err(error)));
        }
        self.drop_stuck();
        self.begin();
        while let Poll::Ready(Some((place, outcome))) = self.making.poll_next(cx) {
            if let Some(part) = self.parts.get_mut(place) {
                part.state = outcome.map_or_else(State::Failed, State::Here);
            }
        }
        let (number, count) = (self.next + 1, self.parts.len());
        let Some(part) = self.parts.get_mut(self.next) else { return Poll::Ready(None) };
        let outcome = match std::mem::replace(&mut part.state, State::Uncertain) {
            State::Here(arrived) => arrived.samples(&mut self.join),
            State::Failed(error) => {
                part.state = State::failed(&error);
                Err(error)
            }
            going => {
                part.state = going;
                return Poll::Pending;
            }
        };
        if outcome.is_ok() {
            part.state = State::GivenAway;
            self.next += 1;
        }
        Poll::Ready(Some(outcome.map_err(|error| error.about(format_args!("piece {number} of {count}")))))
    }

    /// A piece that is being made by a runtime of one thread never arrives where nobody drives that runtime. It is asked for again.
    fn drop_stuck(&mut self) {
        let now = current_runtime();
        let is_stuck = |state: &State| matches!(state, State::Going { stands_still: true, runtime } if *runtime != now);
        if !self.parts.iter().any(|part| is_stuck(&part.state)) {
            return;
        }
        for part in self.parts.iter_mut().filter(|part| is_stuck(&part.state)) {
            part.state = State::Uncertain;
        }
        self.making.retain(|place| matches!(self.parts.get(place), Some(Part { state: State::Going { .. }, .. })));
    }

    /// What no piece can be sent with.
    #[inline]
    pub(super) fn check(&self) -> Result<(), Error> {
        self.findings().map_err(|finding| Error::validation(finding).with_operation(&operations::CREATE_SPEECH))
    }

    #[inline]
    fn findings(&self) -> Result<(), ValidationError> {
        if let Some(finding) = &self.finding {
            return Err(finding.clone());
        }
        if self.parts.is_empty() {
            return Err(ValidationError::new("input", "is empty"));
        }
        self.join.check()
    }

    /// Asks for the next pieces. The first one goes alone: what is wrong with it is wrong with all.
    #[inline]
    fn begin(&mut self) {
        let at_once = if self.next == 0 { 1 } else { self.look_ahead.saturating_add(1) };
        let soon = self.parts.iter().enumerate().skip(self.next).take(at_once);
        let ahead = soon.map_while(|(place, part)| match &part.state {
            State::Failed(_) => None,
            State::Waiting | State::Uncertain => Some(Some(place)),
            _ => Some(None),
        });
        let flavor = Handle::try_current().map(|runtime| runtime.runtime_flavor());
        let stands_still = flavor.is_ok_and(|flavor| flavor == RuntimeFlavor::CurrentThread);
        let runtime = current_runtime();
        for place in ahead.flatten().collect::<Vec<_>>() {
            let Some(part) = self.parts.get_mut(place) else { continue };
            let request = CreateSpeechRequest { input: part.text.clone(), ..self.request.clone() };
            self.making.push(place, Box::pin(make(self.client.audio().speech(request))));
            part.state = State::Going { stands_still, runtime };
        }
    }
}

async fn make(call: Call<Speech>) -> Result<Arrived, Error> {
    let speech = call.await?;
    let (format, meta) = (speech.format(), speech.meta().clone());
    Ok(Arrived { format, meta, sound: speech.bytes().await? })
}

impl Arrived {
    #[inline]
    fn samples(self, join: &mut Join) -> Result<Bytes, Error> {
        join.samples(self.format.as_ref(), &self.sound).map_err(|problem| {
            let error = Error::new(ErrorKind::Decode, problem).with_meta(self.meta).with_body(self.sound);
            error.with_operation(&operations::CREATE_SPEECH)
        })
    }
}

impl State {
    /// Of a piece that failed for good.
    fn failed(error: &Error) -> Self {
        if error.delivery().may_have_run() { Self::Uncertain } else { Self::Waiting }
    }

    #[inline]
    fn told(&self) -> PieceState {
        match self {
            Self::Waiting => PieceState::Waiting,
            Self::Going { .. } | Self::Uncertain => PieceState::Sent,
            Self::Failed(error) => Self::failed(error).told(),
            Self::Here(_) | Self::GivenAway => PieceState::Made,
        }
    }
}

impl fmt::Debug for Maker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Maker")
            .field("pieces", &self.parts.len())
            .field("given_away", &self.next)
            .finish_non_exhaustive()
    }
}
