//! Inputs that name images, judged by the grammar of references.

use super::problems::Problems;
use super::values::one_of;
use crate::compose::PullPolicy;
use crate::inputs::Inputs;
use crate::reference::{self, Reference};
use crate::shown::Shown;

/// The image that a text names. What is wrong with it is added as a problem of `input`; `whose` says whose image it is,
/// where the input's value is not the image itself.
pub fn judge_image<'a>(
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

/// Judges all inputs that are images, but the two versions: those know more forms.
pub(super) fn judge(inputs: &Inputs, problems: &mut Problems) {
    let image = inputs.image.as_str();
    let read = judge_image("image", Shown::plain(image), "", image, problems);
    if read.is_some_and(|read| read.tag.is_some() || read.digest.is_some()) {
        let wrong = "has a tag or a digest, and is the repository that versions are tags of";
        let remedy = "Leave the tag away, or write the whole image into stable and release.";
        problems.add("image", Shown::plain(image), wrong, remedy);
    }
    let others = [
        ("database-image", &inputs.database_image),
        ("store-image", &inputs.store_image),
        ("balancer-image", &inputs.balancer_image),
        ("suite-image", &inputs.suite_image),
    ];
    for (input, image) in others.map(|(input, image)| (input, image.trim())) {
        if !image.is_empty() {
            judge_image(input, Shown::plain(image), "", image, problems);
        }
    }
}

/// The input `pull`; nothing where compose file and names decide.
pub(super) fn pull(text: &str, problems: &mut Problems) -> Option<PullPolicy> {
    one_of("pull", text, &["auto", "always", "missing"], problems);
    match text {
        "always" => Some(PullPolicy::Always),
        "missing" => Some(PullPolicy::Missing),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_word_for_all_images_is_an_order() {
        let mut problems = Problems::default();
        let read = ["auto", "always", "missing"].map(|word| pull(word, &mut problems));
        assert_eq!(read, [None, Some(PullPolicy::Always), Some(PullPolicy::Missing)]);
        assert_eq!(problems, Problems::default());
        assert_eq!(pull("never", &mut problems), None);
        assert!(problems.to_string().contains("pull: \"never\" is no such choice"), "{problems}");
    }

    #[test]
    fn every_input_that_is_an_image_is_judged() {
        let mut inputs = Inputs::defaults();
        let mut problems = Problems::default();
        judge(&inputs, &mut problems);
        assert_eq!(problems, Problems::default());
        inputs.image = "mm:tag".into();
        inputs.database_image = "a b".into();
        inputs.store_image = "https://u:hunter2@minio/minio".into();
        inputs.balancer_image = "u:hunter2@ghcr.io/haproxy".into();
        inputs.suite_image = "My/suite:".into();
        judge(&inputs, &mut problems);
        let named: Vec<_> = problems.0.iter().map(|problem| problem.input.as_str()).collect();
        assert_eq!(named, ["image", "database-image", "store-image", "balancer-image", "suite-image"]);
        assert!(!problems.to_string().contains("hunter2"), "{problems}");
    }
}
