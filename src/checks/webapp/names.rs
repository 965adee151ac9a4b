//! What a page or a style names of the server's own files.

use std::collections::BTreeSet;

/// Where the server keeps them; what stands before it is the site's own path.
const ROOT: &str = "/static/";

/// Paths from `/static/` on, without queries; what is elsewhere is not the server's.
pub(super) fn named(text: &str) -> BTreeSet<String> {
    files(text).map(|(_, path)| path.to_owned()).collect()
}

/// The first file that is named below another path than the site's, as it is named: a browser would ask whatever is there.
///
/// Who names a whole address means another host, such as one that only has files.
pub(super) fn elsewhere<'t>(text: &'t str, site: &str) -> Option<&'t str> {
    files(text)
        .find(|(whole, path)| {
            let before = &whole[..whole.len() - path.len()];
            !before.contains("//") && before != site
        })
        .map(|(whole, _)| whole)
}

/// The files: as they are named, and from `/static/` on.
fn files(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let ends = |c: char| c.is_whitespace() || "\"'()<>\\?#`".contains(c);
    let begins = move |c: char| ends(c) || c == '=';
    let found = text.match_indices(ROOT).map(move |(at, _)| {
        let end = text[at..].find(ends).map_or(text.len(), |length| at + length);
        let start = text[..at].rfind(begins).map_or(0, |before| before + 1);
        (&text[start..end], &text[at..end])
    });
    let is_file = |path: &str| path.len() > ROOT.len() && !path.ends_with('/') && !path.contains("..");
    found.filter(move |(_, path)| is_file(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = r#"<script defer="defer" src="/chat/static/main.5a2f.js?x=1"></script><link href='/static/a/b.css'>
            <img src=/static/icon.png><a href="/static/"><script src="https://cdn.test/static/x.js">"#;

    #[test]
    fn pages_and_styles_name_files() {
        let expected = ["/static/a/b.css", "/static/icon.png", "/static/main.5a2f.js", "/static/x.js"];
        assert_eq!(named(PAGE), expected.map(str::to_owned).into());
        let style = "@font-face{src:url(/static/f.woff2) format(\"woff2\"),url('/static/g.woff#x')} .x{background:url(data:abc)}";
        assert_eq!(named(style), ["/static/f.woff2", "/static/g.woff"].map(str::to_owned).into());
        assert!(named("/static/../config.json /static/").is_empty());
        assert!(named("").is_empty());
    }

    #[test]
    fn what_is_not_below_the_path_of_the_site_is_named_as_it_stands_there() {
        assert_eq!(elsewhere(PAGE, ""), Some("/chat/static/main.5a2f.js"));
        assert_eq!(elsewhere(PAGE, "/chat"), Some("/static/a/b.css"));
        let below = "<script src=/chat/static/a.js></script><style>x{src:url(/chat/static/f.woff2)}</style>";
        assert_eq!(elsewhere(below, "/chat"), None);
        assert_eq!(elsewhere(below, "/cha"), Some("/chat/static/a.js"));
    }
}
