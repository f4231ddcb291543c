//! Parses the Rust files of the workspace, and extracts the names, lengths and literals that the rules check.

use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

/// One Rust file.
pub(crate) struct SourceFile {
    /// Path from the workspace root, with `/`: `crates/domain/src/money.rs`.
    pub(crate) path: String,
    /// Folder below `crates`, such as `domain`; `draft-maker` for the root package.
    pub(crate) package: String,
    /// Whether the file is in a `tests` or `benches` folder.
    pub(crate) is_test: bool,
    pub(crate) text: String,
    pub(crate) syntax: syn::File,
}

fn workspace_root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// Returns the names below `[dependencies]` in a package's manifest.
pub(crate) fn dependency_names(package: &str) -> Vec<String> {
    let folder = if package == "draft-maker" { String::new() } else { format!("crates/{package}/") };
    let manifest = fs::read_to_string(workspace_root().join(format!("{folder}Cargo.toml"))).unwrap();
    let manifest: toml::Table = manifest.parse().unwrap();
    let names = manifest.get("dependencies").and_then(toml::Value::as_table).into_iter().flat_map(toml::Table::keys);
    names.cloned().collect()
}

/// Returns all Rust files of the workspace: libraries, program, tests and benches.
pub(crate) fn workspace_files() -> Vec<SourceFile> {
    let root = workspace_root();
    let mut paths = Vec::new();
    for folder in ["src", "crates", "tests", "benches"] {
        collect(&root.join(folder), &mut paths);
    }
    paths.sort();
    assert!(paths.len() > 100, "the sources are where this test looks for them");
    paths.iter().map(|path| parse(&root, path)).collect()
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        match entry.path() {
            path if path.is_dir() => collect(&path, found),
            path if path.extension().is_some_and(|extension| extension == "rs") => found.push(path),
            _ => {}
        }
    }
}

fn parse(root: &Path, path: &Path) -> SourceFile {
    let text = fs::read_to_string(path).unwrap();
    let syntax = syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let path = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
    let parts: Vec<_> = path.split('/').collect();
    let package = if parts[0] == "crates" { parts[1] } else { "draft-maker" }.to_owned();
    let is_test = parts.contains(&"tests") || parts.contains(&"benches");
    SourceFile { path, package, is_test, text, syntax }
}

impl SourceFile {
    pub(crate) fn lines(&self) -> usize {
        self.text.lines().count()
    }

    /// Returns the text without comment lines.
    pub(crate) fn code(&self) -> String {
        let code = self.text.lines().filter(|line| !line.trim_start().starts_with("//"));
        code.collect::<Vec<_>>().join("\n")
    }

    /// Returns the names of the structs, enums, traits and type aliases outside of `impl` blocks.
    pub(crate) fn type_names(&self) -> Vec<String> {
        let mut names = TypeNames(Vec::new());
        names.visit_file(&self.syntax);
        names.0
    }

    pub(crate) fn function_names(&self) -> Vec<String> {
        self.functions().into_iter().map(|(name, _)| name).collect()
    }

    /// Returns each function's number of lines, from its signature to its last brace. Functions that expect clippy's
    /// `too_many_lines` are left out, because they state a reason.
    pub(crate) fn function_lengths(&self) -> Vec<(String, usize)> {
        self.functions().into_iter().filter_map(|(name, lines)| Some((name, lines?))).collect()
    }

    /// Returns the names of public functions that return `Result<_, String>`.
    pub(crate) fn text_errors(&self) -> Vec<String> {
        let mut found = TextErrors(Vec::new());
        found.visit_file(&self.syntax);
        found.0
    }

    /// Returns the calls of asynchronous code that block its thread with file access, each with its line number.
    pub(crate) fn blocking_file_access(&self) -> Vec<(usize, String)> {
        let mut access = BlockingFileAccess { is_async: false, found: Vec::new() };
        access.visit_file(&self.syntax);
        access.found
    }

    fn functions(&self) -> Vec<(String, Option<usize>)> {
        let mut functions = Functions(Vec::new());
        functions.visit_file(&self.syntax);
        functions.0
    }

    /// Returns the literals of the file outside of comments, each with its line number.
    pub(crate) fn literals(&self) -> Vec<(usize, String)> {
        // Comment lines become blank, so that the line numbers stay right.
        let code = self.text.lines().map(|line| if line.trim_start().starts_with("//") { "" } else { line });
        let mut found = Vec::new();
        collect_literals(code.collect::<Vec<_>>().join("\n").parse().unwrap(), &mut found);
        found
    }

    /// Returns each identifier of the file once, with the number of a line that contains it.
    pub(crate) fn identifiers(&self) -> Vec<(usize, String)> {
        let stream: TokenStream = self.text.parse().unwrap();
        let mut found = Vec::new();
        collect_identifiers(stream, &mut found);
        found.sort_by(|(_, one), (_, other)| one.cmp(other));
        found.dedup_by(|(_, one), (_, other)| one == other);
        found
    }
}

fn collect_literals(stream: TokenStream, found: &mut Vec<(usize, String)>) {
    for tree in stream {
        match tree {
            TokenTree::Group(group) => collect_literals(group.stream(), found),
            TokenTree::Literal(literal) => found.push((literal.span().start().line, literal.to_string())),
            TokenTree::Punct(_) | TokenTree::Ident(_) => {}
        }
    }
}

