//! `FileLimits`: what an operation accepts of a file, checked before it is sent.

use super::data_url::{DataUrl, is_web_url};
use super::{FileInput, Upload, base64, pixels, sniff};
use crate::runtime::error::Error;
use crate::runtime::meta::essence_of;
use crate::runtime::validation::ValidationError;

/// The limits of a file. By default every file is accepted that is not empty.
///
/// What cannot be determined from the head of a file is left to the API: the size of an unknown image format, the type of a file without a
/// known signature or extension, the length of a reader.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FileLimits {
    most_bytes: Option<u64>,
    media: &'static [&'static str],
    image: Option<ImageLimits>,
}

/// The length of text that shows whether it is base64.
const ENOUGH_TO_TELL: usize = 256;

/// The limits of an image's size.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ImageLimits {
    /// Width times height.
    pub(crate) pixels: (u64, u64),
    /// Of width and height.
    pub(crate) least_side: u32,
}

impl FileLimits {
    pub(crate) const fn new() -> Self {
        Self { most_bytes: None, media: &[], image: None }
    }

    /// The largest size in bytes. Base64 is measured decoded.
    pub(crate) const fn most_bytes(mut self, bytes: u64) -> Self {
        self.most_bytes = Some(bytes);
        self
    }

    /// The accepted media types, such as `audio/wav`, or `image/*` for all of a kind.
    pub(crate) const fn media(mut self, types: &'static [&'static str]) -> Self {
        self.media = types;
        self
    }

    /// The limits of an image's size.
    pub(crate) const fn image(mut self, limits: ImageLimits) -> Self {
        self.image = Some(limits);
        self
    }

    /// Lowers the largest number of pixels.
    pub(crate) const fn most_pixels(mut self, most: u64) -> Self {
        if let Some(image) = &mut self.image {
            image.pixels.1 = most;
        }
        self
    }

    fn head_bytes(&self) -> usize {
        if self.image.is_some() { pixels::HEAD_BYTES } else { sniff::HEAD_BYTES }
    }

    fn size(&self, bytes: u64) -> Result<(), String> {
        match self.most_bytes {
            _ if bytes == 0 => Err("is empty".to_owned()),
            Some(most) if bytes > most => Err(format!("has {bytes} bytes, at most {most} are allowed")),
            _ => Ok(()),
        }
    }

    pub(crate) fn media_type(&self, media: &str) -> Result<(), String> {
        let essence = essence_of(media);
        let fits = |taken: &&str| match taken.strip_suffix('*') {
            Some(kind) => essence.starts_with(kind),
            None => *taken == essence,
        };
        // An unknown type may be an accepted one.
        if self.media.is_empty() || essence == "application/octet-stream" || self.media.iter().any(fits) {
            return Ok(());
        }
        Err(format!("is {essence}, which is not one of {}", self.media.join(", ")))
    }

    fn pixels(&self, head: &[u8]) -> Result<(), String> {
        let Some((limits, (width, height))) = self.image.zip(pixels::size(head)) else { return Ok(()) };
        let (least, most) = limits.pixels;
        let all = u64::from(width) * u64::from(height);
        let image = format!("is an image of {width} x {height} pixels");
        if all < least {
            return Err(format!("{image}, which is {all}; at least {least} are needed"));
        }
        if all > most {
            return Err(format!("{image}, which is {all}; at most {most} are allowed"));
        }
        if width.min(height) < limits.least_side {
            return Err(format!("{image}; each side must have at least {}", limits.least_side));
        }
        Ok(())
    }

    /// Checks a file by its length, its media type and its first bytes.
    pub(crate) fn file(&self, length: Option<u64>, media: &str, head: &[u8]) -> Result<(), String> {
        length.map_or(Ok(()), |length| self.size(length))?;
        self.media_type(media)?;
        self.pixels(head)
    }

    /// Checks a text: a URL is accepted, base64 is checked by its size and its first bytes.
    pub(crate) fn text(&self, text: &str) -> Result<(), String> {
        if is_web_url(text) {
            return Ok(());
        }
        let base64 = match DataUrl::read(text) {
            Some(url) if url.is_base64 && !url.data.contains('%') => url.data,
            // Percent-encoded, which is unusual for images and audio.
            Some(_) => return Ok(()),
            None => text,
        };
        let odd = |byte: &u8| !is_digit(byte) && !byte.is_ascii_whitespace() && *byte != b'=';
        if base64.as_bytes().iter().take(ENOUGH_TO_TELL).any(odd) {
            return Err("is neither a URL, nor a data: URL, nor base64; use Upload::path for a file on disk".to_owned());
        }
        self.size(base64_bytes(base64, self.most_bytes))?;
        let head = base64::head(base64, self.head_bytes());
        sniff::media_type(&head, "").map_or(Ok(()), |media| self.media_type(media))?;
        self.pixels(&head)
    }

    async fn upload(&self, field: &str, upload: &Upload) -> Result<Result<(), String>, Error> {
        let (head, length) = upload.peek(field, self.head_bytes()).await?;
        Ok(self.file(length, &upload.media_type(&head), &head))
    }
}

