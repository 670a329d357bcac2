//! The modules of a crate import each other without cycles.
//!
//! The graph has a node for each source file and an edge for each import or path into another file. A re-export of a
//! child module is no edge: a name imported through it leads to the file that defines the name. Code under `#[cfg(test)]`
//! does not count.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fs;
use std::path::Path;

/// A path of names, such as a module's: `["request", "fields"]`. The crate root is empty.
type Names = Vec<String>;

/// One source file.
#[derive(Default)]
struct Module {
    file: String,
    /// Names that `use` brings into the module, with their absolute paths.
    imports: BTreeMap<String, Names>,
    /// Absolute paths that the module's code uses. Re-exports of children are left out.
    paths: Vec<Names>,
}

/// The modules of a crate.
struct Crate(BTreeMap<Names, Module>);

impl Crate {
    /// Reads a crate from the texts of its files, by their paths below `src`.
    fn read(files: &BTreeMap<String, String>) -> Self {
        let mut modules = BTreeMap::new();
        let mut skipped = Vec::new();
        for (file, text) in files {
            let mut name: Names = file.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
            name.pop_if(|last| last == "mod" || last == "lib");
            let tokens = without_tests(&tokens(text), |test_module| {
                skipped.push([&name[..], &[test_module.to_owned()]].concat());
            });
            modules.insert(name.clone(), Module::read(file, &name, &tokens));
        }
        modules.retain(|name, _| !skipped.iter().any(|test_module| name.starts_with(test_module)));
        Self(modules)
    }

    /// The file in which this path ends; `None` for paths of other crates and for modules themselves.
    fn file_of(&self, path: &[String], depth: usize) -> Option<&str> {
        let mut module: Names = vec![];
        for (place, name) in path.iter().enumerate() {
            let child = [&module[..], std::slice::from_ref(name)].concat();
            let is_last = place + 1 == path.len();
            let imported = self.0.get(&module).and_then(|module| module.imports.get(name));
            if self.0.contains_key(&child) && !(is_last && imported.is_some()) {
                module = child;
            } else if let Some(target) = imported.filter(|target| depth < 16 && **target != child) {
                return self.file_of(&[&target[..], &path[place + 1..]].concat(), depth + 1);
            } else {
                return self.0.get(&module).map(|module| module.file.as_str());
            }
        }
        None
    }

    /// The files that each file imports.
    fn graph(&self) -> BTreeMap<&str, BTreeSet<&str>> {
        let edges = |module: &Module| module.paths.iter().filter_map(|path| self.file_of(path, 0)).collect();
        self.0.values().map(|module| (module.file.as_str(), edges(module))).collect()
    }

    /// The cycles, such as `a.rs → b.rs → a.rs`: the shortest for each import that closes one. Empty if there is none.
    fn cycles(&self) -> Vec<String> {
        let mut graph = self.graph();
        let mut found = Vec::new();
        for start in self.0.values().map(|module| module.file.as_str()) {
            while let Some(cycle) = shortest_cycle(&graph, start) {
                found.push(cycle.join(" → "));
                graph.entry(start).or_default().remove(cycle[1]);
            }
        }
        found
    }
}

/// The shortest way from a file back to itself, with the file at both ends.
fn shortest_cycle<'a>(graph: &BTreeMap<&'a str, BTreeSet<&'a str>>, start: &'a str) -> Option<Vec<&'a str>> {
    let mut queue = VecDeque::from([vec![start]]);
    let mut seen = BTreeSet::new();
    while let Some(way) = queue.pop_front() {
        for next in graph.get(way[way.len() - 1]).into_iter().flatten().filter(|next| **next != way[way.len() - 1]) {
            if *next == start {
                return Some([&way[..], &[start]].concat());
            }
            if seen.insert(next) {
                queue.push_back([&way[..], &[next]].concat());
            }
        }
    }
    None
}

