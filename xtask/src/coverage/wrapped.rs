//! What the resources wrap: the methods of `Raw` that they call, and whether the method that does it has an example.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use syn::visit_mut::{self, VisitMut};
use venice_ai_codegen::Error;

use crate::{failure::Failure, workspace};

/// The methods of `Raw` that are called, each with whether a public method with an example calls it.
pub type Wrapped = BTreeMap<String, bool>;

/// Reads every Rust file below a folder.
pub fn read(folder: &Path) -> Result<Wrapped, Failure> {
    let mut wrapped = Wrapped::new();
    for file in files(folder)? {
        let text = workspace::read(&file)?;
        scan(&text, &mut wrapped).map_err(|error| error.in_file(workspace::shown(&file)))?;
    }
    Ok(wrapped)
}

fn files(folder: &Path) -> Result<Vec<std::path::PathBuf>, Failure> {
    let unreadable =
        |error| Failure::new(format!("cannot read {}: {error}", workspace::shown(folder)), "check the path");
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Adds what one file calls.
fn scan(text: &str, wrapped: &mut Wrapped) -> Result<(), Error> {
    let mut file = syn::parse_file(text).map_err(|error| Error::new("not Rust").found(error))?;
    Calls { wrapped, example: false }.visit_file_mut(&mut file);
    Ok(())
}

struct Calls<'w> {
    wrapped: &'w mut Wrapped,
    /// Whether the method that is being read is public and has an example.
    example: bool,
}

impl VisitMut for Calls<'_> {
    fn visit_item_mod_mut(&mut self, module: &mut syn::ItemMod) {
        let test = module
            .attrs
            .iter()
            .any(|attribute| quote::ToTokens::to_token_stream(attribute).to_string().contains("cfg (test)"));
        if !test {
            visit_mut::visit_item_mod_mut(self, module);
        }
    }

    fn visit_impl_item_fn_mut(&mut self, function: &mut syn::ImplItemFn) {
        let public = matches!(function.vis, syn::Visibility::Public(_));
        self.example = public
            && function.attrs.iter().any(|attribute| {
                attribute.path().is_ident("doc")
                    && quote::ToTokens::to_token_stream(attribute).to_string().contains("```")
            });
        visit_mut::visit_impl_item_fn_mut(self, function);
        self.example = false;
    }

    fn visit_expr_method_call_mut(&mut self, call: &mut syn::ExprMethodCall) {
        if matches!(&*call.receiver, syn::Expr::MethodCall(inner) if inner.method == "raw" && inner.args.is_empty()) {
            *self.wrapped.entry(call.method.to_string()).or_default() |= self.example;
        }
        visit_mut::visit_expr_method_call_mut(self, call);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_on_raw_are_found_and_examples_counted() {
        let text = r"
            impl Wicks {
                /// Adds one.
                /// ```no_run
                /// ```
                pub fn add(&self) -> Call<()> { self.client.raw().add_wick(&x).map(|reply| reply.data) }
                /// Without an example; what stands in a comment does not count: self.client.raw().burn_wick()
                pub fn list(&self) -> Call<()> { let call = self.client.raw().list_wicks(); call }
                fn other(&self) { self.client.http().trim_wick(); raw().no_receiver(); }
            }
            #[cfg(test)]
            mod tests { fn t() { client.raw().only_in_a_test(); } }
        ";
        let mut wrapped = Wrapped::new();
        scan(text, &mut wrapped).unwrap_or_else(|error| panic!("{error}"));
        let expected = [("add_wick".to_owned(), true), ("list_wicks".to_owned(), false)];
        assert_eq!(wrapped.into_iter().collect::<Vec<_>>(), expected);
    }
}
