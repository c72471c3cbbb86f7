//! `SseDecoder`: the framing of server-sent events, bytes in, events out.
//!
//! The decoder does no I/O and is independent of the content of events. It follows the parsing rules of the HTML standard ("Server-sent
//! events", 9.2.6) with three deliberate differences:
//!
//! * an event that is not UTF-8 is an error of that event instead of a text with replacement characters,
//! * an event truncated by the end of the stream is returned, marked as not [complete](SseEvent::is_complete),
//! * the size of an event is limited; a larger one is an error and its bytes are dropped.

use std::fmt;
use std::time::Duration;

use bytes::{Buf, Bytes, BytesMut};

use crate::runtime::transport::limits;

/// The default limit of an event: 4 MiB.
pub const DEFAULT_MAX_EVENT_BYTES: usize = limits::EVENT;

const BYTE_ORDER_MARK: [u8; 3] = [0xEF, 0xBB, 0xBF];

/// Splits a byte stream into events.
///
/// Feed it with [`push`](Self::push), then take events until [`next_event`](Self::next_event) returns `None`. Chunks may end anywhere:
/// between the bytes of a character, of a field name or of a CRLF.
///
/// An event within one chunk is not copied: its data is a slice of that chunk, and keeps the chunk alive. Each byte is scanned once,
/// however small the pieces of a line are.
///
/// ```
/// use venice_ai::stream::sse::SseDecoder;
///
/// let mut decoder = SseDecoder::new();
/// decoder.push("data: {\"a\"".into());
/// assert!(decoder.next_event().is_none());
/// decoder.push(":1}\n\ndata: [DO".into());
/// let event = decoder.next_event().expect("one event is complete")?;
/// assert_eq!(event.data(), "{\"a\":1}");
/// assert!(decoder.next_event().is_none());
/// # Ok::<(), venice_ai::stream::sse::SseError>(())
/// ```
pub struct SseDecoder {
    /// Bytes that were pushed and not scanned yet.
    chunk: Bytes,
    /// The start of an incomplete line.
    line: BytesMut,
    /// The number of bytes of a byte order mark at the start of the stream; its full length once that is decided.
    mark: usize,
    /// The last line ended with CR: an LF that follows belongs to it.
    after_cr: bool,
    ended: bool,
    skip: Skip,
    fields: Fields,
    last_event_id: Option<Bytes>,
    retry: Option<Duration>,
    max_event_bytes: usize,
}

/// The position in the rest of an event that was too large.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Skip {
    No,
    /// Inside a line that is not blank.
    InLine,
    /// At the start of a line, which ends the event if it is blank.
    AtLineStart,
}

/// The fields of the current event.
#[derive(Default)]
struct Fields {
    data: Data,
    name: Option<Bytes>,
    /// A field was not UTF-8.
    invalid: bool,
}

#[derive(Default)]
enum Data {
    #[default]
    None,
    One(Bytes),
    Joined(BytesMut),
}

impl Default for SseDecoder {
    fn default() -> Self {
        Self::new()
    }
}

impl SseDecoder {
    /// A decoder at the start of a stream, with [`DEFAULT_MAX_EVENT_BYTES`].
    ///
    /// ```
    /// let decoder = venice_ai::stream::sse::SseDecoder::new();
    /// assert_eq!(decoder.buffered_bytes(), 0);
    /// ```
    pub fn new() -> Self {
        Self {
            chunk: Bytes::new(),
            line: BytesMut::new(),
            mark: 0,
            after_cr: false,
            ended: false,
            skip: Skip::No,
            fields: Fields::default(),
            last_event_id: None,
            retry: None,
            max_event_bytes: DEFAULT_MAX_EVENT_BYTES,
        }
    }

    /// Sets the largest event, in bytes: the values of its fields together with the current line (also a comment). A larger one yields
    /// [`SseError::TooLarge`], and the rest of it is dropped as it arrives.
    ///
    /// ```
    /// use venice_ai::stream::sse::SseDecoder;
    /// use venice_ai::stream::sse::SseError;
    ///
    /// let mut decoder = SseDecoder::new().with_max_event_bytes(16);
    /// decoder.push("data: more than sixteen bytes\n\ndata: x\n\n".into());
    /// assert_eq!(decoder.next_event(), Some(Err(SseError::TooLarge { limit: 16 })));
    /// assert!(decoder.next_event().is_some_and(|event| event.is_ok()));
    /// ```
    pub fn with_max_event_bytes(mut self, bytes: usize) -> Self {
        self.max_event_bytes = bytes;
        self
    }

