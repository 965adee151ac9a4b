//! The layer of the action's image, and the binary under the name of the post step.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::process::Command;

use crate::gate::{BINARY, Gate};

fn script(arguments: &[&Path]) {
    let root = env!("CARGO_MANIFEST_DIR");
    let made = Command::new(format!("{root}/.ci/image.sh")).args(arguments).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
}

/// Packs a binary of this age and mode; the layer.
fn layer(folder: &Path, seconds_ago: u64, mode: u32) -> Vec<u8> {
    let (binary, root, tar) = (folder.join("binary"), folder.join("root"), folder.join("layer.tar"));
    fs::create_dir(folder).unwrap();
    fs::write(&binary, "the same bytes").unwrap();
    fs::set_permissions(&binary, fs::Permissions::from_mode(mode)).unwrap();
    let time = std::time::SystemTime::now() - std::time::Duration::from_secs(seconds_ago);
    fs::File::open(&binary).unwrap().set_modified(time).unwrap();
    script(&[Path::new("pack"), &binary, &root]);
    script(&[Path::new("tar"), &root, &tar]);
    fs::read(tar).unwrap()
}

#[test]
fn the_same_binary_makes_the_same_layer() {
    if !Path::new("/etc/ssl/certs/ca-certificates.crt").exists() {
        return eprintln!("skipped: no CA bundle on this machine");
    }
    let dir = tempfile::tempdir().unwrap();
    let one = layer(&dir.path().join("one"), 10, 0o755);
    assert!(
        one == layer(&dir.path().join("two"), 100_000, 0o700),
        "time or mode of the binary shows in the layer"
    );
    let mut tar = tar::Archive::new(one.as_slice());
    let names = tar.entries().unwrap().map(|entry| entry.unwrap().path().unwrap().display().to_string());
    let names: Vec<String> = names.filter(|name| !name.ends_with('/')).collect();
    let bundle = "./etc/ssl/certs/ca-certificates.crt";
    assert_eq!(names, [bundle, "./upgrade-gate", "./upgrade-gate-post"]);
}

/// Calls the binary by the name of the post step, where no engine is.
fn post(variables: &[(&str, &str)]) -> (Option<i32>, String) {
    let dir = tempfile::tempdir().unwrap();
    let name = dir.path().join(upgrade_gate::POST);
    symlink(BINARY, &name).unwrap();
    let ended =
        Gate::of(&[]).program(&name).env("DOCKER_HOST", "unix:///no/such/docker.sock").envs(variables).run();
    (ended.code, ended.stdout)
}

#[test]
fn by_its_other_name_the_binary_is_the_post_step() {
    // A run that found no engine told nothing, and has left nothing.
    let github = [("GITHUB_ACTIONS", "true"), ("GITHUB_REPOSITORY", "acme/chat")];
    assert_eq!(post(&github), (Some(0), "nothing is left to remove\n".to_owned()));
    let (code, said) = post(&[github[0], github[1], ("STATE_run", "ug-1")]);
    assert_eq!(code, Some(3));
    assert!(said.contains("/no/such/docker.sock failed: there is no socket"), "{said}");
}

#[test]
fn the_image_says_what_it_is_and_what_it_runs() {
    if crate::gate_on_docker::images::images().is_none() {
        return;
    }
    let inspect = ["image", "inspect", "upgrade-gate-test/gate:1", "--format", "{{json .Config}}"];
    let inspected = Command::new("docker").args(inspect).output().unwrap();
    let config: serde_json::Value = serde_json::from_slice(&inspected.stdout).unwrap();
    assert_eq!(config["Entrypoint"], serde_json::json!(["/upgrade-gate"]));
    for label in ["title", "description", "source", "licenses"] {
        let value = &config["Labels"][format!("org.opencontainers.image.{label}")];
        assert!(value.as_str().is_some_and(|value| !value.is_empty()), "{label}: {value}");
    }
}
