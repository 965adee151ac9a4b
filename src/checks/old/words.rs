//! What `$name` stands for in the paths and bodies of the table.

use std::collections::BTreeMap;

/// What is known under which name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Words {
    known: BTreeMap<String, String>,
}

impl Words {
    /// Says what a name stands for from now on.
    pub(super) fn set(&mut self, name: &str, value: impl Into<String>) {
        self.known.insert(name.to_owned(), value.into());
    }

    /// The text with all names replaced. A name that is not known stays as it is: the server refuses it, and the failure
    /// shows it.
    pub(super) fn fill(&self, text: &str) -> String {
        let mut parts = text.split('$');
        let mut filled = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let end = part.find(|c: char| !is_of_name(c)).unwrap_or(part.len());
            match self.known.get(&part[..end]) {
                Some(value) => filled.push_str(value),
                None => filled.extend(["$", &part[..end]]),
            }
            filled.push_str(&part[end..]);
        }
        filled
    }
}

fn is_of_name(letter: char) -> bool {
    letter.is_ascii_lowercase() || letter == '_'
}

/// The names in a text.
#[cfg(test)]
pub(super) fn names(text: &str) -> impl Iterator<Item = &str> {
    text.split('$').skip(1).map(|part| &part[..part.find(|c: char| !is_of_name(c)).unwrap_or(part.len())])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_replaced_and_unknown_ones_stay() {
        let mut words = Words::default();
        words.set("owner", "o1");
        words.set("owner_name", "olga");
        assert_eq!(words.fill("/users/$owner/$owner_name?x=$post"), "/users/o1/olga?x=$post");
        assert_eq!(words.fill("plain"), "plain");
        assert_eq!(names("/users/$owner/$owner_name").collect::<Vec<_>>(), ["owner", "owner_name"]);
    }
}
