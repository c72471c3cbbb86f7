//! Films, and what they would cost.

use super::super::report::Findings;
use super::super::subject::Subject;
use super::{Area, Rule, USUAL, aspect_ratio, length_of_prompt, no_other, resolution, some_texts};
use crate::api::generated::types::{ModelType, VideoModelType};

pub(super) static VIDEO: Area = Area {
    paths: &["/video/queue", "/video/quote"],
    kinds: &[ModelType::Video],
    rules: &[
        length_of_prompt("prompt"),
        // A model without durations takes none, and the API wants one all the same.
        Rule::OneOf {
            rule: "duration",
            field: "duration",
            values: |model| some_texts(model.durations()),
            also: no_other,
        },
        aspect_ratio(),
        resolution(),
        Rule::Special(sound),
        Rule::Special(media),
    ],
    ..USUAL
};

fn sound(subject: &Subject<'_>, found: &mut Findings) {
    let (Some(constraints), id) = (subject.model.constraints(), subject.model.id()) else { return };
    // Without a word of the request it is as the model has it.
    if subject.get("audio").is_none() {
        return;
    }
    match (subject.is_on("audio"), constraints.audio, constraints.audio_configurable) {
        (true, Some(false), _) => {
            found.problem("sound", "audio", format!("needs a model that makes sound, and {id} does not"));
        }
        (false, Some(true), Some(false)) => {
            let problem = format!("needs a model whose sound can be turned off, and that of {id} cannot");
            found.problem("sound", "audio", problem);
        }
        _ => {}
    }
}

/// Members that hold what a film may begin with.
const BEGINNINGS: [&str; 8] = [
    "image_url",
    "end_image_url",
    "reference_image_urls",
    "reference_video_urls",
    "scene_image_urls",
    "elements",
    "keyframes",
    "video_url",
];

fn media(subject: &Subject<'_>, found: &mut Findings) {
    let (Some(constraints), id) = (subject.model.constraints(), subject.model.id()) else { return };
    // A quote is asked without any media but a video.
    let is_order = subject.get("prompt").is_some() || BEGINNINGS.iter().any(|field| subject.get(field).is_some());
    let has = |field: &str| subject.get(field).is_some();
    match constraints.model_type {
        Some(VideoModelType::TextToVideo) if has("image_url") => {
            found.problem(
                "media",
                "image_url",
                format!("needs a model that begins with an image, and {id} takes text alone"),
            );
        }
        Some(VideoModelType::ImageToVideo) if is_order && !BEGINNINGS.iter().any(|field| has(field)) => {
            found.problem("media", "image_url", format!("is missing, and {id} begins with an image"));
        }
        _ => {}
    }
}
