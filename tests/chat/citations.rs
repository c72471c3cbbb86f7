//! Citations: requests, and markers in whole and streamed answers.

use std::fmt::Write as _;

use proptest::prelude::*;
use serde_json::{Value, json};
use venice_ai::chat::{CitationRenderer, CitationStyle, CitedText};
use venice_ai::types::{ChatCompletionRequest, VeniceParameters, WebSearchCitation, WebSearchMode};

use crate::chat_requests::sent;
use crate::support::Server;
use crate::support::chat::{answer, open_at, streamed};

fn sources() -> Value {
    json!([
        {"title": "Tides &amp; <b>times</b>", "url": "https://tides.example/a (1)", "content": "At <strong>10:40</strong>", "date": ""},
        {"title": "[Moon]", "url": "https://moon.example", "date": "2026-08-01"},
        {"title": "", "url": "javascript:alert(1)"},
    ])
}

fn pages() -> Vec<WebSearchCitation> {
    serde_json::from_value(sources()).unwrap()
}

const FIRST: &str = "[[1]](https://tides.example/a%20%281%29)";
const SECOND: &str = "[[2]](https://moon.example)";

fn links(text: &str) -> String {
    CitedText::new(text, &pages()).render(CitationStyle::Links)
}

async fn parameters(request: ChatCompletionRequest) -> Value {
    sent(request).await.get("venice_parameters").cloned().unwrap_or_default()
}

fn question() -> ChatCompletionRequest {
    ChatCompletionRequest::new("m", ["When?"])
}

#[tokio::test]
async fn a_search_is_asked_for_with_its_sources() {
    for (mode, name) in [(WebSearchMode::On, "on"), (WebSearchMode::Auto, "auto")] {
        let asked = parameters(question().web_search(mode)).await;
        assert_eq!(asked, json!({"enable_web_search": name, "enable_web_citations": true}));
    }
    let off = parameters(question().web_search(WebSearchMode::Off)).await;
    assert_eq!(off, json!({"enable_web_search": "off", "enable_web_citations": false}));
    let scraping = parameters(question().web_scraping()).await;
    assert_eq!(scraping, json!({"enable_web_scraping": true, "enable_web_citations": true}));
    let character = question().venice_parameters(VeniceParameters::new().character_slug("ada"));
    let kept = parameters(character.web_search(WebSearchMode::On)).await;
    assert_eq!(kept, json!({"character_slug": "ada", "enable_web_search": "on", "enable_web_citations": true}));
}

#[test]
fn markers_become_links() {
    let cases = [
        ("High^1^ water.", format!("High{FIRST} water.")),
        ("High^1,2^.", format!("High{FIRST}{SECOND}.")),
        ("High^1,2,2,9.", format!("High{FIRST}{SECOND}.")),
        ("High ^2", format!("High {SECOND}")),
        ("High^2, and low", format!("High{SECOND}, and low")),
        ("In 2024^1^ and 2025^1,2 it rose.", format!("In 2024{FIRST} and 2025{FIRST}{SECOND} it rose.")),
        ("High^1^^2^", format!("High{FIRST}{SECOND}")),
        ("^1^ begins", format!("{FIRST} begins")),
        ("High[REF]0[/REF] low[REF]1[/REF].", format!("High{FIRST} low{SECOND}.")),
        ("High[REF]0,1[/REF].", format!("High{FIRST}{SECOND}.")),
        ("It doesn’t^1^, don't^2^", format!("It doesn’t{FIRST}, don't{SECOND}")),
        ("(as said)^1^ 海^2^", format!("(as said){FIRST} 海{SECOND}")),
        // Anything but a web URL is not a link.
        ("Odd^3^", "Odd[3]".to_owned()),
    ];
    for (text, expected) in cases {
        assert_eq!(links(text), expected, "{text}");
    }
}

