//! Whether the gate made a cluster or found it: what that changes in the words of an error.

use super::unreached::{INPUTS, LABEL};

/// Where a cluster comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The gate builds it, from images.
    Built,
    /// It was there before, and a command of the user's replaces its nodes.
    Found,
}

impl Origin {
    /// Where the addresses are written by which its parts are asked.
    #[must_use]
    pub fn addresses_are_in(self) -> &'static str {
        match self {
            Self::Built => LABEL,
            Self::Found => INPUTS,
        }
    }

    /// How a node got to stable, as a clause, and what to look at when it is not sane there. `image` is what it was started
    /// at, `given` what the user wrote for it.
    #[must_use]
    pub fn on_stable(self, image: &str, given: &str) -> (String, &'static str) {
        match self {
            Self::Built => started_at(image),
            Self::Found => (
                format!("it should run {given}"),
                "Look at the node, and at the inputs stable and node-urls.",
            ),
        }
    }

    /// How a node got to release, as a clause, and what to look at when it is not sane there.
    #[must_use]
    pub fn on_release(self, image: &str, given: &str) -> (String, &'static str) {
        match self {
            Self::Built => started_at(image),
            Self::Found => (
                format!("it was replaced by {given}"),
                "It was not put back into the balancer. Look at what replace-command printed, below, and at the node.",
            ),
        }
    }
}

fn started_at(image: &str) -> (String, &'static str) {
    (
        format!("it came up on {image}"),
        "It was left out of the balancer. Look at its log lines below, and at the image.",
    )
}
