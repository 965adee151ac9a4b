//! What a page or a style names of the server's own files.

use std::collections::BTreeSet;

/// Where the server keeps them; what stands before it is a site's own path.
const ROOT: &str = "/static/";

/// Paths from `/static/` on, without queries; what is elsewhere is not the server's.
pub(super) fn named(text: &str) -> BTreeSet<String> {
    let ends = |c: char| c.is_whitespace() || "\"'()<>\\?#`".contains(c);
    let starts = text.match_indices(ROOT).map(|(at, _)| &text[at..]);
    let paths = starts.map(|rest| rest.find(ends).map_or(rest, |end| &rest[..end]));
    let is_file = |path: &&str| path.len() > ROOT.len() && !path.ends_with('/') && !path.contains("..");
    paths.filter(is_file).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_and_styles_name_files() {
        let page = r#"<script defer="defer" src="/chat/static/main.5a2f.js?x=1"></script><link href='/static/a/b.css'>
            <img src=/static/icon.png><a href="/static/">"#;
        assert_eq!(
            named(page),
            ["/static/a/b.css", "/static/icon.png", "/static/main.5a2f.js"].map(str::to_owned).into()
        );
        let style = "@font-face{src:url(/static/f.woff2) format(\"woff2\"),url('/static/g.woff#x')} .x{background:url(data:abc)}";
        assert_eq!(named(style), ["/static/f.woff2", "/static/g.woff"].map(str::to_owned).into());
        assert!(named("/static/../config.json /static/").is_empty());
        assert!(named("").is_empty());
    }
}
