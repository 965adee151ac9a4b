//! Files into and out of containers, as tar archives.
//!
//! Put-archive works on a created container that was not started yet, on any engine, near or far.

use std::collections::BTreeSet;
use std::io::Read as _;

use bollard::query_parameters::{
    ContainerArchiveInfoOptions, DownloadFromContainerOptions, DownloadFromContainerOptionsBuilder,
    UploadToContainerOptionsBuilder,
};
use futures_util::future::try_join_all;
use futures_util::{StreamExt as _, TryStreamExt as _};

use super::cause::Cause;
use super::engine::Engine;
use super::error::{Error, When as _};
use compose_file::{FileMount, Project, Service};

/// The most bytes of a folder that is carried over to the next container.
const FOLDER: usize = 64 << 20;

/// A file to be put into a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct File {
    /// Absolute path in the container.
    pub(super) path: String,
    pub(super) content: Vec<u8>,
    pub(super) uid: u64,
    pub(super) gid: u64,
    pub(super) mode: u32,
}

/// The configs and secrets of a service, with their content.
pub(super) fn of_service(project: &Project, service: &Service) -> Result<Vec<File>, Error> {
    let configs = service.configs.iter().map(|mount| ("config", mount, project.configs.get(&mount.source)));
    let secrets = service.secrets.iter().map(|mount| ("secret", mount, project.secrets.get(&mount.source)));
    configs
        .chain(secrets)
        .map(|(kind, mount, source)| {
            let FileMount { source: key, target, uid, gid, mode } = mount;
            let source = source.ok_or_else(|| {
                Error::new(
                    Cause::Invalid,
                    "preparing",
                    format!("file {target}"),
                    format!("no {kind} {key:?} in the project"),
                )
            })?;
            let content = source.content.clone();
            Ok(File { path: target.clone(), content, uid: *uid, gid: *gid, mode: *mode })
        })
        .collect()
}

/// Puts files into a container that need not run. Directories above them are made when they are missing.
pub(super) async fn put(engine: &Engine, container: &str, files: &[File]) -> Result<(), Error> {
    if files.is_empty() {
        return Ok(());
    }
    let missing = missing_directories(engine, container, files).await?;
    let body = bollard::body_full(archive(files, &missing)?.into());
    let options = UploadToContainerOptionsBuilder::default().path("/").build();
    engine.docker().upload_to_container(container, Some(options), body).await.map_err(|error| {
        let error = Error::engine("putting files into", format!("container {container}"), error);
        if error.message.contains("read-only") {
            return error.remedy("A service with configs or secrets cannot have `read_only: true`.");
        }
        error
    })
}

/// The directories above `files` that the container lacks, outermost first.
async fn missing_directories(engine: &Engine, container: &str, files: &[File]) -> Result<Vec<String>, Error> {
    // An entry for a directory that exists would reset its owner and mode, and turn a link such as /var/run
    // into a directory; no entry at all would make the engine create it with mode 0600.
    let checks = directories_above(files).into_iter().map(|path| async move {
        let options = ContainerArchiveInfoOptions { path: path.clone() };
        match engine.docker().get_container_archive_info(container, Some(options)).await {
            Ok(_) => Ok(None),
            Err(bollard::errors::Error::DockerResponseServerError { status_code: 404, .. }) => Ok(Some(path)),
            Err(error) => Err(Error::engine("looking into", format!("container {container}"), error)),
        }
    });
    Ok(try_join_all(checks).await?.into_iter().flatten().collect())
}

/// All directories above these files, outermost first, without the root.
fn directories_above(files: &[File]) -> BTreeSet<String> {
    let mut directories = BTreeSet::new();
    for file in files {
        let mut path = file.path.as_str();
        while let Some((above, _)) = path.rsplit_once('/') {
            if !above.is_empty() {
                directories.insert(above.to_owned());
            }
            path = above;
        }
    }
    directories
}

/// The tar archive that creates `directories` (mode 0755, root's) and then `files`, relative to the root.
fn archive(files: &[File], directories: &[String]) -> Result<Vec<u8>, Error> {
    let mut tar = tar::Builder::new(Vec::new());
    let mut add = |path: &str, kind, mode, uid, gid, content: &[u8]| {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(kind);
        header.set_mode(mode);
        header.set_uid(uid);
        header.set_gid(gid);
        header.set_mtime(0);
        header.set_size(content.len() as u64);
        tar.append_data(&mut header, path.trim_start_matches('/'), content)
            .map_err(|error| Error::new(Cause::Invalid, "packing", format!("file {path}"), error.to_string()))
    };
    for path in directories {
        add(&format!("{path}/"), tar::EntryType::Directory, 0o755, 0, 0, &[])?;
    }
    for file in files {
        add(&file.path, tar::EntryType::Regular, file.mode, file.uid, file.gid, &file.content)?;
    }
    tar.into_inner().when("packing", "the files of a service")
}

/// The regular files at or below `path` in a container, as (path below the parent of `path`, content).
pub(super) async fn read(
    engine: &Engine,
    container: &str,
    path: &str,
) -> Result<Vec<(String, Vec<u8>)>, Error> {
    read_at_most(engine, container, path, usize::MAX).await
}

