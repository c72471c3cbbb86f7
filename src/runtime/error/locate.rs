//! `unexpected`, `path_at`: the JSON path of a position in a document.
//!
//! A failing decoder reports line and column. This maps them to the path of the value, so that no path-tracking decoder has to be compiled
//! for every type.

/// The message for JSON of an unexpected form, without any of its values, and the path.
pub(crate) fn unexpected(what: &str, json: &[u8], error: &serde_json::Error) -> (String, Option<String>) {
    let path = path_at(json, error.line(), error.column());
    let place = path.as_deref().map(|path| format!(" at `{path}`")).unwrap_or_default();
    let problem = crate::runtime::text::without_values(&error.to_string());
    (format!("{what} is not what was expected{place}: {problem}"), path)
}

/// The path of the innermost value at `line` and `column` (both from 1, in bytes, as in `serde_json`): `data[3].id`. `None` if the position
/// is in the outermost value, or outside.
fn path_at(json: &[u8], line: usize, column: usize) -> Option<String> {
    let offset = offset_of(json, line, column)?;
    let mut walk = Walk { json, at: 0, target: offset, path: Vec::new() };
    walk.value(0);
    let mut path = String::new();
    for segment in &walk.path {
        match segment {
            Segment::Index(index) => path.push_str(&format!("[{index}]")),
            Segment::Key(key) => {
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(key);
            }
        }
    }
    (!path.is_empty()).then_some(path)
}

/// The number of bytes up to and including the position.
pub(crate) fn offset_of(json: &[u8], line: usize, column: usize) -> Option<usize> {
    let mut start = 0;
    for _ in 1..line {
        start += memchr::memchr(b'\n', json.get(start..)?)? + 1;
    }
    (line > 0).then_some((start + column).min(json.len()))
}

enum Segment {
    Key(String),
    Index(usize),
}

/// Parses a document up to a position, with the path to it on the stack.
struct Walk<'a> {
    json: &'a [u8],
    at: usize,
    target: usize,
    path: Vec<Segment>,
}

