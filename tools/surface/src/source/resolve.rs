//! `Target`: what a path leads to, through `use` declarations.

use syn::{Item, UseTree, Visibility};

use super::Crate;

/// Paths that lead to paths; more than that is a circle.
const LONGEST_CHAIN: usize = 16;

/// What a path leads to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// A module, by its number.
    Module(usize),
    /// An item of a module, by the numbers of both.
    Item(usize, usize),
    /// Something of another crate, by its whole path.
    External(Vec<String>),
}

/// A name that a `use` declares, and the path behind it. `*` stands for all names.
pub struct Import {
    pub name: String,
    pub path: Vec<String>,
}

/// The names that a `use` declares.
pub fn imports(tree: &UseTree) -> Vec<Import> {
    fn walk(tree: &UseTree, path: &mut Vec<String>, found: &mut Vec<Import>) {
        match tree {
            UseTree::Path(below) => {
                path.push(below.ident.to_string());
                walk(&below.tree, path, found);
                path.pop();
            }
            UseTree::Name(name) if name.ident == "self" => {
                found.push(Import { name: path.last().cloned().unwrap_or_default(), path: path.clone() });
            }
            UseTree::Name(name) => {
                let name = name.ident.to_string();
                found.push(Import { path: path.iter().chain([&name]).cloned().collect(), name });
            }
            UseTree::Rename(rename) => {
                let of = rename.ident.to_string();
                let whole = path.iter().cloned().chain((of != "self").then_some(of)).collect();
                found.push(Import { name: rename.rename.to_string(), path: whole });
            }
            UseTree::Glob(_) => found.push(Import { name: "*".to_owned(), path: path.clone() }),
            UseTree::Group(group) => group.items.iter().for_each(|tree| walk(tree, path, found)),
        }
    }
    let mut found = Vec::new();
    walk(tree, &mut Vec::new(), &mut found);
    found
}

/// The name of an item.
pub fn name(item: &Item) -> Option<String> {
    let ident = match item {
        Item::Const(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::Fn(item) => &item.sig.ident,
        Item::Mod(item) => &item.ident,
        Item::Static(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::Type(item) => &item.ident,
        Item::Union(item) => &item.ident,
        _ => return None,
    };
    Some(ident.to_string())
}

/// Whether an item is `pub`.
pub fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

impl Crate {
    /// The items that a path in a module leads to: none, or one per namespace.
    pub fn resolve(&self, module: usize, path: &[String]) -> Vec<Target> {
        self.follow(module, path, 0)
    }

    fn follow(&self, module: usize, path: &[String], depth: usize) -> Vec<Target> {
        let Some((first, rest)) = path.split_first() else { return Vec::new() };
        let start = match first.as_str() {
            "crate" => vec![Target::Module(0)],
            "self" => vec![Target::Module(module)],
            "super" => vec![Target::Module(self.modules[module].parent)],
            name => self.named(module, name, depth + 1),
        };
        let mut targets = if start.is_empty() { vec![Target::External(vec![first.clone()])] } else { start };
        for name in rest {
            targets = targets
                .into_iter()
                .flat_map(|target| match target {
                    Target::Module(module) if name == "super" => vec![Target::Module(self.modules[module].parent)],
                    Target::Module(module) => self.named(module, name, depth + 1),
                    Target::Item(..) => Vec::new(),
                    Target::External(mut path) => {
                        path.push(name.clone());
                        vec![Target::External(path)]
                    }
                })
                .collect();
        }
        // Only the root of a crate is called `crate`; what is not found below it is in a part of the crate that was not read.
        if targets.is_empty() && first == "crate" && self.modules[0].items.iter().all(|placed| placed.generated) {
            targets.push(Target::External(path.to_vec()));
        }
        targets
    }

    /// What a name means in a module.
    fn named(&self, module: usize, wanted: &str, depth: usize) -> Vec<Target> {
        let mut found = Vec::new();
        let mut globs = Vec::new();
        if depth > LONGEST_CHAIN {
            return found;
        }
        for (index, placed) in self.modules[module].items.iter().enumerate() {
            if let Item::Use(item) = &placed.item {
                for import in imports(&item.tree) {
                    if import.name == "*" {
                        globs.push(import.path);
                    } else if import.name == wanted {
                        // `use serde;` declares what it names.
                        let targets = if import.path == [wanted] {
                            vec![Target::External(import.path)]
                        } else {
                            self.follow(module, &import.path, depth + 1)
                        };
                        found.extend(targets);
                    }
                }
            } else if name(&placed.item).as_deref() == Some(wanted) {
                found.push(placed.module.map_or(Target::Item(module, index), Target::Module));
            }
        }
        if found.is_empty() {
            for path in globs {
                for target in self.follow(module, &path, depth + 1) {
                    if let Target::Module(below) = target
                        && below != module
                    {
                        found.extend(self.named(below, wanted, depth + 1));
                    }
                }
            }
        }
        found.sort();
        found.dedup();
        found
    }
}
