//! How many tokens a text has at least.

/// Words have fewer characters a token than this with every tokenizer in use, long ones and other languages included.
const MOST_CHARACTERS: u64 = 6;

/// At least so many tokens, for findings that must be sure: a token for every six characters, white space and repeated
/// characters apart, of which a tokenizer may put any number into one token.
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