/// The same, refused when it is more than `limit` bytes.
pub(super) async fn read_at_most(
    engine: &Engine,
    container: &str,
    path: &str,
    limit: usize,
) -> Result<Vec<(String, Vec<u8>)>, Error> {
    let object = format!("{path} in container {container}");
    let options = DownloadFromContainerOptionsBuilder::default().path(path).build();
    let bytes = download(engine, container, options, &object, limit).await?;
    unpack(&bytes).when("reading", object)
}

/// A folder of a container, whole, as an archive: names, owners, modes and links too. Nothing where there is no such folder.
pub(super) async fn folder(engine: &Engine, container: &str, path: &str) -> Result<Option<Vec<u8>>, Error> {
    let object = format!("{path} in container {container}");
    let info = ContainerArchiveInfoOptions { path: path.to_owned() };
    match engine.docker().get_container_archive_info(container, Some(info)).await {
        Ok(_) => {}
        Err(bollard::errors::Error::DockerResponseServerError { status_code: 404, .. }) => return Ok(None),
        Err(error) => return Err(Error::engine("looking into", object, error)),
    }
    let options = DownloadFromContainerOptionsBuilder::default().path(path).build();
    download(engine, container, options, &object, FOLDER).await.map(Some)
}

/// Puts what [`folder`] took into a container that was not started yet, at the same place.
pub(super) async fn put_folder(
    engine: &Engine,
    container: &str,
    path: &str,
    archive: Vec<u8>,
) -> Result<(), Error> {
    // An archive begins with the folder's own name.
    let above = path.trim_end_matches('/').rsplit_once('/').map_or("", |(above, _)| above);
    let above = if above.is_empty() { "/" } else { above };
    let options = UploadToContainerOptionsBuilder::default().path(above).build();
    let body = bollard::body_full(archive.into());
    let put = engine.docker().upload_to_container(container, Some(options), body).await;
    put.when("carrying over", format_args!("{path} to container {container}"))
}

async fn download(
    engine: &Engine,
    container: &str,
    options: DownloadFromContainerOptions,
    object: &str,
    limit: usize,
) -> Result<Vec<u8>, Error> {
    engine
        .docker()
        .download_from_container(container, Some(options))
        .map(|chunk| chunk.when("reading", object))
        .try_fold(Vec::new(), |mut all, chunk| async move {
            all.extend_from_slice(&chunk);
            if all.len() > limit {
                let message = format!("it holds more than {} MB", limit / 1_000_000);
                return Err(Error::new(Cause::Invalid, "reading", object.to_owned(), message));
            }
            Ok(all)
        })
        .await
}

fn unpack(bytes: &[u8]) -> std::io::Result<Vec<(String, Vec<u8>)>> {
    let mut files = Vec::new();
    for entry in tar::Archive::new(bytes).entries()? {
        let mut entry = entry?;
        if entry.header().entry_type().is_file() {
            let path = entry.path()?.to_string_lossy().into_owned();
            let mut content = Vec::new();
            entry.read_to_end(&mut content)?;
            files.push((path, content));
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str) -> File {
        File { path: path.into(), content: b"text".to_vec(), uid: 2000, gid: 3000, mode: 0o640 }
    }

    #[test]
    fn the_archive_keeps_owner_and_mode() {
        let bytes = archive(&[file("/etc/app/a.cfg")], &["/etc/app".into()]).unwrap();
        let mut tar = tar::Archive::new(bytes.as_slice());
        let entries: Vec<_> = tar
            .entries()
            .unwrap()
            .map(|entry| {
                let entry = entry.unwrap();
                let header = entry.header();
                let owner = (header.uid().unwrap(), header.gid().unwrap(), header.mode().unwrap());
                (entry.path().unwrap().to_string_lossy().into_owned(), owner)
            })
            .collect();
        assert_eq!(
            entries,
            [("etc/app/".to_owned(), (0, 0, 0o755)), ("etc/app/a.cfg".to_owned(), (2000, 3000, 0o640))]
        );
        assert_eq!(unpack(&bytes).unwrap(), [("etc/app/a.cfg".to_owned(), b"text".to_vec())]);
    }

    #[test]
    fn directories_come_outermost_first_and_once() {
        let directories = directories_above(&[file("/etc/app/a"), file("/etc/app/b/c"), file("/d")]);
        assert_eq!(directories.into_iter().collect::<Vec<_>>(), ["/etc", "/etc/app", "/etc/app/b"]);
    }

    #[test]
    fn a_path_longer_than_a_tar_header_survives() {
        let path = format!("/{}/file", "long".repeat(60));
        let bytes = archive(&[file(&path)], &[]).unwrap();
        assert_eq!(unpack(&bytes).unwrap()[0].0, path[1..]);
    }

    #[test]
    fn a_file_without_its_source_is_named() {
        let service = Service {
            configs: vec![FileMount {
                source: "gone".into(),
                target: "/x".into(),
                uid: 0,
                gid: 0,
                mode: 0o444,
            }],
            ..Service::default()
        };
        let error = of_service(&Project::default(), &service).unwrap_err();
        assert!(error.to_string().contains("no config \"gone\" in the project"), "{error}");
    }
}
