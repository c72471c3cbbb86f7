//! What of a server's words may be shown.
//!
//! The names of unknown members and the values of enums are facts of the API, unless a server put text of a person in their place.
//! So only what looks like a word of a vocabulary is shown, and nothing that was part of the request.

use std::collections::HashSet;

use serde_json::Value;

use crate::exchange::{Exchange, is_json};

/// The longest word that is shown.
const LONGEST: usize = 40;
/// Identifiers and keys have long runs of letters and digits in a mix.
const LONGEST_MIX: usize = 12;
/// Short texts of a request are words such as `png`.
const SHORTEST_PRIVATE: usize = 6;

/// What must not be shown, of one exchange.
#[derive(Debug, Default)]
pub struct Discretion {
    secrets: Vec<String>,
    /// The texts of the request.
    sent: HashSet<String>,
}

impl Discretion {
    /// Nothing of the request is shown, and none of these secrets. `template` is the operation's path.
    pub fn new(exchange: &Exchange, template: &str, secrets: &[String]) -> Self {
        let mut sent = HashSet::new();
        if exchange.request_media.as_deref().is_some_and(is_json)
            && let Ok(body) = serde_json::from_slice(&exchange.request)
        {
            texts(&body, &mut sent);
        }
        sent.extend(venice_ai::Operation::path_parameters(template, &exchange.path).into_iter().flatten());
        sent.extend(exchange.query.split('&').filter_map(|pair| Some(pair.split_once('=')?.1.to_owned())));
        sent.retain(|text| text.chars().count() >= SHORTEST_PRIVATE);
        Self { secrets: secrets.to_vec(), sent }
    }

    /// None of these secrets is shown.
    pub fn of_secrets(secrets: &[String]) -> Self {
        Self { secrets: secrets.to_vec(), ..Self::default() }
    }

    /// The text if it may be shown, else its length.
    pub fn shown(&self, text: &str) -> String {
        let has_secret = self.secrets.iter().any(|secret| text.contains(secret.as_str()));
        let is_private = has_secret || self.sent.contains(text);
        if is_word(text) && !is_private {
            text.to_owned()
        } else {
            format!("(a text of {} characters)", text.chars().count())
        }
    }
}

fn texts(value: &Value, found: &mut HashSet<String>) {
    match value {
        Value::String(text) => drop(found.insert(text.clone())),
        Value::Array(items) => items.iter().for_each(|item| texts(item, found)),
        Value::Object(members) => members.values().for_each(|member| texts(member, found)),
        _ => {}
    }
}

fn is_word(text: &str) -> bool {
    let of_words = |c: char| c.is_ascii_alphanumeric() || "_-.:/$+".contains(c);
    let mixed = text.split(|c: char| !c.is_ascii_alphanumeric()).any(is_mix);
    let digits = text.chars().filter(char::is_ascii_digit).count();
    !text.is_empty() && text.len() <= LONGEST && text.chars().all(of_words) && !mixed && digits <= LONGEST_MIX
}

fn is_mix(run: &str) -> bool {
    let has = |is: fn(&u8) -> bool| run.bytes().any(|byte| is(&byte));
    run.len() >= LONGEST_MIX && has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_shown() {
        for word in ["stop", "tool_calls", "16:9", "X402-PAID", "image/avif", "20260821", "reasoning.encrypted", "x2"] {
            assert_eq!(Discretion::default().shown(word), word);
        }
    }

    #[test]
    fn texts_ids_and_secrets_are_not() {
        for text in
            ["", "Meet me at noon", "vk_4f9c2e71d0aa83b1", "0x52908400098527886E0F70", "né", "+39041274908112345"]
        {
            let shown = Discretion::default().shown(text);
            assert_eq!(shown, format!("(a text of {} characters)", text.chars().count()));
        }
        assert_eq!(Discretion::default().shown(&"x".repeat(41)), "(a text of 41 characters)");
        let secretive = Discretion::of_secrets(&["mock-admin-key".to_owned()]);
        assert_eq!(secretive.shown("the-mock-admin-key"), "(a text of 18 characters)");
    }
}
