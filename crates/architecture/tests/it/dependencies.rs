//! Finds cycles between the files of a crate.
//!
//! A file depends on each file that defines a name it uses. A `pub use` is not a dependency: a path through it leads to
//! the file that defines the name.

use std::collections::{BTreeMap, BTreeSet};

use syn::visit::{self, Visit};

use super::source::SourceFile;

type ModulePath = Vec<String>;

/// One file as a module of its crate.
struct Module {
    path: String,
    name: ModulePath,
    /// Names that the file re-exports, each with its original path.
    reexports: BTreeMap<String, ModulePath>,
    /// Paths that the file uses, from the root of the crate.
    used: BTreeSet<ModulePath>,
}

/// Returns the cycles between files, each as one line: `a.rs -> b.rs -> a.rs`.
pub(crate) fn find_cycles(files: &[&SourceFile]) -> Vec<String> {
    let packages: BTreeSet<_> = files.iter().map(|file| file.package.as_str()).collect();
    packages.into_iter().flat_map(|package| cycles_of_package(files, package)).collect()
}

fn cycles_of_package(files: &[&SourceFile], package: &str) -> Vec<String> {
    let modules: Vec<_> =
        files.iter().filter(|file| file.package == package).map(|file| Module::from_file(file)).collect();
    let by_path: BTreeMap<&ModulePath, usize> =
        modules.iter().enumerate().map(|(at, module)| (&module.name, at)).collect();
    let edges: Vec<BTreeSet<usize>> = modules
        .iter()
        .enumerate()
        .map(|(at, module)| {
            let targets = module.used.iter().filter_map(|path| resolve(&modules, &by_path, path, 0));
            targets.filter(|target| *target != at).collect()
        })
        .collect();
    let name = |at: &usize| modules[*at].path.clone();
    shortest_cycles(&edges).iter().map(|cycle| cycle.iter().map(name).collect::<Vec<_>>().join(" -> ")).collect()
}

/// Returns the index of the file that defines the item at `path`.
fn resolve(modules: &[Module], by_path: &BTreeMap<&ModulePath, usize>, path: &[String], depth: usize) -> Option<usize> {
    let known = (0..=path.len()).rev().find_map(|length| Some((length, *by_path.get(&path[..length].to_vec())?)));
    let (length, at) = known?;
    let Some(next) = path.get(length) else {
        // The path names a module, not an item in it.
        return Some(at);
    };
    match modules[at].reexports.get(next) {
        Some(target) if depth < 8 => {
            let whole: Vec<_> = target.iter().chain(&path[length + 1..]).cloned().collect();
            resolve(modules, by_path, &whole, depth + 1)
        }
        _ => Some(at),
    }
}

/// Returns the shortest cycle through each file that can reach itself. A set of files is reported once.
fn shortest_cycles(edges: &[BTreeSet<usize>]) -> Vec<Vec<usize>> {
    let mut known = BTreeSet::new();
    let mut cycles = Vec::new();
    for start in 0..edges.len() {
        let Some(cycle) = shortest_cycle_from(edges, start) else { continue };
        if known.insert(cycle.iter().copied().collect::<BTreeSet<_>>()) {
            cycles.push(cycle);
        }
    }
    cycles
}

fn shortest_cycle_from(edges: &[BTreeSet<usize>], start: usize) -> Option<Vec<usize>> {
    let mut before: BTreeMap<usize, usize> = BTreeMap::new();
    let mut next = std::collections::VecDeque::from([start]);
    while let Some(at) = next.pop_front() {
        for &to in &edges[at] {
            if to == start {
                let mut cycle = vec![start, at];
                while let Some(&earlier) = before.get(cycle.last().unwrap()) {
                    cycle.push(earlier);
                }
                if at == start {
                    cycle = vec![start, start];
                }
                cycle.reverse();
                cycle.push(start);
                cycle.dedup();
                return Some(cycle);
            }
            if to != start && !before.contains_key(&to) {
                before.insert(to, at);
                next.push_back(to);
            }
        }
    }
    None
}

impl Module {
    fn from_file(file: &SourceFile) -> Self {
        let inside = file.path.split_once("src/").unwrap().1.trim_end_matches(".rs");
        let mut module: ModulePath = inside.split('/').map(str::to_owned).collect();
        if matches!(module.last().map(String::as_str), Some("mod" | "lib" | "main")) {
            module.pop();
        }
        let mut uses = ModuleUses {
            module: module.clone(),
            reexports: BTreeMap::new(),
            used: BTreeSet::new(),
            children: children(file),
        };
        uses.visit_file(&file.syntax);
        Self { path: file.path.clone(), name: module, reexports: uses.reexports, used: uses.used }
    }
}

/// Returns the modules that a file declares.
fn children(file: &SourceFile) -> BTreeSet<String> {
    let items = file.syntax.items.iter();
    items.filter_map(|item| if let syn::Item::Mod(item) = item { Some(item.ident.to_string()) } else { None }).collect()
}

struct ModuleUses {
    module: ModulePath,
    reexports: BTreeMap<String, ModulePath>,
    used: BTreeSet<ModulePath>,
    children: BTreeSet<String>,
}

impl ModuleUses {
    /// Converts a path to one from the root of the crate; `None` if it leads outside the crate.
    fn absolute(&self, path: &[String]) -> Option<ModulePath> {
        let first = path.first()?;
        if first == "crate" {
            return Some(path[1..].to_vec());
        }
        let ups = path.iter().take_while(|part| *part == "super").count();
        if ups > 0 {
            let base = self.module.get(..self.module.len().checked_sub(ups)?)?;
            return Some([base, &path[ups..]].concat());
        }
        let rest = if first == "self" { &path[1..] } else { path };
        (first == "self" || self.children.contains(first)).then(|| [&self.module[..], rest].concat())
    }

    fn collect_tree(&mut self, before: &[String], tree: &syn::UseTree, is_public: bool) {
        let with = |name: &syn::Ident| [before, &[name.to_string()]].concat();
        match tree {
            syn::UseTree::Path(path) => self.collect_tree(&with(&path.ident), &path.tree, is_public),
            syn::UseTree::Group(group) => {
                group.items.iter().for_each(|tree| self.collect_tree(before, tree, is_public));
            }
            syn::UseTree::Name(name) if name.ident == "self" => self.add_use(before, None, is_public),
            syn::UseTree::Name(name) => self.add_use(&with(&name.ident), Some(name.ident.to_string()), is_public),
            syn::UseTree::Rename(rename) => {
                self.add_use(&with(&rename.ident), Some(rename.rename.to_string()), is_public);
            }
            syn::UseTree::Glob(_) => self.add_use(before, None, is_public),
        }
    }

    fn add_use(&mut self, path: &[String], name: Option<String>, is_public: bool) {
        let Some(path) = self.absolute(path) else { return };
        let name = name.or_else(|| path.last().cloned());
        if let (true, Some(name)) = (is_public, name) {
            self.reexports.insert(name, path);
        } else {
            self.used.insert(path);
        }
    }
}

impl<'ast> Visit<'ast> for ModuleUses {
    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        let is_public = !matches!(item.vis, syn::Visibility::Inherited);
        self.collect_tree(&[], &item.tree, is_public);
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        // Unit tests may use every module.
        let is_test = item.attrs.iter().any(|attribute| attribute.path().is_ident("cfg"));
        if !is_test {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let parts: Vec<_> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        if parts.len() > 1
            && let Some(path) = self.absolute(&parts)
        {
            self.used.insert(path);
        }
        visit::visit_path(self, path);
    }
}
