//! Models: what there is.

use venice_ai::types::{ModelFilter, ModelType};

use super::Cost::Free;
use super::Size::{Maximal, Minimal};
use super::{Case, case};

pub fn cases() -> Vec<Case> {
    vec![
        case("listModels", Minimal, Free, |scene| async move {
            scene.venice().models().list(ModelFilter::Text).await?;
            Ok(())
        }),
        // Every kind of model has members of its own.
        case("listModels", Maximal, Free, |scene| async move {
            scene.venice().models().list(ModelFilter::All).await?;
            Ok(())
        }),
        case("listModelTraits", Minimal, Free, |scene| async move {
            scene.venice().models().traits(ModelType::Text).await?;
            Ok(())
        }),
        case("listModelTraits", Maximal, Free, |scene| async move {
            scene.venice().models().traits(ModelType::Image).await?;
            Ok(())
        }),
        case("listModelCompatibilityMapping", Minimal, Free, |scene| async move {
            scene.venice().models().compatibility_mapping(ModelType::Text).await?;
            Ok(())
        }),
        case("listModelCompatibilityMapping", Maximal, Free, |scene| async move {
            scene.venice().models().compatibility_mapping(ModelType::Image).await?;
            Ok(())
        }),
    ]
}
