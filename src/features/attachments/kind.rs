//! `Kind`: images, audio, videos and documents, from files and texts to parts of a message.

use super::WholeFile;
use super::document::named;
use crate::api::chat::media::{
    AUDIO_FIELD, FILE_FIELD, IMAGE, IMAGE_FIELD, NO_URL, SIZED, UNKNOWN, VIDEO, VIDEO_FIELD, check, document_type,
    format_of,
};
use crate::api::generated::types::{AudioFormat, ContentPart, FilePart};
use crate::runtime::error::Error;
use crate::runtime::media::data_url::{DataUrl, is_data_url, is_web_url};
use crate::runtime::media::{FileInput, base64, sniff};
use crate::runtime::validation::ValidationError;

/// A kind of media in a message.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    Image,
    Video,
    /// With a format given by the caller.
    Audio(Option<AudioFormat>),
    File,
}

/// Reads a single part.
pub(super) async fn part(kind: &Kind, input: FileInput) -> Result<ContentPart, Error> {
    read(kind, "", &input).await?.map_err(Error::validation)
}

/// Reads a part. `place` is its path in the message, for errors.
pub(super) async fn read(
    kind: &Kind,
    place: &str,
    input: &FileInput,
) -> Result<Result<ContentPart, ValidationError>, Error> {
    let field = format!("{place}{}", kind.field());
    let part = match input {
        FileInput::Text(text) => kind.of_text(text),
        FileInput::Upload(upload) => {
            let file = upload.whole(&field).await?;
            file.and_then(|file| kind.of_file(upload.file_name(), file))
        }
    };
    Ok(part.map_err(|problem| ValidationError::new(field, problem)))
}

impl Kind {
    /// The field of the part that has the media.
    #[inline]
    fn field(&self) -> &'static str {
        match self {
            Self::Image => IMAGE_FIELD,
            Self::Video => VIDEO_FIELD,
            Self::Audio(_) => AUDIO_FIELD,
            Self::File => FILE_FIELD,
        }
    }

    /// The part from a file.
    #[inline]
    fn of_file(&self, name: &str, mut file: WholeFile) -> Result<ContentPart, String> {
        let limits = match self {
            Self::Image => IMAGE,
            Self::Video => VIDEO,
            Self::Audio(_) | Self::File => SIZED,
        };
        limits.file(Some(file.bytes.len() as u64), &file.media, &file.bytes)?;
        match self {
            Self::Image | Self::Video if file.media == UNKNOWN => {
                Err("is of an unknown type; if it is a supported one, set it with `Upload::mime`".to_owned())
            }
            Self::Image => Ok(ContentPart::image_url(file.data_url())),
            Self::Video => Ok(ContentPart::video_url(file.data_url())),
            Self::Audio(format) => {
                let format = format_of(format.as_ref(), &file.media)?;
                Ok(ContentPart::input_audio(file.base64(), format))
            }
            Self::File => {
                if name.is_empty() {
                    return Err("has no file name, whose extension determines its format".to_owned());
                }
                file.media = document_type(&file.media, &file.bytes)?;
                Ok(ContentPart::file_url(name, file.data_url()))
            }
        }
    }

    /// The part from a text: a URL unchanged, base64 with the type found in its content.
    #[inline]
    fn of_text(&self, text: &str) -> Result<ContentPart, String> {
        if let Self::Audio(format) = self {
            return audio(format.as_ref(), text);
        }
        let url = if is_web_url(text) || is_data_url(text) { text.to_owned() } else { self.url_of_base64(text)? };
        let part = match self {
            Self::Image => ContentPart::image_url(url),
            Self::Video => ContentPart::video_url(url),
            Self::File | Self::Audio(_) => ContentPart::File(FilePart::new(named(url))),
        };
        check(&part).map_or(Ok(part), |(_, problem)| Err(problem))
    }

    /// The type of base64 is only in its content.
    fn url_of_base64(&self, text: &str) -> Result<String, String> {
        SIZED.text(text)?;
        let media = sniff::media_type(&base64::head(text, sniff::HEAD_BYTES), "");
        let media =
            media.ok_or("is neither a URL nor base64 of a known type; use `Upload::path` for a file on disk")?;
        Ok(format!("data:{media};base64,{text}"))
    }
}

/// Audio from a text: base64, or a `data:` URL with it.
#[inline]
fn audio(format: Option<&AudioFormat>, text: &str) -> Result<ContentPart, String> {
    if is_web_url(text) {
        return Err(NO_URL.to_owned());
    }
    let url = DataUrl::read(text);
    if url.as_ref().is_some_and(|url| !url.is_base64) {
        return Err("is a data: URL without base64".to_owned());
    }
    let data = url.as_ref().map_or(text, |url| url.data);
    SIZED.text(data)?;
    let media = sniff::media_type(&base64::head(data, sniff::HEAD_BYTES), "");
    let media = media.or(url.and_then(|url| url.media)).unwrap_or(UNKNOWN);
    Ok(ContentPart::input_audio(data, format_of(format, media)?))
}
