//! `Privacy`, `PrivacyPolicy`: who may read the content of requests.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::runtime::error::Error;

/// How old the catalogue may be while it cannot be fetched.
const DEFAULT_MAX_AGE: Duration = Duration::from_secs(60 * 60);

/// Who may read the content of requests: prompts, messages, files. Each level includes those before it. The [guide](crate::guide::privacy)
/// says what each protects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Privacy {
    /// Anybody whom the API sends it to. Nothing is checked.
    #[default]
    Any,
    /// Only models that the catalogue lists as private: neither Venice nor the machine that runs the model keeps the content.
    PrivateModels,
    /// Only models in a trusted execution environment (TEE), into which the operator of the machine cannot look.
    Tee,
    /// Only requests that are encrypted for a model's trusted execution environment before they are sent. All other requests with content
    /// are refused.
    EndToEnd,
}

impl Privacy {
    pub(super) fn describe(self) -> &'static str {
        match self {
            Self::Any => "anything",
            Self::PrivateModels => "private models",
            Self::Tee => "models in a trusted execution environment",
            Self::EndToEnd => "models with end-to-end encryption",
        }
    }
}

/// A [`Privacy`] level, with exceptions. A level alone is a policy without exceptions.
///
/// ```
/// use std::time::Duration;
/// use venice_ai::{Privacy, PrivacyPolicy};
///
/// let policy = PrivacyPolicy::new(Privacy::PrivateModels)
///     .allow("venice_parameters.enable_web_search") // queries made of the prompt go to a search provider
///     .max_catalogue_age(Duration::from_secs(600));
/// let venice = venice_ai::Client::builder().privacy(policy).build()?;
/// # Ok::<(), venice_ai::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PrivacyPolicy {
    level: Privacy,
    allowed: BTreeSet<String>,
    max_age: Option<Duration>,
}

impl From<Privacy> for PrivacyPolicy {
    fn from(level: Privacy) -> Self {
        Self::new(level)
    }
}

impl PrivacyPolicy {
    /// A policy without exceptions.
    #[must_use]
    pub fn new(level: Privacy) -> Self {
        Self { level, ..Self::default() }
    }

    /// Allows a field or an operation by name, although it passes the content to a third party or is unknown. The names are those of
    /// [`PrivacyFinding::field`](crate::privacy::PrivacyFinding::field): `venice_parameters.enable_web_search`, `tools[].type`, `webSearch`,
    /// and method and path of an operation that is not in the API's document (`POST /brand/new`). Models cannot be allowed, and with
    /// [`Privacy::EndToEnd`] nothing can.
    #[must_use]
    pub fn allow(mut self, name: impl Into<String>) -> Self {
        self.allowed.insert(name.into());
        self
    }

    /// The maximum age of the catalogue, which says how private models are. Default: one hour. The catalogue is fetched again after
    /// [`catalogue_max_age`](crate::ClientBuilder::catalogue_max_age); if that fails, calls are refused once the known one is this old. Zero
    /// fetches it for each call.
    #[must_use]
    pub fn max_catalogue_age(mut self, age: Duration) -> Self {
        self.max_age = Some(age);
        self
    }

    /// The level.
    #[must_use]
    pub fn level(&self) -> Privacy {
        self.level
    }

    pub(super) fn allows(&self, name: &str) -> bool {
        self.level < Privacy::EndToEnd && self.allowed.contains(name)
    }

    pub(super) fn max_age(&self) -> Duration {
        self.max_age.unwrap_or(DEFAULT_MAX_AGE)
    }

    /// Whether a client can be built with it.
    pub(super) fn validate(&self) -> Result<(), Error> {
        match self.level == Privacy::EndToEnd && !self.allowed.is_empty() {
            true => Err(Error::configuration("with `Privacy::EndToEnd` nothing can be allowed by name")),
            false => Ok(()),
        }
    }

    /// The policy of a call for which `call` was set: it may be stricter than this one, and not looser.
    pub(super) fn tightened(&self, call: &Self) -> Result<Self, Error> {
        let looser = |what: String| {
            Err(Error::invalid_request(format!(
                "a call may tighten the privacy policy and not loosen it: {what}; nothing was sent"
            )))
        };
        if call.level < self.level {
            return looser(format!("{:?} is below {:?}", call.level, self.level));
        }
        if self.level > Privacy::Any
            && let Some(name) = call.allowed.difference(&self.allowed).next()
        {
            return looser(format!("it allows {name:?}"));
        }
        if let (Some(age), true) = (call.max_age, self.level > Privacy::Any)
            && age > self.max_age()
        {
            return looser(format!("the catalogue may be {age:?} old, and was limited to {:?}", self.max_age()));
        }
        Ok(Self { max_age: call.max_age.or(self.max_age), ..call.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(level: Privacy) -> PrivacyPolicy {
        PrivacyPolicy::new(level)
    }

    #[test]
    fn levels_are_ordered_from_loose_to_strict() {
        let levels = [Privacy::Any, Privacy::PrivateModels, Privacy::Tee, Privacy::EndToEnd];
        assert!(levels.is_sorted());
        for (place, level) in levels.iter().enumerate() {
            for (other_place, other) in levels.iter().enumerate() {
                let tightened = policy(*level).tightened(&policy(*other));
                assert_eq!(tightened.map(|policy| policy.level).ok(), (other_place >= place).then_some(*other));
            }
        }
    }

    #[test]
    fn a_call_inherits_the_limit_of_the_catalogue_and_nothing_that_is_allowed() {
        let minute = Duration::from_secs(60);
        let client = policy(Privacy::PrivateModels).allow("webSearch").max_catalogue_age(minute);
        let call = client.tightened(&policy(Privacy::Tee)).unwrap();
        assert_eq!((call.max_age(), call.allows("webSearch")), (minute, false));
        assert!(client.tightened(&policy(Privacy::Tee).allow("webSearch")).unwrap().allows("webSearch"));
        for looser in [policy(Privacy::Tee).allow("webScrape"), policy(Privacy::Tee).max_catalogue_age(minute * 2)] {
            assert!(client.tightened(&looser).is_err(), "{looser:?}");
        }
        assert!(policy(Privacy::Any).tightened(&client).is_ok(), "without a policy every other one is stricter");
    }

    #[test]
    fn end_to_end_has_no_exceptions() {
        let policy = policy(Privacy::EndToEnd).allow("webSearch");
        assert!(policy.validate().is_err() && !policy.allows("webSearch"));
    }
}
