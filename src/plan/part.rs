//! The parts of what is done to a node, in their order: drain, stop, image, ready, sanity, undrain.

use serde::{Deserialize, Serialize};

/// One thing that happens to a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// The balancer spares it, and its last requests are waited for.
    Drain,
    /// Its server ends.
    Stop,
    /// It starts at the stable image.
    StableImage,
    /// It starts at the release's image.
    ReleaseImage,
    /// The user's command takes it out of the balancer.
    DrainCommand,
    /// The user's command replaces it.
    ReplaceCommand,
    /// It answers.
    Ready,
    /// It is what it should be.
    Sanity,
    /// The balancer sends it traffic.
    Undrain,
    /// The user's command puts it back into the balancer.
    UndrainCommand,
}

impl Part {
    /// The word for it.
    #[must_use]
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Drain => "drain",
            Self::Stop => "stop",
            Self::StableImage => "stable image",
            Self::ReleaseImage => "release image",
            Self::DrainCommand => "drain-command",
            Self::ReplaceCommand => "replace-command",
            Self::Ready => "ready",
            Self::Sanity => "sanity",
            Self::Undrain => "undrain",
            Self::UndrainCommand => "undrain-command",
        }
    }
}

/// All of them, on one line.
pub(super) fn together(parts: &[Part]) -> String {
    parts.iter().map(|part| part.word()).collect::<Vec<_>>().join(", ")
}