#[test]
fn what_is_not_a_marker_stays_unchanged() {
    let texts = [
        "x^2^ + y^2^ = r^2^",
        "x^2 and 2x^2",
        "10^3 m, (a+b)^2, [a]^2",
        "$\\sin^2 x$ and \\cos^1^",
        "e^1.5 or the ^2nd",
        "High^9^ and ^4,5^",
        "High^12345^",
        "\\^1^ and \\[REF]0[/REF]",
        "a footnote[^1] of Markdown",
        "`^1^` and ``a`^1^``",
        "```\nlet a = b ^1^;\n[REF]0[/REF]\n```",
        "~~~~\n^1^\n~~~\n^1^\n~~~~",
        "[REF]a[/REF] [REF][/REF] [REF]0[REF] ^ ^^ ^,1^",
        "",
    ];
    for text in texts {
        assert_eq!(links(text), text);
    }
    assert_eq!(CitedText::new("High^1^", &[]).render(CitationStyle::Links), "High^1^");
}

#[test]
fn code_ends_where_markdown_ends_it() {
    assert_eq!(links("`a`^1^"), format!("`a`{FIRST}"));
    assert_eq!(links("a stray ` here^1^\nand there^2^"), format!("a stray ` here^1^\nand there{SECOND}"));
    assert_eq!(links("```\n^1^\n```\nHigh^1^"), format!("```\n^1^\n```\nHigh{FIRST}"));
    assert_eq!(links("one ``` is inline ``` High^1^"), format!("one ``` is inline ``` High{FIRST}"));
}

#[test]
fn a_number_that_fits_only_the_other_way_of_counting_changes_it() {
    assert_eq!(links("a b^0^ and cd^1^"), format!("a b^0^ and cd{FIRST}"), "behind a variable it is an exponent");
    assert_eq!(links("High^0^ and low^1^"), format!("High{FIRST} and low{SECOND}"));
    assert_eq!(links("High[REF]3[/REF] low[REF]1[/REF]"), format!("High[3] low{FIRST}"));
}

#[test]
fn styles_differ_in_the_replacement_of_a_marker() {
    let cited = CitedText::new("High^1^ and low^3,2,1^.", &pages());
    let footnotes = "High[^1] and low[^3][^2][^1].\n\n[^1]: [Tides \\& times](https://tides.example/a%20%281%29)\n\
                     [^2]: [\\[Moon\\]](https://moon.example)\n[^3]: javascript:alert(1)";
    assert_eq!(cited.render(CitationStyle::Footnotes), footnotes);
    let plain = "High[1] and low[3][2][1].\n\n[1] Tides & times, https://tides.example/a (1)\n\
                 [2] [Moon], https://moon.example\n[3] javascript:alert(1)";
    assert_eq!(cited.render(CitationStyle::Plain), plain);
    assert_eq!(cited.render(CitationStyle::Omitted), "High and low.");
    assert_eq!(cited.render(CitationStyle::Links), format!("High{FIRST} and low[3]{SECOND}{FIRST}."));
}

#[tokio::test]
async fn segments_have_what_they_cite() {
    let text = "<think>Where?</think>High^1^[REF]1[/REF] or low.";
    let reply =
        json!({"choices": [{"message": {"content": text}}], "venice_parameters": {"web_search_citations": sources()}});
    let reply = answer(reply.to_string()).await;
    let cited = reply.cited();
    let segments: Vec<(&str, Vec<usize>)> = cited
        .segments()
        .iter()
        .map(|segment| (&*segment.text, segment.citations.iter().map(|citation| citation.number).collect()))
        .collect();
    assert_eq!(segments, [("High", vec![1]), ("", vec![2]), (" or low.", vec![])]);
    let citations = cited.citations();
    let first = citations[0];
    assert_eq!((&*first.title, &*first.url), ("Tides & times", "https://tides.example/a (1)"));
    assert_eq!((first.content.as_deref(), first.date.as_deref()), (Some("At 10:40"), None));
    assert_eq!(citations[1].date.as_deref(), Some("2026-08-01"));
}

