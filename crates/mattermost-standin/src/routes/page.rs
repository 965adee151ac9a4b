//! The part of a list that a request asks for.

use serde::Deserialize;

/// How much of a list an answer has at most.
pub(crate) const LARGEST: usize = 200;

/// `page` and `per_page` of a query.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(default)]
pub(crate) struct Page {
    page: usize,
    per_page: usize,
}

impl Default for Page {
    fn default() -> Self {
        Self { page: 0, per_page: 60 }
    }
}

impl Page {
    /// That part of the rows.
    pub(crate) fn of<T>(self, rows: impl Iterator<Item = T>) -> impl Iterator<Item = T> {
        let size = self.per_page.clamp(1, LARGEST);
        rows.skip(self.page.saturating_mul(size)).take(size)
    }
}
