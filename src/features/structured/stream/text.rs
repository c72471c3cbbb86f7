//! `Text`: an incremental decoder of a JSON string.

/// The decoded text that was not taken yet, and the position in an escape.
#[derive(Debug, Default)]
pub(super) struct Text {
    pub(super) decoded: String,
    escape: Escape,
    /// The first half of a surrogate pair.
    high: Option<u16>,
}

#[derive(Clone, Copy, Debug, Default)]
enum Escape {
    #[default]
    None,
    Slash,
    Hex {
        digits: u8,
        code: u16,
    },
}

/// Not valid in a JSON string.
#[derive(Debug)]
pub(super) struct Invalid;

impl Text {
    /// Decodes the next piece, from after the opening quote. Returns the length that belongs to the string, and whether it ends there.
    pub(super) fn push(&mut self, piece: &str) -> Result<(usize, bool), Invalid> {
        let bytes = piece.as_bytes();
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            if let Escape::None = self.escape {
                let plain =
                    bytes.iter().copied().skip(at).take_while(|byte| !matches!(byte, b'"' | b'\\' | 0..0x20)).count();
                if self.high.is_some() && byte != b'\\' {
                    return Err(Invalid);
                }
                self.decoded.push_str(piece.get(at..at + plain).unwrap_or_default());
                at += plain;
                match bytes.get(at) {
                    None => break,
                    Some(b'"') => return Ok((at + 1, true)),
                    Some(b'\\') => self.escape = Escape::Slash,
                    Some(_) => return Err(Invalid),
                }
            } else {
                self.escape(byte)?;
            }
            at += 1;
        }
        Ok((bytes.len(), false))
    }

    fn escape(&mut self, byte: u8) -> Result<(), Invalid> {
        self.escape = match (self.escape, byte) {
            (Escape::Slash, b'u') => Escape::Hex { digits: 0, code: 0 },
            (Escape::Hex { digits, code }, byte) => {
                let digit = char::from(byte).to_digit(16).and_then(|digit| u16::try_from(digit).ok()).ok_or(Invalid)?;
                let code = code << 4 | digit;
                if digits < 3 {
                    Escape::Hex { digits: digits + 1, code }
                } else {
                    self.unit(code)?;
                    Escape::None
                }
            }
            (_, _) if self.high.is_some() => return Err(Invalid),
            (_, byte) => {
                self.decoded.push(match byte {
                    b'"' | b'\\' | b'/' => char::from(byte),
                    b'b' => '\u{8}',
                    b'f' => '\u{c}',
                    b'n' => '\n',
                    b'r' => '\r',
                    b't' => '\t',
                    _ => return Err(Invalid),
                });
                Escape::None
            }
        };
        Ok(())
    }

    /// A code unit of UTF-16.
    fn unit(&mut self, code: u16) -> Result<(), Invalid> {
        match self.high.take() {
            None if (0xD800..0xDC00).contains(&code) => self.high = Some(code),
            high => {
                let units = high.into_iter().chain([code]);
                for c in char::decode_utf16(units) {
                    self.decoded.push(c.map_err(|_| Invalid)?);
                }
            }
        }
        Ok(())
    }
}
