//! The kinds of media, and what the API takes of each.

use super::document;
use crate::api::generated::types::{AudioFormat, AudioPart, ContentPart, FileData, FilePart, InputAudio};
use crate::runtime::error::Error;
use crate::runtime::media::FileInput;
use crate::runtime::media::Upload;
use crate::runtime::media::data_url::{DataUrl, is_data_url, is_web_url};
use crate::runtime::media::limits::{FileLimits, ImageLimits};
use crate::runtime::media::{WholeFile, base64, sniff};
use crate::runtime::meta::essence_of;
use crate::runtime::validation::ValidationError;

/// A kind of media in a message.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    Image,
    Video,
    /// With the format that the caller names.
    Audio(Option<AudioFormat>),
    File,
}

const SIZED: FileLimits = FileLimits::new().most_bytes(Upload::DATA_URL_MAX_BYTES);

const IMAGE: FileLimits = SIZED
    .media(&[
        "image/png",
        "image/jpeg",
        "image/gif",
        "image/webp",
        "image/bmp",
        "image/tiff",
        "image/avif",
        "image/heic",
        "image/heif",
    ])
    .image(ImageLimits { pixels: (0, u64::MAX), least_side: 64 });

const VIDEO: FileLimits = SIZED.media(&["video/mp4", "video/mpeg", "video/quicktime", "video/webm"]);

/// What nobody knows.
const UNKNOWN: &str = "application/octet-stream";

/// Reads a part that stands alone.
pub(super) async fn part(kind: &Kind, input: FileInput) -> Result<ContentPart, Error> {
    read(kind, "", &input).await?.map_err(Error::validation)
}

/// Reads a part. `place` is where it stands in its message, for what is said about it.
pub(super) async fn read(
    kind: &Kind,
    place: &str,
    input: &FileInput,
) -> Result<Result<ContentPart, ValidationError>, Error> {
    let field = format!("{place}{}", kind.member());
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
    /// The member of a part that holds the media.
    #[inline]
    fn member(&self) -> &'static str {
        match self {
            Self::Image => "image_url.url",
            Self::Video => "video_url.url",
            Self::Audio(_) => "input_audio.data",
            Self::File => "file.file_data",
        }
    }

    /// The part that a file becomes.
    #[inline]
    fn of_file(&self, name: &str, mut file: WholeFile) -> Result<ContentPart, String> {
        let limits = match self {
            Self::Image => IMAGE,
            Self::Video => VIDEO,
            Self::Audio(_) | Self::File => SIZED,
        };
        limits.whole(&file)?;
        match self {
            Self::Image | Self::Video if file.media == UNKNOWN => {
                Err("is of no known type; where it is one, name it with `Upload::mime`".to_owned())
            }
            Self::Image => Ok(ContentPart::image_url(file.data_url())),
            Self::Video => Ok(ContentPart::video_url(file.data_url())),
            Self::Audio(format) => {
                let format = format_of(format.as_ref(), &file.media)?;
                Ok(ContentPart::input_audio(file.base64(), format))
            }
            Self::File => {
                if name.is_empty() {
                    return Err("has no name, whose ending would tell its format".to_owned());
                }
                file.media = document::media(&file.media, &file.bytes)?;
                Ok(ContentPart::file_url(name, file.data_url()))
            }
        }
    }

    /// The part that a text becomes: a URL as it stands, base64 with what it turns out to be.
    #[inline]
    fn of_text(&self, text: &str) -> Result<ContentPart, String> {
        if let Self::Audio(format) = self {
            return audio(format.as_ref(), text);
        }
        let url = if is_web_url(text) || is_data_url(text) { text.to_owned() } else { self.url_of_base64(text)? };
        let part = match self {
            Self::Image => ContentPart::image_url(url),
            Self::Video => ContentPart::video_url(url),
            Self::File | Self::Audio(_) => ContentPart::File(FilePart::new(document::named(url))),
        };
        check(&part).map_or(Ok(part), |(_, problem)| Err(problem))
    }

    /// Base64 says nothing about itself but by what it begins with.
    fn url_of_base64(&self, text: &str) -> Result<String, String> {
        SIZED.text(text)?;
        let media = sniff::media_type(&base64::head(text, sniff::HEAD_BYTES), "");
        let media = media.ok_or("is no URL, and base64 of no known type; a file on disk is an `Upload::path`")?;
        Ok(format!("data:{media};base64,{text}"))
    }
}

/// A sound from a text: base64, or a `data:` URL that holds it.
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

const NO_URL: &str = "is a URL, and the API fetches no sounds; send a file, bytes or base64";

