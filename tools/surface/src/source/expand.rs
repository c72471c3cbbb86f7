//! `Macro`: one rule of a `macro_rules!` macro, matched and expanded as far as macros that make items need it.

use std::collections::BTreeMap;

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::{ToTokens as _, TokenStreamExt as _};
use syn::parse::{ParseStream, Parser as _, discouraged::Speculative as _};

/// A rule: what it matches, and what it makes of that.
#[derive(Debug)]
pub struct Macro {
    pattern: Vec<Pattern>,
    body: TokenStream,
}

#[derive(Debug)]
enum Pattern {
    Token(String),
    Group(Delimiter, Vec<Pattern>),
    /// `$name:kind`.
    Fragment(String, String),
    /// `$(…)` with what stands between two of them, and whether it is there once at most.
    Repeat(Vec<Pattern>, Option<String>, bool),
}

/// What a name of a pattern matched.
#[derive(Clone, Debug)]
enum Bound {
    One(TokenStream),
    Many(Vec<Bound>),
}

type Bounds = BTreeMap<String, Bound>;
type Tokens = std::iter::Peekable<proc_macro2::token_stream::IntoIter>;

impl Macro {
    /// The rules of a macro.
    pub fn parse(rules: TokenStream) -> Vec<Self> {
        let groups: Vec<Group> = rules
            .into_iter()
            .filter_map(|token| match token {
                TokenTree::Group(group) => Some(group),
                _ => None,
            })
            .collect();
        let rule = |pair: &[Group]| Self { pattern: patterns(pair[0].stream()), body: pair[1].stream() };
        groups.chunks_exact(2).map(rule).collect()
    }