/// The decoded length of a base64 text. One that is too short for `most` is not counted to its end.
fn base64_bytes(text: &str, most: Option<u64>) -> u64 {
    let fits = most.is_none_or(|most| text.len() as u64 / 4 * 3 + 3 <= most);
    let digits = text.bytes().filter(is_digit);
    let digits = if fits { digits.take(4).count() } else { digits.count() } as u64;
    digits / 4 * 3 + digits % 4 * 3 / 4
}

fn is_digit(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+/-_".contains(byte)
}

/// A file check that runs when the call is sent, as it takes time.
pub(crate) struct FileCheck {
    pub(crate) field: String,
    pub(crate) upload: Upload,
    pub(crate) limits: FileLimits,
}

/// Checks the files of a call and reports all findings.
pub(crate) async fn check(files: &[FileCheck]) -> Result<(), Error> {
    let mut findings = Vec::new();
    for FileCheck { field, upload, limits } in files {
        if let Err(problem) = limits.upload(field, upload).await? {
            findings.push(ValidationError::new(field.as_str(), problem));
        }
    }
    ValidationError::all(findings).map_err(Error::validation)
}

/// A file of a request.
pub(crate) enum FileRef<'a> {
    Text(&'a str),
    Upload(&'a Upload),
}

impl<'a> From<&'a Upload> for FileRef<'a> {
    fn from(upload: &'a Upload) -> Self {
        Self::Upload(upload)
    }
}

impl<'a> From<&'a FileInput> for FileRef<'a> {
    fn from(input: &'a FileInput) -> Self {
        match input {
            FileInput::Text(text) => Self::Text(text),
            FileInput::Upload(upload) => Self::Upload(upload),
        }
    }
}

impl<'a> From<&'a String> for FileRef<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<&'a str> for FileRef<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

/// The files of a request, each with the path of its field and its limits.
pub(crate) type FoundFiles<'f> = Vec<(String, FileRef<'f>, FileLimits)>;

/// A request, or a part of one, with files that have limits.
pub(crate) trait Files {
    /// Adds its files. `place` prefixes the names of its fields: empty, or a path with a dot at its end.
    fn find<'f>(&'f self, place: &str, found: &mut FoundFiles<'f>);
}

impl<T: Files> Files for Option<T> {
    fn find<'f>(&'f self, place: &str, found: &mut FoundFiles<'f>) {
        self.iter().for_each(|part| part.find(place, found));
    }
}

impl<T: Files> Files for Vec<T> {
    fn find<'f>(&'f self, place: &str, found: &mut FoundFiles<'f>) {
        let list = place.strip_suffix('.').unwrap_or(place);
        self.iter().enumerate().for_each(|(n, part)| part.find(&format!("{list}[{n}]."), found));
    }
}

/// A field that is or may be a file, or a list of them.
pub(crate) trait FileField {
    /// Adds its files.
    fn find<'f>(&'f self, field: String, limits: FileLimits, found: &mut FoundFiles<'f>);
}

macro_rules! file_fields {
    ($($file:ty),*) => {$(
        impl FileField for $file {
            fn find<'f>(&'f self, field: String, limits: FileLimits, found: &mut FoundFiles<'f>) {
                found.push((field, self.into(), limits));
            }
        }
    )*};
}
file_fields!(FileInput, Upload, String);

impl<T: FileField> FileField for Option<T> {
    fn find<'f>(&'f self, field: String, limits: FileLimits, found: &mut FoundFiles<'f>) {
        if let Some(file) = self {
            file.find(field, limits, found);
        }
    }
}

impl<T: FileField> FileField for Vec<T> {
    fn find<'f>(&'f self, field: String, limits: FileLimits, found: &mut FoundFiles<'f>) {
        self.iter().enumerate().for_each(|(n, file)| file.find(format!("{field}[{n}]"), limits, found));
    }
}

#[cfg(test)]
mod tests;
