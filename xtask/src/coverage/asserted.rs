//! `Program`: the functions of a test program, and whether a test asserts on what the method of a handle gave.
//!
//! What it means: the test calls the method (or a function that does), and an assertion names the result or something that was made of it.
//! Names are followed through `let`, `match`, `if let`, `for`, closures, collections and the functions of the program; types are not known.
//! An assertion that is true for any result (`assert!(reply.len() < usize::MAX)`) cannot be recognised.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens;
use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::{Expr, Item, Pat, Stmt, Token};

use super::wrapped::Handle;
use crate::failure::Failure;
use venice_ai_surface::Crate;

/// Functions that call each other are followed so far.
const DEPTH: usize = 5;

/// The functions of a test program, by their paths in it.
#[derive(Debug, Default)]
pub struct Program {
    functions: BTreeMap<String, Function>,
    /// The paths of those that have a name.
    named: BTreeMap<String, Vec<String>>,
}

#[derive(Debug)]
struct Function {
    /// The names of its arguments.
    arguments: Vec<String>,
    flow: Flow,
}

/// What is bound and asserted in a body.
#[derive(Debug, Default)]
struct Flow {
    /// Names, and what they are made of.
    bindings: Vec<(Vec<String>, Vec<Word>)>,
    assertions: Vec<Vec<Word>>,
    whole: Vec<Word>,
}

/// An identifier of an expression, with its context.
#[derive(Debug)]
struct Word {
    name: String,
    /// It follows a dot.
    is_member: bool,
    /// What it is called with.
    arguments: Option<Vec<Word>>,
}

/// The identifiers of an expression, in order.
fn words(tokens: impl ToTokens) -> Vec<Word> {
    fn walk(stream: TokenStream, found: &mut Vec<Word>) {
        let tokens: Vec<TokenTree> = stream.into_iter().collect();
        let is_dot = |index: Option<usize>| {
            index
                .and_then(|index| tokens.get(index))
                .is_some_and(|token| matches!(token, TokenTree::Punct(dot) if dot.as_char() == '.'))
        };
        let mut index = 0;
        while let Some(token) = tokens.get(index) {
            match token {
                TokenTree::Group(group) => walk(group.stream(), found),
                TokenTree::Ident(name) => {
                    let is_member = is_dot(index.checked_sub(1)) && !is_dot(index.checked_sub(2));
                    let mut arguments = None;
                    if let Some(TokenTree::Group(group)) = tokens.get(index + 1)
                        && group.delimiter() == Delimiter::Parenthesis
                    {
                        let mut inside = Vec::new();
                        walk(group.stream(), &mut inside);
                        arguments = Some(inside);
                        index += 1;
                    }
                    found.push(Word { name: name.to_string(), is_member, arguments });
                }
                _ => {}
            }
            index += 1;
        }
    }
    let mut found = Vec::new();
    walk(tokens.to_token_stream(), &mut found);
    found
}

impl Program {
    /// Reads a test program from its root file, and the library of its helpers.
    pub fn read(root: &Path, helpers: &Path) -> Result<Self, Failure> {
        let mut program = Self::default();
        program.add(&Crate::read(helpers, "", true)?, "support::");
        program.add(&Crate::read(root, "", true)?, "");
        Ok(program)
    }

    /// Reads a program that is one file.
    #[cfg(test)]
    pub fn of_text(text: &str) -> Self {
        let mut program = Self::default();
        program.add(&Crate::of_text(text).unwrap_or_default(), "");
        program
    }

    fn add(&mut self, source: &Crate, prefix: &str) {
        for module in &source.modules {
            for placed in &module.items {
                let mut add = |name: String, signature: &syn::Signature, block: &syn::Block| {
                    let path: String = module.path.iter().map(|name| format!("{name}::")).collect();
                    let path = format!("{prefix}{path}{name}");
                    let mut arguments = Vec::new();
                    for input in &signature.inputs {
                        if let syn::FnArg::Typed(input) = input {
                            names(&input.pat, &mut arguments);
                        }
                    }
                    self.named.entry(name).or_default().push(path.clone());
                    self.functions.insert(path, Function { arguments, flow: Flow::of(block) });
                };
                match &placed.item {
                    Item::Fn(item) => add(item.sig.ident.to_string(), &item.sig, &item.block),
                    Item::Impl(item) => {
                        for inner in &item.items {
                            if let syn::ImplItem::Fn(inner) = inner {
                                add(inner.sig.ident.to_string(), &inner.sig, &inner.block);
                            }
                        }
                    }
                    _ => {}
                }
            }
        }
    }

    /// Whether a test asserts on what one of the methods gave.
    pub fn asserts(&self, test: &str, handles: &BTreeSet<Handle>) -> bool {
        let asserts = |handle: &Handle| {
            Search { program: self, handle, known: RefCell::default() }.follow(test, false, 0).asserts
        };
        handles.iter().any(asserts)
    }
}

