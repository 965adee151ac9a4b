//! A page of one node with everything that it names, as loaded from that node.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use futures_util::StreamExt as _;

use super::names::{elsewhere, named};
use crate::checks::files::bytes::digest;
use crate::checks::prelude::*;
use crate::checks::site;
use crate::mattermost::Reply;

/// Files that are loaded at once, as a browser does.
const AT_ONCE: usize = 6;
/// Files of one page that are loaded; an official one names about twenty.
const MOST: usize = 300;

/// A page of one node.
#[derive(Debug, Default)]
pub(super) struct LoadedPage {
    pub(super) headers: Vec<(String, String)>,
    /// What it names, what its styles name, and what plugins bring, by path.
    pub(super) files: BTreeMap<String, LoadedFile>,
    /// The plugins with a web part, by id.
    pub(super) plugins: BTreeMap<String, WebPlugin>,
}

/// A plugin with a web part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct WebPlugin {
    /// Its version on this node.
    pub(super) version: String,
    /// Where its bundle is served.
    pub(super) bundle: String,
}

/// One file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LoadedFile {
    /// Its length.
    pub(super) bytes: usize,
    /// What the server says it is.
    pub(super) content_type: String,
    /// Its digest, in hex.
    pub(super) sha256: String,
}

impl LoadedPage {
    /// Whether the page came with this header, and something in it.
    pub(super) fn has_header(&self, name: &str) -> bool {
        self.headers.iter().any(|(header, value)| header == name && !value.trim().is_empty())
    }
}

impl fmt::Display for LoadedFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes, {}, sha256 {:.12}", self.bytes, self.content_type, self.sha256)
    }
}

/// Loads it, with the plugins that a member has.
pub(super) async fn from(place: &Place) -> Result<LoadedPage, StepError> {
    let page = place.client.get("/").await.expecting("200 and the page")?;
    let text = String::from_utf8_lossy(&page.body).into_owned();
    place.ensure(text.to_ascii_lowercase().contains("<html"), "a page", words(&page))?;
    let site = site::of(place).await?.path;
    below(place, "its page", &text, &site)?;
    let mut wanted = named(&text);
    let plugins = place.alice().get("/api/v4/plugins/webapp").await.expecting("the web apps of plugins")?;
    let plugins: Vec<Value> = serde_json::from_slice(&plugins.body).unwrap_or_default();
    let plugins: BTreeMap<String, WebPlugin> = plugins.iter().filter_map(web_plugin).collect();
    wanted.extend(plugins.values().flat_map(|plugin| named(&plugin.bundle)));
    let mut files = BTreeMap::new();
    let mut further = all(place, &wanted, &site, &mut files).await?;
    further.retain(|path| !files.contains_key(path));
    all(place, &further, &site, &mut files).await?;
    Ok(LoadedPage { headers: page.headers, files, plugins })
}

fn web_plugin(told: &Value) -> Option<(String, WebPlugin)> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let bundle = served_at(told["webapp"]["bundle_path"].as_str()?);
    Some((text(&told["id"])?, WebPlugin { version: text(&told["version"]).unwrap_or_default(), bundle }))
}

/// Where the bundle of a plugin is served, by the path that the server tells: the web app asks for it one folder deeper, and servers
/// have nothing at the other (webapp/channels/src/plugins/index.ts, server/channels/web/static.go).
fn served_at(bundle_path: &str) -> String {
    let is_told_short = bundle_path.contains("/static/") && !bundle_path.contains("/static/plugins/");
    if is_told_short {
        bundle_path.replacen("/static/", "/static/plugins/", 1)
    } else {
        bundle_path.to_owned()
    }
}

/// All that a page or a style names is below the path of the site.
fn below(place: &Place, of: &str, text: &str, site: &str) -> Result<(), StepError> {
    let Some(named) = elsewhere(text, site) else { return Ok(()) };
    Err(place.failed(format!("files below {site}/static/ in {of}"), named))
}

/// Loads these files; what styles among them name is returned.
async fn all(
    place: &Place,
    wanted: &BTreeSet<String>,
    site: &str,
    files: &mut BTreeMap<String, LoadedFile>,
) -> Result<BTreeSet<String>, StepError> {
    let load = |path: String| async move {
        let reply = place.client.get(&path).await;
        (path, reply)
    };
    let loading = wanted.iter().take(MOST).cloned().map(load);
    let mut loaded = futures_util::stream::iter(loading).buffer_unordered(AT_ONCE);
    let mut further = BTreeSet::new();
    while let Some((path, reply)) = loaded.next().await {
        let reply = reply.expecting("200 and a file that the page names")?;
        let file = LoadedFile {
            bytes: reply.body.len(),
            content_type: header(&reply, "content-type").to_owned(),
            sha256: digest(&reply.body),
        };
        // A server that answers what it does not have with its page lets a browser run HTML as a script.
        let is_page = file.content_type.starts_with("text/html") && !path.ends_with(".html");
        place.ensure(file.bytes > 0 && !is_page, format!("what {path} is called"), words(&reply))?;
        if path.ends_with(".css") {
            let style = String::from_utf8_lossy(&reply.body);
            below(place, &path, &style, site)?;
            further.extend(named(&style));
        }
        files.insert(path, file);
    }
    Ok(further)
}

fn header<'r>(reply: &'r Reply, name: &str) -> &'r str {
    reply.headers.iter().find(|(header, _)| header == name).map_or("", |(_, value)| value)
}

fn words(reply: &Reply) -> String {
    format!("{} bytes of {:?}", reply.body.len(), header(reply, "content-type"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bundles_of_plugins_are_asked_for_where_the_web_app_asks() {
        let deep = "/static/plugins/com.mattermost.calls/com.mattermost.calls_5a2f_bundle.js";
        assert_eq!(served_at("/static/com.mattermost.calls/com.mattermost.calls_5a2f_bundle.js"), deep);
        assert_eq!(served_at(deep), deep);
        assert_eq!(served_at("/company/static/playbooks/b.js"), "/company/static/plugins/playbooks/b.js");
    }
}
