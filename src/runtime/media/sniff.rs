//! Media-type detection by magic bytes and file extensions.

/// The bytes of a file that are checked.
pub(crate) const HEAD_BYTES: usize = 512;

/// The media type of a file: by its first bytes, or else by its extension.
///
/// Some formats are containers whose bytes do not show what is inside. There the extension decides, if its format uses that container.
pub(crate) fn media_type(head: &[u8], name: &str) -> Option<&'static str> {
    let ending = by_ending(name);
    let Some(found) = by_content(head) else { return ending };
    let inside: &[&str] = match found {
        "video/mp4" => &["audio/mp4", "video/quicktime"],
        "video/webm" => &["audio/webm", "video/x-matroska"],
        "audio/ogg" => &["video/ogg"],
        "application/zip" => &[DOCX, PPTX, XLSX, EPUB],
        OLE => &[XLS],
        _ => &[],
    };
    Some(ending.filter(|ending| inside.contains(ending)).unwrap_or(found))
}

/// The container of the older office formats.
pub(crate) const OLE: &str = "application/x-ole-storage";
pub(crate) const XLS: &str = "application/vnd.ms-excel";
pub(crate) const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
pub(crate) const PPTX: &str = "application/vnd.openxmlformats-officedocument.presentationml.presentation";
pub(crate) const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
pub(crate) const EPUB: &str = "application/epub+zip";

fn by_content(head: &[u8]) -> Option<&'static str> {
    let at = |offset: usize, bytes: &[u8]| head.get(offset..).is_some_and(|rest| rest.starts_with(bytes));
    let media = match head {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1A, b'\n', ..] => "image/png",
        [0xFF, 0xD8, 0xFF, ..] => "image/jpeg",
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => "image/gif",
        [b'R', b'I', b'F', b'F', ..] if at(8, b"WEBP") => "image/webp",
        [b'R', b'I', b'F', b'F', ..] if at(8, b"WAVE") => "audio/wav",
        [b'B', b'M', ..] if at(6, &[0; 4]) => "image/bmp",
        [b'I', b'I', 42, 0, ..] | [b'M', b'M', 0, 42, ..] => "image/tiff",
        [b'F', b'O', b'R', b'M', ..] if at(8, b"AIFF") || at(8, b"AIFC") => "audio/aiff",
        [b'f', b'L', b'a', b'C', ..] => "audio/flac",
        [b'O', b'g', b'g', b'S', ..] => "audio/ogg",
        [b'I', b'D', b'3', ..] => "audio/mpeg",
        // An MPEG audio frame: eleven bits set, then the version and the layer. Layer "0" is AAC.
        [0xFF, second, ..] if second & 0xF6 == 0xF0 => "audio/aac",
        [0xFF, second, ..] if second & 0xE6 == 0xE2 && second & 0x18 != 0x08 => "audio/mpeg",
        [b'%', b'P', b'D', b'F', b'-', ..] => "application/pdf",
        [b'P', b'K', 3, 4, ..] if at(30, b"mimetypeapplication/epub+zip") => EPUB,
        [b'P', b'K', 3, 4, ..] => "application/zip",
        [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, ..] => OLE,
        // MPEG: a pack of a program stream, or a sequence of pictures.
        [0, 0, 1, 0xBA | 0xB3, ..] => "video/mpeg",
        [0x1A, 0x45, 0xDF, 0xA3, ..] if contains(head, b"webm") => "video/webm",
        [0x1A, 0x45, 0xDF, 0xA3, ..] => "video/x-matroska",
        _ if at(4, b"ftyp") => by_brand(head.get(8..12)?),
        _ => return None,
    };
    Some(media)
}

/// The brand of a file in the format of ISO 14496-12.
fn by_brand(brand: &[u8]) -> &'static str {
    match brand {
        b"avif" | b"avis" => "image/avif",
        b"heic" | b"heix" | b"hevc" | b"heim" | b"heis" => "image/heic",
        b"mif1" | b"msf1" => "image/heif",
        b"M4A " | b"M4B " | b"M4P " => "audio/mp4",
        b"qt  " => "video/quicktime",
        _ => "video/mp4",
    }
}

fn contains(head: &[u8], word: &[u8]) -> bool {
    head.windows(word.len()).take(64).any(|window| window == word)
}