/// What is found of a function.
#[derive(Clone, Copy, Debug, Default)]
struct Found {
    /// It gives what a method of a handle gave, or what was made of it.
    gives: bool,
    /// It asserts on that.
    asserts: bool,
}

struct Search<'p> {
    program: &'p Program,
    handle: &'p Handle,
    /// What was found already, by function and whether its arguments are made of a result.
    known: RefCell<BTreeMap<(String, bool), Found>>,
}

impl Search<'_> {
    /// `given` says whether the arguments of the function are made of a result.
    fn follow(&self, path: &str, given: bool, depth: usize) -> Found {
        let Some(function) = self.program.functions.get(path).filter(|_| depth <= DEPTH) else {
            return Found::default();
        };
        let key = (path.to_owned(), given);
        if let Some(found) = self.known.borrow().get(&key) {
            return *found;
        }
        // One that calls itself finds nothing more in itself.
        self.known.borrow_mut().insert(key.clone(), Found::default());
        let mut known = Known::default();
        if given {
            known.results.extend(function.arguments.iter().cloned());
        }
        loop {
            let before = (known.results.len(), known.handles.len());
            for (names, source) in &function.flow.bindings {
                let looked = self.look(source, &known, depth);
                if looked.result {
                    known.results.extend(names.iter().cloned());
                } else if looked.handle {
                    known.handles.extend(names.iter().cloned());
                }
            }
            if before == (known.results.len(), known.handles.len()) {
                break;
            }
        }
        let asserted = function.flow.assertions.iter().any(|assertion| self.look(assertion, &known, depth).result);
        let whole = self.look(&function.flow.whole, &known, depth);
        let found = Found { gives: whole.result, asserts: asserted || whole.asserts };
        self.known.borrow_mut().insert(key, found);
        found
    }

    /// What is in an expression.
    fn look(&self, words: &[Word], known: &Known, depth: usize) -> Looked {
        let mut looked = Looked::default();
        for word in words {
            self.word(word, known, depth, &mut looked);
        }
        looked.result |= looked.handle && looked.method;
        looked
    }

    fn word(&self, word: &Word, known: &Known, depth: usize, looked: &mut Looked) {
        if word.is_member {
            looked.handle |= self.handle.0 == word.name;
            looked.method |= self.handle.1 == word.name;
        } else {
            looked.result |= known.results.contains(&word.name);
            looked.handle |= known.handles.contains(&word.name);
        }
        let Some(arguments) = &word.arguments else { return };
        arguments.iter().for_each(|word| self.word(word, known, depth, looked));
        // A function of the program.
        if let Some(paths) = self.program.named.get(&word.name) {
            let given = self.look(arguments, known, depth).result;
            for path in paths {
                let found = self.follow(path, given, depth + 1);
                looked.result |= found.gives;
                looked.asserts |= found.asserts;
            }
        }
    }
}

/// The names that are known in a body.
#[derive(Debug, Default)]
struct Known {
    /// Of results, and of what was made of them.
    results: BTreeSet<String>,
    /// Of handles.
    handles: BTreeSet<String>,
}

#[derive(Debug, Default)]
struct Looked {
    handle: bool,
    method: bool,
    result: bool,
    asserts: bool,
}

impl Flow {
    fn of(block: &syn::Block) -> Self {
        let mut flow = Self { whole: words(block), ..Self::default() };
        flow.visit_block(block);
        flow
    }

    fn bind(&mut self, pattern: &Pat, source: impl ToTokens) {
        let mut found = Vec::new();
        names(pattern, &mut found);
        self.bindings.push((found, words(source)));
    }
}

/// The names that a pattern binds.
fn names(pattern: &Pat, found: &mut Vec<String>) {
    struct Names<'n>(&'n mut Vec<String>);
    impl Visit<'_> for Names<'_> {
        fn visit_pat_ident(&mut self, pattern: &syn::PatIdent) {
            self.0.push(pattern.ident.to_string());
            visit::visit_pat_ident(self, pattern);
        }
    }
    Names(found).visit_pat(pattern);
}

/// Whether a branch ends the test.
fn panics(branch: &impl ToTokens) -> bool {
    let text = branch.to_token_stream().to_string();
    ["panic !", "unreachable !", "assert !"].iter().any(|word| text.contains(word))
}

impl<'ast> Visit<'ast> for Flow {
    fn visit_local(&mut self, local: &'ast syn::Local) {
        if let Some(init) = &local.init {
            self.bind(&local.pat, &init.expr);
            if init.diverge.as_ref().is_some_and(|(_, branch)| panics(branch)) {
                self.assertions.push(words(&init.expr));
            }
        }
        visit::visit_local(self, local);
    }

    fn visit_expr_let(&mut self, expression: &'ast syn::ExprLet) {
        self.bind(&expression.pat, &expression.expr);
        visit::visit_expr_let(self, expression);
    }

