//! Strings and numbers.

use serde_json::Number;

use super::Reader;

/// The largest integer that all readers of JSON agree on (I-JSON, RFC 7493).
const LARGEST: i64 = (1 << 53) - 1;

impl Reader<'_> {
    /// A string, from its opening to its closing quote.
    pub(super) fn string(&mut self) -> Result<String, String> {
        let (quote, is_plain): (u8, fn(u8) -> bool) = match self.peek() {
            Some(b'\'') => (b'\'', |byte| byte >= b' ' && byte != b'\\' && byte != b'\''),
            _ => (b'"', |byte| byte >= b' ' && byte != b'\\' && byte != b'"'),
        };
        self.at += 1;
        let mut text = String::new();
        loop {
            text.push_str(self.run(is_plain));
            match self.peek() {
                Some(b'\\') => text.push(self.escape(quote)?),
                Some(byte) if byte == quote => {
                    self.at += 1;
                    return Ok(text);
                }
                Some(_) => return Err(self.expected("an escape in place of the control character")),
                None => return Err(self.expected("the closing quote")),
            }
        }
    }

    fn escape(&mut self, quote: u8) -> Result<char, String> {
        self.at += 1;
        let c = match self.peek() {
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'/') => '/',
            Some(b'\\') => '\\',
            Some(b'u') => {
                self.at += 1;
                return self.code_point();
            }
            Some(byte) if byte == quote => char::from(quote),
            _ => return Err(self.expected(r"`b`, `f`, `n`, `r`, `t`, `u`, `/`, `\` or the string's own quote")),
        };
        self.at += 1;
        Ok(c)
    }

    /// What follows `\u`: four digits, or two surrogates of four digits each.
    fn code_point(&mut self) -> Result<char, String> {
        let start = self.at;
        let mut code = self.hex()?;
        if (0xD800..0xDC00).contains(&code) {
            let low = if self.eat(r"\u") { self.hex()? } else { 0 };
            if !(0xDC00..0xE000).contains(&low) {
                return Err(self.expected_at(start, r"a low surrogate (`\uDC00` to `\uDFFF`) after the high one"));
            }
            code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
        }
        char::from_u32(code)
            .ok_or_else(|| self.expected_at(start, r"a high surrogate (`\uD800` to `\uDBFF`) before the low one"))
    }

    fn hex(&mut self) -> Result<u32, String> {
        let mut code = 0;
        for _ in 0..4 {
            let Some(digit) = self.peek().and_then(|byte| char::from(byte).to_digit(16)) else {
                return Err(self.expected(r"four hexadecimal digits after `\u`"));
            };
            self.at += 1;
            code = code * 16 + digit;
        }
        Ok(code)
    }

    /// An index, or a bound or the step of a slice.
    pub(super) fn integer(&mut self) -> Result<i64, String> {
        let start = self.at;
        match self.whole()? {
            "-0" => Err(self.expected_at(start, "`0` without a sign")),
            digits => match digits.parse() {
                Ok(number) if (-LARGEST..=LARGEST).contains(&number) => Ok(number),
                _ => Err(self.expected_at(start, &format!("an integer from -{LARGEST} to {LARGEST}"))),
            },
        }
    }

    pub(super) fn number(&mut self) -> Result<Number, String> {
        let start = self.at;
        self.whole()?;
        if self.eat(".") {
            self.digits()?;
        }
        if self.eat("e") || self.eat("E") {
            let _ = self.eat("-") || self.eat("+");
            self.digits()?;
        }
        self.since(start).parse().map_err(|_| self.expected_at(start, "a number that a double can hold"))
    }

    /// The part of a number before its point.
    fn whole(&mut self) -> Result<&str, String> {
        let start = self.at;
        self.eat("-");
        let first = self.at;
        if self.digits()?.len() > 1 && self.text.as_bytes().get(first) == Some(&b'0') {
            return Err(self.expected_at(first, "a number without leading zeros"));
        }
        Ok(self.since(start))
    }

    fn digits(&mut self) -> Result<&str, String> {
        match self.run(|byte| byte.is_ascii_digit()) {
            "" => Err(self.expected("a digit")),
            digits => Ok(digits),
        }
    }
}
