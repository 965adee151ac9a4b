//! The place of a value in the YAML tree.

use std::fmt;

/// Where a value stands, such as `services.app.ports[0]`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct YamlPlace(Vec<PlaceStep>);

/// One part of a [`YamlPlace`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum PlaceStep {
    Key(String),
    Item(usize),
}

impl YamlPlace {
    pub(super) fn key(&self, key: impl Into<String>) -> Self {
        self.then(PlaceStep::Key(key.into()))
    }

    pub(super) fn item(&self, index: usize) -> Self {
        self.then(PlaceStep::Item(index))
    }

    fn then(&self, step: PlaceStep) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }

    pub(super) fn steps(&self) -> &[PlaceStep] {
        &self.0
    }

    /// Whether this place is `other` or within it. Items are not told apart: merging moves them.
    pub(super) fn within(&self, other: &Self) -> bool {
        let keys = other.0.iter().take_while(|step| matches!(step, PlaceStep::Key(_))).count();
        self.0.starts_with(&other.0[..keys])
    }
}

impl fmt::Display for YamlPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.0.iter().enumerate() {
            match step {
                PlaceStep::Key(key) if position == 0 => write!(f, "{key}")?,
                PlaceStep::Key(key) => write!(f, ".{key}")?,
                PlaceStep::Item(index) => write!(f, "[{index}]")?,
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
        let place = YamlPlace::default().key("services").key("app").key("ports").item(2).key("target");
        assert_eq!(place.to_string(), "services.app.ports[2].target");
        assert!(place.within(&YamlPlace::default().key("services").key("app")));
        assert!(place.within(&YamlPlace::default().key("services").key("app").key("ports").item(7)));
        assert!(!place.within(&YamlPlace::default().key("services").key("ap")));
    }
}
