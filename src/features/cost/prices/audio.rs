//! What speech, transcriptions and music cost.

use std::time::Duration;

use super::tokens::{A_MILLION, count};
use super::{Prices, money};
use crate::api::generated::types::{CreateSpeechRequest, DurationPricing, Money, QueueAudioRequest};
use crate::runtime::amount::Amount;

/// Prices by the thousand are those of each thousand that is begun.
const A_THOUSAND: u64 = 1_000;

impl Prices<'_> {
    /// What reading a text aloud costs by the list: so much for a million characters.
    #[must_use]
    pub fn speech(&self, request: &CreateSpeechRequest) -> Option<Money> {
        self.spoken(request.input.chars().count() as u64)
    }

    /// What writing down a recording of this length costs by the list: so much for a second.
    ///
    /// ```no_run
    /// # fn example(model: venice_ai::types::Model) {
    /// let a_minute = std::time::Duration::from_secs(60);
    /// println!("{:?}", venice_ai::cost::Prices::of(&model).transcription(a_minute));
    /// # }
    /// ```
    #[must_use]
    pub fn transcription(&self, length: Duration) -> Option<Money> {
        self.heard(seconds(length)?)
    }

    /// What music, effects or long speech cost by the list: a piece, a piece of some length, a second, or each thousand characters that
    /// are begun. What the request leaves open is the longest that the model makes. `audio().quote(…)` asks the API itself.
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
        let asked = request.duration_seconds.map(|seconds| count(Some(seconds)));
        let price = if let Some(price) = &list.generation {
            price.clone()
        } else if let Some(lengths) = &list.durations {
            let fits = |length: &&DurationPricing| asked.is_none_or(|asked| is_within(asked, length));
            let prices: Vec<Money> =
                lengths.values().filter(fits).map(|length| Money { usd: length.usd, diem: length.diem }).collect();
            money::dearest(&prices)?
        } else if let Some(price) = &list.per_second {
            let longest = self.model.model_spec.max_duration;
            let seconds = asked.map(Amount::from).or_else(|| Amount::try_from(longest?).ok())?;
            money::times(price, seconds)
        } else {
            let characters = request.prompt.chars().count() as u64;
            money::times(list.per_thousand_characters.as_ref()?, characters.div_ceil(A_THOUSAND).into())
        };
        self.paid(price)
    }

    pub(crate) fn heard(self, seconds: Amount) -> Option<Money> {
        self.paid(money::times(self.list()?.per_audio_second.as_ref()?, seconds))
    }

    pub(crate) fn spoken(self, characters: u64) -> Option<Money> {
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
