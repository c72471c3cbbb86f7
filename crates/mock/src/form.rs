//! `Parts`: a parser of multipart forms (RFC 7578) in memory.

use bytes::Bytes;
use memchr::memmem;

use super::encoding::percent_decoded;

/// A file of a form, as received by a [`MockVenice`](super::MockVenice): see [`MockRequest::files`](super::MockRequest::files).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FilePart {
    /// The name of the field, such as `file`.
    pub field: String,
    /// The name of the file, if the part has one.
    pub file_name: Option<String>,
    /// The media type of the part, if it has one.
    pub media: Option<String>,
    /// The content.
    pub bytes: Bytes,
}

/// The parts of a form.
#[derive(Debug, Default)]
pub(super) struct Parts {
    /// Names and values, in order.
    pub(super) texts: Vec<(String, String)>,
    pub(super) files: Vec<FilePart>,
}

/// Parses a body. `media` is its content type, which has the boundary.
pub(super) fn parts(media: &str, body: &Bytes) -> Result<Parts, &'static str> {
    let boundary = parameter(media, "boundary").filter(|boundary| !boundary.is_empty()).ok_or("it has no boundary")?;
    let delimiter = format!("\r\n--{boundary}");
    let mut found = Parts::default();
    // The first delimiter may be at the start, without a line break before it.
    let mut at = match delimiter.as_bytes().get(2..) {
        Some(first) if body.starts_with(first) => first.len(),
        _ => find(body, 0, delimiter.as_bytes()).ok_or("its boundary is missing")? + delimiter.len(),
    };
    loop {
        let rest = body.get(at..).unwrap_or_default();
        if rest.starts_with(b"--") {
            return Ok(found);
        }
        let padding = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        if rest.get(padding..padding + 2) != Some(b"\r\n") {
            return Err("a boundary does not end its line");
        }
        // The line break is kept: it ends the header of a part without one.
        let from = at + padding;
        let end = find(body, from, delimiter.as_bytes()).ok_or("the last boundary is missing")?;
        // If the content is empty, the line break before the boundary ends the header too.
        let head_end = find(body, from, b"\r\n\r\n").filter(|head_end| head_end + 2 <= end);
        let head_end = head_end.ok_or("a part has no end of its header")?;
        let content = body.slice((head_end + 4).min(end)..end);
        add(&mut found, body.get(from..head_end).unwrap_or_default(), content)?;
        at = end + delimiter.len();
    }
}

fn find(body: &Bytes, from: usize, wanted: &[u8]) -> Option<usize> {
    memmem::find(body.get(from..)?, wanted).map(|position| from + position)
}

fn add(parts: &mut Parts, head: &[u8], content: Bytes) -> Result<(), &'static str> {
    let head = std::str::from_utf8(head).map_err(|_| "the header of a part is not UTF-8")?;
    let header = |wanted: &str| {
        let mut lines = head.split("\r\n").filter_map(|line| line.split_once(':'));
        lines.find(|(name, _)| name.trim().eq_ignore_ascii_case(wanted)).map(|(_, value)| value.trim())
    };
    let disposition = header("content-disposition").ok_or("a part has no Content-Disposition")?;
    let field = parameter(disposition, "name").ok_or("a part has no name")?;
    let file_name = parameter(disposition, "filename");
    let media = header("content-type");
    // Clients mark a file by its name. Bytes of a type that is not text are a file too.
    if file_name.is_some() || media.is_some_and(|media| !media.to_ascii_lowercase().starts_with("text/plain")) {
        parts.files.push(FilePart { field, file_name, media: media.map(str::to_owned), bytes: content });
    } else {
        let text = std::str::from_utf8(&content).map_err(|_| "a text is not UTF-8")?;
        parts.texts.push((field, text.to_owned()));
    }
    Ok(())
}

/// A parameter of a header such as `form-data; name="file"; filename*=utf-8''caf%C3%A9.png`. The form with the star wins.
fn parameter(header: &str, wanted: &str) -> Option<String> {
    let mut plain = None;
    let mut rest = header.split_once(';')?.1;
    loop {
        let (name, after) = rest.split_once('=')?;
        let name = name.trim().trim_start_matches(';').trim();
        let (value, after) = value(after);
        let is_wanted = |name: &str| name.eq_ignore_ascii_case(wanted);
        if name.strip_suffix('*').is_some_and(is_wanted) {
            let encoded = value.splitn(3, '\'').nth(2).unwrap_or(&value);
            return Some(percent_decoded(encoded));
        }
        if is_wanted(name) && plain.is_none() {
            // HTML's escapes of characters that would end the name.
            plain = Some(value.replace("%22", "\"").replace("%0D", "\r").replace("%0A", "\n"));
        }
        if after.is_empty() {
            return plain;
        }
        rest = after;
    }
}

/// The value at the start, quoted or not, and what follows its semicolon.
fn value(text: &str) -> (String, &str) {
    let text = text.trim_start();
    let Some(quoted) = text.strip_prefix('"') else {
        let (value, rest) = text.split_once(';').unwrap_or((text, ""));
        return (value.trim().to_owned(), rest);
    };
    let mut value = String::new();
    let mut characters = quoted.char_indices();
    while let Some((index, character)) = characters.next() {
        match character {
            '"' => {
                let rest = quoted.get(index + 1..).unwrap_or_default();
                return (value, rest.split_once(';').map_or("", |(_, rest)| rest));
            }
            '\\' => value.extend(characters.next().map(|(_, escaped)| escaped)),
            other => value.push(other),
        }
    }
    (value, "")
}

#[cfg(test)]
mod tests;
