//! The floors of `src/`, as ARCHITECTURE.md has them: no file uses what is above it.

#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use quote::ToTokens as _;

/// The floors that have an order, from bottom to top.
const FLOORS: [&str; 3] = ["runtime", "api", "features"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// A module, as the names that lead to it.
type Module = Vec<String>;

/// The modules that a file uses.
#[derive(Debug)]
struct File {
    path: PathBuf,
    module: Module,
    uses: BTreeSet<Module>,
}

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

fn module_of(path: &Path) -> Module {
    let below = path.strip_prefix(root().join("src")).unwrap().with_extension("");
    let mut names: Module = below.iter().map(|name| name.to_str().unwrap().to_owned()).collect();
    names.pop_if(|last| ["mod", "lib"].contains(&last.as_str()));
    names
}

/// Test modules may use what they like.
fn is_test(item: &syn::Item) -> bool {
    let attributes = match item {
        syn::Item::Mod(item) => &item.attrs,
        syn::Item::Use(item) => &item.attrs,
        syn::Item::Fn(item) => &item.attrs,
        syn::Item::Impl(item) => &item.attrs,
        _ => return false,
    };
    attributes.iter().any(|attribute| attribute.to_token_stream().to_string() == "# [cfg (test)]")
}

/// All paths of an item that begin with `crate` or `super`, in `use` trees, in code and in macros. `module` is where the item is.
fn paths(item: &syn::Item, module: &Module, found: &mut BTreeSet<Module>) {
    if let syn::Item::Mod(inner) = item
        && let Some((_, items)) = &inner.content
    {
        let mut module = module.clone();
        module.push(inner.ident.to_string());
        items.iter().filter(|item| !is_test(item)).for_each(|item| paths(item, &module, found));
        return;
    }
    walk(item.to_token_stream(), module, found);
}

fn walk(stream: impl quote::ToTokens, module: &Module, found: &mut BTreeSet<Module>) {
    let mut rest = stream.into_token_stream().into_iter().peekable();
    while let Some(token) = rest.next() {
        match token {
            proc_macro2::TokenTree::Group(group) => walk(group.stream(), module, found),
            proc_macro2::TokenTree::Ident(ident) if ident == "crate" => tree(&mut rest, Module::new(), found),
            proc_macro2::TokenTree::Ident(ident) if ident == "super" => {
                tree(&mut rest, module[..module.len().saturating_sub(1)].to_vec(), found);
            }
            _ => {}
        }
    }
}

type Tokens = std::iter::Peekable<proc_macro2::token_stream::IntoIter>;

/// What follows `crate` or `super`: names and, in a `use`, groups of them.
fn tree(rest: &mut Tokens, mut path: Module, found: &mut BTreeSet<Module>) {
    loop {
        let colon = |token: Option<&proc_macro2::TokenTree>| matches!(token, Some(proc_macro2::TokenTree::Punct(punct)) if punct.as_char() == ':');
        if !colon(rest.peek()) {
            break;
        }
        rest.next();
        if !colon(rest.peek()) {
            break;
        }
        rest.next();
        match rest.peek() {
            Some(proc_macro2::TokenTree::Ident(ident)) if *ident == "super" => {
                path.pop();
                rest.next();
            }
            Some(proc_macro2::TokenTree::Ident(ident)) => {
                path.push(ident.to_string());
                rest.next();
            }
            Some(proc_macro2::TokenTree::Group(group)) => {
                let mut inner = group.stream().into_iter().peekable();
                while let Some(token) = inner.next() {
                    if let proc_macro2::TokenTree::Ident(ident) = token
                        && ident != "as"
                    {
                        let mut path = path.clone();
                        if ident != "self" {
                            path.push(ident.to_string());
                        }
                        tree(&mut inner, path, found);
                    }
                }
                return;
            }
            _ => break,
        }
    }
    found.insert(path);
}

fn files() -> Vec<File> {
    let mut found = Vec::new();
    rust_files(&root().join("src"), &mut found);
    let is_of_tests = |path: &PathBuf| path.iter().any(|name| name == "tests" || name == "tests.rs");
    found.retain(|path| !is_of_tests(path));
    let read = |path: PathBuf| {
        let module = module_of(&path);
        let file = syn::parse_file(&fs::read_to_string(&path).unwrap()).unwrap();
        let mut uses = BTreeSet::new();
        file.items.iter().filter(|item| !is_test(item)).for_each(|item| paths(item, &module, &mut uses));
        File { path, module, uses }
    };
    found.into_iter().map(read).collect()
}

/// The rooms of `src/runtime` in the order of ARCHITECTURE.md: those of one line may not use each other's later lines.
fn order() -> BTreeMap<String, usize> {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let (_, after) = text.split_once("```text\n").unwrap();
    let (block, _) = after.split_once("```").unwrap();
    block.split_whitespace().enumerate().map(|(place, room)| (room.to_owned(), place)).collect()
}

/// The floor and the room of a module.
fn room(module: &[String]) -> Option<(usize, &str)> {
    let floor = FLOORS.iter().position(|floor| module.first().is_some_and(|first| first == floor))?;
    Some((floor, module.get(1).map_or("", String::as_str)))
}

#[test]
fn each_room_of_the_runtime_has_a_place() {
    let listed: BTreeSet<String> = order().into_keys().collect();
    let rooms = fs::read_dir(root().join("src/runtime")).unwrap();
    let rooms = rooms.map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned());
    assert_eq!(rooms.filter(|room| room != "mod").collect::<BTreeSet<_>>(), listed);
}

