//! `SPEECH`, `MUSIC`, `VOICE_CHANGER`, `TRANSCRIPTION`, `VOICE`: rules for audio.

use super::super::report::Findings;
use super::super::subject::Subject;
use super::{Area, Rule, USUAL, is_on, length_of_prompt, no_other, nothing, some_texts};
use crate::api::generated::types::ModelType;
use crate::features::catalogue::CatalogueModel;

pub(super) static SPEECH: Area = Area {
    paths: &["/audio/speech"],
    kinds: &[ModelType::Tts],
    rules: &[
        length_of_prompt("input"),
        VOICE_NAME,
        Rule::OneOf {
            rule: "format",
            field: "response_format",
            values: |model| some_texts(model.formats()),
            also: no_other,
        },
        SPEED,
        SPEED_RANGE,
        language("language"),
    ],
    ..USUAL
};

/// Other music models are for `/audio/queue`.
pub(super) static VOICE_CHANGER: Area = Area {
    paths: &["/audio/voice-changer/queue", "/audio/voice-changer/quote"],
    kinds: &[ModelType::Music],
    rules: &[
        Rule::Special(changes_voices),
        VOICE_NAME,
        flag(
            "noise_removal",
            "remove_background_noise",
            |model| model.spec().supports_background_noise_removal,
            "can remove background noise",
        ),
        Rule::Needs {
            rule: "seed",
            field: "seed",
            asks: |seed| super::number(seed).is_some(),
            has: |model| model.spec().supports_seed,
            does: "supports a seed",
            droppable: false,
        },
        Rule::Range {
            rule: "duration",
            field: "duration_seconds",
            least: nothing,
            most: |model| model.spec().max_source_audio_duration_seconds,
        },
    ],
    ..USUAL
};

pub(super) static MUSIC: Area = Area {
    paths: &["/audio/queue", "/audio/quote"],
    kinds: &[ModelType::Music, ModelType::Tts],
    rules: &[
        Rule::Special(makes_music),
        Rule::Length {
            rule: "prompt_length",
            field: "prompt",
            least: CatalogueModel::min_prompt_characters,
            most: CatalogueModel::max_prompt_characters,
        },
        Rule::Needs {
            rule: "lyrics",
            field: "lyrics_prompt",
            asks: |lyrics| lyrics.as_str().is_some_and(|lyrics| !lyrics.is_empty()),
            has: |model| model.spec().supports_lyrics,
            does: "takes lyrics",
            droppable: false,
        },
        Rule::Length {
            rule: "lyrics",
            field: "lyrics_prompt",
            least: nothing,
            most: CatalogueModel::max_lyrics_characters,
        },
        Rule::Special(lyrics_are_there),
        flag(
            "instrumental",
            "force_instrumental",
            |model| model.spec().supports_force_instrumental,
            "can make instrumental music",
        ),
        flag("loop", "loop", |model| model.spec().supports_loop, "makes loops"),
        Rule::Special(duration),
        VOICE_NAME,
        SPEED,
        SPEED_RANGE,
        language("language_code"),
    ],
    ..USUAL
};

pub(super) static TRANSCRIPTION: Area =
    Area { paths: &["/audio/transcriptions"], kinds: &[ModelType::Asr], rules: &[], ..USUAL };

pub(super) static VOICE: Area = Area { paths: &["/audio/voices"], kinds: &[ModelType::Tts], rules: &[], ..USUAL };

/// Handles of cloned voices and the provider's own ids are in no list.
const VOICE_NAME: Rule = Rule::OneOf {
    rule: "voice",
    field: "voice",
    values: |model| some_texts(model.voices()),
    also: |model, voice| voice.starts_with("vv_") || model.spec().supports_custom_voice_id == Some(true),
};

/// 1 is normal, also for a model without a speed.
const SPEED: Rule = Rule::Needs {
    rule: "speed",
    field: "speed",
    asks: |speed| super::number(speed).is_some_and(|speed| speed != 1.0),
    has: |model| model.spec().supports_speed,
    does: "supports a speed",
    droppable: false,
};

const SPEED_RANGE: Rule = Rule::Range {
    rule: "speed",
    field: "speed",
    least: |model| model.spec().min_speed.filter(|_| model.spec().supports_speed != Some(false)),
    most: |model| model.spec().max_speed.filter(|speed| *speed > 0.0 && model.spec().supports_speed != Some(false)),
};

const fn language(field: &'static str) -> Rule {
    Rule::Needs {
        rule: "language",
        field,
        asks: serde_json::Value::is_string,
        has: |model| model.spec().supports_language_code,
        does: "supports a language",
        droppable: false,
    }
}

const fn flag(
    rule: &'static str,
    field: &'static str,
    has: fn(&CatalogueModel) -> Option<bool>,
    does: &'static str,
) -> Rule {
    Rule::Needs { rule, field, asks: is_on, has, does, droppable: false }
}

fn changes_voices(subject: &Subject<'_>, found: &mut Findings) {
    // Only voice changers have the field.
    if subject.model.spec().voice_changer != Some(true) {
        let id = subject.model.id();
        found.problem("model_type", "model", format!("is {id}, which is not a voice changer"));
    }
}

fn makes_music(subject: &Subject<'_>, found: &mut Findings) {
    if subject.model.spec().voice_changer == Some(true) {
        let id = subject.model.id();
        found.problem("model_type", "model", format!("is {id}, a voice changer; use `voice_changer().queue(…)`"));
    }
}

fn lyrics_are_there(subject: &Subject<'_>, found: &mut Findings) {
    let written = subject.text("lyrics_prompt").is_some_and(|lyrics| !lyrics.trim().is_empty());
    // A quote has no prompt.
    let is_order = subject.get("prompt").is_some();
    if is_order && subject.model.spec().lyrics_required == Some(true) && !written && !subject.is_on("lyrics_optimizer")
    {
        let id = subject.model.id();
        found.problem("lyrics", "lyrics_prompt", format!("is missing, and {id} needs lyrics"));
    }
}

fn duration(subject: &Subject<'_>, found: &mut Findings) {
    const FIELD: &str = "duration_seconds";
    let (Some(seconds), spec, id) = (subject.number(FIELD), subject.model.spec(), subject.model.id()) else { return };
    let options = spec.duration_options.as_deref().unwrap_or_default();
    let fits_options = options.is_empty() || options.contains(&seconds);
    let fits_range = spec.min_duration.is_none_or(|least| seconds >= least)
        && spec.max_duration.is_none_or(|most| most <= 0.0 || seconds <= most);
    if fits_options && fits_range {
        return;
    }
    let taken = match options {
        [] => format!("{} to {} seconds", spec.min_duration.unwrap_or(0.0), spec.max_duration.unwrap_or(f64::INFINITY)),
        some => some.iter().map(f64::to_string).collect::<Vec<_>>().join(", "),
    };
    found.problem("duration", FIELD, format!("is {seconds}, which {id} does not take; it takes {taken}"));
}
