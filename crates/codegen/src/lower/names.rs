//! Names in Rust's cases, made from names on the wire.

/// `api_keys`, `apiKeys` and `api-keys` give `ApiKeys`; runs of capitals count as one word (`USD` gives `Usd`).
pub fn pascal(text: &str) -> String {
    words(text).iter().map(|word| capitalise(word)).collect()
}

/// `apiKeys` gives `api_keys`.
pub fn snake(text: &str) -> String {
    words(text).join("_")
}

/// `createApiKey` gives `CREATE_API_KEY`.
pub fn screaming(text: &str) -> String {
    snake(text).to_ascii_uppercase()
}

/// Methods that every request type may have: a setter of that name would be a second one.
const METHODS: [&str; 2] = ["new", "validate"];

/// Whether Rust has the word for itself. `gen` is reserved since the edition of 2024, which `syn` does not go by.
pub fn is_reserved(name: &str) -> bool {
    name == "gen" || syn::parse_str::<syn::Ident>(name).is_err()
}

/// The Rust name of a member: `type` gives `type_`, `2x` gives `x2x`.
pub fn member(wire: &str) -> String {
    let mut name = snake(wire);
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
        name.insert(0, 'x');
    }
    if METHODS.contains(&name.as_str()) || is_reserved(&name) {
        name.push('_');
    }
    name
}

fn capitalise(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map(|first| first.to_ascii_uppercase().to_string() + chars.as_str()).unwrap_or_default()
}

/// Lower-case words: split at anything that is not a letter or digit, and where a capital starts a word.
pub fn words(text: &str) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    for (index, &c) in chars.iter().enumerate() {
        if !c.is_ascii_alphanumeric() {
            if !word.is_empty() {
                words.push(std::mem::take(&mut word));
            }
            continue;
        }
        let previous = index.checked_sub(1).and_then(|index| chars.get(index));
        let next = chars.get(index + 1);
        let starts = c.is_ascii_uppercase()
            && (previous.is_some_and(char::is_ascii_lowercase)
                || (previous.is_some_and(|p| p.is_ascii_uppercase() || p.is_ascii_digit())
                    && next.is_some_and(char::is_ascii_lowercase)));
        if starts && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        word.push(c.to_ascii_lowercase());
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// The English singular of a field name that holds a list, as far as spelling shows it.
pub fn singular(text: &str) -> String {
    if let Some(stem) = text.strip_suffix("ies") {
        return format!("{stem}y");
    }
    for ending in ["sses", "xes", "ches", "shes"] {
        if text.ends_with(ending) {
            return text[..text.len() - 2].to_owned();
        }
    }
    match text.strip_suffix('s') {
        Some(stem) if !stem.ends_with('s') && !stem.ends_with('u') && stem.len() > 2 => stem.to_owned(),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_split_at_capitals_and_signs() {
        assert_eq!(words("last6Chars"), ["last6", "chars"]);
        assert_eq!(words("supportsE2EE"), ["supports", "e2ee"]);
        assert_eq!(pascal("USD"), "Usd");
        assert_eq!(pascal("x402Wallet"), "X402Wallet");
        assert_eq!(screaming("createApiKey"), "CREATE_API_KEY");
    }

    #[test]
    fn a_member_is_never_called_like_a_word_of_rust_or_a_method() {
        for (wire, name) in [
            ("type", "type_"),
            ("new", "new_"),
            ("gen", "gen_"),
            ("validate", "validate_"),
            ("2x", "x2x"),
            ("maxSize", "max_size"),
        ] {
            assert_eq!(member(wire), name);
        }
    }

    #[test]
    fn singulars() {
        for (many, one) in [
            ("categories", "category"),
            ("styles", "style"),
            ("boxes", "box"),
            ("status", "status"),
            ("address", "address"),
        ] {
            assert_eq!(singular(many), one);
        }
    }
}
