//! Web access of the mock.

use venice_ai::Upload;
use venice_ai::types::{TextParserRequest, TextReplyFormat, WebSearchRequest};
use venice_ai_mock::MockVenice;

#[tokio::test]
async fn pages_searches_and_documents_are_answered() {
    let mock = MockVenice::start().await.unwrap();
    let venice = mock.client();
    let page = venice.augment().scrape("https://www.example.org/tides").await.unwrap();
    assert!(page.content.starts_with("# example.org") && page.content.contains("/tides"), "{}", page.content);
    assert!(venice.augment().scrape("https://x.com/x").await.unwrap_err().is_invalid_request());

    let found = venice.augment().search(WebSearchRequest::new("boots & <tides>").limit(3)).await.unwrap();
    assert_eq!(found.results.len(), 3);
    assert!(found.results[0].content.contains("boots &amp; &lt;tides>"), "{}", found.results[0].content);
    let dated: Vec<bool> = found.results.iter().map(|result| result.date().is_some()).collect();
    assert_eq!(dated, [true, false, true]);
    assert_eq!(venice.augment().search("x").await.unwrap().results.len(), 10);

    let text = venice.augment().parse_document(Upload::bytes("a.md", "# High water")).await.unwrap();
    assert_eq!((&*text.text, text.tokens), ("# High water", Some(3)));
    let as_text = TextParserRequest::new(Upload::bytes("a.md", "# High water")).response_format(TextReplyFormat::Text);
    assert_eq!(venice.augment().parse_document(as_text).await.unwrap().tokens, None);
    let pdf = venice.augment().parse_document(Upload::bytes("a.pdf", "%PDF-1.7")).await.unwrap();
    assert!(pdf.text.contains("a.pdf"), "{}", pdf.text);
    let error = venice.augment().parse_document(Upload::bytes("a.txt", " ")).await.unwrap_err();
    assert_eq!(error.message(), "No text content could be extracted from the file.");
}
