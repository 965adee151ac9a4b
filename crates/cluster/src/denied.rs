//! A folder that a part may not write: which one of the host, as whom it tried, and how to give it to that user.
//!
//! A server of the official image runs as user 2000, and the engine makes folders that belong to root: the most common end
//! of a set-up's first start. Who owns a folder of the engine's host can't be asked; the part's log says that it was denied.

use basics::telling::is_harmless;
use compose_file::{Mount, MountSource, Project, Service};

/// Words of a log in lower case that say it.
const DENIED: [&str; 3] = ["permission denied", "operation not permitted", "read-only file system"];
/// Where servers are at home: their relative paths begin there.
const HOME: &str = "/mattermost";

/// What was denied.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Denied<'a> {
    path: String,
    place: DeniedPlace<'a>,
}

/// What is at that path in the container.
#[derive(Debug, PartialEq, Eq)]
enum DeniedPlace<'a> {
    /// A folder of the engine's host.
    Host { target: &'a str, folder: String, read_only: bool, all: Vec<String> },
    /// A volume of the engine's.
    Volume { target: &'a str, key: &'a str, read_only: bool },
    /// Memory.
    Memory { target: &'a str },
    /// A config or secret, with owner and mode.
    File { target: &'a str, owner: u64, mode: u32 },
    /// The image's own files, which cannot be written.
    ReadOnlyRoot,
}

/// The first path in `log` that was denied and that the compose file has a hand in.
pub(super) fn denied<'a>(log: &[String], project: &'a Project, service: &'a Service) -> Option<Denied<'a>> {
    let lines = log.iter().filter(|line| {
        let lower = line.to_lowercase();
        DENIED.iter().any(|words| lower.contains(words)) && !is_harmless(&lower)
    });
    lines.flat_map(|line| paths(line).map(move |path| (line, path))).find_map(|(line, path)| {
        let place = place(&path, project, service).or_else(|| {
            // A word with a slash is a path of the server's only where a mount is below it.
            let said = line.to_lowercase().contains("read-only file system") && line.contains(&path);
            let root = service.read_only && said;
            root.then_some(DeniedPlace::ReadOnlyRoot)
        })?;
        Some(Denied { path, place })
    })
}

impl Denied<'_> {
    /// Why, as a clause; `user` is whom the part runs as, as `uid` or `uid:gid`, and nothing for root.
    pub(super) fn why(&self, user: &str) -> String {
        let by =
            if user.is_empty() { "its process".to_owned() } else { format!("user {user}, as whom it runs,") };
        let what = match &self.place {
            DeniedPlace::Host { target, folder, read_only, .. } => {
                let how = if *read_only { ", mounted read-only" } else { "" };
                format!("{target} is the folder {folder} of the engine's host{how}")
            }
            DeniedPlace::Volume { target, key, read_only } => {
                let how = if *read_only { "read-only" } else { "with another owner" };
                format!("{target} is the volume {key}, {how}")
            }
            DeniedPlace::Memory { target } => format!("{target} is a tmpfs that belongs to root"),
            DeniedPlace::File { target, owner, mode } => {
                format!("{target} is a config or secret of user {owner} with mode {mode:04o}")
            }
            DeniedPlace::ReadOnlyRoot => "its root file system is read-only".to_owned(),
        };
        format!("{by} may not use {}: {what}", self.path)
    }

    /// What to do, as a sentence.
    pub(super) fn remedy(&self, user: &str) -> String {
        let owner = match user.split_once(':') {
            _ if user.is_empty() => "root:root".to_owned(),
            Some(_) => user.to_owned(),
            None => format!("{user}:{user}"),
        };
        let (uid, gid) = owner.split_once(':').unwrap_or_default();
        match &self.place {
            DeniedPlace::Host { read_only: true, target, .. }
            | DeniedPlace::Volume { read_only: true, target, .. } => {
                format!("Take `ro` off the mount of {target} in the compose file.")
            }
            DeniedPlace::Host { all, .. } => format!(
                "Give the folders of this service to that user on the engine's host: `sudo chown -R {owner} {}`. On a host with \
                 SELinux, the mounts need `:z` too.",
                all.join(" ")
            ),
            DeniedPlace::Volume { target, .. } => format!(
                "Mount the volume at a folder that the image has and that belongs to that user, or empty the volume: a new one \
                 takes over owner and mode of {target} in the image."
            ),
            DeniedPlace::Memory { target } => {
                format!("Give the tmpfs to that user: `tmpfs: [\"{target}:uid={uid},gid={gid},mode=0750\"]`.")
            }
            DeniedPlace::File { .. } => {
                format!("Give it `uid: \"{uid}\"` in the service's configs or secrets, or `mode: 0444`.")
            }
            DeniedPlace::ReadOnlyRoot => format!(
                "Mount a volume or a tmpfs at the folder of {}, or take `read_only: true` off the service.",
                self.path
            ),
        }
    }
}

/// The absolute paths that a line names; a server's own relative ones are completed.
fn paths(line: &str) -> impl Iterator<Item = String> {
    let apart = |character: char| character.is_whitespace() || "'\"`:,;()[]{}=\\".contains(character);
    line.split(apart).filter_map(|word| {
        let word = word.trim_end_matches(['.', '/']);
        if word.starts_with('/') {
            return (word.len() > 1).then(|| word.to_owned());
        }
        word.contains('/').then(|| format!("{HOME}/{}", word.trim_start_matches("./")))
    })
}

/// All folders of the host that a service writes: who was denied one is denied the next.
fn folders(project: &Project, service: &Service) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for mount in service.volumes.iter().filter(|mount| !mount.read_only) {
        if let Some(folder) = folder(project, mount)
            && !all.contains(&folder)
        {
            all.push(folder);
        }
    }
    all
}

