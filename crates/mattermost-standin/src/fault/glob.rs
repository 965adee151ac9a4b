//! Path patterns: `*` is one segment, `**` any number of them.

/// Whether `path` fits `pattern`.
pub(super) fn fits(pattern: &str, path: &str) -> bool {
    let pattern: Vec<&str> = pattern.split('/').collect();
    let path: Vec<&str> = path.split('/').collect();
    segments(&pattern, &path)
}

/// Whether a text fits a pattern in which `*` stands for any text.
pub(super) fn text_fits(pattern: &str, text: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(text) = text.strip_prefix(head) else { return false };
    let starts = text.char_indices().map(|(at, _)| at).chain([text.len()]);
    starts.into_iter().any(|at| text_fits(rest, &text[at..]))
}

fn segments(pattern: &[&str], path: &[&str]) -> bool {
    match (pattern.split_first(), path.split_first()) {
        (None, None) => true,
        (Some((&"**", rest)), _) => (0..=path.len()).any(|skip| segments(rest, &path[skip..])),
        (Some((head, rest)), Some((first, others))) => {
            (*head == "*" || head == first) && segments(rest, others)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{fits, text_fits};

    #[test]
    fn stars_stand_for_segments() {
        assert!(fits("/api/v4/users/*/patch", "/api/v4/users/abc/patch"));
        assert!(!fits("/api/v4/users/*", "/api/v4/users/abc/patch"));
        assert!(fits("/api/**", "/api/v4/users/abc/patch"));
        assert!(fits("**", "/"));
        assert!(fits("/api/**/posts", "/api/posts"));
        assert!(!fits("/api/v4/posts", "/api/v4/post"));
    }

    #[test]
    fn stars_stand_for_any_text_in_a_field() {
        assert!(text_fits("*", "anything") && text_fits("*", "") && text_fits("D", "D"));
        assert!(text_fits("*@*", "alice@lab.test") && text_fits("al*", "alice"));
        assert!(!text_fits("*@*", "alice") && !text_fits("D", "DD") && !text_fits("al*", "bob"));
    }
}
