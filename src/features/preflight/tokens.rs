//! `at_least`: a lower bound of the tokens of a text.

/// Every tokenizer in use has fewer characters per token, also for long words and other languages.
const MOST_CHARACTERS: u64 = 6;

/// A lower bound for findings that must be certain: one token per six characters, without white space and repeated characters, which a
/// tokenizer may merge into one token.
pub(super) fn at_least(text: &str) -> u64 {
    let mut before = None;
    let mut characters = 0;
    for c in text.chars() {
        if !c.is_whitespace() && before != Some(c) {
            characters += 1;
        }
        before = Some(c);
    }
    characters / MOST_CHARACTERS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_estimate_is_low() {
        assert_eq!(at_least("Which way to the Rialto bridge?"), 4);
        assert_eq!(at_least(&" \n\t".repeat(1000)), 0);
        assert_eq!(at_least(&"=".repeat(1000)), 0);
        assert_eq!(at_least(""), 0);
    }
}
