//! One page of a listing: prefix, delimiter, where to go on, how many; pure, the same for both list operations.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use super::object::Object;

/// The most that one page has, whatever is asked for.
pub(super) const LARGEST_PAGE: usize = 1000;

/// What to list.
#[derive(Debug, Clone, Default)]
pub(super) struct Listing {
    /// Only keys that begin like this.
    pub(super) prefix: String,
    /// Keys that have it after the prefix are shown as one common prefix, up to and with it.
    pub(super) delimiter: Option<String>,
    /// Only keys behind this one; a common prefix of an earlier page is left behind as a whole.
    pub(super) after: String,
    /// How many keys and common prefixes together.
    pub(super) max: usize,
}

/// A page of a listing.
#[derive(Debug, Default)]
pub(super) struct Page {
    /// Keys with their objects, in order.
    pub(super) objects: Vec<(String, Arc<Object>)>,
    /// Common prefixes, in order.
    pub(super) prefixes: Vec<String>,
    /// The last entry, when there is more behind it.
    pub(super) next: Option<String>,
}

impl Listing {
    pub(super) fn page(&self, objects: &BTreeMap<String, Arc<Object>>) -> Page {
        let mut page = Page::default();
        let mut last: Option<String> = None;
        // Behind a key that is the prefix itself, too.
        let start = if !self.after.is_empty() && self.after >= self.prefix {
            Bound::Excluded(self.after.clone())
        } else {
            Bound::Included(self.prefix.clone())
        };
        for (key, object) in objects.range((start, Bound::Unbounded)) {
            if !key.starts_with(&self.prefix) {
                break;
            }
            let common = self.common_prefix(key);
            if common.is_some_and(|common| self.after == common || last.as_deref() == Some(common)) {
                continue;
            }
            if page.objects.len() + page.prefixes.len() >= self.max {
                page.next = last;
                break;
            }
            last = Some(common.unwrap_or(key).to_owned());
            match common {
                Some(common) => page.prefixes.push(common.to_owned()),
                None => page.objects.push((key.clone(), object.clone())),
            }
        }
        page
    }

    fn common_prefix<'a>(&self, key: &'a str) -> Option<&'a str> {
        let delimiter = self.delimiter.as_deref().filter(|delimiter| !delimiter.is_empty())?;
        let at = key[self.prefix.len()..].find(delimiter)?;
        Some(&key[..self.prefix.len() + at + delimiter.len()])
    }
}

/// A text as `encoding-type=url` wants it: all but unreserved characters and slashes percent-encoded.
pub(super) fn url_encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    text.bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::content::Content;
    use super::super::object::Attributes;
    use super::*;
    use proptest::prelude::*;

    fn objects<'a>(keys: impl IntoIterator<Item = &'a str>) -> BTreeMap<String, Arc<Object>> {
        let object = Arc::new(Object::new(Content::default(), String::new(), Attributes::default()));
        keys.into_iter().map(|key| (key.to_owned(), object.clone())).collect()
    }

    /// All pages of a listing: keys, then prefixes with a `+`, in the order they come.
    fn walk(listing: &Listing, objects: &BTreeMap<String, Arc<Object>>) -> Vec<String> {
        let mut listing = listing.clone();
        let mut seen = Vec::new();
        loop {
            let page = listing.page(objects);
            assert!(page.objects.len() + page.prefixes.len() <= listing.max);
            seen.extend(page.objects.into_iter().map(|(key, _)| key));
            seen.extend(page.prefixes.into_iter().map(|prefix| format!("+{prefix}")));
            match page.next {
                Some(next) => listing.after = next,
                None => return seen,
            }
        }
    }

    #[test]
    fn folders_are_common_prefixes() {
        let objects = objects(["a", "plugins/x.tar.gz", "plugins/y/z", "plugins/y/zz", "q"]);
        let listing = |prefix: &str| Listing {
            prefix: prefix.into(),
            delimiter: Some("/".into()),
            max: 10,
            ..Default::default()
        };
        assert_eq!(walk(&listing(""), &objects), ["a", "q", "+plugins/"]);
        assert_eq!(walk(&listing("plugins/"), &objects), ["plugins/x.tar.gz", "+plugins/y/"]);
        assert_eq!(walk(&listing("plugins"), &objects), ["+plugins/"]);
        assert_eq!(walk(&listing("r"), &objects).len(), 0);
    }

    #[test]
    fn no_entries_is_not_a_truncated_page() {
        let page = Listing::default().page(&objects(["a"]));
        assert!(page.objects.is_empty() && page.next.is_none());
    }

    #[test]
    fn keys_with_odd_characters_are_encoded() {
        assert_eq!(url_encoded("ein bild ä+&.txt"), "ein%20bild%20%C3%A4%2B%26.txt");
    }

    proptest! {
        #[test]
        fn small_pages_show_what_one_large_page_shows(
            keys in prop::collection::btree_set("[ab/]{1,5}", 0..30),
            prefix in "[ab/]{0,2}", by_folder: bool, max in 1usize..5,
        ) {
            let objects = objects(keys.iter().map(String::as_str));
            let delimiter = by_folder.then(|| "/".to_owned());
            let one = Listing { prefix, delimiter, max: LARGEST_PAGE, ..Default::default() };
            let many = Listing { max, ..one.clone() };
            let (mut one, mut many) = (walk(&one, &objects), walk(&many, &objects));
            one.sort();
            many.sort();
            prop_assert_eq!(one, many);
        }
    }
}
