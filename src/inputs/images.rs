//! Images that inputs name, judged by the grammar of references.

use super::problems::Problems;
use crate::reference::{self, Reference};
use crate::shown::Shown;

/// The image that a text names. What is wrong with it is added as a problem of `input`; `whose` says whose image it is,
/// where the input's value is not the image itself.
pub(crate) fn judge_image<'a>(
    input: &str,
    value: Shown,
    whose: &str,
    image: &'a str,
    problems: &mut Problems,
) -> Option<Reference<'a>> {
    match reference::parse(image) {
        Ok(reference) => Some(reference),
        Err(told) => {
            let value = if told.secret && whose.is_empty() { Shown::nothing() } else { value };
            problems.add(input, value, format!("{whose}{}", told.wrong), told.remedy);
            None
        }
    }
}
