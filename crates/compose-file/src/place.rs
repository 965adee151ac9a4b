//! The place of a value in the YAML tree.

use std::fmt;

/// Where a value stands, such as `services.app.ports[0]`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Place(Vec<Step>);

/// One part of a [`Place`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    Key(String),
    Item(usize),
}

impl Place {
    pub(super) fn key(&self, key: impl Into<String>) -> Self {
        self.then(Step::Key(key.into()))
    }

    pub(super) fn item(&self, index: usize) -> Self {
        self.then(Step::Item(index))
    }

    fn then(&self, step: Step) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }

    pub(super) fn steps(&self) -> &[Step] {
        &self.0
    }

    /// Whether this place is `other` or within it. Items are not told apart: merging moves them.
    pub(super) fn within(&self, other: &Self) -> bool {
        let keys = other.0.iter().take_while(|step| matches!(step, Step::Key(_))).count();
        self.0.starts_with(&other.0[..keys])
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.0.iter().enumerate() {
            match step {
                Step::Key(key) if position == 0 => write!(f, "{key}")?,
                Step::Key(key) => write!(f, ".{key}")?,
                Step::Item(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_read_like_paths() {
        let place = Place::default().key("services").key("app").key("ports").item(2).key("target");
        assert_eq!(place.to_string(), "services.app.ports[2].target");
        assert!(place.within(&Place::default().key("services").key("app")));
        assert!(place.within(&Place::default().key("services").key("app").key("ports").item(7)));
        assert!(!place.within(&Place::default().key("services").key("ap")));
    }
}