    /// What the rule makes of the arguments; `None` when it does not match them.
    pub fn expand(&self, arguments: TokenStream) -> Option<TokenStream> {
        let bounds = (|input: ParseStream<'_>| matched(&self.pattern, input)).parse2(arguments).ok()?;
        Some(filled(self.body.clone(), &bounds))
    }
}

fn patterns(stream: TokenStream) -> Vec<Pattern> {
    let mut rest = stream.into_iter().peekable();
    let mut found = Vec::new();
    while let Some(token) = rest.next() {
        found.push(match token {
            TokenTree::Punct(punct) if punct.as_char() == '$' => match rest.next() {
                Some(TokenTree::Group(group)) => {
                    let (between, once) = repetition(&mut rest);
                    Pattern::Repeat(patterns(group.stream()), between, once)
                }
                Some(name) => {
                    rest.next();
                    Pattern::Fragment(name.to_string(), rest.next().map(|kind| kind.to_string()).unwrap_or_default())
                }
                None => break,
            },
            TokenTree::Group(group) => Pattern::Group(group.delimiter(), patterns(group.stream())),
            other => Pattern::Token(other.to_string()),
        });
    }
    found
}

/// What follows a repeated group: what stands between two of them, and whether there is one at most.
fn repetition(rest: &mut Tokens) -> (Option<String>, bool) {
    let mut between = None;
    for token in rest.by_ref() {
        match token.to_string().as_str() {
            "*" | "+" => break,
            "?" => return (between, true),
            other => between = Some(between.unwrap_or_default() + other),
        }
    }
    (between, false)
}

fn matched(patterns: &[Pattern], input: ParseStream<'_>) -> syn::Result<Bounds> {
    let mut bounds = Bounds::new();
    for pattern in patterns {
        match pattern {
            Pattern::Token(expected) => token(input, expected)?,
            Pattern::Group(delimiter, inner) => {
                let group: Group = input.parse()?;
                if group.delimiter() != *delimiter {
                    return Err(input.error("another delimiter"));
                }
                bounds.extend((|input: ParseStream<'_>| matched(inner, input)).parse2(group.stream())?);
            }
            Pattern::Fragment(name, kind) => drop(bounds.insert(name.clone(), Bound::One(fragment(kind, input)?))),
            Pattern::Repeat(inner, between, once) => {
                let mut rounds = Vec::new();
                while !input.is_empty() {
                    let ahead = input.fork();
                    let separated =
                        rounds.is_empty() || between.as_ref().is_none_or(|expected| token(&ahead, expected).is_ok());
                    let Some(round) = separated.then(|| matched(inner, &ahead).ok()).flatten() else { break };
                    input.advance_to(&ahead);
                    rounds.push(round);
                    if *once {
                        break;
                    }
                }
                let mut names = Vec::new();
                self::names(inner, &mut names);
                for name in names {
                    let of_round = |round: &Bounds| round.get(&name).cloned();
                    bounds.insert(name.clone(), Bound::Many(rounds.iter().filter_map(of_round).collect()));
                }
            }
        }
    }
    Ok(bounds)
}

fn names(patterns: &[Pattern], found: &mut Vec<String>) {
    for pattern in patterns {
        match pattern {
            Pattern::Fragment(name, _) => found.push(name.clone()),
            Pattern::Group(_, inner) | Pattern::Repeat(inner, ..) => names(inner, found),
            Pattern::Token(_) => {}
        }
    }
}

fn token(input: ParseStream<'_>, expected: &str) -> syn::Result<()> {
    let mut read = String::new();
    while read.len() < expected.len() {
        read += &input.parse::<TokenTree>()?.to_string();
    }
    if read == expected { Ok(()) } else { Err(input.error("another token")) }
}

fn fragment(kind: &str, input: ParseStream<'_>) -> syn::Result<TokenStream> {
    Ok(match kind {
        "ident" => input.call(<proc_macro2::Ident as syn::ext::IdentExt>::parse_any)?.into_token_stream(),
        "ty" => input.parse::<syn::Type>()?.into_token_stream(),
        "path" => input.parse::<syn::Path>()?.into_token_stream(),
        "expr" => input.parse::<syn::Expr>()?.into_token_stream(),
        "literal" => input.parse::<syn::Lit>()?.into_token_stream(),
        "vis" => input.parse::<syn::Visibility>()?.into_token_stream(),
        "item" => input.parse::<syn::Item>()?.into_token_stream(),
        "block" => input.parse::<syn::Block>()?.into_token_stream(),
        "meta" => input.parse::<syn::Meta>()?.into_token_stream(),
        "lifetime" => input.parse::<syn::Lifetime>()?.into_token_stream(),
        "tt" => input.parse::<TokenTree>()?.into(),
        _ => return Err(input.error("a kind of fragment that is not supported")),
    })
}

/// The body with what was matched in the place of names.
fn filled(body: TokenStream, bounds: &Bounds) -> TokenStream {
    let mut rest = body.into_iter().peekable();
    let mut out = TokenStream::new();
    while let Some(token) = rest.next() {
        match token {
            TokenTree::Punct(punct) if punct.as_char() == '$' => match rest.next() {
                Some(TokenTree::Group(group)) => {
                    let (between, _) = repetition(&mut rest);
                    let between: TokenStream = between.and_then(|between| between.parse().ok()).unwrap_or_default();
                    for (index, round) in rounds(&group, bounds).into_iter().enumerate() {
                        if index > 0 {
                            out.extend(between.clone());
                        }
                        out.extend(filled(group.stream(), &round));
                    }
                }
                Some(name) => match bounds.get(&name.to_string()) {
                    Some(Bound::One(tokens)) => out.extend(tokens.clone()),
                    // `$crate`.
                    _ => out.append(name),
                },
                None => {}
            },
            TokenTree::Group(group) => out.append(Group::new(group.delimiter(), filled(group.stream(), bounds))),
            other => out.append(other),
        }
    }
    out
}

/// What the names of a repeated group are in each of its rounds.
fn rounds(group: &Group, bounds: &Bounds) -> Vec<Bounds> {
    let mut used = Vec::new();
    uses(group.stream(), &mut used);
    let repeated = |name: &String| matches!(bounds.get(name), Some(Bound::Many(_)));
    used.retain(repeated);
    let length = used.iter().filter_map(|name| match &bounds[name] {
        Bound::Many(rounds) => Some(rounds.len()),
        Bound::One(_) => None,
    });
    let round = |index: usize| {
        let mut own = bounds.clone();
        for name in &used {
            if let Some(Bound::Many(rounds)) = bounds.get(name)
                && let Some(bound) = rounds.get(index)
            {
                own.insert(name.clone(), bound.clone());
            }
        }
        own
    };
    (0..length.max().unwrap_or_default()).map(round).collect()
}

fn uses(stream: TokenStream, found: &mut Vec<String>) {
    let mut rest = stream.into_iter().peekable();
    while let Some(token) = rest.next() {
        match (token, rest.peek()) {
            (TokenTree::Punct(punct), Some(TokenTree::Ident(name))) if punct.as_char() == '$' => {
                found.push(name.to_string())
            }
            (TokenTree::Group(group), _) => uses(group.stream(), found),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expanded(rules: &str, arguments: &str) -> Option<String> {
        let tokens = |text: &str| text.parse::<TokenStream>().unwrap_or_else(|error| panic!("{error}"));
        let rules = Macro::parse(tokens(rules));
        rules.iter().find_map(|rule| rule.expand(tokens(arguments))).map(|made| made.to_string().replace(' ', ""))
    }

    fn plain(text: &str) -> Option<String> {
        Some(text.replace(' ', ""))
    }

    #[test]
    fn repeated_fragments_are_filled_in() {
        let rules = "($($name:ty),* $(,)?) => {$(impl Part for $name { fn f() { $crate::g() } })*};";
        let made = expanded(rules, "Vec<u8>, &str,");
        assert_eq!(
            made,
            plain("impl Part for Vec<u8> { fn f() { crate::g() } } impl Part for &str { fn f() { crate::g() } }")
        );
    }

    #[test]
    fn what_is_matched_once_is_filled_into_each_round() {
        let rules = "($make:expr => $request:ty: $($image:ty),*) => {$(impl From<$image> for $request { fn f() { $make(1) } })*}";
        let made = expanded(rules, "cut => Cut: u8, String");
        assert_eq!(
            made,
            plain("impl From<u8> for Cut { fn f() { cut(1) } } impl From<String> for Cut { fn f() { cut(1) } }")
        );
    }

    #[test]
    fn groups_and_further_rules_are_tried() {
        let rules = "($name:ident { $($value:ident = $wire:literal,)* }) => { const $name: &[&str] = &[$($wire),*]; }; ($name:ident) => { struct $name; }";
        assert_eq!(
            expanded(rules, "KNOWN { A = \"a\", B = \"b\", }"),
            plain("const KNOWN: &[&str] = &[\"a\", \"b\"];")
        );
        assert_eq!(expanded(rules, "Wick"), plain("struct Wick;"));
        assert_eq!(expanded(rules, "1"), None);
    }
}
