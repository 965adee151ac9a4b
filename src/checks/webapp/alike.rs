//! Two pages of one version, beside each other.
//!
//! Plugins are compared where both nodes have one version of them. A server keeps the plugins that its image brings in the site's file
//! store, and each node takes the newest that it finds there when it starts: a node that was on the release and went back has the
//! release's plugins beside stable's server, until the others start anew (seen on 11.6.0 with Boards 9.2.4 and 9.2.5).

use super::loaded::{LoadedFile, LoadedPage};

/// What two pages have under one path, in words.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TwoFiles {
    pub(super) one: String,
    pub(super) other: String,
}

/// The first path under which they do not have the same.
pub(super) fn difference(one: &LoadedPage, other: &LoadedPage) -> Option<(String, TwoFiles)> {
    let apart: Vec<&str> =
        apart(one, other).flat_map(|(_, plugins)| plugins.map(|plugin| plugin.1)).collect();
    let paths = one.files.keys().chain(other.files.keys());
    paths.filter(|path| !apart.contains(&path.as_str())).find_map(|path| {
        let (has, had) = (one.files.get(path), other.files.get(path));
        let words = |file: Option<&LoadedFile>| {
            file.map_or("its page names no such file".into(), ToString::to_string)
        };
        (has != had).then(|| (path.clone(), TwoFiles { one: words(has), other: words(had) }))
    })
}

/// Plugins that they have in two versions: their ids, and the versions.
pub(super) fn of_two_versions(one: &LoadedPage, other: &LoadedPage) -> Vec<(String, [String; 2])> {
    let told =
        |(id, plugins): (&str, [(&str, &str); 2])| (id.to_owned(), plugins.map(|plugin| plugin.0.to_owned()));
    apart(one, other).map(told).collect()
}

/// The same, with where their bundles are.
fn apart<'p>(
    one: &'p LoadedPage,
    other: &'p LoadedPage,
) -> impl Iterator<Item = (&'p str, [(&'p str, &'p str); 2])> {
    one.plugins.iter().filter_map(|(id, here)| {
        let there = other.plugins.get(id).filter(|there| there.version != here.version)?;
        let parts = [here, there].map(|plugin| (plugin.version.as_str(), plugin.bundle.as_str()));
        Some((id.as_str(), parts))
    })
}

#[cfg(test)]
mod tests {
    use super::super::loaded::WebPlugin;
    use super::*;

    /// A page with a script of its own, and a plugin.
    fn page(script: &str, version: &str, bundle: &str) -> LoadedPage {
        let file = |text: &str| LoadedFile {
            bytes: text.len(),
            content_type: "text/javascript".into(),
            sha256: text.into(),
        };
        let path = format!("/static/plugins/boards/{bundle}.js");
        let plugin = WebPlugin { version: version.into(), bundle: path.clone() };
        LoadedPage {
            files: [("/static/main.js".to_owned(), file(script)), (path, file(bundle))].into(),
            plugins: [("boards".to_owned(), plugin)].into(),
            ..LoadedPage::default()
        }
    }

    #[test]
    fn what_one_node_lacks_or_has_otherwise_is_a_difference() {
        let one = page("a", "9.2.4", "old");
        assert_eq!(difference(&one, &page("a", "9.2.4", "old")), None);
        let (path, has) = difference(&one, &page("b", "9.2.4", "old")).unwrap();
        assert_eq!((path.as_str(), has.other.contains("sha256 b")), ("/static/main.js", true));
        for (here, there) in [("old", "new"), ("new", "old")] {
            let (_, has) = difference(&page("a", "9.2.4", here), &page("a", "9.2.4", there)).unwrap();
            assert!(
                [has.one, has.other].contains(&"its page names no such file".to_owned()),
                "one version, two files"
            );
        }
        let without = LoadedPage { plugins: [].into(), ..page("a", "9.2.4", "new") };
        assert!(difference(&one, &without).is_some(), "a plugin that is on one node only");
    }

    #[test]
    fn plugins_of_two_versions_are_told_and_not_compared() {
        let (one, other) = (page("a", "9.2.4", "old"), page("a", "9.2.5", "new"));
        assert_eq!((difference(&one, &other), difference(&other, &one)), (None, None));
        assert_eq!(
            of_two_versions(&one, &other),
            [("boards".to_owned(), ["9.2.4", "9.2.5"].map(str::to_owned))]
        );
        assert!(difference(&one, &page("b", "9.2.5", "new")).is_some(), "the rest of the page still is");
    }
}
