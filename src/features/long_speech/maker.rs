//! `Maker`: requests the pieces of a long text, one after the other.

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

/// The most characters of a request.
pub(super) const MOST_CHARACTERS: usize = 4096;

/// Requests the audio of each piece once, and returns the pieces in order. A failed piece can be retried.
pub(super) struct Maker {
    pub(super) client: Client,
    pub(super) join: Join,
    pub(super) look_ahead: usize,
    /// The request without its text.
    request: CreateSpeechRequest,
    text: String,
    finding: Option<ValidationError>,
    parts: Vec<Piece>,
    /// The pieces in flight, by index.
    in_flight: InFlight<Result<Arrived, Error>>,
    /// The first piece that was not returned yet.
    next: usize,
}

struct Piece {
    text: String,
    state: RequestState,
}

enum RequestState {
    Waiting,
    /// In flight. A single-threaded runtime makes progress only while a thread runs it.
    InFlightOn {
        stands_still: bool,
        runtime: Option<Id>,
    },
    Here(Arrived),
    Failed(Error),
    /// Failed, and may have been charged.
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
        request.response_format = Some(join.requested().clone());
        let mut maker = Self {
            client,
            join,
            look_ahead: 1,
            request,
            text,
            finding: None,
            parts: Vec::new(),
            in_flight: InFlight::default(),
            next: 0,
        };
        maker.cut(MOST_CHARACTERS);
        maker
    }

    /// Splits the text into pieces of at most so many characters. Pieces that were sent stay unchanged.
    #[inline]
    pub(super) fn cut(&mut self, characters: usize) {
        if !(1..=MOST_CHARACTERS).contains(&characters) {
            let problem = format!("is {characters}, and must be from 1 to {MOST_CHARACTERS}");
            self.finding = Some(ValidationError::new("piece_characters", problem));
            return;
        }
        self.finding = None;
        let sent =
            self.parts.iter().rposition(|part| !matches!(part.state, RequestState::Waiting)).map_or(0, |last| last + 1);
        self.parts.truncate(sent);
        let mut rest = self.text.trim_start();
        for part in &self.parts {
            rest = rest.strip_prefix(&*part.text).unwrap_or(rest).trim_start();
        }
        let pieces = sentences::pieces(rest, characters).into_iter();
        self.parts.extend(pieces.map(|text| Piece { text: text.to_owned(), state: RequestState::Waiting }));
    }

    pub(super) fn pieces(&self) -> impl ExactSizeIterator<Item = SpeechPiece<'_>> {
        self.parts.iter().map(|part| SpeechPiece { text: &part.text, state: part.state.public_state() })
    }

    /// The samples of the next piece. After an error the same piece is next.
    #[inline]
    pub(super) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Error>>> {
        if let Err(error) = self.check() {
            return Poll::Ready(Some(Err(error)));
        }
        self.drop_stuck();
        self.begin();
        while let Poll::Ready(Some((place, outcome))) = self.in_flight.poll_next(cx) {
            if let Some(part) = self.parts.get_mut(place) {
                part.state = outcome.map_or_else(RequestState::Failed, RequestState::Here);
            }
        }
        let (number, count) = (self.next + 1, self.parts.len());
        let Some(part) = self.parts.get_mut(self.next) else { return Poll::Ready(None) };
        let outcome = match std::mem::replace(&mut part.state, RequestState::Uncertain) {
            RequestState::Here(arrived) => arrived.samples(&mut self.join),
            RequestState::Failed(error) => {
                part.state = RequestState::failed(&error);
                Err(error)
            }
            going => {
                part.state = going;
                return Poll::Pending;
            }
        };
        if outcome.is_ok() {
            part.state = RequestState::GivenAway;
            self.next += 1;
        }
        Poll::Ready(Some(outcome.map_err(|error| error.about(format_args!("piece {number} of {count}")))))
    }

    /// A piece of a single-threaded runtime that nothing runs never arrives. It is requested again.
    fn drop_stuck(&mut self) {
        let now = current_runtime();
        let is_stuck = |state: &RequestState| matches!(state, RequestState::InFlightOn { stands_still: true, runtime } if *runtime != now);
        if !self.parts.iter().any(|part| is_stuck(&part.state)) {
            return;
        }
        for part in self.parts.iter_mut().filter(|part| is_stuck(&part.state)) {
            part.state = RequestState::Uncertain;
        }
        self.in_flight.retain(|place| {
            matches!(self.parts.get(place), Some(Piece { state: RequestState::InFlightOn { .. }, .. }))
        });
    }

    /// Errors that affect every piece.
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

    /// Requests the next pieces. The first one goes alone: an invalid request then fails once.
    #[inline]
    fn begin(&mut self) {
        let at_once = if self.next == 0 { 1 } else { self.look_ahead.saturating_add(1) };
        let soon = self.parts.iter().enumerate().skip(self.next).take(at_once);
        let ahead = soon.map_while(|(place, part)| match &part.state {
            RequestState::Failed(_) => None,
            RequestState::Waiting | RequestState::Uncertain => Some(Some(place)),
            _ => Some(None),
        });
        let flavor = Handle::try_current().map(|runtime| runtime.runtime_flavor());
        let stands_still = flavor.is_ok_and(|flavor| flavor == RuntimeFlavor::CurrentThread);
        let runtime = current_runtime();
        for place in ahead.flatten().collect::<Vec<_>>() {
            let Some(part) = self.parts.get_mut(place) else { continue };
            let request = CreateSpeechRequest { input: part.text.clone(), ..self.request.clone() };
            self.in_flight.push(place, Box::pin(make(self.client.audio().speech(request))));
            part.state = RequestState::InFlightOn { stands_still, runtime };
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

impl RequestState {
    /// The state of a piece that failed.
    fn failed(error: &Error) -> Self {
        if error.delivery().may_have_run() { Self::Uncertain } else { Self::Waiting }
    }

    #[inline]
    fn public_state(&self) -> PieceState {
        match self {
            Self::Waiting => PieceState::Waiting,
            Self::InFlightOn { .. } | Self::Uncertain => PieceState::Sent,
            Self::Failed(error) => Self::failed(error).public_state(),
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