/// The folder of the host that a mount shows; a volume can be one by another name.
fn folder(project: &Project, mount: &Mount) -> Option<String> {
    match &mount.source {
        MountSource::Bind(folder) => Some(folder.to_string_lossy().into_owned()),
        MountSource::Volume(key) => {
            let device = project.volumes.get(key)?.driver_opts.get("device")?;
            device.starts_with('/').then(|| device.clone())
        }
        MountSource::Anonymous | MountSource::Tmpfs(_) => None,
    }
}

/// What the compose file has at or above a path: the nearest counts.
fn place<'a>(path: &str, project: &'a Project, service: &'a Service) -> Option<DeniedPlace<'a>> {
    let below =
        |target: &str| path == target || path.strip_prefix(target).is_some_and(|rest| rest.starts_with('/'));
    let mounts =
        service.volumes.iter().map(|mount| (mount.target.as_str(), mounted(project, service, mount)));
    let memory = service.tmpfs.iter().map(|entry| {
        let target = entry.split(':').next().unwrap_or(entry);
        (target, Some(DeniedPlace::Memory { target }))
    });
    let files = service.configs.iter().chain(&service.secrets).map(|file| {
        (
            file.target.as_str(),
            Some(DeniedPlace::File { target: &file.target, owner: file.uid, mode: file.mode }),
        )
    });
    let found = mounts.chain(memory).chain(files).filter(|(target, _)| below(target));
    found.max_by_key(|(target, _)| target.len()).and_then(|(_, place)| place)
}

