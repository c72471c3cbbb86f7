//! `conditions`: what `#[cfg]` says, as far as it can be known without a compiler.

use quote::ToTokens as _;
use syn::{Attribute, Expr, Lit, Meta, Token, punctuated::Punctuated};

use super::Conditions;

/// The conditions of an item; `None` when it is never compiled. A cargo feature is called by its name.
pub fn conditions(attributes: &[Attribute], test: bool) -> Option<Conditions> {
    let mut found = Conditions::new();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("cfg")) {
        let Ok(meta) = attribute.parse_args::<Meta>() else { continue };
        match decide(&meta, test) {
            Some(true) => {}
            Some(false) => return None,
            None => collect(&meta, test, &mut found),
        }
    }
    Some(found)
}

/// Whether `#[cfg]` leaves something out in every build but that of unit tests.
pub fn is_left_out(attributes: &[Attribute]) -> bool {
    conditions(attributes, false).is_none()
}

/// Whether a condition holds; `None` when that depends on features or the machine.
fn decide(meta: &Meta, test: bool) -> Option<bool> {
    match meta {
        Meta::Path(path) if path.is_ident("test") => Some(test),
        // What documentation and `cargo fuzz` set is set in no build of a user.
        Meta::Path(path) if path.is_ident("docsrs") || path.is_ident("fuzzing") => Some(false),
        Meta::List(list) => {
            let parts: Vec<Option<bool>> = parts(list).iter().map(|part| decide(part, test)).collect();
            if list.path.is_ident("all") {
                if parts.contains(&Some(false)) {
                    Some(false)
                } else {
                    parts.into_iter().collect::<Option<Vec<_>>>().map(|_| true)
                }
            } else if list.path.is_ident("any") {
                if parts.contains(&Some(true)) {
                    Some(true)
                } else {
                    parts.into_iter().collect::<Option<Vec<_>>>().map(|_| false)
                }
            } else {
                parts.into_iter().next()?.map(|holds| !holds)
            }
        }
        _ => None,
    }
}

/// The parts of an `all` one by one, anything else as it is written.
fn collect(meta: &Meta, test: bool, found: &mut Conditions) {
    match meta {
        Meta::List(list) if list.path.is_ident("all") => {
            let open = parts(list).into_iter().filter(|part| decide(part, test).is_none());
            open.for_each(|part| collect(&part, test, found));
        }
        // What the build script sets has a name for the authors of the code; the face says which features set it.
        Meta::Path(path) if !path.is_ident("unix") && !path.is_ident("windows") => {}
        meta => drop(found.insert(shown(meta))),
    }
}

fn shown(meta: &Meta) -> String {
    match meta {
        Meta::NameValue(pair) if pair.path.is_ident("feature") => match &pair.value {
            Expr::Lit(literal) => match &literal.lit {
                Lit::Str(name) => name.value(),
                other => other.to_token_stream().to_string(),
            },
            other => other.to_token_stream().to_string(),
        },
        Meta::List(list) => {
            let name = list.path.to_token_stream();
            format!("{name}({})", parts(list).iter().map(shown).collect::<Vec<_>>().join(", "))
        }
        other => other.to_token_stream().to_string(),
    }
}

fn parts(list: &syn::MetaList) -> Vec<Meta> {
    let parts = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated);
    parts.map(|parts| parts.into_iter().collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(attribute: &str) -> Option<Vec<String>> {
        let item: syn::ItemFn =
            syn::parse_str(&format!("{attribute} fn f() {{}}")).unwrap_or_else(|error| panic!("{error}"));
        conditions(&item.attrs, false).map(|found| found.into_iter().collect())
    }

    #[test]
    fn what_is_never_compiled_has_no_conditions() {
        for never in [
            "any()",
            "test",
            "not(all())",
            "all(feature = \"a\", any())",
            "docsrs",
            "any(test, fuzzing)",
            "not(not(test))",
        ] {
            assert_eq!(of(&format!("#[cfg({never})]")), None, "{never}");
        }
    }

    #[test]
    fn features_are_called_by_their_names() {
        let named = |names: &[&str]| Some(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
        assert_eq!(of(""), named(&[]));
        assert_eq!(of("#[cfg(all())]"), named(&[]));
        assert_eq!(of("#[cfg(all(feature = \"a\", file_lock))]"), named(&["a"]));
        assert_eq!(of("#[cfg(feature = \"b\")] #[cfg(feature = \"a\")]"), named(&["a", "b"]));
        assert_eq!(of("#[cfg(all(feature = \"b\", not(test), unix))]"), named(&["b", "unix"]));
        assert_eq!(of("#[cfg(any(feature = \"a\", not(feature = \"b\")))]"), named(&["any(a, not(b))"]));
    }
}
