//! What the nodes search, cache and read with, which must be what it was on stable.
//!
//! A server whose search engine or cache does not answer, or whose edition does not have it, takes the database or its own
//! memory instead, without a word: everything works, and slower. The search in use is told by ping (`ActiveSearchBackend`),
//! the cache and the replicas by the configuration.

use super::prelude::*;
use crate::wait;

/// What a server is built on beside its database and its file store.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Backends {
    /// `database`, `elasticsearch`, `opensearch`; nothing from servers that do not tell.
    search: Option<String>,
    /// Whether the configuration wants searches to go elsewhere than to the database.
    search_wanted: bool,
    /// `lru` (each node's own memory) or `redis`.
    cache: String,
    /// How many databases are read from.
    replicas: usize,
    /// How many databases are searched in.
    search_replicas: usize,
}

impl Backends {
    fn of(search: Option<&str>, config: &Value) -> Self {
        let many = |key: &str| config["SqlSettings"][key].as_array().map_or(0, Vec::len);
        Self {
            search: search.map(str::to_owned),
            search_wanted: config["ElasticsearchSettings"]["EnableSearching"] == true,
            cache: config["CacheSettings"]["CacheType"].as_str().unwrap_or("lru").to_owned(),
            replicas: many("DataSourceReplicas"),
            search_replicas: many("DataSourceSearchReplicas"),
        }
    }

    fn words(&self) -> String {
        let search = self.search.as_deref().unwrap_or("not told");
        format!(
            "search {search}, cache {}, {} read replicas, {} search replicas",
            self.cache, self.replicas, self.search_replicas
        )
    }

    /// Whether it is wanted that searches go elsewhere, and they go to the database.
    fn falls_back(&self) -> bool {
        self.search_wanted && self.search.as_deref() == Some("database")
    }

    /// What is another here than it was; what a version does not tell cannot be compared.
    fn differs(&self, before: &Self) -> bool {
        let search = self.search.is_some() && before.search.is_some() && self.search != before.search;
        let rest = |of: &Self| (of.cache.clone(), of.replicas, of.search_replicas);
        search || rest(self) != rest(before)
    }
}

/// What the first node that was asked used, on stable.
const BEFORE: Entry<Backends> = Entry::new("what nodes search, cache and read with");

/// Names what a node uses, and compares it with what stable used.
pub(super) async fn are_as_before(cx: &Context<'_>, place: &Place) -> Result<(), StepError> {
    let before = BEFORE.kept(cx);
    // An engine that has just started is not in use yet.
    let settled = wait::until_ok(cx.event_deadline(), || async {
        let now = read(place).await.map_err(Err)?;
        let unlike = before.as_ref().is_some_and(|before| now.differs(before));
        if unlike || (before.is_none() && now.falls_back()) { Err(Ok(now)) } else { Ok(now) }
    });
    let now = match cx.in_time(settled).await {
        Ok(now) => now,
        Err(last) => last?,
    };
    cx.fact(format!("backends of {}", place.name), now.words());
    BEFORE.keep(cx, &now);
    match before {
        Some(before) if now.differs(&before) => Err(place.failed(before.words(), now.words())),
        _ if now.falls_back() => Err(StepError::NotApplicable(
            "ElasticsearchSettings.EnableSearching is on, and searches go to the database, on stable as well"
                .into(),
        )),
        _ => Ok(()),
    }
}

async fn read(place: &Place) -> Result<Backends, StepError> {
    let told: Value =
        place.client.ping().await.expecting("an answer to ping")?.json().expecting("its answer")?;
    let config = place.admin().config().await.expecting("the configuration")?;
    Ok(Backends::of(told["ActiveSearchBackend"].as_str(), &config))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(search: &str, cache: &str, replicas: usize) -> Backends {
        let config = json!({
            "CacheSettings": {"CacheType": cache},
            "SqlSettings": {"DataSourceReplicas": vec!["********"; replicas]},
            "ElasticsearchSettings": {"EnableSearching": search != "database"},
        });
        Backends::of(Some(search), &config)
    }

    #[test]
    fn a_backend_that_is_another_is_seen() {
        let before = of("elasticsearch", "redis", 1);
        assert!(!of("elasticsearch", "redis", 1).differs(&before));
        assert!(of("database", "redis", 1).differs(&before));
        assert!(of("elasticsearch", "lru", 1).differs(&before));
        assert!(of("elasticsearch", "redis", 0).differs(&before));
    }

    #[test]
    fn what_a_version_does_not_tell_is_not_compared() {
        let silent = Backends { search: None, ..of("database", "lru", 0) };
        assert!(!silent.differs(&of("database", "lru", 0)) && !of("database", "lru", 0).differs(&silent));
        assert!(silent.words().starts_with("search not told, cache lru"));
    }

    #[test]
    fn a_search_that_is_wanted_and_not_used_is_named() {
        let fallen = Backends { search_wanted: true, ..of("database", "lru", 0) };
        assert!(fallen.falls_back() && !of("database", "lru", 0).falls_back());
        assert!(!of("opensearch", "lru", 0).falls_back());
    }
}
