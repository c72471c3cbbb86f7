//! `GENERATE`, `GENERATIONS`, `EDIT`, `MULTI_EDIT`: rules for images.

use super::super::report::Findings;
use super::super::subject::Subject;
use super::{Area, Rule, USUAL, aspect_ratio, length_of_prompt, nothing, quality, resolution};
use crate::api::generated::types::ModelType;
use crate::features::catalogue::CatalogueModel;

pub(super) static GENERATE: Area = Area {
    paths: &["/image/generate"],
    kinds: &[ModelType::Image],
    rules: &[
        length_of_prompt("prompt"),
        Rule::Range {
            rule: "steps",
            field: "steps",
            least: nothing,
            most: |model| model.max_steps().map(|steps| steps as f64),
        },
        Rule::Special(|subject, found| size("width", subject, found)),
        Rule::Special(|subject, found| size("height", subject, found)),
        aspect_ratio(),
        resolution(),
        quality(),
        Rule::Needs {
            rule: "style_references",
            field: "style_references",
            asks: |references| references.as_array().is_some_and(|references| !references.is_empty()),
            has: CatalogueModel::supports_style_references,
            does: "takes style references",
            droppable: false,
        },
        Rule::Special(style_references),
    ],
    ..USUAL
};

/// OpenAI's endpoint, which uses the default model for an unknown one.
pub(super) static GENERATIONS: Area = Area {
    paths: &["/images/generations"],
    kinds: &[ModelType::Image],
    any_name_is_served: true,
    rules: &[length_of_prompt("prompt")],
};

pub(super) static EDIT: Area = Area {
    paths: &["/image/edit"],
    kinds: &[ModelType::Inpaint, ModelType::Image],
    rules: &[
        length_of_prompt("prompt"),
        aspect_ratio(),
        Rule::Needs {
            rule: "aspect_ratio",
            field: "aspect_ratio",
            asks: |ratio| ratio != "auto",
            has: |model| model.constraints()?.single_image_aspect_ratio,
            does: "supports the aspect ratio of a single image",
            droppable: false,
        },
        resolution(),
        quality(),
    ],
    ..USUAL
};

pub(super) static MULTI_EDIT: Area = Area {
    paths: &["/image/multi-edit"],
    kinds: &[ModelType::Inpaint, ModelType::Image],
    rules: &[
        length_of_prompt("prompt"),
        aspect_ratio(),
        resolution(),
        quality(),
        Rule::Special(|subject, found| {
            let (images, id) = (subject.count("images"), subject.model.id());
            if let Some(most) = subject.model.max_input_images().filter(|most| images as u64 > *most) {
                found.problem("images", "images", format!("has {images} images, and {id} takes {most} at most"));
            }
        }),
    ],
    ..USUAL
};

fn size(field: &'static str, subject: &Subject<'_>, found: &mut Findings) {
    let (Some(pixels), Some(divisor)) = (subject.number(field), subject.model.size_divisor()) else { return };
    if pixels % divisor as f64 != 0.0 {
        let id = subject.model.id();
        found.problem("size", field, format!("is {pixels}, and {id} takes multiples of {divisor}"));
    }
}

fn style_references(subject: &Subject<'_>, found: &mut Findings) {
    const RULE: &str = "style_references";
    let (Some(constraints), id) = (subject.model.constraints(), subject.model.id()) else { return };
    let references = subject.get(RULE).and_then(|references| references.as_array()).map_or(&[][..], Vec::as_slice);
    let count = references.len();
    let most = constraints.max_style_references.and_then(|most| usize::try_from(most).ok()).filter(|most| *most > 0);
    if let Some(most) = most.filter(|most| count > *most) {
        found.problem(RULE, RULE, format!("has {count} references, and {id} takes {most} at most"));
    }
    if constraints.supports_style_reference_strength != Some(false) {
        return;
    }
    for (index, _) in references.iter().enumerate().filter(|(_, reference)| reference.get("strength").is_some()) {
        let field = format!("{RULE}[{index}].strength");
        found.droppable(
            RULE,
            &field,
            format!("needs a model that supports strengths of references, and {id} does not"),
        );
    }
}