    /// Adds bytes. Take all events before pushing more: bytes that were not scanned yet have to be copied together. What is pushed after
    /// [`finish`](Self::finish) is ignored.
    ///
    /// ```
    /// use venice_ai::stream::sse::SseDecoder;
    ///
    /// let mut decoder = SseDecoder::new();
    /// decoder.push("data: x\r".into());
    /// decoder.push("\n\r\n".into());
    /// assert!(decoder.next_event().is_some());
    /// ```
    pub fn push(&mut self, mut chunk: Bytes) {
        if self.ended {
            return;
        }
        self.strip_byte_order_mark(&mut chunk);
        if self.chunk.is_empty() {
            self.chunk = chunk;
        } else {
            self.chunk = Bytes::from([&self.chunk[..], &chunk[..]].concat());
        }
    }

    /// Ends the input. An event without its final blank line can now be taken, marked as not [complete](SseEvent::is_complete).
    ///
    /// ```
    /// use venice_ai::stream::sse::SseDecoder;
    ///
    /// let mut decoder = SseDecoder::new();
    /// decoder.push("data: [DONE]".into());
    /// assert!(decoder.next_event().is_none());
    /// decoder.finish();
    /// let event = decoder.next_event().expect("the last event")?;
    /// assert_eq!((event.data(), event.is_complete()), ("[DONE]", false));
    /// # Ok::<(), venice_ai::stream::sse::SseError>(())
    /// ```
    pub fn finish(&mut self) {
        self.ended = true;
    }

    /// The next event; `None` when more bytes are needed, or at the end.
    ///
    /// # Errors
    /// Each error is about one event. The decoder continues with the next event.
    ///
    /// ```
    /// use venice_ai::stream::sse::SseDecoder;
    /// use venice_ai::stream::sse::SseError;
    ///
    /// let mut decoder = SseDecoder::new();
    /// decoder.push(b"data: \xFF\n\ndata: x\n\n".as_slice().into());
    /// assert_eq!(decoder.next_event(), Some(Err(SseError::InvalidUtf8)));
    /// assert_eq!(decoder.next_event().expect("another event")?.data(), "x");
    /// # Ok::<(), SseError>(())
    /// ```
    pub fn next_event(&mut self) -> Option<Result<SseEvent, SseError>> {
        loop {
            if self.skip != Skip::No {
                self.skip_line()?;
                continue;
            }
            let line = match self.next_line() {
                Some(Ok(line)) => line,
                Some(Err(error)) => return Some(Err(error)),
                None if self.ended => return self.dispatch(false),
                None => return None,
            };
            if !line.is_empty() {
                self.field(line);
            } else if let Some(event) = self.dispatch(true) {
                return Some(event);
            }
        }
    }

    /// The bytes buffered for an incomplete event: never more than the largest event.
    ///
    /// ```
    /// use venice_ai::stream::sse::SseDecoder;
    ///
    /// let mut decoder = SseDecoder::new();
    /// decoder.push("data: half".into());
    /// assert!(decoder.next_event().is_none());
    /// assert_eq!(decoder.buffered_bytes(), 10);
    /// ```
    pub fn buffered_bytes(&self) -> usize {
        self.line.len() + self.fields.len()
    }

    /// The value of the last `id` field, of this event or an earlier one.
    ///
    /// ```
    /// use venice_ai::stream::sse::SseDecoder;
    ///
    /// let mut decoder = SseDecoder::new();
    /// decoder.push("id: 7\ndata: x\n\n".into());
    /// assert!(decoder.next_event().is_some());
    /// assert_eq!(decoder.last_event_id(), Some("7"));
    /// ```
    pub fn last_event_id(&self) -> Option<&str> {
        self.last_event_id.as_deref().map(valid_str)
    }