impl Module {
    fn read(file: &str, name: &Names, tokens: &[String]) -> Self {
        let mut module = Self { file: file.to_owned(), ..Self::default() };
        let mut used = Vec::new();
        // The names of inline modules around a token, with the depth of their braces.
        let (mut scope, mut inline, mut depth, mut at) = (name.clone(), Vec::new(), 0, 0);
        while at < tokens.len() {
            match tokens[at].as_str() {
                "use" => {
                    let end = at + tokens[at..].iter().position(|token| token == ";").unwrap_or(tokens.len() - at - 1);
                    let is_export = at > 0 && (tokens[at - 1] == "pub" || tokens[at - 1] == ")");
                    use_tree(&tokens[at + 1..end], &[], &mut |binding, path| {
                        used.push((scope.clone(), is_export, binding, path));
                    });
                    at = end;
                }
                "mod" if tokens.get(at + 2).is_some_and(|token| token == "{") => {
                    scope.push(tokens[at + 1].clone());
                    inline.push(depth);
                    at += 1;
                }
                "{" => depth += 1,
                "}" => {
                    depth -= 1;
                    inline.pop_if(|outer| *outer == depth).inspect(|_| drop(scope.pop()));
                }
                first if is_name(first) && tokens.get(at + 1).is_some_and(|token| token == "::") => {
                    let mut path = vec![first.to_owned()];
                    while tokens.get(at + 1).is_some_and(|token| token == "::")
                        && tokens.get(at + 2).is_some_and(|token| is_name(token))
                    {
                        path.push(tokens[at + 2].clone());
                        at += 2;
                    }
                    module.paths.push(absolute(&scope, &path));
                }
                _ => {}
            }
            at += 1;
        }
        for (scope, is_export, binding, path) in used {
            let path = absolute(&scope, &path);
            if !(is_export && path.starts_with(name)) {
                module.paths.push(path.clone());
            }
            if scope == *name && binding != "_" {
                module.imports.insert(binding, path);
            }
        }
        module
    }
}

/// Flattens the tree behind `use` into the names that it binds and their paths. A glob binds `*`.
fn use_tree(tokens: &[String], prefix: &[String], found: &mut impl FnMut(String, Names)) {
    let mut path = prefix.to_vec();
    let mut at = 0;
    while at < tokens.len() {
        match tokens[at].as_str() {
            "::" => {}
            "{" => {
                let mut depth = 0;
                let inner = &tokens[at + 1..tokens.len() - 1];
                let branches = inner.split(|token| {
                    depth += i32::from(token == "{") - i32::from(token == "}");
                    depth == 0 && token == ","
                });
                return branches.for_each(|branch| use_tree(branch, &path, found));
            }
            "as" => return found(tokens[at + 1].clone(), path),
            "self" if !path.is_empty() => {}
            name => path.push(name.to_owned()),
        }
        at += 1;
    }
    if path.len() > prefix.len() || !tokens.is_empty() {
        found(path.last().cloned().unwrap_or_default(), path);
    }
}

/// A path as seen from the crate root. Paths of other crates end at a name that the module does not have.
fn absolute(scope: &[String], path: &[String]) -> Names {
    let (mut absolute, mut rest) = (scope.to_vec(), path);
    while let Some((first, others)) = rest.split_first() {
        match first.as_str() {
            "crate" => absolute.clear(),
            "self" => {}
            "super" => drop(absolute.pop()),
            _ => break,
        }
        rest = others;
    }
    absolute.extend_from_slice(rest);
    absolute
}

fn is_name(token: &str) -> bool {
    token.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// The names, `::` and other characters of a source text, without comments and literals.
fn tokens(text: &str) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    let mut tokens: Vec<String> = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let rest = &chars[at..];
        let length = match rest {
            ['/', '/', ..] => rest.iter().position(|c| *c == '\n').unwrap_or(rest.len()),
            ['/', '*', ..] => 2 + rest.windows(2).position(|pair| pair == ['*', '/']).unwrap_or(rest.len()),
            ['"', ..] => string_length(rest),
            ['r', '"' | '#', ..] if raw_string_length(rest).is_some() => raw_string_length(rest).unwrap_or(1),
            ['\'', '\\', _, ..] => 3 + rest[3..].iter().position(|c| *c == '\'').unwrap_or(0) + 1,
            ['\'', _, '\'', ..] => 3,
            [':', ':', ..] => 2,
            [first, ..] if first.is_alphanumeric() || *first == '_' => {
                rest.iter().position(|c| !c.is_alphanumeric() && *c != '_').unwrap_or(rest.len())
            }
            _ => 1,
        };
        let token: String = rest[..length.min(rest.len())].iter().collect();
        let is_code = !token.starts_with(['"', '\'']) && !token.starts_with("//") && !token.starts_with("/*");
        if is_code && !token.trim().is_empty() && !token.contains('"') {
            tokens.push(token);
        }
        at += length;
    }
    tokens
}

fn string_length(rest: &[char]) -> usize {
    let mut at = 1;
    while at < rest.len() && rest[at] != '"' {
        at += if rest[at] == '\\' { 2 } else { 1 };
    }
    at + 1
}

/// The length of `r"…"` or `r#"…"#`; `None` for anything else, such as `r#type`.
fn raw_string_length(rest: &[char]) -> Option<usize> {
    let hashes = rest[1..].iter().take_while(|c| **c == '#').count();
    let body = 1 + hashes + 1;
    let end: Vec<char> = std::iter::once('"').chain(std::iter::repeat_n('#', hashes)).collect();
    (rest.get(body - 1) == Some(&'"')).then_some(())?;
    Some(body + rest[body..].windows(end.len()).position(|window| window == end)? + end.len())
}

