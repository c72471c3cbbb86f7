//! `JsonCost`: estimates the memory of a parsed JSON document, so that a small but expensive one is rejected before it is parsed.
//!
//! Text takes about its own size. Objects, lists and short values take much more: `{"choices":[{},{},…]}` parsed into types takes 265 times
//! its size.

use memchr::memchr2;

/// The estimate of an object or a list. Three bytes (`{},`) become a chat choice of 800 bytes.
const CONTAINER: usize = 1024;
/// The estimate of any other value, and of each name: a short string takes 96 bytes in a growing list.
const VALUE: usize = 64;
/// The most that a byte can cost: a document has at most one container per three bytes.
const MOST_A_BYTE: usize = CONTAINER / 2;

/// The memory limit of a document, as a multiple of the largest accepted size.
pub(crate) const AMPLIFICATION: usize = 16;

/// Whether the parsed document would take more than `limit` bytes. Documents that are too small for that are not scanned.
pub(crate) fn exceeds(json: &[u8], limit: usize) -> bool {
    json.len() > limit / MOST_A_BYTE && JsonCost::default().add(json) > limit
}

/// The estimate of a document that arrives in pieces.
#[derive(Clone, Debug, Default)]
pub(crate) struct JsonCost {
    bytes: usize,
    in_text: bool,
    is_escaped: bool,
}

impl JsonCost {
    /// Adds a piece; returns the estimate so far, in bytes.
    pub(crate) fn add(&mut self, json: &[u8]) -> usize {
        self.bytes = self.bytes.saturating_add(json.len());
        let mut rest = json;
        loop {
            if self.in_text {
                if std::mem::take(&mut self.is_escaped) {
                    rest = rest.get(1..).unwrap_or_default();
                }
                let Some(at) = memchr2(b'"', b'\\', rest) else { break };
                self.is_escaped = rest.get(at) == Some(&b'\\');
                self.in_text = self.is_escaped;
                rest = rest.get(at + 1..).unwrap_or_default();
                if self.is_escaped && rest.is_empty() {
                    break;
                }
            }
            while let Some((byte, after)) = rest.split_first().filter(|_| !self.in_text) {
                rest = after;
                match byte {
                    b'"' => self.in_text = true,
                    b'{' | b'[' => self.bytes = self.bytes.saturating_add(CONTAINER),
                    b',' | b':' => self.bytes = self.bytes.saturating_add(VALUE),
                    _ => {}
                }
            }
            if rest.is_empty() {
                break;
            }
        }
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_costs_its_size_and_containers_cost_more() {
        let text = format!("{{\"a\":\"{}\"}}", r#"{},[],\"{\\"#.repeat(1000));
        let cost = JsonCost::default().add(text.as_bytes());
        assert!((text.len()..text.len() + 2 * CONTAINER).contains(&cost), "{cost}");
        let objects = format!("[{}{{}}]", "{},".repeat(999));
        assert!(JsonCost::default().add(objects.as_bytes()) > 1000 * CONTAINER);
        assert!(exceeds(objects.as_bytes(), 900 * CONTAINER));
        assert!(!exceeds(objects.as_bytes(), 1200 * CONTAINER));
    }

    #[test]
    fn the_estimate_does_not_depend_on_where_the_document_is_cut() {
        let json = br#"{"a\\":"\"x{","b":[1,"\\",{"c":[]}]}"#;
        let whole = JsonCost::default().add(json);
        for cut in 0..json.len() {
            let mut cost = JsonCost::default();
            cost.add(&json[..cut]);
            assert_eq!(cost.add(&json[cut..]), whole, "{cut}");
        }
        let mut cost = JsonCost::default();
        assert_eq!(json.chunks(1).map(|byte| cost.add(byte)).last(), Some(whole));
    }
}
