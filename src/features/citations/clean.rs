//! Plain text from the HTML of search results.

use std::borrow::Cow;

use crate::api::generated::types::WebSearchCitation;

impl WebSearchCitation {
    /// The title as plain text; the URL if there is none.
    ///
    /// ```
    /// use venice_ai::types::WebSearchCitation;
    /// let page: WebSearchCitation = serde_json::from_str(r#"{"title": "Tides &amp; <b>times</b>", "url": "https://tides.example"}"#)?;
    /// assert_eq!(page.plain_title(), "Tides & times");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn plain_title(&self) -> String {
        let title = plain(&self.title);
        if title.is_empty() { self.url.clone() } else { title }
    }

    /// The excerpt as plain text. The API sends HTML; `None` if it sends nothing.
    ///
    /// ```
    /// use venice_ai::types::WebSearchCitation;
    /// let page: WebSearchCitation = serde_json::from_str(r#"{"url": "…", "content": "High water at <strong>10:40</strong> &amp; 22:55"}"#)?;
    /// assert_eq!(page.plain_content().as_deref(), Some("High water at 10:40 & 22:55"));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn plain_content(&self) -> Option<String> {
        self.content.as_deref().map(plain).filter(|text| !text.is_empty())
    }
}

/// A text without tags, with decoded entities and single spaces.
fn plain(html: &str) -> String {
    // Tags first: a decoded entity is not a tag.
    let text = without_tags(html);
    let text = html_escape::decode_html_entities(&text);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn without_tags(html: &str) -> Cow<'_, str> {
    if !html.contains('<') {
        return html.into();
    }
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    // After the last end of a tag there is none to search for, so that the scan stays linear.
    let ends = Ends { tag: html.rfind('>'), comment: html.rfind("-->") };
    while let Some(at) = rest.find('<') {
        text.push_str(&rest[..at]);
        rest = &rest[at..];
        match tag(rest, ends.behind(html.len() - rest.len())) {
            Some((bytes, name)) => {
                // A block-level tag separates words.
                if !WITHIN_WORDS.iter().any(|inline| inline.eq_ignore_ascii_case(name)) {
                    text.push(' ');
                }
                rest = &rest[bytes..];
            }
            None => {
                text.push('<');
                rest = &rest[1..];
            }
        }
    }
    text.push_str(rest);
    text.into()
}

/// Inline tags, which may be inside a word.
const WITHIN_WORDS: [&str; 14] =
    ["a", "abbr", "b", "cite", "code", "em", "font", "i", "mark", "small", "span", "strong", "u", "wbr"];

/// The ends of the last tag and the last comment of a text.
#[derive(Clone, Copy)]
struct Ends {
    tag: Option<usize>,
    comment: Option<usize>,
}

impl Ends {
    /// Those after a position.
    fn behind(self, place: usize) -> Self {
        let behind = |end: &usize| *end > place;
        Self { tag: self.tag.filter(behind), comment: self.comment.filter(behind) }
    }
}

/// The length and the name of the tag at the start of a text. A `<` before anything else is a less-than sign.
fn tag(text: &str, ends: Ends) -> Option<(usize, &str)> {
    if text.starts_with("<!--") {
        let end = ends.comment.and_then(|_| text.find("-->"))?;
        return Some((end + 3, "!--"));
    }
    let name = text[1..].trim_start_matches('/');
    if !name.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '!') {
        return None;
    }
    let end = ends.tag.and_then(|_| text.find('>'))?;
    let name = name.split(|letter: char| letter == '>' || letter == '/' || letter.is_whitespace()).next()?;
    Some((end + 1, name))
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn html_becomes_text() {
        let cases = [
            ("plain", "plain"),
            ("High water at <strong>10:40</strong> &amp; 22:55", "High water at 10:40 & 22:55"),
            ("<p>One.</p><p>Two.<br/>Three.</p>", "One. Two. Three."),
            ("acqua<b>alta</b>", "acquaalta"),
            (
                "it&#39;s &#x201C;high&#x201D; &mdash; &quot;1,2&nbsp;m&quot; caf&eacute;",
                "it's “high” — \"1,2 m\" café",
            ),
            ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
            ("&lt;b&gt; is a tag", "<b> is a tag"),
            ("<!-- a > b -->text", "text"),
            ("<a href=\"https://x.example\">link</a>", "link"),
            ("cut in <stro", "cut in <stro"),
            ("&unknown; &", "&unknown; &"),
            ("  \n ", ""),
        ];
        for (html, text) in cases {
            assert_eq!(plain(html), text, "{html:?}");
        }
    }
}