/// Leaves out the items under `#[cfg(test)]`, and tells the names of modules in files of their own among them.
fn without_tests(tokens: &[String], mut test_module: impl FnMut(&str)) -> Vec<String> {
    const MARK: [&str; 7] = ["#", "[", "cfg", "(", "test", ")", "]"];
    let mut kept = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if tokens[at..].iter().take(MARK.len()).ne(MARK.iter()) {
            kept.push(tokens[at].clone());
            at += 1;
            continue;
        }
        let item = &tokens[at + MARK.len()..];
        let mut depth = 0;
        let end = item.iter().position(|token| {
            depth += i32::from(["{", "(", "["].contains(&token.as_str()));
            depth -= i32::from(["}", ")", "]"].contains(&token.as_str()));
            depth == 0 && (token == ";" || token == "}")
        });
        let item = &item[..end.map_or(item.len(), |end| end + 1)];
        if let [.., keyword, name, end] = item
            && keyword == "mod"
            && end == ";"
        {
            test_module(name);
        }
        at += MARK.len() + item.len();
    }
    kept
}

/// The texts of the files below a folder, by their paths.
fn source_files(folder: &Path, below: &str, files: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
        let path = entry.expect("an entry").path();
        let name = format!("{below}{}", path.file_name().and_then(|name| name.to_str()).expect("UTF-8"));
        if path.is_dir() {
            source_files(&path, &format!("{name}/"), files);
        } else if path.extension().is_some_and(|extension| extension == "rs") && name != "main.rs" {
            files.insert(name, fs::read_to_string(&path).expect("a source file"));
        }
    }
}

#[test]
fn modules_of_a_crate_import_each_other_without_cycles() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates");
    let mut found = Vec::new();
    for entry in fs::read_dir(crates).expect("a folder") {
        let folder = entry.expect("an entry").path();
        let mut files = BTreeMap::new();
        source_files(&folder.join("src"), "", &mut files);
        let tree = Crate::read(&files);
        let edges: usize = tree.graph().values().map(BTreeSet::len).sum();
        assert!(edges >= files.len() / 2, "{}: only {edges} imports found", folder.display());
        let name = folder.file_name().unwrap_or_default().display().to_string();
        found.extend(tree.cycles().into_iter().map(|cycle| format!("{name}: {cycle}")));
    }
    assert!(found.is_empty(), "import cycles:\n{}", found.join("\n"));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cycles(files: &[(&str, &str)]) -> Vec<String> {
        let files = files.iter().map(|(file, text)| ((*file).to_owned(), (*text).to_owned())).collect();
        Crate::read(&files).cycles()
    }

    #[test]
    fn a_cycle_through_a_re_export_is_found_with_its_path() {
        let found = cycles(&[
            ("lib.rs", "mod key; mod user; mod name; pub use key::Key; pub use {name::Name, user::User};"),
            ("key.rs", "use crate::user::{self, User}; pub struct Key(User);"),
            ("user.rs", "pub struct User { name: crate::Name }"),
            ("name.rs", "use std::fmt; /* comment */ impl From<super::key::Key> for Name {}"),
        ]);
        assert_eq!(found, ["key.rs → user.rs → name.rs → key.rs"]);
    }

    #[test]
    fn a_cycle_between_a_module_and_its_child_is_found() {
        let found = cycles(&[
            ("lib.rs", "mod list;"),
            ("list/mod.rs", "mod sort; pub struct List; fn sorted() { sort::sort(List) }"),
            ("list/sort.rs", "use super::List; pub(super) fn sort(list: List) {}"),
        ]);
        assert_eq!(found, ["list/mod.rs → list/sort.rs → list/mod.rs"]);
    }

    #[test]
    fn re_exports_tests_comments_and_texts_make_no_cycle() {
        let found = cycles(&[
            ("lib.rs", "mod a; mod b; mod fixtures; #[cfg(test)] mod shared; pub use a::A; pub use b::{B, Letter};"),
            ("a/mod.rs", "mod part; pub(crate) use part::{A, Part as Piece};"),
            ("a/part.rs", "use crate::Letter; // crate::b::B uses it\npub struct A; pub struct Part;"),
            ("b.rs", "use crate::fixtures::Base; pub struct B(Base); pub enum Letter { X }"),
            (
                "fixtures.rs",
                "pub struct Base; const T: &str = \"crate::b::B\"; #[cfg(test)] mod tests { use crate::b::B; }",
            ),
            ("shared.rs", "use crate::b::B; use crate::a::A;"),
        ]);
        assert_eq!(found, [""; 0]);
    }
}
