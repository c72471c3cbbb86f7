//! `Crate`: the modules of a crate as the compiler reads them, without compiling it: files by `mod`, `#[cfg]` applied, macros expanded.

mod conditions;
mod expand;
mod resolve;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use syn::Item;
use venice_ai_codegen::Error;

pub use conditions::{conditions, is_left_out};
pub use resolve::{Target, imports, is_public, name};

use self::expand::Macro;

/// The cargo features and other conditions under which something is compiled.
pub type Conditions = BTreeSet<String>;

/// A crate's modules; the first one is its root.
#[derive(Debug, Default)]
pub struct Crate {
    /// They are numbered.
    pub modules: Vec<Module>,
}

/// A module and what is in it.
#[derive(Debug)]
pub struct Module {
    /// The names that lead to it from the root.
    pub path: Vec<String>,
    /// The module that it is in.
    pub parent: usize,
    /// Those of the module and of all that it is in.
    pub conditions: Conditions,
    /// What is in it.
    pub items: Vec<Placed>,
}

/// An item of a module.
#[derive(Debug)]
pub struct Placed {
    /// The item. That of a `mod` has no items of its own.
    pub item: Item,
    /// Its own ones.
    pub conditions: Conditions,
    /// Whether it is in the generated code.
    pub generated: bool,
    /// Of a `mod`: the module.
    pub module: Option<usize>,
}

impl Crate {
    /// Reads a crate from its root file. `generated` is what its `include!` includes; `test` says whether `cfg(test)` holds.
    ///
    /// # Errors
    /// A file that cannot be read, or is not Rust.
    pub fn read(root: &Path, generated: &str, test: bool) -> Result<Self, Error> {
        let text = self::text(root)?;
        let mut reader = Reader::new(generated, test);
        reader.file(0, &text, root, false)?;
        reader.done()
    }

    /// Reads a crate that is one file.
    ///
    /// # Errors
    /// When it is not Rust.
    pub fn of_text(text: &str) -> Result<Self, Error> {
        let mut reader = Reader::new("", false);
        reader.file(0, text, Path::new("lib.rs"), true)?;
        reader.done()
    }

    /// A crate that is one file. Its modules have their items in it.
    #[must_use]
    pub fn of_file(file: syn::File) -> Self {
        let mut reader = Reader::new("", false);
        let place = Placement { conditions: Conditions::new(), generated: true, folder: PathBuf::new() };
        let read = reader.items(0, file.items, &place).and_then(|()| reader.done());
        // Only a file that is not there can fail.
        read.unwrap_or_default()
    }
}

struct Reader<'g> {
    generated: &'g str,
    test: bool,
    modules: Vec<Module>,
    macros: BTreeMap<String, Vec<Macro>>,
    /// Macros that were called where items are: in which module, and what stands there.
    calls: Vec<(usize, syn::Macro, Placement)>,
}

/// What an item has from the place where it is.
#[derive(Clone)]
struct Placement {
    conditions: Conditions,
    generated: bool,
    /// Where the files of its modules are.
    folder: PathBuf,
}

impl<'g> Reader<'g> {
    fn new(generated: &'g str, test: bool) -> Self {
        let root = Module { path: Vec::new(), parent: 0, conditions: Conditions::new(), items: Vec::new() };
        Self { generated, test, modules: vec![root], macros: BTreeMap::new(), calls: Vec::new() }
    }

    fn file(&mut self, module: usize, text: &str, path: &Path, generated: bool) -> Result<(), Error> {
        let named = |error: syn::Error| Error::new("not Rust").found(error).in_file(path.display().to_string());
        let file = syn::parse_file(text).map_err(named)?;
        let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        let folder = path.parent().unwrap_or(Path::new(""));
        let folder = if ["lib", "main", "mod"].contains(&stem) { folder.to_owned() } else { folder.join(stem) };
        self.items(module, file.items, &Placement { conditions: Conditions::new(), generated, folder })
    }

    fn items(&mut self, module: usize, items: Vec<Item>, place: &Placement) -> Result<(), Error> {
        for item in items {
            let Some(own) = conditions(attributes(&item), self.test) else { continue };
            let mut place = place.clone();
            place.conditions.extend(own);
            match item {
                Item::Mod(item) => self.module(module, item, place)?,
                Item::Macro(item) if item.mac.path.is_ident("macro_rules") => {
                    if let Some(name) = &item.ident {
                        let known = self.macros.entry(name.to_string()).or_default();
                        known.extend(Macro::parse(item.mac.tokens));
                    }
                }
                Item::Macro(item) if item.mac.path.is_ident("include") => {
                    self.file(module, self.generated, Path::new("generated.rs"), true)?;
                }
                Item::Macro(item) => self.calls.push((module, item.mac, place)),
                item => self.push(module, item, place, None),
            }
        }
        Ok(())
    }

    fn push(&mut self, module: usize, item: Item, place: Placement, child: Option<usize>) {
        let placed = Placed { item, conditions: place.conditions, generated: place.generated, module: child };
        self.modules[module].items.push(placed);
    }

    fn module(&mut self, parent: usize, mut item: syn::ItemMod, place: Placement) -> Result<(), Error> {
        let name = item.ident.to_string();
        let above = &self.modules[parent];
        let path = above.path.iter().chain([&name]).cloned().collect();
        let conditions = above.conditions.union(&place.conditions).cloned().collect();
        self.modules.push(Module { path, parent, conditions, items: Vec::new() });
        let child = self.modules.len() - 1;
        match item.content.take() {
            Some((_, items)) => {
                let inside = Placement {
                    conditions: Conditions::new(),
                    generated: place.generated,
                    folder: place.folder.join(&name),
                };
                self.items(child, items, &inside)?;
            }
            None => {
                let mut candidates = vec![format!("{name}.rs"), format!("{name}/mod.rs")];
                if let Some(file) = item.attrs.iter().find_map(path_attribute) {
                    candidates = vec![file];
                }
                let candidates: Vec<PathBuf> = candidates.iter().map(|file| place.folder.join(file)).collect();
                let file = candidates.iter().find(|file| file.is_file()).unwrap_or(&candidates[0]);
                self.file(child, &self::text(file)?, file, place.generated)?;
            }
        }
        self.push(parent, Item::Mod(item), place, Some(child));
        Ok(())
    }

    /// Expands what was called. Macros of other crates have no items that the crate's interface needs.
    fn done(mut self) -> Result<Crate, Error> {
        while let Some((module, call, place)) = self.calls.pop() {
            let name = call.path.segments.last().map(|last| last.ident.to_string()).unwrap_or_default();
            let rules = self.macros.get(&name).into_iter().flatten();
            let expanded = rules.filter_map(|rule| rule.expand(call.tokens.clone())).next();
            let file = expanded.and_then(|tokens| syn::parse2::<syn::File>(tokens).ok());
            if let Some(file) = file {
                self.items(module, file.items, &place)?;
            }
        }
        Ok(Crate { modules: self.modules })
    }
}

fn text(path: &Path) -> Result<String, Error> {
    std::fs::read_to_string(path)
        .map_err(|error| Error::new("cannot read a source file").in_file(path.display().to_string()).found(error))
}

/// What `#[path = "…"]` says.
fn path_attribute(attribute: &syn::Attribute) -> Option<String> {
    let syn::Meta::NameValue(pair) = &attribute.meta else { return None };
    match &pair.value {
        syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) if pair.path.is_ident("path") => {
            Some(text.value())
        }
        _ => None,
    }
}

/// The attributes of an item.
pub fn attributes(item: &Item) -> &[syn::Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Union(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}
