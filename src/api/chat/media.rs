//! `check`: the API's limits of media in a message.

use crate::api::generated::types::{AudioFormat, AudioPart, ContentPart, FileData, FilePart, InputAudio};
use crate::runtime::media::data_url::{DataUrl, is_data_url, is_web_url};
use crate::runtime::media::limits::{FileLimits, ImageLimits};
use crate::runtime::media::sniff::{DOCX, EPUB, OLE, PPTX, XLS, XLSX};
use crate::runtime::media::{Upload, base64, sniff};
use crate::runtime::meta::essence_of;

/// The media fields of parts.
pub(crate) const IMAGE_FIELD: &str = "image_url.url";
pub(crate) const VIDEO_FIELD: &str = "video_url.url";
pub(crate) const AUDIO_FIELD: &str = "input_audio.data";
pub(crate) const FILE_FIELD: &str = "file.file_data";

pub(crate) const SIZED: FileLimits = FileLimits::new().most_bytes(Upload::DATA_URL_MAX_BYTES);

pub(crate) const IMAGE: FileLimits = SIZED
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

pub(crate) const VIDEO: FileLimits = SIZED.media(&["video/mp4", "video/mpeg", "video/quicktime", "video/webm"]);

/// The media type of unknown content.
pub(crate) const UNKNOWN: &str = "application/octet-stream";

pub(crate) const NO_URL: &str = "is a URL, and the API does not fetch audio; send a file, bytes or base64";

/// The API's name of an audio format.
#[inline]
pub(crate) fn format_of(named: Option<&AudioFormat>, media: &str) -> Result<AudioFormat, String> {
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
        // Raw samples may start with anything.
        (Some(named @ (AudioFormat::Pcm16 | AudioFormat::Pcm24 | AudioFormat::Unknown(_))), _) => Ok(named.clone()),
        // A container of this kind may have only audio.
        (Some(AudioFormat::M4a), None) if media == "video/mp4" => Ok(AudioFormat::M4a),
        (Some(named), Some(found)) if *named != found => {
            Err(format!("is {}, but its format is set to {}", found.as_str(), named.as_str()))
        }
        (Some(_), None) if media != UNKNOWN => Err(no_sound(media)),
        (Some(named), _) => Ok(named.clone()),
        (None, Some(found)) => Ok(found),
        (None, None) if media == UNKNOWN => {
            Err("is audio of an unknown format; set it with `ContentPart::audio_as`".to_owned())
        }
        (None, None) => Err(no_sound(media)),
    }
}

fn no_sound(media: &str) -> String {
    format!("is {}, which is not one of wav, mp3, aiff, aac, ogg, flac, m4a, pcm16, pcm24", essence_of(media))
}

/// The problem of a part's media, and the field.
#[inline]
pub(crate) fn check(part: &ContentPart) -> Option<(&'static str, String)> {
    let (field, finding) = match part {
        ContentPart::ImageUrl(image) => (IMAGE_FIELD, of_url(&image.image_url.url, IMAGE)),
        ContentPart::VideoUrl(video) => (VIDEO_FIELD, of_url(&video.video_url.url, VIDEO)),
        ContentPart::File(FilePart { file, .. }) => (FILE_FIELD, of_document(file)),
        ContentPart::InputAudio(AudioPart { input_audio, .. }) => (AUDIO_FIELD, of_sound(input_audio)),
        _ => return None,
    };
    finding.err().map(|problem| (field, problem))
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
    document_type(media, &head).map(drop)
}

#[inline]
fn of_sound(sound: &InputAudio) -> Result<(), String> {
    if is_web_url(&sound.data) {
        return Err(NO_URL.to_owned());
    }
    if is_data_url(&sound.data) {
        return Err("is a data: URL, and the API accepts only the base64 after its comma".to_owned());
    }
    SIZED.text(&sound.data)?;
    // The default format is WAV.
    let named = sound.format.clone().unwrap_or(AudioFormat::Wav);
    let media = sniff::media_type(&base64::head(&sound.data, sniff::HEAD_BYTES), "").unwrap_or(UNKNOWN);
    format_of(Some(&named), media).map(drop)
}

/// The media type of a document, or its problem.
pub(crate) fn document_type(media: &str, head: &[u8]) -> Result<String, String> {
    let essence = essence_of(media);
    if ["application/pdf", EPUB, DOCX, PPTX, XLSX, XLS].contains(&essence.as_str()) {
        return Ok(media.to_owned());
    }
    let is_other = ["image/", "audio/", "video/", "application/zip", OLE].iter().any(|kind| essence.starts_with(kind));
    if is_other || !is_text(head) {
        let what = if essence == "application/octet-stream" { "no text" } else { &essence };
        return Err(format!(
            "is {what}, not one of PDF, EPUB, DOCX, PPTX, XLSX, XLS and text (CSV, Markdown, JSON, code)"
        ));
    }
    // Source code has many extensions, and one type.
    Ok(if essence == "application/octet-stream" { "text/plain".to_owned() } else { media.to_owned() })
}

/// A text has no zero byte, unless it is UTF-16 or UTF-32 with a byte order mark.
fn is_text(head: &[u8]) -> bool {
    head.starts_with(&[0xFF, 0xFE]) || head.starts_with(&[0xFE, 0xFF]) || !head.contains(&0)
}