fn collect_identifiers(stream: TokenStream, found: &mut Vec<(usize, String)>) {
    for tree in stream {
        match tree {
            TokenTree::Group(group) => collect_identifiers(group.stream(), found),
            TokenTree::Ident(name) => found.push((name.span().start().line, name.to_string())),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

/// Splits an identifier into lower-case words: `item`, `action` and `request` for `ItemActionRequest`,
/// `item_action_request` and `ITEM_ACTION_REQUEST`.
pub(crate) fn words_of(identifier: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before_is_lower = false;
    for c in identifier.chars() {
        if c == '_' || (c.is_uppercase() && before_is_lower) {
            words.push(String::new());
        }
        before_is_lower = c.is_lowercase();
        if c != '_' {
            words.last_mut().unwrap().extend(c.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

struct TypeNames(Vec<String>);

impl<'ast> Visit<'ast> for TypeNames {
    fn visit_item_struct(&mut self, item: &'ast syn::ItemStruct) {
        self.0.push(item.ident.to_string());
    }

    fn visit_item_enum(&mut self, item: &'ast syn::ItemEnum) {
        self.0.push(item.ident.to_string());
    }

    fn visit_item_trait(&mut self, item: &'ast syn::ItemTrait) {
        self.0.push(item.ident.to_string());
    }

    fn visit_item_type(&mut self, item: &'ast syn::ItemType) {
        self.0.push(item.ident.to_string());
    }
}

struct Functions(Vec<(String, Option<usize>)>);

impl Functions {
    fn add(&mut self, signature: &syn::Signature, attributes: &[syn::Attribute], end: Span) {
        let lines = end.end().line - signature.span().start().line + 1;
        let is_excused = attributes.iter().any(|attribute| {
            let syn::Meta::List(list) = &attribute.meta else { return false };
            list.path.is_ident("expect") && list.tokens.to_string().contains("too_many_lines")
        });
        self.0.push((signature.ident.to_string(), (!is_excused).then_some(lines)));
    }
}

impl<'ast> Visit<'ast> for Functions {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.add(&item.sig, &item.attrs, item.span());
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.add(&item.sig, &item.attrs, item.span());
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        self.add(&item.sig, &item.attrs, item.span());
        visit::visit_trait_item_fn(self, item);
    }
}

/// Collects the names of public functions that return `Result<_, String>`.
struct TextErrors(Vec<String>);

impl TextErrors {
    fn add(&mut self, visibility: &syn::Visibility, signature: &syn::Signature) {
        let syn::ReturnType::Type(_, returned) = &signature.output else { return };
        if matches!(visibility, syn::Visibility::Public(_)) && has_text_error(returned) {
            self.0.push(signature.ident.to_string());
        }
    }
}

/// Returns whether a type is `Result<_, String>`.
fn has_text_error(returned: &syn::Type) -> bool {
    let syn::Type::Path(path) = returned else { return false };
    let Some(result) = path.path.segments.last().filter(|segment| segment.ident == "Result") else { return false };
    let syn::PathArguments::AngleBracketed(arguments) = &result.arguments else { return false };
    let error = arguments.args.iter().nth(1);
    matches!(error, Some(syn::GenericArgument::Type(syn::Type::Path(error))) if error.path.is_ident("String"))
}

impl<'ast> Visit<'ast> for TextErrors {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.add(&item.vis, &item.sig);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.add(&item.vis, &item.sig);
    }
}

/// Collects the uses of `std::fs` and of `exists` in asynchronous code. A closure is left out: it runs elsewhere.
struct BlockingFileAccess {
    is_async: bool,
    found: Vec<(usize, String)>,
}

impl BlockingFileAccess {
    fn visit_body(&mut self, is_async: bool, visit_all: impl FnOnce(&mut Self)) {
        let around = std::mem::replace(&mut self.is_async, is_async);
        visit_all(self);
        self.is_async = around;
    }

    fn add(&mut self, is_blocking: bool, name: &syn::Ident) {
        if self.is_async && is_blocking {
            self.found.push((name.span().start().line, name.to_string()));
        }
    }
}

impl<'ast> Visit<'ast> for BlockingFileAccess {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if item.ident != "tests" {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.visit_body(item.sig.asyncness.is_some(), |body| visit::visit_item_fn(body, item));
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.visit_body(item.sig.asyncness.is_some(), |body| visit::visit_impl_item_fn(body, item));
    }

    fn visit_expr_async(&mut self, block: &'ast syn::ExprAsync) {
        self.visit_body(true, |body| visit::visit_expr_async(body, block));
    }

    fn visit_expr_closure(&mut self, closure: &'ast syn::ExprClosure) {
        self.visit_body(closure.asyncness.is_some(), |body| visit::visit_expr_closure(body, closure));
    }

    fn visit_expr_path(&mut self, path: &'ast syn::ExprPath) {
        let segments: Vec<_> = path.path.segments.iter().map(|segment| &segment.ident).collect();
        if let [root, module, .., name] = segments[..] {
            self.add(root == "std" && module == "fs", name);
        }
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        self.add(call.method == "exists" && call.args.is_empty(), &call.method);
        visit::visit_expr_method_call(self, call);
    }
}
