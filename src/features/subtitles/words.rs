//! Cues from single words.

use super::cue::time;
use super::{Cue, LINE_CHARS};
use crate::api::generated::types::TimedWord;
use crate::runtime::error::Error;

/// A cue has at most two lines.
const CUE_CHARS: usize = 2 * LINE_CHARS;

/// The longest cue, in seconds.
const CUE_SECONDS: f64 = 7.0;

/// A silence that ends a cue, in seconds.
const PAUSE: f64 = 1.0;

/// Groups words, which are in the order in which they were spoken: up to the end of a sentence, a silence, or as much as fits.
pub(super) fn cues(words: &[TimedWord]) -> Result<Vec<Cue>, Error> {
    // Some models write the space before a word with the word, and none between the parts of one.
    let has_spaces = words.iter().any(|word| word.word.starts_with(char::is_whitespace));
    let mut cues = Vec::new();
    let mut open: Option<(f64, f64, String)> = None;
    for word in words {
        time(word.start)?;
        time(word.end)?;
        if let Some((start, end, text)) = &mut open {
            let is_joined = has_spaces || text.ends_with(without_spaces) && word.word.starts_with(without_spaces);
            let joined = format!("{text}{}{}", if is_joined { "" } else { " " }, word.word);
            let continues_a_word = has_spaces && !word.word.starts_with(char::is_whitespace);
            let fits = joined.trim().chars().count() <= CUE_CHARS && word.end - *start <= CUE_SECONDS;
            let ends = text.trim_end().ends_with(['.', '!', '?', '…', '。', '！', '？']) || word.start - *end >= PAUSE;
            if continues_a_word || fits && !ends {
                (*end, *text) = (word.end.max(*end), joined);
                continue;
            }
            cues.push(Cue::new(*start, *end, text)?);
        }
        open = Some((word.start, word.end, word.word.clone()));
    }
    if let Some((start, end, text)) = open {
        cues.push(Cue::new(start, end, &text)?);
    }
    Ok(cues)
}

/// Chinese and Japanese, which are written without spaces.
fn without_spaces(c: char) -> bool {
    matches!(c, '\u{3000}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ff00}'..='\u{ffef}')
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn made(words: &[(&str, f64, f64)]) -> Vec<(String, u128, u128)> {
        let words: Vec<_> = words
            .iter()
            .map(|(word, start, end)| json!({"word": word, "start": start, "end": end}))
            .map(|word| serde_json::from_value(word).unwrap())
            .collect();
        let cues = cues(&words).unwrap();
        cues.into_iter().map(|cue| (cue.text, cue.start.as_millis(), cue.end.as_millis())).collect()
    }

    #[test]
    fn a_sentence_and_a_silence_end_a_cue() {
        let words = [("High", 0.0, 0.4), ("tide.", 0.4, 0.9), ("And", 1.0, 1.2), ("then", 2.2, 2.5), ("low", 2.5, 3.0)];
        let expected = [("High tide.", 0, 900), ("And", 1000, 1200), ("then low", 2200, 3000)];
        assert_eq!(made(&words), expected.map(|(text, start, end)| (text.to_owned(), start, end)));
    }

    #[test]
    fn words_with_their_own_spaces_are_joined_as_they_are() {
        let words = [(" Low", 0.0, 0.4), (" ti", 0.4, 0.6), ("de", 0.6, 0.9), ("?", 0.9, 0.9), (" Yes", 1.0, 1.2)];
        let expected = [("Low tide?", 0, 900), ("Yes", 1000, 1200)];
        assert_eq!(made(&words), expected.map(|(text, start, end)| (text.to_owned(), start, end)));
    }

    #[test]
    fn chinese_and_japanese_have_no_spaces() {
        let words = [("潮", 0.0, 0.4), ("が", 0.4, 0.6), ("満ちる。", 0.6, 0.9), ("はい", 1.0, 1.2), ("ok", 1.2, 1.4)];
        let expected = [("潮が満ちる。", 0, 900), ("はい ok", 1000, 1400)];
        assert_eq!(made(&words), expected.map(|(text, start, end)| (text.to_owned(), start, end)));
    }

    #[test]
    fn a_cue_has_at_most_84_characters_and_seven_seconds() {
        let long = "twelve-chars";
        let words: Vec<_> = (0..20).map(|n| (long, f64::from(n) * 0.1, f64::from(n) * 0.1 + 0.1)).collect();
        let cues = made(&words);
        assert_eq!(cues.len(), 4, "six words of twelve characters and their spaces are 77 characters");
        let slow: Vec<_> = (0..9).map(|n| ("o", f64::from(n), f64::from(n) + 1.0)).collect();
        assert_eq!(made(&slow).iter().map(|cue| cue.2 - cue.1).collect::<Vec<_>>(), [7000, 2000]);
    }

    #[test]
    fn no_words_make_no_cues() {
        assert!(made(&[]).is_empty());
    }
}