fn by_ending(name: &str) -> Option<&'static str> {
    let ending = name.rsplit_once('.')?.1.to_ascii_lowercase();
    Some(match &*ending {
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "bmp" => "image/bmp",
        "tif" | "tiff" => "image/tiff",
        "avif" => "image/avif",
        "heic" => "image/heic",
        "heif" => "image/heif",
        "svg" => "image/svg+xml",
        "wav" | "wave" => "audio/wav",
        "mp3" | "mpga" => "audio/mpeg",
        "m4a" => "audio/mp4",
        "aif" | "aiff" | "aifc" => "audio/aiff",
        "aac" => "audio/aac",
        "flac" => "audio/flac",
        "ogg" | "oga" | "opus" => "audio/ogg",
        "weba" => "audio/webm",
        "mp4" | "m4v" => "video/mp4",
        "mov" => "video/quicktime",
        "webm" => "video/webm",
        "mpg" | "mpeg" => "video/mpeg",
        "mkv" => "video/x-matroska",
        "ogv" => "video/ogg",
        "pdf" => "application/pdf",
        "epub" => EPUB,
        "docx" => DOCX,
        "pptx" => PPTX,
        "xlsx" => XLSX,
        "xls" => XLS,
        "zip" => "application/zip",
        "txt" | "text" | "log" => "text/plain",
        "md" | "markdown" => "text/markdown",
        "csv" => "text/csv",
        "tsv" => "text/tab-separated-values",
        "html" | "htm" => "text/html",
        "xml" => "application/xml",
        "json" => "application/json",
        "yaml" | "yml" => "application/yaml",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contents_take_precedence_over_names() {
        let cases: [(&[u8], &str, Option<&str>); 32] = [
            (b"\x89PNG\r\n\x1a\n\0\0", "photo.jpg", Some("image/png")),
            (b"\xff\xd8\xff\xe0", "photo", Some("image/jpeg")),
            (b"GIF89a", "x", Some("image/gif")),
            (b"RIFF\x10\0\0\0WEBPVP8 ", "x.wav", Some("image/webp")),
            (b"RIFF\x10\0\0\0WAVEfmt ", "x", Some("audio/wav")),
            (b"BM\x10\0\0\0\0\0\0\0", "x", Some("image/bmp")),
            (b"BMW builds cars", "x.txt", Some("text/plain")),
            (b"II*\0", "x", Some("image/tiff")),
            (b"FORM\0\0\0\0AIFFCOMM", "x", Some("audio/aiff")),
            (b"FORM\0\0\0\0AIFCFVER", "x", Some("audio/aiff")),
            (b"\0\0\x01\xba\x44", "x", Some("video/mpeg")),
            (b"\0\0\x01\xb3\x14", "x", Some("video/mpeg")),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0", "budget.xls", Some(XLS)),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0", "letter.doc", Some(OLE)),
            (b"fLaC", "x", Some("audio/flac")),
            (b"OggS", "x.opus", Some("audio/ogg")),
            (b"OggS", "x.ogv", Some("video/ogg")),
            (b"ID3\x04", "x", Some("audio/mpeg")),
            (b"\xff\xfb\x90", "x", Some("audio/mpeg")),
            (b"\xff\xf3\x90", "x", Some("audio/mpeg")),
            (b"\xff\xf1\x50", "x", Some("audio/aac")),
            (b"\xff\xfe\xfd", "x", None),
            (b"%PDF-1.7", "x", Some("application/pdf")),
            (b"PK\x03\x04", "x.docx", Some(DOCX)),
            (b"PK\x03\x04", "x.jar", Some("application/zip")),
            (b"\x1a\x45\xdf\xa3\x01\x42\x82\x84webm", "x", Some("video/webm")),
            (b"\x1a\x45\xdf\xa3\x01\x42\x82\x84webm", "x.weba", Some("audio/webm")),
            (b"\0\0\0\x20ftypM4A ", "x", Some("audio/mp4")),
            (b"\0\0\0\x20ftypisom", "voice.m4a", Some("audio/mp4")),
            (b"\0\0\0\x20ftypavif", "x", Some("image/avif")),
            (b"plain words", "notes.MD", Some("text/markdown")),
            (b"", "nothing", None),
        ];
        for (head, name, media) in cases {
            assert_eq!(media_type(head, name), media, "{name} {head:?}");
        }
    }

    #[test]
    fn a_short_file_does_not_panic() {
        for whole in [&b"\0\0\0\x20ftypavif"[..], b"RIFF\x10\0\0\0WAVE", b"\xff\xd8\xff", b"PK\x03\x04"] {
            for end in 0..whole.len() {
                let _ = media_type(&whole[..end], "x");
            }
        }
    }
}
