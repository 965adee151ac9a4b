//! The hidden line by which we find our comment again.

/// GitHub refuses longer comments.
const BODY_LIMIT: usize = 65_536;

/// The marker of the comment with this id, an HTML comment that no page shows. Gates with different ids
/// have different comments.
#[must_use]
pub fn marker(id: &str) -> String {
    let allowed = |c: char| if c.is_alphanumeric() || "._/ ".contains(c) { c } else { '-' };
    let mut id: String = id.chars().map(allowed).take(200).collect();
    // Two hyphens would end an HTML comment early in some parsers.
    while id.contains("--") {
        id = id.replace("--", "-");
    }
    format!("<!-- mattermost-upgrade-gate:{} -->", id.trim_matches(['-', ' ']))
}

/// The comment's whole text: marker, report, link to the run.
pub(crate) fn body(marker: &str, markdown: &str, run_url: &str) -> String {
    let foot = format!("\n\n[This run]({run_url})\n");
    let room = BODY_LIMIT.saturating_sub(marker.len() + foot.len() + 1);
    let markdown = markdown.trim_end();
    // comment.md is made shorter than this; whatever else is given must not make GitHub refuse it.
    format!("{marker}\n{}{foot}", &markdown[..markdown.floor_char_boundary(room)])
}

/// Whether a comment has the marker on a line of its own.
pub(crate) fn carries(body: &str, marker: &str) -> bool {
    body.lines().any(|line| line.trim() == marker)
}

/// Whether two texts are the same to a reader: GitHub gives back other line ends and no blanks at the end.
pub(crate) fn same(one: &str, other: &str) -> bool {
    let lines =
        |text: &str| text.trim_end().lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>();
    lines(one) == lines(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_id_breaks_out_of_the_marker() {
        assert_eq!(marker("Gate/roll"), "<!-- mattermost-upgrade-gate:Gate/roll -->");
        assert_eq!(marker("a --> <script> b"), "<!-- mattermost-upgrade-gate:a - -script- b -->");
    }

    #[test]
    fn a_marker_counts_on_its_own_line_only() {
        let marker = marker("x");
        assert!(carries(&format!("{marker}\r\ntext"), &marker));
        assert!(!carries(&format!("see `{marker}`"), &marker));
        assert!(!carries(&super::marker("x2"), &marker));
    }

    #[test]
    fn line_ends_do_not_make_a_difference() {
        assert!(same("a\r\nb\r\n", "a\nb"));
        assert!(same("a\nb\n\n", "a\nb"));
        assert!(!same("a\nb", "a\nc"));
    }

    #[test]
    fn a_body_is_never_refused_for_its_length() {
        let body = body(&marker("x"), &"ü".repeat(100_000), "https://run");
        assert!(body.len() <= BODY_LIMIT && body.ends_with("[This run](https://run)\n"));
    }
}