#[test]
fn no_file_uses_what_is_above_it() {
    let order = order();
    let mut upward = Vec::new();
    for File { path, module, uses } in files() {
        let Some(own) = room(&module) else { continue };
        for used in &uses {
            let Some(other) = room(used) else { continue };
            let is_above = other.0 > own.0
                || own.0 == 0 && other.0 == 0 && order.get(other.1).zip(order.get(own.1)).is_some_and(|(a, b)| a > b);
            if is_above {
                upward.push(format!("{} uses {}", path.display(), used.join("::")));
            }
        }
    }
    assert!(upward.is_empty(), "{} uses lead upward:\n{}", upward.len(), upward.join("\n"));
}

#[test]
fn no_path_leads_through_the_face() {
    let mut through = Vec::new();
    for File { path, module, uses } in files() {
        let begins_at_a_floor = |used: &Module| used.first().is_none_or(|first| FLOORS.contains(&first.as_str()));
        let strange = uses.iter().filter(|used| !module.is_empty() && !begins_at_a_floor(used));
        through.extend(strange.map(|used| format!("{} uses {}", path.display(), used.join("::"))));
    }
    assert!(through.is_empty(), "these go through src/lib.rs:\n{}", through.join("\n"));
}

#[test]
fn a_path_is_found_wherever_it_stands() {
    let code = "use crate::runtime::{error::Error, meta::{self, Meta}};\n\
                fn f() { crate::api::chat::x(super::y::Z, super::super::W) }\n\
                macro_rules! m { () => { $crate::features::jobs::J } }\n\
                #[cfg(test)] mod tests { use crate::features::tools; }";
    let file = syn::parse_file(code).unwrap();
    let module: Module = ["runtime", "call", "flow"].map(str::to_owned).into();
    let mut found = BTreeSet::new();
    file.items.iter().filter(|item| !is_test(item)).for_each(|item| paths(item, &module, &mut found));
    let found: Vec<String> = found.iter().map(|path| path.join("::")).collect();
    let expected = [
        "api::chat::x",
        "features::jobs::J",
        "runtime::W",
        "runtime::call::y::Z",
        "runtime::error::Error",
        "runtime::meta",
        "runtime::meta::Meta",
    ];
    assert_eq!(found, expected);
}
