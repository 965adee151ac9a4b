//! The inputs about what the servers get besides their image: a licence, and plugins of the user.

use secrecy::SecretString;

use super::bundles::{self, Bundle};
use super::problems::Problems;
use super::row::family;

family! {
    /// What the servers get besides their image, as given.
    ServerInputs, "Cluster";
    /// The text of a Mattermost licence; with the feature `Cluster` the servers form a cluster.
    license: Option<SecretString> = "license" "TEXT", Secret, Built, "";
    /// Plugins of your own, paths of `.tar.gz` bundles, one a line: installed on stable, and to survive the upgrade. `old.tar.gz => new.tar.gz` puts another version in its place when all nodes run the release.
    plugins: String = "plugins" "FILES", Lines, Built, "";
}

/// What the servers get besides their image.
#[derive(Debug, Clone)]
pub struct Servers {
    /// The text of a licence.
    pub license: Option<SecretString>,
    /// Plugins that are installed on stable.
    pub plugins: Vec<Bundle>,
}

impl ServerInputs {
    /// What they get.
    pub(super) fn judge(&self, problems: &mut Problems) -> Servers {
        Servers { license: self.license.clone(), plugins: bundles::read(&self.plugins, problems) }
    }
}
