//! Web pages, web searches, documents.

use venice_ai::types::{SearchProvider, TextParserRequest, TextReplyFormat, WebSearchRequest};

use super::Cost::Usd;
use super::Size::{Maximal, Minimal, Only};
use super::samples::note;
use super::{Case, case};

pub fn cases() -> Vec<Case> {
    vec![
        case("webScrape", Only, Usd(0.02), |scene| async move {
            scene.venice().augment().scrape("https://example.com/").await?;
            Ok(())
        }),
        case("webSearch", Minimal, Usd(0.02), |scene| async move {
            scene.venice().augment().search("acqua alta").await?;
            Ok(())
        }),
        case("webSearch", Maximal, Usd(0.02), |scene| async move {
            let request = WebSearchRequest::new("acqua alta").limit(2).search_provider(SearchProvider::Brave);
            scene.venice().augment().search(request).await?;
            Ok(())
        }),
        case("createTextParser", Minimal, Usd(0.02), |scene| async move {
            scene.venice().augment().parse_document(TextParserRequest::new(note())).await?;
            Ok(())
        }),
        case("createTextParser", Maximal, Usd(0.02), |scene| async move {
            let request = TextParserRequest::new(note()).response_format(TextReplyFormat::Text);
            scene.venice().augment().parse_document(request).await?;
            Ok(())
        }),
    ]
}