    /// The reconnection time requested by the server (field `retry`, in milliseconds).
    ///
    /// ```
    /// use venice_ai::stream::sse::SseDecoder;
    /// use std::time::Duration;
    ///
    /// let mut decoder = SseDecoder::new();
    /// decoder.push("retry: 1500\n\n".into());
    /// assert!(decoder.next_event().is_none());
    /// assert_eq!(decoder.retry(), Some(Duration::from_millis(1500)));
    /// ```
    pub fn retry(&self) -> Option<Duration> {
        self.retry
    }

    fn strip_byte_order_mark(&mut self, chunk: &mut Bytes) {
        while let (Some(expected), Some(found)) = (BYTE_ORDER_MARK.get(self.mark), chunk.first()) {
            if expected != found {
                // The possible start of a mark is the start of a line.
                self.line.extend(BYTE_ORDER_MARK.iter().take(self.mark));
                self.mark = BYTE_ORDER_MARK.len();
                return;
            }
            self.mark += 1;
            chunk.advance(1);
        }
    }

    /// The next line without its end. At the end of the stream, the rest counts as a line.
    fn next_line(&mut self) -> Option<Result<Bytes, SseError>> {
        self.skip_lf_after_cr();
        let end = memchr::memchr2(b'\n', b'\r', &self.chunk);
        let size = self.line.len() + end.unwrap_or(self.chunk.len());
        if self.fields.len() + size > self.max_event_bytes {
            return Some(Err(self.too_large()));
        }
        if let Some(end) = end {
            let rest = self.chunk.split_to(end);
            self.end_line();
            if self.line.is_empty() {
                return Some(Ok(rest));
            }
            self.line.extend_from_slice(&rest);
        } else {
            self.line.extend_from_slice(&self.chunk);
            self.chunk.clear();
            if !self.ended || self.line.is_empty() {
                return None;
            }
        }
        Some(Ok(self.line.split().freeze()))
    }

    /// Drops the current event. The rest of the current line is left to [`skip_line`](Self::skip_line).
    fn too_large(&mut self) -> SseError {
        self.fields = Fields::default();
        self.line = BytesMut::new();
        self.skip = Skip::InLine;
        SseError::TooLarge { limit: self.max_event_bytes }
    }

    fn skip_line(&mut self) -> Option<()> {
        self.skip_lf_after_cr();
        let Some(end) = memchr::memchr2(b'\n', b'\r', &self.chunk) else {
            if !self.chunk.is_empty() {
                self.skip = Skip::InLine;
                self.chunk.clear();
            }
            return None;
        };
        let is_blank = end == 0 && self.skip == Skip::AtLineStart;
        self.skip = if is_blank { Skip::No } else { Skip::AtLineStart };
        self.chunk.advance(end);
        self.end_line();
        Some(())
    }

    fn skip_lf_after_cr(&mut self) {
        if self.after_cr && !self.chunk.is_empty() {
            self.after_cr = false;
            if self.chunk.first() == Some(&b'\n') {
                self.chunk.advance(1);
            }
        }
    }

    fn end_line(&mut self) {
        self.after_cr = self.chunk.first() == Some(&b'\r');
        self.chunk.advance(1);
    }

    fn field(&mut self, mut line: Bytes) {
        let colon = if line.starts_with(b"data:") { Some(4) } else { memchr::memchr(b':', &line) };
        let name = line.split_to(colon.unwrap_or(line.len()));
        let mut value = line;
        if value.first() == Some(&b':') {
            value.advance(1);
        }
        if value.first() == Some(&b' ') {
            value.advance(1);
        }
        match &name[..] {
            b"data" => self.fields.data.push(value),
            b"event" if is_utf8(&value) => self.fields.name = Some(value),
            b"id" if value.contains(&0) => {}
            b"id" if is_utf8(&value) => self.last_event_id = Some(Bytes::copy_from_slice(&value)),
            b"event" | b"id" => self.fields.invalid = true,
            b"retry" => self.retry = milliseconds(&value).or(self.retry),
            _ => {}
        }
    }

