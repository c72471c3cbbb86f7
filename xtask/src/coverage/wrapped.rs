//! `Wrapped`: the operations that handles wrap, read from what the compiler compiles of the crate.
//!
//! A handle is what a method of `Client` without arguments returns. A public method of it wraps the operations whose `Raw` methods it, or a
//! function of the same module folder that it calls, calls. What `#[cfg]` never compiles and what nothing public calls does not count.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::visit_mut::{self, VisitMut};
use syn::{Attribute, ImplItem, Item, Visibility};

use venice_ai_surface::{Crate, is_left_out};

/// A method of a handle: the method of `Client` that gives the handle, and its name.
pub type Handle = (String, String);

/// How an operation is wrapped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wrapping {
    /// Whether a method with an example, or a generated one, wraps it.
    pub example: bool,
    pub handles: BTreeSet<Handle>,
}

/// By the method of `Raw` that is called.
pub type Wrapped = BTreeMap<String, Wrapping>;

/// A function of the crate.
struct Function {
    /// The type that has it.
    owner: String,
    name: String,
    public: bool,
    example: bool,
    /// The folder of its module: those of an area call each other.
    room: Vec<String>,
    calls: Calls,
    /// The type that it returns, when it has no argument but `self`.
    gives: Option<String>,
}

/// What a function calls.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calls {
    /// Methods of `Raw`.
    pub raw: BTreeSet<String>,
    /// Anything else, by its name.
    pub names: BTreeSet<String>,
}

/// What the handles of a crate wrap.
pub fn read(source: &Crate) -> Wrapped {
    let functions = functions(source);
    let mut accessors: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for function in functions.iter().filter(|function| function.owner == "Client" && function.public) {
        if let Some(handle) = &function.gives {
            accessors.entry(handle.as_str()).or_default().push(&function.name);
        }
    }
    let mut wrapped = Wrapped::new();
    for function in functions.iter().filter(|function| function.public) {
        let Some(accessors) = accessors.get(function.owner.as_str()) else { continue };
        let mut raw = BTreeSet::new();
        reach(function, &functions, &mut BTreeSet::new(), &mut raw);
        for name in raw {
            let wrapping = wrapped.entry(name).or_default();
            wrapping.example |= function.example;
            wrapping.handles.extend(accessors.iter().map(|accessor| ((*accessor).to_owned(), function.name.clone())));
        }
    }
    wrapped
}

/// The methods of `Raw` that a function leads to.
fn reach<'f>(function: &'f Function, all: &'f [Function], seen: &mut BTreeSet<&'f str>, raw: &mut BTreeSet<String>) {
    raw.extend(function.calls.raw.iter().cloned());
    for next in all.iter().filter(|next| next.room == function.room && function.calls.names.contains(&next.name)) {
        if seen.insert(&next.name) {
            reach(next, all, seen, raw);
        }
    }
}

fn functions(source: &Crate) -> Vec<Function> {
    let mut found = Vec::new();
    for module in &source.modules {
        let room: Vec<String> = module.path.iter().take(2).cloned().collect();
        for placed in &module.items {
            match &placed.item {
                Item::Impl(item) => {
                    let owner = last_name(&item.self_ty).unwrap_or_default();
                    for inner in &item.items {
                        let ImplItem::Fn(inner) = inner else { continue };
                        if is_left_out(&inner.attrs) {
                            continue;
                        }
                        let public = item.trait_.is_none() && matches!(inner.vis, Visibility::Public(_));
                        let gives = match &inner.sig.output {
                            syn::ReturnType::Type(_, of) if inner.sig.inputs.len() == 1 => last_name(of),
                            _ => None,
                        };
                        let name = inner.sig.ident.to_string();
                        let (owner, room) = (owner.clone(), room.clone());
                        // What is generated is documented where its operation is, and needs no example.
                        let example = public && (placed.generated || has_example(&inner.attrs));
                        found.push(Function { owner, name, public, example, room, calls: calls(&inner.block), gives });
                    }
                }
                Item::Fn(item) => found.push(Function {
                    owner: String::new(),
                    name: item.sig.ident.to_string(),
                    public: false,
                    example: false,
                    room: room.clone(),
                    calls: calls(&item.block),
                    gives: None,
                }),
                _ => {}
            }
        }
    }
    found
}

fn last_name(of: &syn::Type) -> Option<String> {
    match of {
        syn::Type::Path(path) => path.path.segments.last().map(|last| last.ident.to_string()),
        syn::Type::Reference(inner) => last_name(&inner.elem),
        _ => None,
    }
}

fn has_example(attributes: &[Attribute]) -> bool {
    let is_fence = |attribute: &&Attribute| attribute.to_token_stream().to_string().contains("```");
    attributes.iter().filter(|attribute| attribute.path().is_ident("doc")).any(|attribute| is_fence(&attribute))
}

/// What a body calls, without the statements that are never compiled.
pub fn calls(block: &syn::Block) -> Calls {
    struct LeftOut;
    impl VisitMut for LeftOut {
        fn visit_block_mut(&mut self, block: &mut syn::Block) {
            block.stmts.retain(|statement| !is_left_out(&outer(statement)));
            visit_mut::visit_block_mut(self, block);
        }
    }
    let mut block = block.clone();
    LeftOut.visit_block_mut(&mut block);
    let mut calls = Calls::default();
    scan(block.to_token_stream(), &mut calls);
    calls
}

