//! `closest`: suggestions for a misspelt name, by edit distance.

/// The most suggestions, as the API has.
const MOST: usize = 3;

/// The closest candidates, the closest first.
pub(crate) fn closest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Vec<String> {
    let wanted = folded(name);
    if wanted.is_empty() {
        return Vec::new();
    }
    let mut found: Vec<(usize, &str)> =
        candidates.filter_map(|candidate| Some((distance(&wanted, &folded(candidate))?, candidate))).collect();
    found.sort_unstable();
    found.dedup();
    found.into_iter().take(MOST).map(|(_, candidate)| candidate.to_owned()).collect()
}

/// Case and punctuation are the most common mistakes: `Llama_3.3 70B` means `llama-3.3-70b`.
fn folded(name: &str) -> Vec<char> {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The distance of two names, if they are close: the number of edits, or of missing letters if one is a prefix of the other.
fn distance(wanted: &[char], candidate: &[char]) -> Option<usize> {
    /// A prefix is a likelier mistake than a changed letter.
    const SHORTEST_BEGINNING: usize = 3;
    if wanted.len() >= SHORTEST_BEGINNING && (candidate.starts_with(wanted) || wanted.starts_with(candidate)) {
        let missing = candidate.len().abs_diff(wanted.len());
        return (!candidate.is_empty()).then(|| missing.min(wanted.len() / 3));
    }
    let changes = edits(wanted, candidate);
    (changes <= (wanted.len() / 3).max(1)).then_some(changes)
}

/// The Levenshtein distance.
fn edits(from: &[char], to: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (line, letter) in from.iter().enumerate() {
        let mut diagonal = line;
        let mut left = line + 1;
        for (place, other) in row.iter_mut().skip(1).zip(to) {
            let changed = diagonal + usize::from(letter != other);
            diagonal = *place;
            left = changed.min(diagonal + 1).min(left + 1);
            *place = left;
        }
        if let Some(first) = row.first_mut() {
            *first = line + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const IDS: [&str; 5] = ["llama-3.3-70b", "llama-3.2-3b", "qwen3-4b", "venice-uncensored", "default"];

    fn suggested(name: &str) -> Vec<String> {
        closest(name, IDS.into_iter())
    }

    #[test]
    fn typing_errors_get_suggestions() {
        assert_eq!(suggested("Llama_3.3 70B"), ["llama-3.3-70b", "llama-3.2-3b"], "the closest first");
        assert_eq!(suggested("defualt"), ["default"]);
        assert_eq!(suggested("qwen3"), ["qwen3-4b"]);
        assert_eq!(suggested("llama-3.3-70b-instruct"), ["llama-3.3-70b"]);
        assert_eq!(suggested("llama"), ["llama-3.2-3b", "llama-3.3-70b"]);
    }

    #[test]
    fn unrelated_names_get_no_suggestions() {
        for name in ["", "-", "gpt-9", "o"] {
            assert!(suggested(name).is_empty(), "{name}: {:?}", suggested(name));
        }
    }

    #[test]
    fn edits_are_counted() {
        let edits = |from: &str, to: &str| edits(&from.chars().collect::<Vec<_>>(), &to.chars().collect::<Vec<_>>());
        assert_eq!([edits("", ""), edits("ab", ""), edits("", "ab"), edits("kitten", "sitting")], [0, 2, 2, 3]);
    }
}
