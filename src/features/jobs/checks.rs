//! Checks of a video request beyond those of the API's document.

use crate::api::generated::types::{CameraKeyframe, QueueVideoRequest, VideoDuration};
use crate::runtime::media::data_url::{DataUrl, is_data_url};
use crate::runtime::url;
use crate::runtime::validation::ValidationError;

const MEGABYTE: usize = 1024 * 1024;
/// The most bytes of all media of a request.
const MOST_BYTES: usize = 35 * MEGABYTE;
/// The most bytes of the audio.
const MOST_AUDIO_BYTES: usize = 15 * MEGABYTE;

/// Returns all findings.
#[inline]
pub(super) fn check(request: &QueueVideoRequest) -> Result<(), ValidationError> {
    let media = media(request);
    let mut findings: Vec<ValidationError> = media
        .iter()
        .filter(|(_, url)| !is_media_url(url))
        .map(|(field, _)| ValidationError::new(field, "is neither an http(s) nor a `data:` URL"))
        .collect();
    if let Some(audio) = request.audio_url.as_deref().filter(|audio| bytes_within(audio) > MOST_AUDIO_BYTES) {
        let problem = format!("has about {} bytes, at most {MOST_AUDIO_BYTES} are allowed", bytes_within(audio));
        findings.push(ValidationError::new("audio_url", problem));
    }
    let total: usize = media.iter().map(|(_, url)| if is_data_url(url) { url.len() } else { 0 }).sum();
    if total > MOST_BYTES
        && let Some((largest, _)) = media.iter().max_by_key(|(_, url)| url.len())
    {
        let problem = format!(
            "and the other media have {total} bytes as `data:` URLs, at most about {MOST_BYTES} are allowed; a public URL counts \
             for nothing"
        );
        findings.push(ValidationError::new(largest.as_str(), problem));
    }
    let is_set = |list: &Option<Vec<String>>| list.as_ref().is_some_and(|list| !list.is_empty());
    let has_picture = request.image_url.is_some()
        || request.video_url.is_some()
        || is_set(&request.reference_image_urls)
        || is_set(&request.reference_video_urls);
    if is_set(&request.reference_audio_urls) && !has_picture {
        let problem = "needs a reference image or video beside it";
        findings.push(ValidationError::new("reference_audio_urls", problem));
    }
    if request.duration == Some(VideoDuration::ModelChoice) {
        let problem = "is a value of the list of models that the queue does not accept; leave it out";
        findings.push(ValidationError::new("duration", problem));
    }
    if let Some(path) = &request.camera_trajectory {
        findings.extend(camera(path));
        if request.image_url.is_none() {
            findings.push(ValidationError::new("camera_trajectory", "needs `image_url`, the first frame"));
        }
        if request.aspect_ratio.is_some() {
            findings.push(ValidationError::new(
                "aspect_ratio",
                "cannot be set with `camera_trajectory`, which keeps the ratio of the image",
            ));
        }
    }
    ValidationError::all(findings)
}

/// The most turns around the subject.
const MOST_TURNS: f64 = 32.0;

fn camera(path: &[CameraKeyframe]) -> Option<ValidationError> {
    let pairs = || path.iter().zip(path.iter().skip(1)).enumerate();
    if let Some((index, _)) = pairs().find(|(_, (before, after))| after.time <= before.time) {
        let field = format!("camera_trajectory[{}].time", index + 1);
        return Some(ValidationError::new(field, "is not later than the one before"));
    }
    let degrees: f64 = pairs().map(|(_, (before, after))| (after.azimuth - before.azimuth).abs()).sum();
    let problem = || format!("turns {:.1} times around, at most {MOST_TURNS} are allowed", degrees / 360.0);
    (degrees > MOST_TURNS * 360.0).then(|| ValidationError::new("camera_trajectory", problem()))
}

