//! `Decisions`: the handle of decisions: typed questions about a state (beta).
//!
//! A decision model generates no text. It answers a map of typed questions about a state, with one typed answer each.
//!
//! | Question | Answer |
//! |---|---|
//! | [`NoulQuestion`](crate::types::NoulQuestion): yes or no | [`Decision::noul`]: the probability of yes |
//! | [`ChoiceQuestion`]: one of some options | [`Decision::choice`]: the option, with the probability of each |
//! | [`ScoreQuestion`](crate::types::ScoreQuestion): a place on an ordered scale | [`Decision::score`]: the mean level, with the probability of each |
//!
//! ```no_run
//! # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
//! use venice_ai::types::{ChoiceQuestion, CreateDecisionRequest, DecisionQuestion, NoulQuestion, ScoreQuestion};
//!
//! let questions: [(&str, DecisionQuestion); 3] = [
//!     ("is_urgent", NoulQuestion::new("Is this urgent?").into()),
//!     ("team", ChoiceQuestion::among("Who should handle this?", ["billing", "technical"]).into()),
//!     ("anger", ScoreQuestion::new("How annoyed is the customer?", ["calm", "annoyed", "furious"]).into()),
//! ];
//! let state = "My parcel has been stuck for three days, please help.";
//! let decision = venice.decisions().create(CreateDecisionRequest::new("jev-latest", state, questions)).await?;
//! if decision.noul("is_urgent").is_some_and(|probability| probability > 0.8) {
//!     println!("to {}", decision.choice("team").map_or("anyone", |answer| answer.choice.as_str()));
//! }
//! # Ok(()) }
//! ```
//!
//! Input tokens are billed, so a call is retried only if it is known that it was not executed.
//! [`ModelFilter::Decision`](crate::types::ModelFilter) lists the models; only the model's provider checks their `max_state_tokens` and
//! `max_total_tokens`.

use serde_json::{Map, Value};

pub use crate::api::generated::handles::Decisions;
use crate::api::generated::types::{
    ChoiceAnswer, ChoiceQuestion, Decision, DecisionAnswer, DecisionContent, ScoreAnswer,
};

impl Decision {
    /// The probability of yes, from 0 to 1, for the [`NoulQuestion`](crate::types::NoulQuestion) with this id. `None`: the reply has
    /// no such answer.
    #[must_use]
    pub fn noul(&self, id: &str) -> Option<f64> {
        match self.answers.get(id)? {
            DecisionAnswer::Noul(answer) => Some(answer.noul),
            _ => None,
        }
    }

    /// The answer to the [`ChoiceQuestion`] with this id. `None`: the reply has no such answer.
    #[must_use]
    pub fn choice(&self, id: &str) -> Option<&ChoiceAnswer> {
        match self.answers.get(id)? {
            DecisionAnswer::Choice(answer) => Some(answer),
            _ => None,
        }
    }

    /// The answer to the [`ScoreQuestion`](crate::types::ScoreQuestion) with this id. `None`: the reply has no such answer.
    #[must_use]
    pub fn score(&self, id: &str) -> Option<&ScoreAnswer> {
        match self.answers.get(id)? {
            DecisionAnswer::Score(answer) => Some(answer),
            _ => None,
        }
    }
}

impl ChoiceQuestion {
    /// Creates a question whose options need no description.
    ///
    /// ```
    /// use venice_ai::types::ChoiceQuestion;
    ///
    /// let team = ChoiceQuestion::among("Who should handle this?", ["billing", "technical"]);
    /// ```
    pub fn among(
        instructions: impl Into<DecisionContent>,
        options: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        let options = options.into_iter().map(|option| (option.into(), Value::Null));
        Self::new(instructions, options.collect::<Map<_, _>>())
    }

    /// Creates a question with options and their descriptions.
    ///
    /// ```
    /// use venice_ai::types::ChoiceQuestion;
    ///
    /// let options = [("billing", "Payments and refunds"), ("technical", "Bugs and outages")];
    /// let team = ChoiceQuestion::described("Who should handle this?", options);
    /// ```
    pub fn described(
        instructions: impl Into<DecisionContent>,
        options: impl IntoIterator<Item = (impl Into<String>, impl Into<String>)>,
    ) -> Self {
        let options = options.into_iter().map(|(option, meaning)| (option.into(), Value::String(meaning.into())));
        Self::new(instructions, options.collect::<Map<_, _>>())
    }
}
