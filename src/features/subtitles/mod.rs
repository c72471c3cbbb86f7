//! `Subtitles`: cues in SRT and WebVTT, from the times of a transcription.

mod cue;
mod words;

use std::fmt::Write as _;

pub use self::cue::Cue;
use crate::api::generated::types::Transcription;
use crate::runtime::error::Error;

/// The most characters of a line, as is usual for television.
const LINE_CHARS: usize = 42;

/// The subtitles of a recording, from [`Transcription::subtitles`].
///
/// ```
/// # fn example(transcription: venice_ai::types::Transcription) -> Result<(), Box<dyn std::error::Error>> {
/// let subtitles = transcription.subtitles()?;
/// std::fs::write("harbour.srt", subtitles.to_srt())?;
/// std::fs::write("harbour.vtt", subtitles.to_vtt())?;
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subtitles {
    cues: Vec<Cue>,
    line_chars: usize,
}

impl Transcription {
    /// Subtitles: a cue for each [segment](Self::segments). Without segments, [words](Self::words) are grouped into cues of at most two
    /// lines and seven seconds.
    ///
    /// Cues are ordered by their start. Segments without text have none.
    ///
    /// # Errors
    /// The reply has neither segments nor words with times ([`ErrorKind::Decode`](crate::ErrorKind::Decode)): request them with
    /// `timestamps(true)`, from a model that supports them. Or a time is negative or no number.
    #[doc(alias("srt", "vtt", "webvtt", "captions"))]
    pub fn subtitles(&self) -> Result<Subtitles, Error> {
        let mut cues = match self.segments() {
            [] => words::cues(self.words())?,
            segments => {
                let cues = segments.iter().map(|segment| Cue::new(segment.start, segment.end, &segment.text));
                cues.collect::<Result<Vec<_>, _>>()?
            }
        };
        cues.retain(|cue| !cue.text.is_empty());
        cues.sort_by_key(|cue| cue.start);
        if cues.is_empty() && !self.text.trim().is_empty() {
            return Err(Error::decode(
                "the transcription has no times for subtitles; request them with `timestamps(true)` from a model that supports them",
            ));
        }
        Ok(Subtitles { cues, line_chars: LINE_CHARS })
    }
}

impl Subtitles {
    /// The cues, ordered by their start.
    #[must_use]
    pub fn cues(&self) -> &[Cue] {
        &self.cues
    }

    /// Lines are broken between words after at most this many characters. Default: 42. A longer word has a line of its own.
    #[must_use]
    pub fn with_line_chars(mut self, chars: usize) -> Self {
        self.line_chars = chars;
        self
    }

    /// SubRip (`.srt`).
    ///
    /// ```
    /// # use venice_ai::types::Transcription;
    /// let reply = serde_json::json!({"text": "High tide.", "timestamps": {"segment": [{"text": "High tide.", "start": 0.5, "end": 2.25}]}});
    /// let transcription: Transcription = serde_json::from_value(reply)?;
    /// assert_eq!(transcription.subtitles()?.to_srt(), "1\n00:00:00,500 --> 00:00:02,250\nHigh tide.\n\n");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn to_srt(&self) -> String {
        let mut text = String::new();
        for (number, cue) in (1..).zip(&self.cues) {
            // A line with an arrow would be taken for times.
            let lines = self.lines(&cue.text).replace("-->", "->");
            let _ = write!(text, "{number}\n{} --> {}\n{lines}\n\n", cue.start_text(','), cue.end_text(','));
        }
        text
    }

    /// WebVTT (`.vtt`).
    ///
    /// ```
    /// # use venice_ai::types::Transcription;
    /// let reply = serde_json::json!({"text": "Cod & chips.", "timestamps": {"segment": [{"text": "Cod & chips.", "start": 0, "end": 1.5}]}});
    /// let transcription: Transcription = serde_json::from_value(reply)?;
    /// let vtt = transcription.subtitles()?.to_vtt();
    /// assert_eq!(vtt, "WEBVTT\n\n00:00:00.000 --> 00:00:01.500\nCod &amp; chips.\n\n");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn to_vtt(&self) -> String {
        let mut text = String::from("WEBVTT\n\n");
        for cue in &self.cues {
            let lines = self.lines(&cue.text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
            let _ = write!(text, "{} --> {}\n{lines}\n\n", cue.start_text('.'), cue.end_text('.'));
        }
        text
    }

    /// Breaks a text into lines. The first ones are filled.
    fn lines(&self, text: &str) -> String {
        let (mut lines, mut length) = (String::with_capacity(text.len()), 0);
        for word in text.split_whitespace() {
            let chars = word.chars().count();
            if length > 0 && length + 1 + chars > self.line_chars {
                lines.push('\n');
                length = 0;
            } else if length > 0 {
                lines.push(' ');
                length += 1;
            }
            lines.push_str(word);
            length += chars;
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn subtitles(timestamps: Value) -> Result<Subtitles, Error> {
        let reply = json!({"text": "Some text.", "timestamps": timestamps});
        serde_json::from_value::<Transcription>(reply).unwrap().subtitles()
    }

    #[test]
    fn cues_are_in_order_and_those_without_text_are_left_out() {
        let segments = json!([
            {"text": " Second.", "start": 3.0, "end": 4.0},
            {"text": " ", "start": 1.0, "end": 1.5},
            {"text": "First,\n\nwith --> an arrow.", "start": 0.0, "end": 3725.0625},
        ]);
        let made = subtitles(json!({"segment": segments})).unwrap();
        let expected = "1\n00:00:00,000 --> 01:02:05,063\nFirst, with -> an arrow.\n\n2\n00:00:03,000 --> 00:00:04,000\nSecond.\n\n";
        assert_eq!(made.to_srt(), expected);
        assert!(made.to_vtt().contains("First, with --&gt; an arrow."), "{}", made.to_vtt());
    }

    #[test]
    fn lines_are_broken_between_words() {
        let text = "The tide comes in twice a day and carries the boats over the bar into the harbour";
        let made = subtitles(json!({"segment": [{"text": text, "start": 0, "end": 5}]})).unwrap();
        let lines = "The tide comes in twice a day and carries\nthe boats over the bar into the harbour\n";
        assert!(made.to_srt().contains(lines), "{}", made.to_srt());
        let narrow = made.with_line_chars(1).to_srt();
        assert!(narrow.contains("The\ntide\ncomes\n"), "{narrow}");
    }

    #[test]
    fn an_end_before_its_start_is_moved_and_hours_may_have_three_digits() {
        let made = subtitles(json!({"segment": [{"text": "Late.", "start": 360_000.25, "end": 7}]})).unwrap();
        assert_eq!(made.to_srt(), "1\n100:00:00,250 --> 100:00:00,250\nLate.\n\n");
    }

    #[test]
    fn a_transcription_without_times_has_no_subtitles() {
        for timestamps in [Value::Null, json!({}), json!({"segment": [], "word": []}), json!({"char": []})] {
            let error = subtitles(timestamps).unwrap_err();
            assert!(error.to_string().contains("timestamps(true)"), "{error}");
        }
        let silent: Transcription = serde_json::from_value(json!({"text": " "})).unwrap();
        assert_eq!(silent.subtitles().unwrap().to_vtt(), "WEBVTT\n\n");
    }

    #[test]
    fn a_time_that_cannot_be_is_an_error() {
        for start in [-0.5, 1e300] {
            let error = subtitles(json!({"segment": [{"text": "a", "start": start, "end": 1}]})).unwrap_err();
            assert!(error.to_string().contains("the time"), "{error}");
        }
    }
}
