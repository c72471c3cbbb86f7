//! `Cue`: a text, and when it is shown.

use std::time::Duration;

use crate::runtime::error::Error;

/// A text of [`Subtitles`](crate::audio::Subtitles), and when it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Cue {
    /// The start, from the beginning of the recording.
    pub start: Duration,
    /// The end; not before the start.
    pub end: Duration,
    /// The text, without line breaks.
    pub text: String,
}

impl Cue {
    /// A cue between two times in seconds.
    pub(super) fn new(start: f64, end: f64, text: &str) -> Result<Self, Error> {
        let (start, end) = (time(start)?, time(end)?);
        Ok(Self { start, end: end.max(start), text: text.split_whitespace().collect::<Vec<_>>().join(" ") })
    }

    pub(super) fn start_text(&self, point: char) -> String {
        clock(self.start, point)
    }

    pub(super) fn end_text(&self, point: char) -> String {
        clock(self.end, point)
    }
}

/// Seconds of a reply.
pub(super) fn time(seconds: f64) -> Result<Duration, Error> {
    Duration::try_from_secs_f64(seconds)
        .map_err(|_| Error::decode(format!("the time of {seconds} s in the transcription is none of a recording")))
}

/// `01:02:03,456`, rounded to milliseconds.
fn clock(time: Duration, point: char) -> String {
    let millis = time.saturating_add(Duration::from_micros(500)).as_millis();
    let (seconds, millis) = (millis / 1000, millis % 1000);
    format!("{:02}:{:02}:{:02}{point}{millis:03}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}
