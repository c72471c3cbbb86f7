//! `Scanner`: finds citation markers in a text that may still grow.

/// The form of a marker. Each has its own base.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MarkerForm {
    /// `^1,2^`, also without the last `^`.
    Caret,
    /// `[REF]0[/REF]`.
    Reference,
}

/// A token of the text.
#[derive(Debug, PartialEq)]
pub(super) enum Token {
    /// Text of this many bytes.
    Text(usize),
    /// A possible marker of this many bytes.
    Marker { bytes: usize, form: MarkerForm, numbers: Vec<usize> },
}

/// The most digits and numbers of a marker. It also bounds how much of a growing text is held back.
const MOST_DIGITS: usize = 4;
const MOST_NUMBERS: usize = 32;

const OPEN: &str = "[REF]";
const CLOSE: &str = "[/REF]";

/// Scans a text token by token. The tokens do not depend on how the text is split into pieces.
#[derive(Debug, Default)]
pub(super) struct Scanner {
    code: Code,
    before: Before,
    /// Whether only white space precedes this position in its line.
    at_line_start: bool,
    begun: bool,
    /// The bytes of a run of backticks or tildes that may go on with the next piece. They are not looked at again.
    run: usize,
}

/// The state of code, which has no markers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Code {
    #[default]
    Outside,
    /// Within this many backticks; ends with its line.
    Inline(usize),
    /// Between lines of at least so many of this character.
    Fence(u8, usize),
}

/// What precedes a position, to distinguish an exponent from a marker.
#[derive(Clone, Copy, Debug, Default)]
struct Before {
    last: Option<char>,
    /// The number of letters that end here, and what precedes them.
    letters: usize,
    before_letters: Option<char>,
}

/// Whether the text at a position is a marker.
enum MarkerReader {
    Marker {
        bytes: usize,
        numbers: Vec<usize>,
        is_closed: bool,
    },
    No,
    /// Undecided until the next piece.
    Open,
}

impl Scanner {
    /// The next token; `None` if more text is needed to decide, which is never so at the end.
    pub(super) fn next(&mut self, text: &str, ended: bool) -> Option<Token> {
        if !self.begun {
            self.begun = true;
            self.at_line_start = true;
        }
        let special = |byte: u8| matches!(byte, b'^' | b'[' | b'`' | b'~' | b'\\');
        match text.bytes().position(special) {
            None if text.is_empty() => None,
            None => Some(self.text(text, text.len())),
            Some(0) => self.special(text, ended),
            Some(plain) => Some(self.text(text, plain)),
        }
    }

    /// Consumes this many bytes as text.
    fn text(&mut self, text: &str, bytes: usize) -> Token {
        for letter in text[..bytes].chars() {
            self.before.pass(letter);
            match letter {
                '\n' => {
                    self.at_line_start = true;
                    if matches!(self.code, Code::Inline(_)) {
                        self.code = Code::Outside;
                    }
                }
                letter => self.at_line_start &= letter.is_whitespace(),
            }
        }
        Token::Text(bytes)
    }

    fn special(&mut self, text: &str, ended: bool) -> Option<Token> {
        let first = text.as_bytes()[0];
        if matches!(first, b'`' | b'~') {
            return self.run(text, first, ended);
        }
        if self.code != Code::Outside {
            return Some(self.text(text, 1));
        }
        let (reading, form) = match first {
            b'^' => (carets(text, ended), MarkerForm::Caret),
            b'[' => (reference(text, ended), MarkerForm::Reference),
            // A backslash escapes a marker.
            _ => match text[1..].chars().next() {
                None if !ended => return None,
                Some('^' | '[' | '`' | '~' | '\\') => return Some(self.text(text, 2)),
                _ => return Some(self.text(text, 1)),
            },
        };
        match reading {
            MarkerReader::Open => None,
            MarkerReader::Marker { bytes, numbers, is_closed }
                if form == MarkerForm::Reference || self.before.allows(numbers.len(), is_closed) =>
            {
                self.text(text, bytes);
                Some(Token::Marker { bytes, form, numbers })
            }
            MarkerReader::Marker { .. } | MarkerReader::No => Some(self.text(text, 1)),
        }
    }

