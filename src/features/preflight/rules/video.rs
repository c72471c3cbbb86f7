//! `VIDEO`: rules for videos and their quotes.

use super::super::report::Findings;
use super::super::subject::Subject;
use super::{Area, Rule, USUAL, aspect_ratio, it_takes, length_of_prompt, no_other, quoted, resolution, some_texts};
use crate::api::generated::types::{ModelType, VideoModelType};

pub(super) static VIDEO: Area = Area {
    paths: &["/video/queue", "/video/quote"],
    kinds: &[ModelType::Video],
    rules: &[
        length_of_prompt("prompt"),
        // A model without durations accepts none, but the API requires one.
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
        Rule::Special(enhancement),
    ],
    ..USUAL
};

fn sound(subject: &Subject<'_>, found: &mut Findings) {
    let (Some(constraints), id) = (subject.model.constraints(), subject.model.id()) else { return };
    // Without the field the model's default applies.
    if subject.get("audio").is_none() {
        return;
    }
    match (subject.is_on("audio"), constraints.audio, constraints.audio_configurable) {
        (true, Some(false), _) => {
            found.problem("sound", "audio", format!("needs a model that generates audio, and {id} does not"));
        }
        (false, Some(true), Some(false)) => {
            let problem = format!("needs a model whose audio can be turned off, and that of {id} cannot");
            found.problem("sound", "audio", problem);
        }
        _ => {}
    }
}

/// Enhancement parameters: generating models support none of them, the others list theirs.
fn enhancement(subject: &Subject<'_>, found: &mut Findings) {
    const RULE: &str = "enhancement";
    const ALL: [&str; 14] = [
        "enhancement_model",
        "target_fps",
        "softness",
        "creativity",
        "realism",
        "sharp",
        "compression",
        "noise",
        "halo",
        "grain",
        "recover_detail",
        "h264_output",
        "output_format",
        "slowdown_factor",
    ];
    let (Some(constraints), id) = (subject.model.constraints(), subject.model.id()) else { return };
    let set_fields = || ALL.iter().copied().filter(|field| subject.get(field).is_some());
    let Some(taken) = &constraints.topaz else {
        for field in set_fields() {
            found.problem(RULE, field, format!("needs a model that enhances videos, and {id} does not"));
        }
        return;
    };
    let sliders = taken.sliders.as_deref().unwrap_or_default();
    let selects = taken.selects.as_deref().unwrap_or_default();
    let chosen = subject.text("enhancement_model");
    for field in set_fields() {
        let slider = sliders.iter().find(|slider| slider.param == field);
        let select = selects.iter().find(|select| select.param == field);
        match (field, slider, select) {
            ("enhancement_model", ..) => {
                let known: Vec<&str> = taken.models.iter().flatten().map(|model| model.value.as_str()).collect();
                if let Some(name) = chosen.filter(|name| !known.contains(name)) {
                    let problem = format!("is {}, which {id} does not take; {}", quoted(name), it_takes(&known));
                    found.problem(RULE, field, problem);
                }
            }
            ("h264_output", ..) if taken.h264_output == Some(false) => {
                found.problem(RULE, field, format!("needs a model that encodes H.264, and {id} does not"));
            }
            ("h264_output", ..) => {}
            (_, Some(slider), _) => {
                let only = slider.only_for_models.as_deref().unwrap_or_default();
                if let Some(number) =
                    subject.number(field).filter(|number| *number < slider.min || *number > slider.max)
                {
                    let problem = format!("is {number}, and {id} takes {} to {}", slider.min, slider.max);
                    found.problem(RULE, field, problem);
                } else if let Some(name) =
                    chosen.filter(|name| !only.is_empty() && !only.iter().any(|model| model == name))
                {
                    found.problem(RULE, field, format!("is not for the enhancement model {}", quoted(name)));
                }
            }
            (_, None, Some(select)) => {
                let value =
                    subject.get(field).map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
                if let Some(value) = value.filter(|value| !select.options.contains(value)) {
                    let options: Vec<&str> = select.options.iter().map(String::as_str).collect();
                    let problem = format!("is {}, which {id} does not take; {}", quoted(&value), it_takes(&options));
                    found.problem(RULE, field, problem);
                }
            }
            (_, None, None) => found.problem(RULE, field, format!("is a parameter that {id} does not take")),
        }
    }
    let keeps_size = taken.no_upscale_models.iter().flatten().any(|model| Some(model.as_str()) == chosen);
    if keeps_size && subject.number("upscale_factor").is_some_and(|factor| factor > 1.0) {
        found.problem(
            RULE,
            "upscale_factor",
            format!("is not for the enhancement model {}", quoted(chosen.unwrap_or_default())),
        );
    }
}

/// Fields with an input image or video.
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
    // A quote has no media except a video.
    let is_order = subject.get("prompt").is_some() || BEGINNINGS.iter().any(|field| subject.get(field).is_some());
    let has = |field: &str| subject.get(field).is_some();
    match constraints.model_type {
        Some(VideoModelType::TextToVideo) if has("image_url") => {
            found.problem("media", "image_url", format!("needs an image-to-video model, and {id} takes only text"));
        }
        Some(VideoModelType::ImageToVideo) if is_order && !BEGINNINGS.iter().any(|field| has(field)) => {
            found.problem("media", "image_url", format!("is missing, and {id} is an image-to-video model"));
        }
        _ => {}
    }
    let ratios: Vec<&str> = constraints.aspect_ratios.iter().flatten().map(String::as_str).collect();
    if is_order && !ratios.is_empty() && !has("aspect_ratio") {
        let problem = format!("is missing, and {id} needs it; {}", it_takes(&ratios));
        found.problem("aspect_ratio", "aspect_ratio", problem);
    }
}
