//! Finds dependencies that a package lists and its libraries do not use.

use std::collections::BTreeSet;

use proc_macro2::{TokenStream, TokenTree};

use super::source::{SourceFile, dependency_names};

/// Dependencies that a package lists only to enable their features, as package and dependency.
const FOR_FEATURES: [(&str, &str); 1] = [("console", "crossterm")];

/// Returns one line for each unused dependency: `sinks: iso_currency`. A module with the name of a dependency hides the
/// dependency in the file that declares or imports the module.
pub(crate) fn find_unused_dependencies(files: &[SourceFile]) -> Vec<String> {
    let files: Vec<_> = files.iter().filter(|file| !file.is_test).collect();
    let packages: BTreeSet<_> = files.iter().map(|file| file.package.as_str()).collect();
    let unused_of = |package: &str| {
        let used: BTreeSet<_> =
            files.iter().filter(|file| file.package == package).flat_map(|file| used_crates(file)).collect();
        let unused = dependency_names(package).into_iter().filter(move |name| {
            !used.contains(&name.replace('-', "_")) && !FOR_FEATURES.contains(&(package, name.as_str()))
        });
        unused.map(|name| format!("{package}: {name}")).collect::<Vec<_>>()
    };
    packages.into_iter().flat_map(unused_of).collect()
}

/// Returns the first names of all paths in a file, except those that the file declares or imports.
fn used_crates(file: &SourceFile) -> BTreeSet<String> {
    let (mut used, mut local) = (BTreeSet::new(), BTreeSet::new());
    for item in &file.syntax.items {
        match item {
            syn::Item::Mod(item) => drop(local.insert(item.ident.to_string())),
            syn::Item::Use(item) => collect_imports(&item.tree, &[], &mut used, &mut local),
            _ => {}
        }
    }
    let stream: TokenStream = file.text.parse().unwrap();
    let mut roots = BTreeSet::new();
    collect_path_roots(stream, &mut roots);
    used.extend(roots.into_iter().filter(|root| !local.contains(root)));
    used.retain(|name| !local.contains(name));
    used
}

/// Collects the first name of each import in `used`, and the names imported from the same crate in `local`. `path` is
/// the part of the import before `tree`.
fn collect_imports(tree: &syn::UseTree, path: &[String], used: &mut BTreeSet<String>, local: &mut BTreeSet<String>) {
    let name = match tree {
        syn::UseTree::Path(step) => {
            let path = [path, &[step.ident.to_string()]].concat();
            used.insert(path[0].clone());
            return collect_imports(&step.tree, &path, used, local);
        }
        syn::UseTree::Group(group) => {
            return group.items.iter().for_each(|tree| collect_imports(tree, path, used, local));
        }
        syn::UseTree::Name(name) if name.ident == "self" => path.last().cloned(),
        syn::UseTree::Name(name) => Some(name.ident.to_string()),
        syn::UseTree::Rename(rename) => Some(rename.rename.to_string()),
        syn::UseTree::Glob(_) => None,
    };
    match path.first().map(String::as_str) {
        Some("crate" | "super" | "self") => local.extend(name),
        Some(_) => {}
        None => used.extend(name),
    }
}

/// Collects the name before the first `::` of each path, including paths in macros and attributes.
fn collect_path_roots(stream: TokenStream, roots: &mut BTreeSet<String>) {
    let trees: Vec<_> = stream.into_iter().collect();
    let is_colon = |at: usize| matches!(trees.get(at), Some(TokenTree::Punct(mark)) if mark.as_char() == ':');
    for (at, tree) in trees.iter().enumerate() {
        match tree {
            TokenTree::Group(group) => collect_path_roots(group.stream(), roots),
            TokenTree::Ident(name) if is_colon(at + 1) && is_colon(at + 2) => {
                let follows_path = at >= 3 && is_colon(at - 1) && is_colon(at - 2) && ends_segment(&trees[at - 3]);
                if !follows_path {
                    roots.insert(name.to_string());
                }
            }
            _ => {}
        }
    }
}

/// Returns whether a `::` after this token continues a path, as after `Vec` or `>`. After any other token, it starts an
/// absolute path, whose first name is a crate.
fn ends_segment(tree: &TokenTree) -> bool {
    matches!(tree, TokenTree::Ident(_)) || matches!(tree, TokenTree::Punct(mark) if mark.as_char() == '>')
}