#[tokio::test]
async fn an_answer_without_sources_is_one_segment() {
    let reply = answer(r#"{"choices": [{"message": {"content": "High^1^."}}]}"#).await;
    assert_eq!(reply.cited().segments().len(), 1);
    assert_eq!(reply.cited().segments()[0].text, "High^1^.");
    assert_eq!(answer(r#"{"choices": [{}]}"#).await.cited().segments()[0].text, "");
}

#[test]
fn words_are_not_shown() {
    let mut renderer = CitationRenderer::new(CitationStyle::Plain);
    assert_eq!(renderer.push("told, and a secret^1"), "told, and a secret");
    let shown = format!("{renderer:?} {:?}", CitedText::new("a secret^1^", &pages()));
    assert!(!shown.contains("secret") && shown.contains("bytes"), "{shown}");
}

/// The events of a stream with these pieces, and the sources in the chunk with this number.
fn events(pieces: &[&str], sources_at: usize) -> String {
    let mut events = String::new();
    let mut event = |chunk: Value| write!(events, "data: {chunk}\n\n").unwrap();
    let found = json!({"choices": [], "venice_parameters": {"web_search_citations": sources()}});
    for (n, piece) in pieces.iter().enumerate() {
        if n == sources_at {
            event(found.clone());
        }
        event(json!({"choices": [{"index": 0, "delta": {"content": piece}, "finish_reason": null}]}));
    }
    event(json!({"choices": [{"index": 0, "delta": {"content": ""}, "finish_reason": "stop"}]}));
    if sources_at >= pieces.len() {
        event(found);
    }
    events + "data: [DONE]\n\n"
}

async fn streamed_links(pieces: &[&str], sources_at: usize) -> Vec<String> {
    let events = events(pieces, sources_at);
    let server = Server::answering([streamed([events.as_bytes()])]);
    let mut text = open_at(&server).await.cited(CitationStyle::Links);
    let mut rendered = Vec::new();
    while let Some(piece) = text.next().await {
        rendered.push(piece.unwrap());
    }
    assert!(text.next().await.is_none());
    rendered
}

#[tokio::test]
async fn a_stream_gives_links_as_soon_as_they_are_known() {
    let pieces = ["<th", "ink>Hm.</think>", "High", "^1", ",2", "^ and", " low[RE", "F]1[/REF]", "."];
    let rendered = streamed_links(&pieces, 0).await;
    let both = format!("{FIRST}{SECOND} and");
    assert_eq!(rendered, ["High", &both, " low", SECOND, "."]);
}

#[tokio::test]
async fn a_stream_whose_sources_come_last_is_held_back_from_its_first_marker_on() {
    let rendered = streamed_links(&["High", " water^1^", " and", " low^2^."], 9).await;
    assert_eq!(rendered, ["High", " water", &format!("{FIRST} and low{SECOND}.")]);
}

#[tokio::test]
async fn a_stream_without_sources_keeps_its_markers() {
    let events = events(&["High^1", "^."], 9).replace(&sources().to_string(), "[]");
    let server = Server::answering([streamed([events.as_bytes()])]);
    let text = open_at(&server).await.cited(CitationStyle::Footnotes).collect().await.unwrap();
    assert_eq!(text, "High^1^.");
}

proptest! {
    #[test]
    fn wherever_a_text_is_cut_its_rendering_is_the_same(
        text in "(\\^|\\^1\\^|\\^1,2|,|\\.|[0-3]|\\[REF\\]|\\[/REF\\]|\\[RE|`|```|~~~|\n|\\\\|x|High| |é|\\(){0,24}",
        cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..12),
        known_at in any::<prop::sample::Index>(),
    ) {
        let mut places: Vec<usize> = cuts.iter().map(|cut| cut.index(text.len() + 1)).collect();
        places.extend([0, text.len()]);
        places.retain(|place| text.is_char_boundary(*place));
        places.sort_unstable();
        let known_at = known_at.index(places.len());
        for style in [CitationStyle::Links, CitationStyle::Footnotes, CitationStyle::Plain, CitationStyle::Omitted] {
            let mut renderer = CitationRenderer::new(style);
            let mut rendered = String::new();
            for (n, place) in places.windows(2).enumerate() {
                if n == known_at {
                    renderer.set_citations(&pages());
                }
                rendered += &renderer.push(&text[place[0]..place[1]]);
            }
            renderer.set_citations(&pages());
            rendered += &renderer.finish();
            prop_assert_eq!(CitedText::new(&*text, &pages()).render(style), rendered);
        }
        let cited = CitedText::new(&*text, &pages());
        let segments: String = cited.segments().iter().map(|segment| segment.text.as_str()).collect();
        prop_assert_eq!(cited.render(CitationStyle::Omitted), segments);
    }
}
