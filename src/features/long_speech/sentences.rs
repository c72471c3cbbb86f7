//! `pieces`: sentence splitting for text-to-speech.

use unicode_segmentation::{GraphemeCursor, UnicodeSegmentation};

/// Splits a text into pieces of at most `limit` UTF-16 code units, which is how servers in JavaScript count characters.
///
/// A piece ends at the end of a sentence if one fits, else at a comma or similar, else between words, else inside a word, but not inside a
/// grapheme cluster unless that is longer than a piece. White space around pieces is dropped; otherwise they concatenate to the text.
pub(crate) fn pieces(text: &str, limit: usize) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let (piece, after) = rest.split_at(first_cut(rest, limit));
        pieces.push(piece.trim_end());
        rest = after.trim_start();
    }
    pieces
}

/// The end of the first piece of a text that does not start with white space.
fn first_cut(text: &str, limit: usize) -> usize {
    let window = window(text, limit);
    if window == text.len() {
        return window;
    }
    let breaks = [sentence_ends as fn(&str, usize) -> Option<usize>, clause_ends, spaces, graphemes];
    breaks.iter().find_map(|last| last(text, window)).unwrap_or(window)
}

/// The bytes of the longest prefix with at most `limit` UTF-16 code units; at least one character.
fn window(text: &str, limit: usize) -> usize {
    let mut units = 0;
    let over = text.char_indices().find(|(place, letter)| {
        units += letter.len_utf16();
        units > limit && *place > 0
    });
    over.map_or(text.len(), |(place, _)| place)
}

/// The last end of a sentence within the window.
fn sentence_ends(text: &str, window: usize) -> Option<usize> {
    last_break(text, window, |text, place, mark| match mark {
        '。' | '！' | '？' | '｡' | '．' => true,
        '\n' => text[place..].trim_start_matches([' ', '\t', '\r']).starts_with('\n'),
        '.' | '!' | '?' | '…' | '‽' | '؟' | '۔' | '।' | '॥' | '။' | '።' | '។' => {
            let goes_on = text[place..].trim_start().starts_with(char::is_lowercase);
            let begun = text[..place].trim_end_matches(is_closing);
            before_space(text, place) && !goes_on && !(mark == '.' && is_abbreviation(begun))
        }
        _ => false,
    })
}

/// The last comma, semicolon, colon or dash within the window.
fn clause_ends(text: &str, window: usize) -> Option<usize> {
    last_break(text, window, |text, place, mark| match mark {
        '、' | '，' | '；' | '：' => true,
        ',' | ';' | ':' | '—' | '–' | '،' | '؛' => before_space(text, place),
        _ => false,
    })
}

/// The last white space within the window, or right after it.
fn spaces(text: &str, window: usize) -> Option<usize> {
    let inside = text[..window].char_indices().rev().filter(|(_, letter)| letter.is_whitespace());
    let last = before_space(text, window).then_some(window);
    last.into_iter().chain(inside.map(|(place, _)| place)).find(|place| leaves_characters_whole(text, *place))
}

/// The end of the last grapheme cluster within the window.
fn graphemes(text: &str, window: usize) -> Option<usize> {
    let ends = text.grapheme_indices(true).map(|(place, grapheme)| place + grapheme.len());
    ends.take_while(|end| *end <= window).filter(|end| leaves_characters_whole(text, *end)).last()
}

/// The last position within the window where `is_break` allows a cut, after `mark` and closing punctuation.
fn last_break(text: &str, window: usize, is_break: impl Fn(&str, usize, char) -> bool) -> Option<usize> {
    text[..window].char_indices().rev().find_map(|(place, mark)| {
        let after = place + mark.len_utf8();
        let place = text.len() - text[after..].trim_start_matches(is_closing).len();
        let fits = place <= window && is_break(text, place, mark);
        (fits && leaves_characters_whole(text, place)).then_some(place)
    })
}