/// The attributes that a statement begins with.
fn outer(statement: &syn::Stmt) -> Vec<Attribute> {
    use syn::parse::{ParseStream, Parser as _};
    let attributes = |input: ParseStream<'_>| {
        let attributes = input.call(Attribute::parse_outer)?;
        input.parse::<TokenStream>()?;
        Ok(attributes)
    };
    attributes.parse2(statement.to_token_stream()).unwrap_or_default()
}

/// `raw().NAME(…)`, and the names before other parentheses.
fn scan(stream: TokenStream, calls: &mut Calls) {
    let tokens: Vec<TokenTree> = stream.into_iter().collect();
    let is = |index: usize, text: &str| tokens.get(index).is_some_and(|token| token.to_string() == text);
    for (index, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Group(group) => scan(group.stream(), calls),
            TokenTree::Ident(name) => {
                let is_call =
                    tokens.get(index + 1).is_some_and(is_arguments) || is(index + 1, ":") && is(index + 3, "<");
                let before = index.checked_sub(2).map(|index| tokens[index].to_string());
                let of_raw = index >= 4
                    && is(index - 1, ".")
                    && before.as_deref() == Some("()")
                    && is(index - 3, "raw")
                    && is(index - 4, ".");
                if is_call && of_raw {
                    calls.raw.insert(name.to_string());
                } else if is_call {
                    calls.names.insert(name.to_string());
                }
            }
            _ => {}
        }
    }
}

fn is_arguments(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Group(group) if group.delimiter() == proc_macro2::Delimiter::Parenthesis)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = r"
        impl Client {
            pub fn wicks(&self) -> Wicks<'_> { Wicks::new(self) }
            fn hidden(&self) -> Hidden { Hidden }
        }
        mod api { mod wicks {
            impl Wicks<'_> {
                /// Adds one.
                /// ```no_run
                /// ```
                pub fn add(&self) -> Call<()> { self.client.raw().add_wick(&x).map(|reply| reply.data) }
                /// Without an example; a call in a comment does not count: self.client.raw().burn_wick()
                pub fn list(&self) -> Call<()> { let call = self.client.raw().list_wicks(); call }
                pub fn trim(&self) -> Call<()> { helper(self.client, 1) }
                fn other(&self) { self.client.http().sell_wick(); raw().no_receiver(); self.client.raw().nobody_calls_it(); }
                pub fn dead(&self) -> Call<()> {
                    #[cfg(any())]
                    let call = self.client.raw().never_compiled();
                    #[cfg(any())]
                    { return self.client.raw().never_compiled_either(); }
                    unimplemented!()
                }
                #[cfg(any())]
                pub fn gone(&self) { self.client.raw().gone() }
            }
            impl Hidden { pub fn add(&self) { self.client.raw().of_no_handle() } }
            fn helper(client: &Client, x: u8) { client.raw().trim_wick(x) }
            fn unused(client: &Client) { client.raw().dead_function() }
        } }
        #[cfg(test)]
        mod tests { fn t() { client.raw().only_in_a_test(); } }
    ";

    fn wrapped(source: &str) -> Vec<(String, bool, Vec<String>)> {
        let mut source = Crate::of_text(source).unwrap_or_else(|error| panic!("{error}"));
        source.modules.iter_mut().flat_map(|module| &mut module.items).for_each(|placed| placed.generated = false);
        let one = |(raw, wrapping): (String, Wrapping)| {
            let handles = wrapping.handles.into_iter().map(|(accessor, method)| format!("{accessor}.{method}"));
            (raw, wrapping.example, handles.collect())
        };
        read(&source).into_iter().map(one).collect()
    }

    fn row(raw: &str, example: bool, handle: &str) -> (String, bool, Vec<String>) {
        (raw.to_owned(), example, vec![handle.to_owned()])
    }

    #[test]
    fn calls_on_raw_are_found_and_examples_counted() {
        let expected = [
            row("add_wick", true, "wicks.add"),
            row("list_wicks", false, "wicks.list"),
            row("trim_wick", false, "wicks.trim"),
        ];
        assert_eq!(wrapped(SOURCE), expected);
    }

    #[test]
    fn a_method_that_is_private_or_gone_wraps_nothing() {
        for changed in
            [SOURCE.replace("pub fn list", "fn list"), SOURCE.replace("self.client.raw().list_wicks()", "todo!()")]
        {
            let names: Vec<String> = wrapped(&changed).into_iter().map(|(raw, ..)| raw).collect();
            assert_eq!(names, ["add_wick", "trim_wick"]);
        }
    }

    #[test]
    fn what_is_never_compiled_wraps_nothing() {
        let dead = SOURCE.replace(
            "let call = self.client.raw().list_wicks(); call",
            "#[cfg(any())] return self.client.raw().list_wicks(); unimplemented!()",
        );
        assert!(wrapped(&dead).iter().all(|(raw, ..)| raw != "list_wicks"));
        let module = SOURCE.replace("mod wicks {", "#[cfg(any())] mod wicks {");
        assert!(wrapped(&module).is_empty());
    }
}
