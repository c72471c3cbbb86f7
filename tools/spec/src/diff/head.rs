//! What a document says about all of its operations.

use serde_json::{Value, json};
use venice_ai_codegen::document::Place;

use super::rules;
use super::walk::{Node, Pair, Walk, keys};

/// What is compared elsewhere. The version stands at the head of the result, and the title is a word.
const ELSEWHERE: [&str; 5] = ["openapi", "info", "security", "paths", "components"];

impl Walk<'_> {
    /// Compares servers, tags, security schemes, and what stands at a path for all of its operations.
    pub fn head(&mut self) {
        let (old, new) = (self.old, self.new);
        let root = Place::Root;
        let document =
            Pair { old: Node { place: &root, value: &old.plain }, new: Node { place: &root, value: &new.plain } };
        self.rest(document, &ELSEWHERE);
        let empty = json!({});
        let part =
            |document: &'_ Value, pointer: &str| document.pointer(pointer).cloned().unwrap_or_else(|| empty.clone());
        let components = root.key("components");
        let place = components.key("securitySchemes");
        let (before, after) =
            (part(&old.plain, "/components/securitySchemes"), part(&new.plain, "/components/securitySchemes"));
        let schemes = Pair { old: Node { place: &place, value: &before }, new: Node { place: &place, value: &after } };
        for name in keys(&before, &after) {
            let both = before.get(name).is_some() && after.get(name).is_some();
            let rule = if both { rules::SECURITY_SCHEME } else { rules::SCHEME_UNUSED };
            self.member(rule, "security scheme", schemes, name);
        }
        let place = root.key("paths");
        let (before, after) = (part(&old.plain, "/paths"), part(&new.plain, "/paths"));
        for path in keys(&before, &after).filter(|path| before.get(path).is_some() && after.get(path).is_some()) {
            let place = place.key(path);
            let item = Pair {
                old: Node { place: &place, value: &before[path] },
                new: Node { place: &place, value: &after[path] },
            };
            self.rest(item, &venice_ai_codegen::document::METHODS);
        }
    }

    fn rest(&mut self, pair: Pair<'_>, known: &[&str]) {
        for key in keys(pair.old.value, pair.new.value).filter(|key| !known.contains(key)) {
            let rule = if key == "servers" { rules::SERVER } else { rules::NOT_GENERATED };
            self.member(rule, key, pair, key);
        }
    }
}
