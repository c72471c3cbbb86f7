//! `Prices::{speech, transcription, music}`: prices of audio.

use std::time::Duration;

use super::tokens::{A_MILLION, count};
use super::{Prices, money};
use crate::api::generated::types::{CreateSpeechRequest, DurationPricing, Money, QueueAudioRequest};
use crate::runtime::amount::Amount;

/// Prices per thousand are charged for each started thousand.
const A_THOUSAND: u64 = 1_000;

impl Prices<'_> {
    /// The list price of text-to-speech, per million characters.
    #[must_use]
    pub fn speech(&self, request: &CreateSpeechRequest) -> Option<Money> {
        self.speech_characters(request.input.chars().count() as u64)
    }

    /// The list price of transcribing a recording of this length, per second.
    ///
    /// ```no_run
    /// # fn example(model: venice_ai::types::Model) {
    /// let a_minute = std::time::Duration::from_secs(60);
    /// println!("{:?}", venice_ai::cost::Prices::of(&model).transcription(a_minute));
    /// # }
    /// ```
    #[must_use]
    pub fn transcription(&self, length: Duration) -> Option<Money> {
        self.transcribed_seconds(seconds(length)?)
    }

    /// The list price of music, effects or long speech: per piece, by length, per second, or per started thousand characters. Without a
    /// length in the request it is that of the longest piece of the model. `audio().quote(…)` requests a quote from the API.
    ///
    /// ```no_run
    /// # fn example(model: venice_ai::types::Model) {
    /// use venice_ai::cost::Prices;
    /// use venice_ai::types::QueueAudioRequest;
    ///
    /// let request = QueueAudioRequest::new(model.id.clone(), "A barcarole").duration_seconds(60);
    /// println!("{:?}", Prices::of(&model).music(&request));
    /// # }
    /// ```
    #[must_use]
    pub fn music(&self, request: &QueueAudioRequest) -> Option<Money> {
        let list = self.list()?;
        let requested = request.duration_seconds.map(|seconds| count(Some(seconds)));
        let price = if let Some(price) = &list.generation {
            price.clone()
        } else if let Some(lengths) = &list.durations {
            let fits = |length: &&DurationPricing| requested.is_none_or(|requested| is_within(requested, length));
            let prices: Vec<Money> =
                lengths.values().filter(fits).map(|length| money::priced(length.usd, length.diem)).collect();
            money::highest(&prices)?
        } else if let Some(price) = &list.per_second {
            let longest = self.model.model_spec.max_duration;
            let seconds = requested.map(Amount::from).or_else(|| Amount::try_from(longest?).ok())?;
            money::times(price, seconds)
        } else {
            let characters = request.prompt.chars().count() as u64;
            money::times(list.per_thousand_characters.as_ref()?, characters.div_ceil(A_THOUSAND).into())
        };
        self.paid(price)
    }

    pub(crate) fn transcribed_seconds(self, seconds: Amount) -> Option<Money> {
        self.paid(money::times(self.list()?.per_audio_second.as_ref()?, seconds))
    }

    pub(crate) fn speech_characters(self, characters: u64) -> Option<Money> {
        self.paid(money::of_many(self.list()?.input.as_ref()?, characters, A_MILLION))
    }
}

fn is_within(seconds: u64, length: &DurationPricing) -> bool {
    let seconds = seconds as f64;
    length.min_seconds.is_none_or(|shortest| seconds >= shortest)
        && length.max_seconds.is_none_or(|longest| seconds <= longest)
}

/// A length as an exact number of seconds.
fn seconds(length: Duration) -> Option<Amount> {
    const NANOSECONDS: u32 = 9;
    Amount::from(length.as_secs()).checked_add(Amount::from(length.subsec_nanos()).divided_by_power(NANOSECONDS)?)
}