/// All media, each with the path of its field.
#[inline]
fn media(request: &QueueVideoRequest) -> Vec<(String, &str)> {
    let mut media = Vec::new();
    let single = [
        ("image_url", &request.image_url),
        ("end_image_url", &request.end_image_url),
        ("audio_url", &request.audio_url),
        ("video_url", &request.video_url),
    ];
    for (name, url) in single {
        media.extend(url.as_deref().map(|url| (name.to_owned(), url)));
    }
    let lists = [
        ("reference_image_urls", &request.reference_image_urls),
        ("reference_video_urls", &request.reference_video_urls),
        ("reference_audio_urls", &request.reference_audio_urls),
        ("reference_document_urls", &request.reference_document_urls),
        ("scene_image_urls", &request.scene_image_urls),
    ];
    for (name, urls) in lists {
        media.extend(numbered(name, urls.as_ref()));
    }
    for (index, element) in request.elements.iter().flatten().enumerate() {
        let own = [("frontal_image_url", &element.frontal_image_url), ("video_url", &element.video_url)];
        for (name, url) in own {
            media.extend(url.as_deref().map(|url| (format!("elements[{index}].{name}"), url)));
        }
        let name = format!("elements[{index}].reference_image_urls");
        media.extend(numbered(&name, element.reference_image_urls.as_ref()));
    }
    for (index, image) in request.image_references.iter().flatten().enumerate() {
        media.push((format!("image_references[{index}].image_url"), image.image_url.as_str()));
    }
    for (index, video) in request.video_references.iter().flatten().enumerate() {
        media.push((format!("video_references[{index}].video_url"), video.video_url.as_str()));
        media.extend(video.audio_url.as_deref().map(|url| (format!("video_references[{index}].audio_url"), url)));
    }
    let keyframes = request.keyframes.iter().flatten().enumerate();
    media.extend(keyframes.map(|(index, frame)| (format!("keyframes[{index}].image_url"), frame.image_url.as_str())));
    media
}

fn numbered<'u>(name: &str, urls: Option<&'u Vec<String>>) -> impl Iterator<Item = (String, &'u str)> {
    let urls = urls.into_iter().flatten().enumerate();
    urls.map(move |(index, url)| (format!("{name}[{index}]"), url.as_str()))
}

fn is_media_url(url: &str) -> bool {
    if is_data_url(url) { DataUrl::read(url).is_some() } else { url::web_address(url).is_some() }
}

/// About how many bytes the file in a `data:` URL has; 0 for other URLs.
fn bytes_within(url: &str) -> usize {
    match DataUrl::read(url) {
        Some(DataUrl { is_base64: true, data, .. }) => data.len() / 4 * 3,
        Some(DataUrl { data, .. }) => data.len(),
        None => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn megabytes(count: usize) -> String {
        format!("data:video/mp4;base64,{}", "A".repeat(count * MEGABYTE))
    }

    #[test]
    fn media_too_large_together_are_reported_at_the_largest() {
        let request = QueueVideoRequest::new("m").video_url(megabytes(20)).reference_image_urls([megabytes(16)]);
        let finding = check(&request).unwrap_err();
        assert_eq!(finding.field(), "video_url");
        assert!(finding.problem().contains("36700160") && finding.problem().len() < 200, "{finding}");
        assert!(check(&QueueVideoRequest::new("m").video_url(megabytes(34))).is_ok());
    }

    #[test]
    fn audio_that_is_too_large_is_reported() {
        let finding = check(&QueueVideoRequest::new("m").audio_url(megabytes(21))).unwrap_err();
        assert_eq!(finding.field(), "audio_url");
        assert!(check(&QueueVideoRequest::new("m").audio_url(megabytes(19))).is_ok());
    }

    #[test]
    fn the_size_within_a_data_url_is_about_right() {
        assert_eq!(bytes_within("data:audio/wav;base64,AAAABBBB"), 6);
        assert_eq!(bytes_within("data:text/plain,hello"), 5);
        assert_eq!(bytes_within("https://example.com/a,b"), 0);
    }
}
