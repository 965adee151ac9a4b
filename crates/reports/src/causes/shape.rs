//! Texts without what differs from one run, stage or node to the next.

/// The text without versions, ids, numbers, quoted texts and names of nodes: `node2 (11.6.0) reads it` and `node1 (11.5.1) reads it`
/// have one shape.
pub(super) fn shape(text: &str) -> String {
    let words = text.split_whitespace().map(|word| {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
        if is_of_one_place(bare) { "…" } else { bare }
    });
    let mut words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    words.dedup();
    // What is asked again is the same thing.
    let again = usize::from(words.first() == Some(&"again"));
    words[again..].join(" ")
}

/// A word that is another one elsewhere: it has a digit, as versions, names of nodes and most ids have, or is as long as an id.
fn is_of_one_place(word: &str) -> bool {
    let has_digit = word.chars().any(|c| c.is_ascii_digit());
    has_digit || word.len() >= 26 && word.chars().all(|c| c.is_ascii_alphanumeric())
}

/// The shape of a server's answer: its status and the error's name. None where the text is none: what a check saw is its own.
pub(super) fn answer_shape(got: &str) -> Option<String> {
    let mut words = got.split_whitespace();
    let status = words.next().filter(|word| word.len() == 3).and_then(|word| word.parse::<u16>().ok());
    let status = status.filter(|status| (400..600).contains(status))?;
    let error = words.next().filter(|word| word.ends_with(".app_error"))?;
    Some(format!("{status} {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_versions_and_ids_do_not_count() {
        assert_eq!(
            shape("node1 (11.6.0) reads what node2 (11.5.1) sent"),
            shape("node3 (11.6.0) reads what node1 (11.6.0) sent")
        );
        assert_eq!(shape("again: the bot writes on node1"), shape("the bot writes on node2"));
        assert_ne!(shape("node1 reads it"), shape("node1 writes it"));
    }

    #[test]
    fn an_answer_is_a_status_and_an_errors_name() {
        let told = "404 app.post.get.app_error to GET /api/v4/posts/wo7qmeuexbr7z33pt7gp43sadg (Unable to get the post.)";
        assert_eq!(answer_shape(told).as_deref(), Some("404 app.post.get.app_error"));
        for other in [
            "404",
            "[]",
            "the post as it was before",
            "200 with a message",
            "4040 x.app_error",
            "500 from the user store",
        ] {
            assert_eq!(answer_shape(other), None, "{other}");
        }
    }
}
