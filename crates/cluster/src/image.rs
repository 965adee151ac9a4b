//! What the image of a node says it is: its labels, and the plugins that it packages.

use std::collections::BTreeMap;

use semver::Version;

/// Where official images keep the plugins that come with a release.
pub(super) const PACKAGED_PLUGINS: &str = "/mattermost/prepackaged_plugins";

/// The label with the version of what an image holds.
const VERSION: &str = "org.opencontainers.image.version";
/// The label with the commit that it was built from.
const REVISION: &str = "org.opencontainers.image.revision";

/// Plugin ids by the name that a bundle's file has, where the two differ. Source: the plugins' own manifests, and
/// the list of packaged plugins in the server's Makefile.
const IDS: &[(&str, &str)] = &[
    ("agents", "mattermost-ai"),
    ("ai", "mattermost-ai"),
    ("antivirus", "antivirus"),
    ("apps", "com.mattermost.apps"),
    ("autolink", "mattermost-autolink"),
    ("aws-sns", "com.mattermost.aws-sns"),
    ("boards", "focalboard"),
    ("calls", "com.mattermost.calls"),
    ("channel-export", "com.mattermost.plugin-channel-export"),
    ("confluence", "com.mattermost.confluence"),
    ("custom-attributes", "com.mattermost.custom-attributes"),
    ("focalboard", "focalboard"),
    ("github", "github"),
    ("gitlab", "com.github.manland.mattermost-plugin-gitlab"),
    ("jenkins", "jenkins"),
    ("jira", "jira"),
    ("jitsi", "jitsi"),
    ("mscalendar", "com.mattermost.mscalendar"),
    ("msteams", "com.mattermost.msteams-sync"),
    ("msteams-meetings", "com.mattermost.msteamsmeetings"),
    ("nps", "com.mattermost.nps"),
    ("playbooks", "playbooks"),
    ("todo", "com.mattermost.plugin-todo"),
    ("user-survey", "com.mattermost.user-survey"),
    ("welcomebot", "com.mattermost.welcomebot"),
    ("zoom", "zoom"),
];

/// What an image says it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ImageFacts {
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// The plugins that it packages, by file name; empty for an image without any.
    pub plugins: Vec<Packaged>,
}

/// A plugin bundle in an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packaged {
    /// The name in the file's name, such as `boards`.
    pub name: String,
    /// The plugin's id, such as `focalboard`, where the name tells it.
    pub id: Option<String>,
    /// Its version, such as `9.2.4`.
    pub version: Version,
    /// The file's path in the image.
    pub file: String,
    /// Whether its signature lies beside it. Servers from 10.11 on ignore a packaged plugin without one.
    pub signed: bool,
}

impl ImageFacts {
    /// Facts from labels, and from the paths of the files below [`PACKAGED_PLUGINS`].
    #[must_use]
    pub fn new(labels: BTreeMap<String, String>, files: &[String]) -> Self {
        let mut plugins: Vec<Packaged> =
            files.iter().filter_map(|file| Packaged::read(file, files)).collect();
        plugins.sort_by(|a, b| (&a.name, &a.version).cmp(&(&b.name, &b.version)));
        Self { labels, plugins }
    }

    /// The server's version by the labels; `None` when they tell none.
    ///
    /// A label may come down from a base image (Ubuntu's says `22.04`) or from somebody's own build, so only a whole
    /// version in an image whose labels don't name something else counts.
    #[must_use]
    pub fn version(&self) -> Option<&str> {
        let version = self.labels.get(VERSION)?;
        let bare = version.strip_prefix('v').unwrap_or(version);
        (Version::parse(bare).is_ok() && self.is_about_the_server()).then_some(bare)
    }

    /// The commit that the server was built from, by the labels; `None` when they tell none.
    #[must_use]
    pub fn revision(&self) -> Option<&str> {
        let revision = self.labels.get(REVISION)?;
        let commit = revision.len() == 40 && revision.bytes().all(|byte| byte.is_ascii_hexdigit());
        (commit && self.is_about_the_server()).then_some(revision)
    }

    /// Whether title, reference and source name the server or nothing.
    fn is_about_the_server(&self) -> bool {
        let says = |label: &str| self.labels.get(&format!("org.opencontainers.image.{label}"));
        let title = |label| says(label).is_none_or(|text| text.contains("mattermost"));
        let source = says("source").is_none_or(|url| {
            url.trim_end_matches('/').trim_end_matches(".git").ends_with("/mattermost/mattermost")
        });
        title("title") && title("ref.name") && source
    }

    /// What it packages of a plugin: mostly one bundle, two where a release ships two generations.
    pub fn of<'a>(&'a self, id: &'a str) -> impl Iterator<Item = &'a Packaged> {
        self.plugins.iter().filter(move |packaged| packaged.is(id))
    }
}

