//! Where a node keeps its configuration, and whether that outlives its container.
//!
//! Source: server/config (`MM_CONFIG` or `--config` is an address of the database or the path of a file, `config/config.json`
//! if nothing is said). The image's /mattermost/config is a volume without a name: it goes with its container.

use std::path::{Path, PathBuf};

use compose_file::{MountSource, Service};

/// The folder that relative paths start in.
const FOLDER: &str = "/mattermost/config";

/// Where a node's configuration is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Configuration {
    /// In the database.
    Database,
    /// In this file.
    File(PathBuf),
    /// Where the command line says, which is not read.
    Command,
}

/// What is known of a node's configuration.
pub(super) fn of(node: &Service) -> Configuration {
    let mut words = node.command.iter().chain(&node.entrypoint).flatten();
    if words.any(|word| word == "-c" || word.starts_with("--config")) {
        return Configuration::Command;
    }
    match node.environment.get("MM_CONFIG").map(|text| text.trim()).filter(|text| !text.is_empty()) {
        Some(address) if address.contains("://") => Configuration::Database,
        Some(path) => Configuration::File(Path::new(FOLDER).join(path)),
        None => Configuration::File(Path::new(FOLDER).join("config.json")),
    }
}

/// Whether a file of the node outlives its container, and whether what the server writes there does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// It is in a volume or a folder that the next container has as well.
    Kept,
    /// It is a file of the compose file's: each container begins with it anew.
    Anew,
    /// It goes with its container.
    Lost,
}

/// What becomes of `file` when the node's container is replaced.
pub(super) fn fate(node: &Service, file: &Path) -> Fate {
    let covers = |target: &str| file.starts_with(Path::new(target));
    let files = node.configs.iter().chain(&node.secrets);
    if files.map(|mount| mount.target.as_str()).any(covers) {
        return Fate::Anew;
    }
    // The mount nearest to the file is the one that shows it.
    let mounts = node.volumes.iter().filter(|mount| covers(&mount.target));
    match mounts.max_by_key(|mount| Path::new(&mount.target).components().count()).map(|mount| &mount.source)
    {
        Some(MountSource::Volume(_) | MountSource::Bind(_)) => Fate::Kept,
        Some(MountSource::Anonymous | MountSource::Tmpfs(_)) | None => Fate::Lost,
    }
}

/// The folder of a node's configuration, where it goes with the container: compose keeps such a volume without a name for the next
/// one, and so must whoever replaces it.
pub(super) fn in_the_container(node: &Service) -> Option<PathBuf> {
    match of(node) {
        Configuration::File(file) if fate(node, &file) == Fate::Lost => file.parent().map(Path::to_owned),
        Configuration::File(_) | Configuration::Database | Configuration::Command => None,
    }
}

/// Memory below /mattermost that the server, as user 2000, cannot write to: root's, unless an option says otherwise.
pub(super) fn memory_of_root(node: &Service) -> Vec<String> {
    if node.user.is_some() {
        // Whoever says who the server is knows whose the folders are.
        return Vec::new();
    }
    let short = node.tmpfs.iter().filter(|text| {
        let options = text.split_once(':').map_or("", |(_, options)| options);
        !options.split(',').any(|option| {
            option == "uid=2000" || (option.starts_with("mode=") && option.ends_with(['2', '3', '6', '7']))
        })
    });
    let short = short.map(|text| text.split(':').next().unwrap_or_default());
    let long = node.volumes.iter().filter(|mount| matches!(mount.source, MountSource::Tmpfs(_)));
    let targets = short.chain(long.map(|mount| mount.target.as_str()));
    targets.filter(|target| Path::new(target).starts_with("/mattermost")).map(str::to_owned).collect()
}

/// Whether a licence reaches the node: its text, or a file with it.
pub(super) fn has_licence(node: &Service) -> bool {
    let names = ["MM_LICENSE", "MM_SERVICESETTINGS_LICENSEFILELOCATION"];
    names.iter().any(|name| node.environment.get(*name).is_some_and(|value| !value.trim().is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use compose_file::{FileMount, Mount};

    fn node(environment: &[(&str, &str)]) -> Service {
        let environment = environment.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        Service { environment, ..Service::default() }
    }

    #[test]
    fn an_address_is_the_database_and_anything_else_a_file() {
        let of = |text: &str| of(&node(&[("MM_CONFIG", text)]));
        assert_eq!(of("postgres://mm:x@db/mm"), Configuration::Database);
        assert_eq!(of("mysql://mm:x@db/mm"), Configuration::Database);
        assert_eq!(of("/cfg/a.json"), Configuration::File("/cfg/a.json".into()));
        assert_eq!(of("a.json"), Configuration::File("/mattermost/config/a.json".into()));
        assert_eq!(of(""), Configuration::File("/mattermost/config/config.json".into()));
        let command = Some(vec!["mattermost".into(), "--config=postgres://db/mm".into()]);
        assert_eq!(super::of(&Service { command, ..Service::default() }), Configuration::Command);
    }

    #[test]
    fn only_what_the_next_container_has_as_well_is_kept() {
        let file = Path::new("/mattermost/config/config.json");
        let with = |source: MountSource, target: &str| {
            let volumes = vec![Mount { source, target: target.into(), ..Mount::default() }];
            fate(&Service { volumes, ..Service::default() }, file)
        };
        let named = || MountSource::Volume("config".into());
        assert_eq!(with(named(), "/mattermost/config"), Fate::Kept);
        assert_eq!(with(named(), "/mattermost/config/"), Fate::Kept);
        assert_eq!(with(named(), "/mattermost"), Fate::Kept);
        assert_eq!(
            with(MountSource::Bind("/srv/c.json".into()), "/mattermost/config/config.json"),
            Fate::Kept
        );
        assert_eq!(with(named(), "/mattermost/data"), Fate::Lost);
        assert_eq!(with(named(), "/mattermost/conf"), Fate::Lost);
        assert_eq!(with(MountSource::Anonymous, "/mattermost/config"), Fate::Lost);
        assert_eq!(with(MountSource::Tmpfs(None), "/mattermost/config"), Fate::Lost);
        let shipped =
            FileMount { source: "c".into(), target: file.to_string_lossy().into(), uid: 0, gid: 0, mode: 0 };
        assert_eq!(fate(&Service { configs: vec![shipped], ..Service::default() }, file), Fate::Anew);
    }

    #[test]
    fn memory_is_roots_unless_an_option_says_otherwise() {
        let tmpfs = ["/mattermost/logs", "/mattermost/a:size=1m,uid=2000", "/mattermost/b:mode=1777", "/tmp"];
        let mut node = Service { tmpfs: tmpfs.map(str::to_owned).to_vec(), ..Service::default() };
        let source = MountSource::Tmpfs(None);
        node.volumes = vec![Mount { source, target: "/mattermost/data".into(), ..Mount::default() }];
        assert_eq!(memory_of_root(&node), ["/mattermost/logs", "/mattermost/data"]);
        node.user = Some("0".into());
        assert!(memory_of_root(&node).is_empty());
    }
}