/// Whether a cut at this position, which drops the white space after it, keeps grapheme clusters whole: a mark may have a variation
/// selector, and white space a combining accent.
fn leaves_characters_whole(text: &str, place: usize) -> bool {
    let is_whole = |place| GraphemeCursor::new(place, text.len(), true).is_boundary(text, 0) == Ok(true);
    is_whole(place) && is_whole(text.len() - text[place..].trim_start().len())
}

fn before_space(text: &str, place: usize) -> bool {
    text[place..].starts_with(char::is_whitespace)
}

/// Closing punctuation after the end of a sentence.
fn is_closing(letter: char) -> bool {
    matches!(
        letter,
        '"' | '\'' | '”' | '’' | '“' | '»' | '›' | '«' | ')' | ']' | '}' | '」' | '』' | '】' | '）' | '》' | '〉'
    )
}

/// Whether the text ends in the dot of an abbreviation: an initial, or a word of the list. A wrong guess only makes an odd pause.
fn is_abbreviation(text: &str) -> bool {
    const WORDS: [&str; 44] = [
        "mr", "mrs", "ms", "dr", "prof", "st", "vs", "no", "vol", "fig", "jr", "sr", "gen", "col", "lt", "sgt", "capt",
        "rev", "hon", "gov", "sen", "rep", "inc", "ltd", "co", "corp", "dept", "approx", "etc", "eg", "ie", "cf", "al",
        "ca", "nr", "bzw", "usw", "hr", "mme", "mlle", "sra", "srta", "ing", "sig",
    ];
    let Some(text) = text.strip_suffix('.') else { return false };
    let begin = text.char_indices().rev().take_while(|(_, letter)| letter.is_alphanumeric()).last();
    let Some(word) = begin.map(|(place, _)| &text[place..]) else { return false };
    let initial = word.chars().count() == 1 && word.starts_with(char::is_alphabetic);
    initial || WORDS.iter().any(|known| word.eq_ignore_ascii_case(known))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_text_that_fits_is_one_piece() {
        assert_eq!(pieces("  One. Two.\n", 20), ["One. Two."]);
        assert_eq!(pieces(" \n\t ", 20), [""; 0]);
        assert_eq!(pieces("", 20), [""; 0]);
        assert_eq!(pieces("12345", 5), ["12345"]);
    }

    #[test]
    fn a_piece_holds_as_many_sentences_as_fit() {
        assert_eq!(pieces("One. Two! Three? Four.", 16), ["One. Two! Three?", "Four."]);
        assert_eq!(pieces("One. Two! Three? Four.", 15), ["One. Two!", "Three? Four."]);
        assert_eq!(pieces("One.\n\nTwo three four", 18), ["One.", "Two three four"]);
    }

    #[test]
    fn quotes_and_brackets_stay_with_their_sentence() {
        assert_eq!(pieces("He said “No.” (Really!) Then he left.", 25), ["He said “No.” (Really!)", "Then he left."]);
        assert_eq!(pieces("\"Stop!\" he cried. It stopped.", 20), ["\"Stop!\" he cried.", "It stopped."]);
        assert_eq!(pieces("„Halt.“ Er stand. Sie ging.", 20), ["„Halt.“ Er stand.", "Sie ging."]);
    }

    #[test]
    fn dots_of_abbreviations_do_not_end_a_sentence() {
        assert_eq!(
            pieces("We met. Then Dr. Weber and J. S. Bach came by.", 30),
            ["We met.", "Then Dr. Weber and J. S. Bach", "came by."]
        );
        assert_eq!(pieces("It rose. By 3.14 m, e.g. here. Or so", 26), ["It rose.", "By 3.14 m, e.g. here.", "Or so"]);
        assert_eq!(pieces("I see. Well... maybe so. Or not.", 25), ["I see. Well... maybe so.", "Or not."]);
        assert_eq!(pieces("Wait… What is it?", 14), ["Wait…", "What is it?"]);
    }

    #[test]
    fn paragraphs_end_sentences_and_lines_do_not() {
        let text = "The tide came in over\nthe square. It was\nlow by noon";
        assert_eq!(pieces(text, 40), ["The tide came in over\nthe square.", "It was\nlow by noon"]);
        assert_eq!(pieces("A title\r\n \r\nand text that goes on", 26), ["A title", "and text that goes on"]);
    }

    #[test]
    fn full_stops_of_other_scripts_need_no_space() {
        assert_eq!(
            pieces("潮が満ちた。広場は水の下だ。「橋へ！」誰も来ない。", 15),
            ["潮が満ちた。広場は水の下だ。", "「橋へ！」誰も来ない。"]
        );
        assert_eq!(pieces("水位很高，广场被淹，人们离开了", 8), ["水位很高，", "广场被淹，", "人们离开了"]);
        assert_eq!(pieces("पानी आया। सब चले गए।", 14), ["पानी आया।", "सब चले गए।"]);
        assert_eq!(pieces("هل جاء؟ نعم جاء", 12), ["هل جاء؟", "نعم جاء"]);
    }

    #[test]
    fn long_sentences_are_split_at_commas_then_spaces_then_in_words() {
        assert_eq!(pieces("one, two three four", 12), ["one,", "two three", "four"]);
        assert_eq!(pieces("one two three", 7), ["one two", "three"]);
        assert_eq!(pieces("abcdefghij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(pieces("a bcdefgh", 3), ["a", "bcd", "efg", "h"]);
    }

    #[test]
    fn grapheme_clusters_are_not_split() {
        let family = "👨‍👩‍👧‍👦";
        assert_eq!(family.encode_utf16().count(), 11);
        assert_eq!(pieces(&family.repeat(3), 25), [family.repeat(2), family.to_owned()]);
        assert_eq!(pieces("e\u{301}e\u{301}e\u{301}", 3), ["e\u{301}", "e\u{301}", "e\u{301}"]);
        assert_eq!(pieces("🇮🇹🇦🇹🇨🇭", 7), ["🇮🇹", "🇦🇹", "🇨🇭"]);
        assert_eq!(pieces("one two \u{301}three", 10), ["one", "two \u{301}three"]);
        assert_eq!(pieces("水だ。\u{fe00}来ない。", 6), ["水だ。\u{fe00}来な", "い。"]);
        // Longer than a whole piece: it has to be split.
        assert_eq!(pieces(family, 3).concat(), family);
    }

    #[test]
    fn characters_are_counted_as_the_server_counts_them() {
        let pieces = pieces("🌊🌊🌊🌊", 4);
        assert_eq!(pieces, ["🌊🌊", "🌊🌊"]);
        assert_eq!(super::pieces("🌊🌊", 1), ["🌊", "🌊"], "one that is longer than the limit has to go somewhere");
    }

    fn without_space(text: &str) -> String {
        text.chars().filter(|letter| !letter.is_whitespace()).collect()
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_no_piece_is_too_long(text in "([a-zA-Z.,!? \n。、é\u{301}\u{200d}👩🏽🇮🇹\"”']|\\PC){0,200}", limit in 2_usize..40) {
            let cut = pieces(&text, limit);
            prop_assert_eq!(without_space(&cut.concat()), without_space(&text));
            for piece in &cut {
                prop_assert!(piece.encode_utf16().count() <= limit, "{piece:?}");
                prop_assert!(!piece.is_empty() && piece.trim() == *piece);
            }
            // Grapheme clusters, unless one alone is longer than a piece or starts with white space.
            let longest = text.graphemes(true).map(|one| one.encode_utf16().count()).max().unwrap_or(0);
            let odd = text.graphemes(true).any(|one| one.starts_with(char::is_whitespace) && one.trim() != "");
            let mut place = 0;
            for piece in &cut {
                place += text[place..].find(piece).unwrap();
                let whole = |place| GraphemeCursor::new(place, text.len(), true).is_boundary(&text, 0) == Ok(true);
                prop_assert!(longest > limit || odd || whole(place), "{piece:?} begins inside a character");
                place += piece.len();
            }
            // In order, with only white space between them.
            let mut rest = text.as_str();
            for piece in &cut {
                rest = rest.trim_start().strip_prefix(piece).unwrap_or_else(|| panic!("{rest:?} {piece:?}"));
            }
            prop_assert!(rest.trim().is_empty());
        }
    }
}
