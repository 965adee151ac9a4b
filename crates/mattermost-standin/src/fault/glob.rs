//! Path patterns: `*` is one segment, `**` any number of them.

/// Whether `path` fits `pattern`.
pub(super) fn fits(pattern: &str, path: &str) -> bool {
    let pattern: Vec<&str> = pattern.split('/').collect();
    let path: Vec<&str> = path.split('/').collect();
    segments(&pattern, &path)
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
    use super::fits;

    #[test]
    fn stars_stand_for_segments() {
        assert!(fits("/api/v4/users/*/patch", "/api/v4/users/abc/patch"));
        assert!(!fits("/api/v4/users/*", "/api/v4/users/abc/patch"));
        assert!(fits("/api/**", "/api/v4/users/abc/patch"));
        assert!(fits("**", "/"));
        assert!(fits("/api/**/posts", "/api/posts"));
        assert!(!fits("/api/v4/posts", "/api/v4/post"));
    }
}
