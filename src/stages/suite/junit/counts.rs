//! What a suite counts, beside what it lists: foreign numbers, which must not hide a failure.

use super::attributes::XmlAttributes;

/// Characters of a count that are repeated.
const SHOWN: usize = 40;

/// The counts in a suite's own attributes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Claims {
    /// Failures and errors.
    pub(super) failures: u64,
    /// Cases.
    pub(super) tests: u64,
    /// Cases that were switched off: some runners count them and do not list them.
    disabled: u64,
}

impl Claims {
    /// Reads them. What is no count is told in `wrong`: it may stand for failures.
    pub(super) fn of(attributes: &XmlAttributes<'_>, suite: &str, wrong: &mut Vec<String>) -> Self {
        let mut count = |name: &str| {
            let text = attributes.get(name).unwrap_or_default();
            let digits = text.trim().replace(',', "");
            if digits.is_empty() {
                return 0;
            }
            digits.parse().unwrap_or_else(|_| {
                let shown: String = text.chars().take(SHOWN).collect();
                wrong.push(format!("the suite {suite:?} counts {shown:?} {name}"));
                0
            })
        };
        let (failures, errors) = (count("failures"), count("errors"));
        Self {
            failures: u64::saturating_add(failures, errors),
            tests: count("tests"),
            disabled: count("disabled"),
        }
    }

    /// How many of the counted cases are neither among the `found` ones nor switched off.
    pub(super) fn lost(&self, found: u64) -> u64 {
        self.tests.saturating_sub(found).saturating_sub(self.disabled)
    }
}
