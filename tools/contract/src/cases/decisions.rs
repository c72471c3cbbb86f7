//! Cases of decisions.

use venice_ai::types::*;

use super::Cost::{TestServer, Usd};
use super::Size::{Maximal, Minimal};
use super::{Case, Scene, Stop, case};

pub fn cases() -> Vec<Case> {
    vec![
        case("createDecision", Minimal, Usd(0.01), |scene| async move {
            scene.venice().decisions().create(minimal(&scene).await?).await?;
            Ok(())
        }),
        case("createDecision", Maximal, TestServer(IMAGES), |scene| async move {
            scene.venice().decisions().create(maximal(&scene).await?).await?;
            Ok(())
        }),
        case("createDecisionSystemOne", Minimal, Usd(0.01), |scene| async move {
            scene.venice().decisions().system_one(minimal(&scene).await?).await?;
            Ok(())
        }),
        case("createDecisionSystemOne", Maximal, TestServer(IMAGES), |scene| async move {
            scene.venice().decisions().system_one(maximal(&scene).await?).await?;
            Ok(())
        }),
    ]
}

const IMAGES: &str = "few models take images";

async fn minimal(scene: &Scene) -> Result<CreateDecisionRequest, Stop> {
    let model = scene.model(ModelFilter::Decision).await?;
    Ok(CreateDecisionRequest::new(model, "The tide is in.", [("wet", NoulQuestion::new("Is it wet?"))]))
}

async fn maximal(scene: &Scene) -> Result<CreateDecisionRequest, Stop> {
    let wet = NoulQuestion::new("Is it wet?").criteria(NoulCriteria::new().yes("water").no("no water"));
    let questions: [(&str, DecisionQuestion); 3] = [
        ("wet", wet.into()),
        ("who", ChoiceQuestion::described("Who comes?", [("boat", "By water"), ("cart", "By land")]).into()),
        ("how", ScoreQuestion::new("How high?", ["low", "high"]).into()),
    ];
    let image = EncodedImage::new(EncodedImageType::Png, super::samples::picture_base64());
    let model = scene.model(ModelFilter::Decision).await?;
    Ok(CreateDecisionRequest::new(model, "The tide is in.", questions).images([image]))
}