    fn dispatch(&mut self, is_complete: bool) -> Option<Result<SseEvent, SseError>> {
        let fields = std::mem::take(&mut self.fields);
        if fields.invalid {
            return Some(Err(SseError::InvalidUtf8));
        }
        let data = match fields.data {
            Data::None => return None,
            Data::One(line) => line,
            Data::Joined(lines) => lines.freeze(),
        };
        if !is_utf8(&data) {
            return Some(Err(SseError::InvalidUtf8));
        }
        Some(Ok(SseEvent { name: fields.name, data, is_complete }))
    }
}

/// Only sizes: contents are not for logs.
impl fmt::Debug for SseDecoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SseDecoder")
            .field("unread_bytes", &self.chunk.len())
            .field("buffered_bytes", &self.buffered_bytes())
            .field("max_event_bytes", &self.max_event_bytes)
            .field("ended", &self.ended)
            .finish_non_exhaustive()
    }
}

impl Fields {
    fn len(&self) -> usize {
        let data = match &self.data {
            Data::None => 0,
            Data::One(line) => line.len(),
            Data::Joined(lines) => lines.len(),
        };
        data + self.name.as_ref().map_or(0, Bytes::len)
    }
}

impl Data {
    fn push(&mut self, line: Bytes) {
        match self {
            Data::None => *self = Data::One(line),
            Data::One(first) => {
                let mut lines = BytesMut::with_capacity(first.len() + 1 + line.len());
                lines.extend_from_slice(first);
                append_line(&mut lines, &line);
                *self = Data::Joined(lines);
            }
            Data::Joined(lines) => append_line(lines, &line),
        }
    }
}

fn append_line(lines: &mut BytesMut, line: &[u8]) {
    lines.extend_from_slice(b"\n");
    lines.extend_from_slice(line);
}

fn is_utf8(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok()
}

/// For bytes that were checked when they were stored. The second check is the price of `forbid(unsafe_code)`.
fn valid_str(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or_default()
}

fn milliseconds(value: &[u8]) -> Option<Duration> {
    let is_digits = !value.is_empty() && value.iter().all(u8::is_ascii_digit);
    let number = is_digits.then(|| valid_str(value).parse().ok()).flatten()?;
    Some(Duration::from_millis(number))
}

/// One event. All of it is valid UTF-8.
///
/// ```
/// use venice_ai::stream::sse::SseDecoder;
///
/// let mut decoder = SseDecoder::new();
/// decoder.push("event: error\ndata: one\ndata: two\n\n".into());
/// let event = decoder.next_event().expect("one event")?;
/// assert_eq!(event.name(), "error");
/// assert_eq!(event.data(), "one\ntwo");
/// assert_eq!(event.data_bytes().len(), 7);
/// assert!(event.is_complete());
/// # Ok::<(), venice_ai::stream::sse::SseError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SseEvent {
    name: Option<Bytes>,
    data: Bytes,
    is_complete: bool,
}

impl SseEvent {
    /// The value of the `event` field, `message` if there was none or an empty one.
    pub fn name(&self) -> &str {
        match self.name.as_deref() {
            None | Some([]) => "message",
            Some(name) => valid_str(name),
        }
    }

    /// The values of the `data` fields, joined with line feeds. Can be empty: `data:` alone is an event too.
    pub fn data(&self) -> &str {
        valid_str(&self.data)
    }

    /// [`data`](Self::data) as bytes: free, while `data` checks the UTF-8 again.
    pub fn data_bytes(&self) -> &Bytes {
        &self.data
    }

    /// False for an event without its final blank line at the end of the stream. Its last line may be truncated.
    pub fn is_complete(&self) -> bool {
        self.is_complete
    }
}

/// Why an event could not be decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SseError {
    /// The event is not valid UTF-8.
    InvalidUtf8,
    /// The event is larger than the decoder accepts.
    TooLarge {
        /// The largest size accepted, in bytes.
        limit: usize,
    },
}

impl fmt::Display for SseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidUtf8 => f.write_str("an event of the stream is not valid UTF-8"),
            Self::TooLarge { limit } => write!(f, "an event of the stream is larger than {limit} bytes"),
        }
    }
}

impl std::error::Error for SseError {}