    fn visit_expr_for_loop(&mut self, expression: &'ast syn::ExprForLoop) {
        self.bind(&expression.pat, &expression.expr);
        visit::visit_expr_for_loop(self, expression);
    }

    fn visit_expr_match(&mut self, expression: &'ast syn::ExprMatch) {
        for arm in &expression.arms {
            self.bind(&arm.pat, &expression.expr);
            if panics(&arm.body) {
                self.assertions.push(words(&expression.expr));
            }
        }
        visit::visit_expr_match(self, expression);
    }

    fn visit_expr_assign(&mut self, expression: &'ast syn::ExprAssign) {
        let left = words(&expression.left).into_iter().map(|word| word.name).collect();
        self.bindings.push((left, words(&expression.right)));
        visit::visit_expr_assign(self, expression);
    }

    fn visit_expr_method_call(&mut self, expression: &'ast syn::ExprMethodCall) {
        for argument in &expression.args {
            if let Expr::Closure(closure) = argument {
                closure.inputs.iter().for_each(|input| self.bind(input, &expression.receiver));
            }
        }
        // What a collection is given it holds.
        if let Expr::Path(receiver) = &*expression.receiver
            && let Some(name) = receiver.path.get_ident()
        {
            self.bindings.push((vec![name.to_string()], words(&expression.args)));
        }
        visit::visit_expr_method_call(self, expression);
    }

    fn visit_macro(&mut self, called: &'ast syn::Macro) {
        let name = called.path.segments.last().map(|last| last.ident.to_string()).unwrap_or_default();
        if name.starts_with("assert") {
            self.assertions.push(words(&called.tokens));
        }
        let arguments = called.parse_body_with(Punctuated::<Expr, Token![,]>::parse_terminated);
        if let Ok(arguments) = arguments {
            arguments.iter().for_each(|argument| self.visit_expr(argument));
        } else if let Ok(statements) = called.parse_body_with(syn::Block::parse_within) {
            statements.iter().for_each(|statement: &Stmt| self.visit_stmt(statement));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asserts(body: &str) -> bool {
        let program = format!(
            "mod wicks {{ async fn ask(venice: &Client) -> Wick {{ venice.wicks().retrieve(1).await.unwrap() }}
             fn check(wick: &Wick) {{ assert_eq!(wick.length, 3); }}
             fn log(wick: &Wick) {{ println!(\"{{wick:?}}\"); }}
             #[tokio::test] async fn a_test() {{ {body} }} }}"
        );
        let handles = BTreeSet::from([("wicks".to_owned(), "retrieve".to_owned())]);
        Program::of_text(&program).asserts("wicks::a_test", &handles)
    }

    #[test]
    fn an_assertion_on_the_reply_counts() {
        for body in [
            "let wick = venice.wicks().retrieve(1).await.unwrap(); assert_eq!(wick.length, 3);",
            "assert_eq!(venice.wicks().retrieve(1).await.unwrap().length, 3);",
            "let wicks = venice.wicks(); let one = wicks.retrieve(1).await.unwrap(); let length = one.length; assert!(length > 2);",
            "let Some(length) = venice.wicks().retrieve(1).await.unwrap().length else { panic!() };",
            "match venice.wicks().retrieve(1).await { Ok(wick) => assert!(wick.is_flat), Err(error) => panic!() }",
            "let mut all = Vec::new(); while let Some(wick) = venice.wicks().retrieve(1).next().await { all.push(wick); } assert_eq!(all.len(), 2);",
            "let wick = ask(&venice).await; assert_eq!(wick.length, 3);",
            "let wick = ask(&venice).await; check(&wick);",
            "check(&venice.wicks().retrieve(1).send_blocking().unwrap());",
            "let (one, two) = tokio::join!(venice.wicks().retrieve(1), f()); assert!(one.is_ok());",
        ] {
            assert!(asserts(body), "{body}");
        }
    }

    #[test]
    fn a_test_that_does_not_look_at_the_reply_does_not_count() {
        for body in [
            "",
            "venice.wicks().retrieve(1).await.unwrap();",
            "let wick = venice.wicks().retrieve(1).await.unwrap(); log(&wick);",
            "let wick = venice.wicks().retrieve(1).await.unwrap(); assert!(true);",
            "let _ = venice.wicks().retrieve(1).await; assert_eq!(server.only().target, \"/wicks/1\");",
            "let wick = venice.raw().retrieve(1).await.unwrap(); assert_eq!(wick.length, 3);",
            "let reply = venice.request(Method::GET, \"/wicks/1\").await.unwrap(); assert_eq!(reply.status(), 200);",
            "let wick = venice.lamps().retrieve(1).await.unwrap(); assert_eq!(wick.length, 3);",
        ] {
            assert!(!asserts(body), "{body}");
        }
        let handles = BTreeSet::from([("wicks".to_owned(), "retrieve".to_owned())]);
        assert!(!Program::of_text("").asserts("wicks::a_test", &handles), "there is no such test");
    }
}