impl Packaged {
    /// `…/mattermost-plugin-boards-v9.2.4-linux-amd64.tar.gz`; nothing for a file that is no bundle.
    fn read(file: &str, all: &[String]) -> Option<Self> {
        let bare = file.rsplit('/').next()?.strip_suffix(".tar.gz")?;
        let bare =
            ["-linux-amd64", "-linux-arm64"].iter().find_map(|end| bare.strip_suffix(end)).unwrap_or(bare);
        let bare = bare.strip_prefix("mattermost-plugin-").unwrap_or(bare);
        // FIPS images write the `+` of `v2.8.0+c4449ac-fips` as in an URL (server/Makefile, FIPS_ENABLED).
        let bare = bare.replace("%2B", "+").replace("%2b", "+");
        let (name, version) = bare.match_indices('-').find_map(|(at, _)| {
            let version = &bare[at + 1..];
            let version = Version::parse(version.strip_prefix('v').unwrap_or(version)).ok()?;
            Some((bare[..at].to_owned(), version))
        })?;
        let known = IDS.iter().find(|(known, id)| name.eq_ignore_ascii_case(known) || name == *id);
        // An id with a dot is its own name.
        let id = known.map(|(_, id)| (*id).to_owned()).or_else(|| name.contains('.').then(|| name.clone()));
        let signed = all.iter().any(|other| other.strip_suffix(".sig") == Some(file));
        Some(Self { name, id, version, file: file.to_owned(), signed })
    }

    /// Whether this is that version, as a manifest or a server tells it: build metadata, such as a FIPS build's commit, is no part
    /// of a version's rank, and file names and manifests write it differently.
    #[must_use]
    pub fn has_version(&self, told: &str) -> bool {
        let rank = |version: &Version| (version.major, version.minor, version.patch, version.pre.clone());
        Version::parse(told).is_ok_and(|told| rank(&told) == rank(&self.version))
    }

    /// Whether this is the plugin of that id; where the id is not known, the name must be a part of it.
    #[must_use]
    pub fn is(&self, id: &str) -> bool {
        self.id.as_deref().map_or_else(|| id.contains(&self.name), |own| own == id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(pairs: &[(&str, &str)]) -> ImageFacts {
        let full =
            |(key, value): &(&str, &str)| (format!("org.opencontainers.image.{key}"), (*value).to_owned());
        ImageFacts::new(pairs.iter().map(full).collect(), &[])
    }

    #[test]
    fn bundles_are_read_from_their_file_names() {
        let files: Vec<String> = [
            "mattermost-plugin-playbooks-v2.8.1-linux-amd64.tar.gz",
            "mattermost-plugin-playbooks-v2.8.1-linux-amd64.tar.gz.sig",
            "mattermost-plugin-boards-v9.2.4-rc1-linux-amd64.tar.gz",
            "mattermost-plugin-aws-SNS-v1.0.0-linux-amd64.tar.gz",
            "mattermost-plugin-metrics-v0.7.0-linux-amd64.tar.gz",
            "com.mattermost.calls-1.11.5-linux-amd64.tar.gz",
            "mattermost-plugin-agents-v2.0.5%2Bc4449ac-fips-linux-amd64.tar.gz",
            "README.md",
        ]
        .map(|name| format!("{PACKAGED_PLUGINS}/{name}"))
        .into();
        let facts = ImageFacts::new(BTreeMap::new(), &files);
        let seen: Vec<_> = facts
            .plugins
            .iter()
            .map(|p| format!("{} {} {} {}", p.name, p.id.as_deref().unwrap_or("?"), p.version, p.signed))
            .collect();
        assert_eq!(
            seen,
            [
                "agents mattermost-ai 2.0.5+c4449ac-fips false",
                "aws-SNS com.mattermost.aws-sns 1.0.0 false",
                "boards focalboard 9.2.4-rc1 false",
                "com.mattermost.calls com.mattermost.calls 1.11.5 false",
                "metrics ? 0.7.0 false",
                "playbooks playbooks 2.8.1 true",
            ]
        );
        assert_eq!(facts.of("com.mattermost.plugin-metrics").count(), 1);
        assert_eq!(facts.of("focalboard").next().unwrap().version, Version::parse("9.2.4-rc1").unwrap());
    }

    #[test]
    fn versions_are_the_same_without_their_build_metadata() {
        let fips = "mattermost-plugin-playbooks-v2.8.0%2Bc4449ac-fips-linux-amd64.tar.gz".to_owned();
        let playbooks = Packaged::read(&fips, &[]).unwrap();
        for told in ["2.8.0", "2.8.0+c4449ac", "2.8.0+c4449ac-fips"] {
            assert!(playbooks.has_version(told), "{told}");
        }
        for told in ["2.8.1", "2.8.0-rc1", "2.8", ""] {
            assert!(!playbooks.has_version(told), "{told}");
        }
    }

    #[test]
    fn labels_of_something_else_are_not_the_servers() {
        let commit = "b24f322ebce36b9d20e777f99a0d8d747ae40202";
        let ours =
            labels(&[("version", "11.6.0"), ("revision", commit), ("title", "mattermost-team-edition")]);
        assert_eq!((ours.version(), ours.revision()), (Some("11.6.0"), Some(commit)));
        assert_eq!(labels(&[("version", "22.04"), ("ref.name", "ubuntu")]).version(), None);
        assert_eq!(labels(&[("version", "12.0.0"), ("ref.name", "debian")]).version(), None);
        let theirs = labels(&[("revision", commit), ("source", "https://github.com/acme/chat-image")]);
        assert_eq!(theirs.revision(), None);
        let source = labels(&[("revision", commit), ("source", "https://github.com/mattermost/mattermost")]);
        assert_eq!(source.revision(), Some(commit));
    }
}
