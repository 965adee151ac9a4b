//! Numbers equal names: readers of test reports keep only the first of two, and a node may be replaced twice.

use std::collections::{HashMap, HashSet};

/// Makes names different that are equal in the same group: `replace node1 (again, 2)`.
pub(crate) fn number<'n>(names: impl IntoIterator<Item = (&'n str, &'n mut String)>) {
    let mut seen: HashSet<(String, String)> = HashSet::new();
    // Where the numbering of a name goes on: a hundred thousand cases may have the same.
    let mut next: HashMap<(String, String), usize> = HashMap::new();
    for (group, name) in names {
        if seen.insert((group.to_owned(), name.clone())) {
            continue;
        }
        let first = name.clone();
        let count = next.entry((group.to_owned(), first.clone())).or_insert(1);
        while !seen.insert((group.to_owned(), name.clone())) {
            *count += 1;
            *name = format!("{first} (again, {count})");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_names_of_a_group_are_numbered() {
        let mut names = ["a", "a", "a (again, 2)", "a", "b"].map(str::to_owned);
        number(["x", "x", "x", "x", "y"].into_iter().zip(&mut names));
        assert_eq!(names, ["a", "a (again, 2)", "a (again, 2) (again, 2)", "a (again, 3)", "b"]);
    }
}