impl Walk<'_> {
    /// Parses a value; `true` if the target was reached in it.
    fn value(&mut self, depth: usize) -> bool {
        /// The nesting limit of `serde_json`.
        const DEEPEST: usize = 128;
        self.skip_space();
        match self.peek() {
            // An unexpected container is reported at its start.
            Some(b'{' | b'[') if self.reached() => true,
            Some(b'{') if depth < DEEPEST => self.container(b'}', depth),
            Some(b'[') if depth < DEEPEST => self.container(b']', depth),
            Some(b'"') => {
                self.string();
                self.reached()
            }
            Some(_) => {
                self.scalar();
                self.reached()
            }
            None => true,
        }
    }

    /// The members of an object or the items of an array, up to its `end`.
    fn container(&mut self, end: u8, depth: usize) -> bool {
        self.at += 1;
        let mut index = 0;
        loop {
            self.skip_space();
            let segment = match self.peek() {
                Some(byte) if byte == end => {
                    self.at += 1;
                    return self.reached();
                }
                Some(b',') => {
                    self.at += 1;
                    continue;
                }
                Some(_) if end == b']' => Segment::Index(index),
                Some(b'"') => {
                    let key = self.string();
                    // An error at the key itself is one of the object.
                    if self.reached() {
                        return true;
                    }
                    self.skip_space();
                    if self.peek() == Some(b':') {
                        self.at += 1;
                    }
                    Segment::Key(key)
                }
                _ => return true,
            };
            self.path.push(segment);
            if self.value(depth + 1) {
                return true;
            }
            self.path.pop();
            index += 1;
        }
    }

    /// Parses a string and returns it without its quotes. Escapes are kept: the path is for people.
    fn string(&mut self) -> String {
        self.at += 1;
        let start = self.at;
        while let Some(byte) = self.peek() {
            match byte {
                b'\\' => self.at += 2,
                b'"' => break,
                _ => self.at += 1,
            }
        }
        let text = self.json.get(start..self.at).unwrap_or_default();
        self.at += 1;
        String::from_utf8_lossy(text).into_owned()
    }

    fn scalar(&mut self) {
        let start = self.at;
        while self.peek().is_some_and(|byte| !b",]}: \t\r\n".contains(&byte)) {
            self.at += 1;
        }
        // Skip an unexpected byte.
        self.at = self.at.max(start + 1);
    }

    fn reached(&self) -> bool {
        self.at >= self.target
    }

    fn peek(&self) -> Option<u8> {
        self.json.get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while self.peek().is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::de::{self, Deserialize, DeserializeOwned, Deserializer, MapAccess};

    use super::path_at;

    /// The path of the first error in `json`, found by position.
    fn found<T: DeserializeOwned>(json: &str) -> Option<String> {
        let error = serde_json::from_str::<T>(json).err()?;
        assert!(error.is_data(), "{error}");
        path_at(json.as_bytes(), error.line(), error.column())
    }

    /// The same from a path-tracking decoder.
    fn tracked<T: DeserializeOwned>(json: &str) -> Option<String> {
        let decoder = &mut serde_json::Deserializer::from_str(json);
        let error = serde_path_to_error::deserialize::<_, T>(decoder).err()?;
        Some(error.path().to_string()).filter(|path| path != ".")
    }

    /// An object that requires the field `id`.
    struct Thing;

    impl<'de> Deserialize<'de> for Thing {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            struct Visitor;
            impl<'de> de::Visitor<'de> for Visitor {
                type Value = Thing;

                fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    f.write_str("a thing")
                }

                fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Thing, A::Error> {
                    let mut id = None;
                    while let Some(key) = map.next_key::<String>()? {
                        match &*key {
                            "id" => id = Some(map.next_value::<u8>()?),
                            _ => drop(map.next_value::<de::IgnoredAny>()?),
                        }
                    }
                    id.map(|_| Thing).ok_or_else(|| de::Error::missing_field("id"))
                }
            }
            deserializer.deserialize_map(Visitor)
        }
    }

    type Table = BTreeMap<String, Vec<BTreeMap<String, u64>>>;

    #[test]
    fn the_path_is_the_one_that_a_tracking_decoder_finds() {
        for json in [
            r#"{"data":[{"a":1},{"a":1,"b":"x"}]}"#,
            r#"{"data":[{"a":1},{"a":-1}]}"#,
            r#"{"data":[{"a":1.5}]}"#,
            r#"{"data":[{"a":null}]}"#,
            r#"{"data":[{"a":true , "b":2}]}"#,
            r#"{"data":[{"a":{"b":[1,2]}}]}"#,
            r#"{"data":[{"a":[{"b":1}]}]}"#,
            r#"{"data":[{"a":"quotes \" and } and ] in \\"}]}"#,
            r#"{"data":[{"a":"é…"}]}"#,
            r#"{"data":[[1]]}"#,
            r#"{"data":["x"]}"#,
            r#"{"data":[7]}"#,
            r#"{"data":"x"}"#,
            r#"{"data":{}}"#,
            r#"{"first":[],"da\"ta":[]  ,"other":[{"x y":"z"}]}"#,
            "{\n  \"data\": [\n    {\n      \"a\": 1\n    },\n    {\n      \"a\": \"two\"\n    }\n  ]\n}",
            "{\r\n\"data\":\t[ { \"a\" : \"x\" } ]}",
            r#"[1]"#,
            r#""text""#,
            "17",
        ] {
            assert_eq!(found::<Table>(json), tracked::<Table>(json), "{json}");
            assert!(serde_json::from_str::<Table>(json).is_err());
        }
    }

    #[test]
    fn a_missing_field_has_the_path_of_its_object() {
        for json in [
            r#"{"a":{"id":1},"b":{"name":{"id":2}},"c":{"id":3}}"#,
            r#"{"a":{"id":1},"b":{ }}"#,
            "{\"a\":{\"x\":[{}]\n  }}",
            r#"{"a":{"id":256}}"#,
            r#"{"a":{"x":[{"y":"}"}],"id":[]}}"#,
        ] {
            type Things = BTreeMap<String, Thing>;
            assert_eq!(found::<Things>(json), tracked::<Things>(json), "{json}");
        }
        assert_eq!(found::<Thing>(r#"{"x":1}"#), None, "the document as a whole");
        assert_eq!(found::<Vec<Vec<Thing>>>(r#"[[{"id":1},{}]]"#).as_deref(), Some("[0][1]"));
    }

    #[test]
    fn no_position_in_any_document_panics() {
        let texts = [r#"{"a":[1,{"b":"\u00e9\""}],"c":nul}"#, "{\"a\":", "[[[", "", "\"\\", "{]}", "}", ":,"];
        for text in texts {
            for line in 0..3 {
                for column in 0..text.len() + 3 {
                    path_at(text.as_bytes(), line, column);
                }
            }
        }
        let deep = "[".repeat(100_000);
        path_at(deep.as_bytes(), 1, deep.len());
    }
}
