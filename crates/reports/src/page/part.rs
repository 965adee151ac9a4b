//! A part of the page of a run: what stands under one heading, and how much it weighs where there is not room for all.

use super::html::Html;

/// A part of the page of a run, with its heading.
pub(super) struct PagePart {
    /// For the links of the contents, and for what was left out.
    pub(super) title: &'static str,
    /// The end of its anchor.
    pub(super) id: &'static str,
    /// 0 stays always; the heaviest goes first.
    pub(super) weight: u8,
    pub(super) body: Html,
}

impl PagePart {
    /// A part, unless there is nothing in it.
    pub(super) fn of(title: &'static str, id: &'static str, weight: u8, body: Html) -> Option<Self> {
        (!body.is_empty()).then_some(Self { title, id, weight, body })
    }
}
