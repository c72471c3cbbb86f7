//! Characters and what people think of them.

use venice_ai::characters::CharacterReviewsParams;
use venice_ai::types::{CharacterSort, ListCharactersParams, SortOrder};

use super::Cost::Free;
use super::Size::{Maximal, Minimal, Only};
use super::{Case, Scene, Stop, case};

pub fn cases() -> Vec<Case> {
    vec![
        case("listCharacters", Minimal, Free, |scene| async move {
            scene.venice().characters().list_page(ListCharactersParams::new()).await?;
            Ok(())
        }),
        case("listCharacters", Maximal, Free, |scene| async move {
            let params = ListCharactersParams::new()
                .categories(["philosophy"])
                .is_adult(false)
                .is_pro(false)
                .is_web_enabled(true)
                .limit(5)
                .model_id(["default"])
                .offset(0)
                .search("a")
                .sort_by(CharacterSort::Imports)
                .sort_order(SortOrder::Desc)
                .tags(["AlanWatts"]);
            scene.venice().characters().list_page(params).await?;
            Ok(())
        }),
        case("getCharacterBySlug", Only, Free, |scene| async move {
            scene.venice().characters().retrieve(slug(&scene).await?).await?;
            Ok(())
        }),
        case("getCharacterReviews", Minimal, Free, |scene| async move {
            let slug = slug(&scene).await?;
            scene.venice().characters().reviews_page(slug, CharacterReviewsParams::new()).await?;
            Ok(())
        }),
        case("getCharacterReviews", Maximal, Free, |scene| async move {
            let params = CharacterReviewsParams::new().page(1).page_size(5);
            scene.venice().characters().reviews_page(slug(&scene).await?, params).await?;
            Ok(())
        }),
    ]
}

/// The slug of a character that there is.
async fn slug(scene: &Scene) -> Result<String, Stop> {
    let listed = scene.venice().characters().list_page(ListCharactersParams::new().limit(1)).await?;
    let first = listed.into_iter().next().map(|character| character.slug);
    first.ok_or_else(|| Stop::Skipped("the server has no characters".to_owned()))
}