    /// Backticks and tildes start and end code.
    fn run(&mut self, text: &str, mark: u8, ended: bool) -> Option<Token> {
        let known = std::mem::take(&mut self.run);
        let length = known + text.bytes().skip(known).take_while(|byte| *byte == mark).count();
        if length == text.len() && !ended {
            self.run = length;
            return None;
        }
        let may_fence = self.at_line_start && length >= 3;
        self.code = match self.code {
            Code::Outside if may_fence => Code::Fence(mark, length),
            Code::Outside if mark == b'`' => Code::Inline(length),
            Code::Inline(open) if mark == b'`' && open == length => Code::Outside,
            Code::Fence(open, least) if may_fence && open == mark && length >= least => Code::Outside,
            code => code,
        };
        Some(self.text(text, length))
    }
}

impl Before {
    fn pass(&mut self, letter: char) {
        if letter.is_alphabetic() {
            if self.letters == 0 {
                self.before_letters = self.last;
            }
            self.letters += 1;
        } else {
            self.letters = 0;
        }
        self.last = Some(letter);
    }

    /// Whether a marker can be here rather than an exponent. Several numbers are not an exponent, nor is one between two carets, unless a
    /// variable precedes it.
    fn allows(&self, numbers: usize, is_closed: bool) -> bool {
        let Some(last) = self.last else { return true };
        let is_command = self.letters > 0 && self.before_letters == Some('\\');
        let is_elided = matches!(self.before_letters, Some('\'' | '’'));
        let is_alone = self.letters == 1 && !is_elided;
        if numbers > 1 {
            return !is_command;
        }
        if is_closed {
            return !(is_command || is_alone && last.is_lowercase());
        }
        let is_base = last.is_ascii_digit() || matches!(last, ')' | ']' | '}' | '[' | '$' | '^');
        !(is_command || is_base || is_alone && (last.is_lowercase() || last.is_uppercase()))
    }
}

/// `\^(\d+(?:,\d+)*)\^?`
fn carets(text: &str, ended: bool) -> MarkerReader {
    let (numbers, at) = match numbers(text, 1, ended) {
        Ok(read) => read,
        Err(reading) => return reading,
    };
    let mut after = text[at..].chars();
    match (after.next(), after.next()) {
        (None, _) if !ended => MarkerReader::Open,
        (Some('^'), _) => MarkerReader::Marker { bytes: at + 1, numbers, is_closed: true },
        (Some('.'), None) if !ended => MarkerReader::Open,
        // A decimal number, `^2nd`, `^2_a`.
        (Some('.'), Some(digit)) if digit.is_ascii_digit() => MarkerReader::No,
        (Some(letter), _) if letter.is_alphanumeric() || letter == '_' => MarkerReader::No,
        _ => MarkerReader::Marker { bytes: at, numbers, is_closed: false },
    }
}

/// `\[REF\](\d+)\[/REF\]`, also with a list of numbers.
fn reference(text: &str, ended: bool) -> MarkerReader {
    if !text.starts_with(OPEN) {
        return if OPEN.starts_with(text) && !ended { MarkerReader::Open } else { MarkerReader::No };
    }
    let (numbers, at) = match numbers(text, OPEN.len(), ended) {
        Ok(read) => read,
        Err(reading) => return reading,
    };
    let after = &text[at..];
    if after.starts_with(CLOSE) {
        return MarkerReader::Marker { bytes: at + CLOSE.len(), numbers, is_closed: true };
    }
    if CLOSE.starts_with(after) && !ended { MarkerReader::Open } else { MarkerReader::No }
}

/// Comma-separated numbers from a position, and their end.
fn numbers(text: &str, from: usize, ended: bool) -> Result<(Vec<usize>, usize), MarkerReader> {
    let mut numbers = Vec::new();
    let mut at = from;
    loop {
        let digits = text[at..].bytes().take_while(u8::is_ascii_digit).count();
        let is_at_end = at + digits == text.len();
        if digits > MOST_DIGITS || numbers.len() == MOST_NUMBERS {
            return Err(MarkerReader::No);
        }
        if is_at_end && !ended {
            return Err(MarkerReader::Open);
        }
        let Ok(number) = text[at..at + digits].parse() else { return Err(MarkerReader::No) };
        numbers.push(number);
        at += digits;
        let mut after = text[at..].bytes();
        match (after.next(), after.next()) {
            (Some(b','), None) if !ended => return Err(MarkerReader::Open),
            (Some(b','), Some(digit)) if digit.is_ascii_digit() => at += 1,
            _ => return Ok((numbers, at)),
        }
    }
}