fn mounted<'a>(project: &'a Project, service: &'a Service, mount: &'a Mount) -> Option<DeniedPlace<'a>> {
    let (target, read_only) = (mount.target.as_str(), mount.read_only);
    if let Some(folder) = folder(project, mount) {
        return Some(DeniedPlace::Host { target, folder, read_only, all: folders(project, service) });
    }
    match &mount.source {
        MountSource::Volume(key) => Some(DeniedPlace::Volume { target, key, read_only }),
        MountSource::Tmpfs(_) => Some(DeniedPlace::Memory { target }),
        MountSource::Anonymous | MountSource::Bind(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use compose_file::{FileMount, Volume};

    /// Seen on the official layout, 11.6.
    const CONFIG: &str = "Error: failed to load configuration: could not create config file: open /mattermost/config/config.json: permission denied";

    fn project() -> Project {
        let mut project = Project::default();
        let volume = Volume {
            driver_opts: [("device".to_owned(), "/srv/device".to_owned())].into_iter().collect(),
            ..Volume::default()
        };
        project.volumes.insert("device".into(), volume);
        project.volumes.insert("data".into(), Volume::default());
        project
    }

    fn told(log: &str, service: &Service, user: &str) -> String {
        let project = project();
        let log: Vec<String> = log.lines().map(str::to_owned).collect();
        denied(&log, &project, service)
            .map_or_else(String::new, |denied| format!("{}. {}", denied.why(user), denied.remedy(user)))
    }

    fn at(source: MountSource, target: &str) -> Service {
        Service {
            volumes: vec![Mount { source, target: target.into(), ..Mount::default() }],
            ..Service::default()
        }
    }

    #[test]
    fn a_folder_of_the_host_is_named_with_its_owner_to_be() {
        let service =
            at(MountSource::Bind("/srv/volumes/app/mattermost/config".into()), "/mattermost/config");
        insta::assert_snapshot!(
            told(CONFIG, &service, "2000:2000"),
            @"user 2000:2000, as whom it runs, may not use /mattermost/config/config.json: /mattermost/config is the folder /srv/volumes/app/mattermost/config of the engine's host. Give the folders of this service to that user on the engine's host: `sudo chown -R 2000:2000 /srv/volumes/app/mattermost/config`. On a host with SELinux, the mounts need `:z` too."
        );
        assert!(told(CONFIG, &service, "1000").contains("chown -R 1000:1000 /srv"));
        let device = at(MountSource::Volume("device".into()), "/mattermost");
        assert!(told(CONFIG, &device, "2000").contains("chown -R 2000:2000 /srv/device"));
    }

    #[test]
    fn the_nearest_mount_counts_and_relative_paths_are_the_servers() {
        let mut service = at(MountSource::Bind("/srv/all".into()), "/mattermost");
        service.volumes.extend(at(MountSource::Bind("/srv/data".into()), "/mattermost/data").volumes);
        service.volumes.extend(at(MountSource::Bind("/srv/d".into()), "/mattermost/dat").volumes);
        let log = r#"{"level":"error","msg":"Unable to write the file.","error":"mkdir ./data/20261126/: permission denied"}"#;
        let told = told(log, &service, "2000");
        assert!(
            told.contains("/srv/data of") && told.contains("2000:2000 /srv/all /srv/data /srv/d`"),
            "{told}"
        );
    }

    #[test]
    fn each_kind_of_place_has_its_own_remedy() {
        let read_only = |service: Service| {
            let volumes =
                service.volumes.into_iter().map(|mount| Mount { read_only: true, ..mount }).collect();
            Service { volumes, ..Service::default() }
        };
        let bind = at(MountSource::Bind("/srv/c".into()), "/mattermost/config");
        let file = FileMount {
            source: "c".into(),
            target: "/mattermost/config/config.json".into(),
            uid: 0,
            gid: 0,
            mode: 0o400,
        };
        for (service, remedy) in [
            (read_only(bind), "Take `ro` off the mount of /mattermost/config"),
            (
                at(MountSource::Volume("data".into()), "/mattermost/config"),
                "Mount the volume at a folder that the image has",
            ),
            (
                at(MountSource::Tmpfs(None), "/mattermost/config"),
                "tmpfs: [\"/mattermost/config:uid=2000,gid=2000,mode=0750\"]",
            ),
            (
                Service { tmpfs: vec!["/mattermost/config:size=1m".into()], ..Service::default() },
                "tmpfs: [\"/mattermost/config:uid=2000,gid=2000,mode=0750\"]",
            ),
            (Service { configs: vec![file], ..Service::default() }, "uid: \"2000\""),
        ] {
            assert!(
                told(CONFIG, &service, "2000").contains(remedy),
                "{remedy}: {}",
                told(CONFIG, &service, "2000")
            );
        }
        let whole = Service { read_only: true, ..Service::default() };
        let log = "touch: cannot touch '/run/x': Read-only file system";
        assert!(told(log, &whole, "").contains("take `read_only: true` off"));
        let nginx = "2026/11/26 05:39:01 [emerg] 1#1: mkdir() \"/var/lib/nginx/body\" failed (30: Read-only file system)";
        assert!(
            told(nginx, &whole, "").contains("may not use /var/lib/nginx/body: its root"),
            "{}",
            told(nginx, &whole, "")
        );
    }

    #[test]
    fn what_the_compose_file_has_no_hand_in_is_left_alone() {
        let service = at(MountSource::Bind("/srv/c".into()), "/mattermost/config");
        assert_eq!(told("Error: pq: permission denied for schema public", &service, "2000"), "");
        assert_eq!(told("Error: open /etc/shadow: permission denied", &service, "2000"), "");
        let database = at(MountSource::Bind("/srv/db".into()), "/var/lib/postgresql/data");
        let chmod = "chmod: changing permissions of '/var/lib/postgresql/data': Operation not permitted";
        assert_eq!(told(chmod, &database, ""), "");
    }
}
