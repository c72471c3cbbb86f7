//! `Redaction`: what a recorder keeps of prompts and media. Secrets are never kept.

use std::fmt::Write as _;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// What becomes of prompts, answers or media in a cassette.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum RedactionMode {
    /// Recorded as it is.
    Keep,
    /// Replaced by the beginning of its SHA-256: equal texts stay equal, and other ones different. A short or well-known text can be guessed
    /// from it.
    Hash,
    /// Replaced by a text or a sample file that is valid where it is: an image opens, an enum has one of its values.
    #[default]
    Placeholder,
}

impl RedactionMode {
    fn name(self) -> &'static str {
        match self {
            Self::Keep => "keep",
            Self::Hash => "hash",
            Self::Placeholder => "placeholder",
        }
    }

    fn of(name: &Value) -> Option<Self> {
        [Self::Keep, Self::Hash, Self::Placeholder].into_iter().find(|mode| name == mode.name())
    }
}

/// The redaction policy of a [`Recorder`](super::Recorder).
///
/// By default prompts, answers and media are replaced by placeholders. Keys, signatures, payments, cookies and fields such as the `apiKey` of
/// a created key are always replaced, also where a server echoes them.
///
/// ```
/// use venice_ai_mock::cassette::{Redaction, RedactionMode};
///
/// let made_up_prompts = Redaction::new().prompts(RedactionMode::Keep);
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "give it to `Recorder::with_redaction`"]
pub struct Redaction {
    pub(super) prompts: RedactionMode,
    pub(super) media: RedactionMode,
    pub(super) names: Vec<String>,
}

impl Redaction {
    /// The default policy.
    pub fn new() -> Self {
        Self::default()
    }

    /// For text of requests and replies: every string that is not an identifier, a value of an enum, a time, or the API's own text.
    pub fn prompts(mut self, mode: RedactionMode) -> Self {
        self.prompts = mode;
        self
    }

    /// For files, and for files in JSON as base64 or `data:` URLs.
    pub fn media(mut self, mode: RedactionMode) -> Self {
        self.media = mode;
        self
    }

    /// Another header or field whose value is a secret, by its name.
    pub fn secret(mut self, name: impl Into<String>) -> Self {
        self.names.push(plain(&name.into()));
        self
    }

    /// What only secrets are taken out of.
    pub(super) fn of_secrets() -> Self {
        Self { prompts: RedactionMode::Keep, media: RedactionMode::Keep, names: Vec::new() }
    }

    /// As it is noted in the cassette, so that a player treats requests alike.
    pub(super) fn to_json(&self) -> Value {
        json!({"prompts": self.prompts.name(), "media": self.media.name(), "secrets": self.names})
    }

    pub(super) fn from_json(noted: &Value) -> Option<Self> {
        let names = noted["secrets"].as_array().into_iter().flatten().filter_map(Value::as_str);
        Some(Self {
            prompts: RedactionMode::of(&noted["prompts"])?,
            media: RedactionMode::of(&noted["media"])?,
            names: names.map(str::to_owned).collect(),
        })
    }

    /// Whether a header has a secret.
    pub(super) fn hides_header(&self, name: &str, value: &str) -> bool {
        const PARTS: [&str; 8] = ["auth", "cookie", "key", "secret", "token", "sign", "payment", "password"];
        let is_number = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        self.names.contains(&plain(name)) || !is_number && PARTS.iter().any(|part| name.contains(part))
    }

    /// Whether a field of a body or of a query has a secret.
    pub(super) fn hides_field(&self, name: &str) -> bool {
        const NAMES: [&str; 14] = [
            "accesstoken",
            "apikey",
            "authorization",
            "clientsecret",
            "idtoken",
            "key",
            "last6chars",
            "password",
            "privatekey",
            "refreshtoken",
            "secret",
            "sessiontoken",
            "signature",
            "token",
        ];
        let name = plain(name);
        NAMES.contains(&&*name) || self.names.contains(&name)
    }
}

/// A name without case and separators.
fn plain(name: &str) -> String {
    name.chars().filter(|character| character.is_ascii_alphanumeric()).map(|c| c.to_ascii_lowercase()).collect()
}

/// In place of a secret.
pub(super) const SECRET: &str = "redacted";

/// The beginning of a hash, as text.
pub(super) fn hash(bytes: &[u8]) -> String {
    let mut text = "sha256:".to_owned();
    for byte in Sha256::digest(bytes).iter().take(16) {
        let _ = write!(text, "{byte:02x}");
    }
    text
}