/// What the API calls the format of a sound.
#[inline]
fn format_of(named: Option<&AudioFormat>, media: &str) -> Result<AudioFormat, String> {
    let found = match essence_of(media).as_str() {
        "audio/wav" | "audio/x-wav" | "audio/wave" | "audio/vnd.wave" => Some(AudioFormat::Wav),
        "audio/mpeg" | "audio/mp3" => Some(AudioFormat::Mp3),
        "audio/aiff" | "audio/x-aiff" => Some(AudioFormat::Aiff),
        "audio/aac" | "audio/x-aac" => Some(AudioFormat::Aac),
        "audio/ogg" | "audio/opus" | "application/ogg" => Some(AudioFormat::Ogg),
        "audio/flac" | "audio/x-flac" => Some(AudioFormat::Flac),
        "audio/mp4" | "audio/m4a" | "audio/x-m4a" => Some(AudioFormat::M4a),
        _ => None,
    };
    match (named, found) {
        // Samples may begin with anything.
        (Some(named @ (AudioFormat::Pcm16 | AudioFormat::Pcm24 | AudioFormat::Unknown(_))), _) => Ok(named.clone()),
        // A container of this kind may hold sound alone.
        (Some(AudioFormat::M4a), None) if media == "video/mp4" => Ok(AudioFormat::M4a),
        (Some(named), Some(found)) if *named != found => {
            Err(format!("is {}, and its format is said to be {}", found.as_str(), named.as_str()))
        }
        (Some(_), None) if media != UNKNOWN => Err(no_sound(media)),
        (Some(named), _) => Ok(named.clone()),
        (None, Some(found)) => Ok(found),
        (None, None) if media == UNKNOWN => {
            Err("is a sound whose format cannot be told; name it with `ContentPart::audio_as`".to_owned())
        }
        (None, None) => Err(no_sound(media)),
    }
}

fn no_sound(media: &str) -> String {
    format!("is {}, which is none of wav, mp3, aiff, aac, ogg, flac, m4a, pcm16, pcm24", essence_of(media))
}

/// What is wrong with the media of a part, however it was made, and the member that it is about.
#[inline]
pub(in crate::api::chat) fn check(part: &ContentPart) -> Option<(&'static str, String)> {
    let (kind, finding) = match part {
        ContentPart::ImageUrl(image) => (Kind::Image, of_url(&image.image_url.url, IMAGE)),
        ContentPart::VideoUrl(video) => (Kind::Video, of_url(&video.video_url.url, VIDEO)),
        ContentPart::File(FilePart { file, .. }) => (Kind::File, of_document(file)),
        ContentPart::InputAudio(AudioPart { input_audio, .. }) => (Kind::Audio(None), of_sound(input_audio)),
        ContentPart::Text(_) | ContentPart::Unknown(_) => return None,
    };
    finding.err().map(|problem| (kind.member(), problem))
}

#[inline]
fn of_url(url: &str, limits: FileLimits) -> Result<(), String> {
    if is_web_url(url) {
        return Ok(());
    }
    let Some(parts) = DataUrl::read(url) else {
        return Err("is neither an http or https URL nor a data: URL".to_owned());
    };
    parts.media.map_or(Ok(()), |media| limits.media_type(media))?;
    limits.text(url)
}

#[inline]
fn of_document(file: &FileData) -> Result<(), String> {
    of_url(&file.file_data, SIZED)?;
    let Some(url) = DataUrl::read(&file.file_data).filter(|url| url.is_base64) else { return Ok(()) };
    let head = base64::head(url.data, sniff::HEAD_BYTES);
    let declared = url.media.filter(|media| *media != UNKNOWN);
    let name = file.filename.as_deref().unwrap_or_default();
    let media = declared.or_else(|| sniff::media_type(&head, name)).unwrap_or(UNKNOWN);
    document::media(media, &head).map(drop)
}

#[inline]
fn of_sound(sound: &InputAudio) -> Result<(), String> {
    if is_web_url(&sound.data) {
        return Err(NO_URL.to_owned());
    }
    if is_data_url(&sound.data) {
        return Err("is a data: URL, and the API takes the base64 behind its comma alone".to_owned());
    }
    SIZED.text(&sound.data)?;
    // Without a word it is taken for a WAV.
    let named = sound.format.clone().unwrap_or(AudioFormat::Wav);
    let media = sniff::media_type(&base64::head(&sound.data, sniff::HEAD_BYTES), "").unwrap_or(UNKNOWN);
    format_of(Some(&named), media).map(drop)
}
