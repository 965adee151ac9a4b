//! The world that nodes share: what a real installation keeps in PostgreSQL and S3.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use time::OffsetDateTime;

use crate::db::defaults::DEFAULTS;
use crate::db::ids;
use crate::db::tables::Tables;
use crate::events::bus::Bus;
use crate::files::scratch::ScratchFiles;
use crate::files::store::{FileStore, MemoryFiles};

/// The plugin of the Apps framework.
pub(crate) const APPS: &str = "com.mattermost.apps";

/// What kind of installation a world is.
#[derive(Clone)]
pub struct Options {
    /// Whether the servers have a licence with clustering.
    pub clustered: bool,
    /// Whether that licence is one of a cloud workspace, whose servers ask a Customer Web Server.
    pub cloud: bool,
    /// Whether the retired Apps framework is switched on and its plugin there.
    pub apps: bool,
    /// `ServiceSettings.SiteURL`.
    pub site_url: String,
    /// `FileSettings.EnablePublicLink` at first.
    pub public_links: bool,
    /// `ServiceSettings.EnablePostUsernameOverride` and `…IconOverride` at first.
    pub overrides: bool,
    /// `TeamSettings.SiteName` at first.
    pub site_name: String,
    /// Plugins that somebody switched on besides those that are on in a fresh server.
    pub switched_on: Vec<String>,
    /// Where file bytes go.
    pub files: Arc<dyn FileStore>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            clustered: true,
            cloud: false,
            apps: false,
            site_url: "http://balancer:8065".into(),
            site_name: "Mattermost".into(),
            public_links: false,
            overrides: false,
            switched_on: Vec::new(),
            files: Arc::new(MemoryFiles::default()),
        }
    }
}

impl std::fmt::Debug for Options {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Options")
            .field("clustered", &self.clustered)
            .field("site_url", &self.site_url)
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("World").field("options", &self.options).finish_non_exhaustive()
    }
}

/// Database, file store and cluster bus of one installation; nodes come and go, this stays.
pub struct World {
    pub(crate) options: Options,
    pub(crate) bus: Bus,
    /// The time of installation, in milliseconds since 1970.
    pub(crate) installed_at: i64,
    /// `DiagnosticId`: one per database.
    pub(crate) server_id: String,
    tables: Mutex<Tables>,
    clock: AtomicI64,
    /// Whether it is a copy, which nothing leaves and which is thrown away.
    is_copy: bool,
}

impl World {
    /// An empty database.
    #[must_use]
    pub fn new(options: Options) -> Arc<Self> {
        let mut config = DEFAULTS.config.clone();
        config["ServiceSettings"]["SiteURL"] = options.site_url.clone().into();
        config["TeamSettings"]["SiteName"] = options.site_name.clone().into();
        config["FileSettings"]["PublicLinkSalt"] = ids::new_id().into();
        config["ClusterSettings"]["Enable"] = options.clustered.into();
        config["FileSettings"]["EnablePublicLink"] = options.public_links.into();
        config["ServiceSettings"]["EnablePostUsernameOverride"] = options.overrides.into();
        config["ServiceSettings"]["EnablePostIconOverride"] = options.overrides.into();
        // As cluster/compose.yaml has it: integrations of a test live at private addresses.
        config["ServiceSettings"]["AllowedUntrustedInternalConnections"] = "0.0.0.0/0".into();
        if options.apps {
            config["FeatureFlags"]["AppsEnabled"] = true.into();
            config["PluginSettings"]["PluginStates"][APPS] = serde_json::json!({"Enable": true});
        }
        for plugin in &options.switched_on {
            config["PluginSettings"]["PluginStates"][plugin] = serde_json::json!({"Enable": true});
        }
        let world = Self {
            options,
            bus: Bus::default(),
            installed_at: now_ms(),
            server_id: ids::new_id(),
            tables: Mutex::new(Tables { config, ..Tables::default() }),
            clock: AtomicI64::new(0),
            is_copy: false,
        };
        Arc::new(world)
    }

    /// The same installation with other tables, for a request that is to be forgotten: it reads what there is, and
    /// nothing that happens in it reaches other nodes, the file store, or anybody outside.
    pub(crate) fn copy(&self, tables: Tables) -> Arc<Self> {
        let files = Arc::new(ScratchFiles::over(Arc::clone(&self.options.files)));
        Arc::new(Self {
            options: Options { files, ..self.options.clone() },
            bus: self.bus.muted(),
            installed_at: self.installed_at,
            server_id: self.server_id.clone(),
            tables: Mutex::new(tables),
            clock: AtomicI64::new(self.clock.load(Ordering::Relaxed)),
            is_copy: true,
        })
    }

    /// Whether it is such a copy: then no mail is sent and no program called.
    pub(crate) fn is_copy(&self) -> bool {
        self.is_copy
    }

    /// Whether the nodes form a cluster.
    #[must_use]
    pub fn clustered(&self) -> bool {
        self.options.clustered
    }

    /// Whether the licence is one of a cloud workspace; there is none without clustering.
    #[must_use]
    pub fn cloud(&self) -> bool {
        self.options.clustered && self.options.cloud
    }

    /// Says where the Customer Web Server of a cloud workspace is; nodes that start from now on ask there.
    pub fn set_customer_web_server(&self, url: &str) {
        let settings = serde_json::json!({
            "CWSURL": url, "CWSAPIURL": url, "CWSMock": false, "Disable": false, "PreviewModalBucketURL": "",
        });
        self.tables().config["CloudSettings"] = settings;
    }

    /// The tables, locked. A request gets them by its transaction, a node that comes up for as long as it boots.
    pub(crate) fn tables(&self) -> MutexGuard<'_, Tables> {
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Milliseconds since 1970, later than every earlier answer: the order of posts must never be a tie.
    pub(crate) fn tick(&self) -> i64 {
        let now = now_ms();
        let last = self
            .clock
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |last| Some(now.max(last + 1)))
            .unwrap_or(now);
        now.max(last + 1)
    }
}

fn now_ms() -> i64 {
    i64::try_from(OffsetDateTime::now_utc().unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_never_stands_still() {
        let world = World::new(Options::default());
        let ticks: Vec<i64> = (0..100).map(|_| world.tick()).collect();
        assert!(ticks.windows(2).all(|pair| pair[0] < pair[1]));
    }
}
