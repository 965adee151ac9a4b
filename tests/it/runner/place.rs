//! Where the files of a job are, and what a container of it is started with: by GitHub's runner, and by act.

use std::fs;
use std::net::Ipv4Addr;
use std::os::unix::fs::{MetadataExt as _, chown};
use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

use super::token;

/// The files that a step gets, by the variable that names each.
const COMMAND_FILES: [&str; 5] =
    ["GITHUB_OUTPUT", "GITHUB_STATE", "GITHUB_STEP_SUMMARY", "GITHUB_ENV", "GITHUB_PATH"];
/// Whose the workspace is: nobody's on this machine.
const OWNER: u32 = 1001;

/// Starts containers of one job, and looks at what they left.
pub(super) trait Place {
    /// Fresh command files for the next step, as variables with paths in its container.
    fn command_files(&mut self) -> Vec<(String, String)>;
    /// Writes the event file; its path in a container.
    fn event(&self, text: &str) -> String;
    /// The options of `docker run` besides name, label and variables.
    fn options(&self) -> Vec<String>;
    /// The variables that describe the place.
    fn variables(&self) -> Vec<(String, String)>;
    /// The text of a file at this path of a container, or below the workspace; nothing when it is not there.
    fn read(&self, path: &str) -> Option<String>;
    /// Whose files lie below a folder of the workspace, itself included: each owner once.
    fn owners(&self, folder: &str) -> Vec<u32>;
    /// Who they should be.
    fn owner(&self) -> u32;
    /// The address of this machine in its containers.
    fn machine(&self) -> String;
    /// Whether the post step gets the state that the main step wrote, and inputs that were not given.
    fn is_whole(&self) -> bool;
}

/// A runner of GitHub's: folders of its machine, mounted.
pub(super) struct Runner {
    work: TempDir,
    network: Option<String>,
}

impl Runner {
    /// A runner, for a job with services if `with_services`.
    pub(super) fn new(with_services: bool) -> Self {
        let work = tempfile::tempdir().unwrap();
        for folder in
            ["_temp/_github_home", "_temp/_github_workflow", "_temp/_runner_file_commands", "repo/repo"]
        {
            fs::create_dir_all(work.path().join(folder)).unwrap();
        }
        // Only root may give a folder away; to others their own is as good.
        let _ = chown(work.path().join("repo/repo"), Some(OWNER), Some(OWNER));
        let network = with_services.then(|| {
            let name = format!("github_network_{}", token());
            let made = Command::new("docker").args(["network", "create", &name]).output().unwrap();
            assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
            name
        });
        Self { work, network }
    }

    /// Folders of the machine, and where they are mounted; the workspace first.
    fn mounts(&self) -> [(PathBuf, &'static str); 5] {
        let temp = self.work.path().join("_temp");
        [
            (self.work.path().join("repo/repo"), "/github/workspace"),
            (temp.join("_github_home"), "/github/home"),
            (temp.join("_github_workflow"), "/github/workflow"),
            (temp.join("_runner_file_commands"), "/github/file_commands"),
            (temp, "/github/runner_temp"),
        ]
    }

    fn here(&self, path: &str) -> PathBuf {
        let mounts = self.mounts();
        let below = |(folder, mounted): &(PathBuf, &str)| {
            Some(folder.join(path.strip_prefix(mounted)?.trim_start_matches('/')))
        };
        mounts.iter().find_map(below).unwrap_or_else(|| mounts[0].0.join(path))
    }
}

impl Place for Runner {
    fn command_files(&mut self) -> Vec<(String, String)> {
        let make = |variable: &str| {
            let path = format!("/github/file_commands/{}_{}", variable.to_lowercase(), token());
            fs::write(self.here(&path), "").unwrap();
            (variable.to_owned(), path)
        };
        COMMAND_FILES.iter().map(|variable| make(variable)).collect()
    }

    fn event(&self, text: &str) -> String {
        let path = "/github/workflow/event.json".to_owned();
        fs::write(self.here(&path), text).unwrap();
        path
    }

    fn options(&self) -> Vec<String> {
        let mut options = vec!["--workdir".to_owned(), "/github/workspace".to_owned()];
        options.extend(self.network.iter().flat_map(|name| ["--network".to_owned(), name.clone()]));
        let socket = "/var/run/docker.sock:/var/run/docker.sock".to_owned();
        let mounts = self.mounts();
        let mounts = mounts.iter().map(|(folder, mounted)| format!("{}:{mounted}", folder.display()));
        options.extend([socket].into_iter().chain(mounts).flat_map(|mount| ["-v".to_owned(), mount]));
        options
    }

    fn variables(&self) -> Vec<(String, String)> {
        [
            ("HOME", "/github/home"),
            ("GITHUB_WORKSPACE", "/github/workspace"),
            ("RUNNER_TEMP", "/github/runner_temp"),
            ("RUNNER_WORKSPACE", "/home/runner/work/repo"),
            ("GITHUB_RUN_ID", "4711"),
            ("GITHUB_RUN_ATTEMPT", "1"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec()
    }

    fn read(&self, path: &str) -> Option<String> {
        fs::read_to_string(self.here(path)).ok()
    }

    fn owners(&self, folder: &str) -> Vec<u32> {
        let mut owners = Vec::new();
        let mut open = vec![self.here(folder)];
        while let Some(path) = open.pop() {
            let meta = fs::symlink_metadata(&path).unwrap();
            owners.push(meta.uid());
            if meta.is_dir() {
                open.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
            }
        }
        owners.sort_unstable();
        owners.dedup();
        owners
    }

    fn owner(&self) -> u32 {
        fs::metadata(self.here("/github/workspace")).unwrap().uid()
    }

    fn machine(&self) -> String {
        let network = self.network.as_deref().unwrap_or("bridge");
        let both = "{{with index .IPAM.Config 0}}{{.Gateway}} {{.Subnet}}{{end}}";
        let told =
            Command::new("docker").args(["network", "inspect", network, "--format", both]).output().unwrap();
        assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
        let told = String::from_utf8(told.stdout).unwrap();
        match told.trim_end().split_once(' ') {
            // An engine that has just made its first network does not tell the gateway: it is the first address.
            Some((none, subnet)) if none.is_empty() || none == "<no value>" => {
                let network: Ipv4Addr = subnet.split('/').next().unwrap().parse().unwrap();
                Ipv4Addr::from(u32::from(network) + 1).to_string()
            }
            Some((gateway, _)) => gateway.to_owned(),
            None => panic!("the network {network} has no subnet: {told}"),
        }
    }

    fn is_whole(&self) -> bool {
        true
    }
}

impl Drop for Runner {
    fn drop(&mut self) {
        if let Some(network) = &self.network {
            let _ = Command::new("docker").args(["network", "rm", network]).output();
        }
    }
}

/// act: a container for the job in the host's network, whose network and volumes every step shares.
pub(super) struct Act {
    container: String,
}

/// The path of the workspace on the machine is its path in the containers.
const WORKSPACE: &str = "/home/someone/chat";

impl Act {
    /// A job of act's, in a container of the image `shell`.
    pub(super) fn new(shell: &str) -> Self {
        let place = Self { container: format!("act-ugtest-{}", token()) };
        let [workspace, files] = place.volumes();
        let name = &place.container;
        let run = ["run", "-d", "--name", name, "--network", "host", "-v", &workspace, "-v", &files];
        let started = Command::new("docker").args(run).args([shell, "/bin/sleep", "3600"]).output().unwrap();
        assert!(started.status.success(), "{}", String::from_utf8_lossy(&started.stderr));
        // The engine gives an empty volume the owner of the next container's folder: a checkout is not empty.
        let checkout = format!("cd {WORKSPACE} && : > README.md && busybox chown {OWNER} . README.md");
        place.shell(&format!("busybox mkdir -p /var/run/act/workflow && {checkout}")).unwrap();
        place
    }

    fn volumes(&self) -> [String; 2] {
        [format!("{}:{WORKSPACE}", self.container), format!("{}-env:/var/run/act", self.container)]
    }

    fn shell(&self, script: &str) -> Option<String> {
        let ran = Command::new("docker").args(["exec", &self.container, "/bin/sh", "-c", script]).output();
        let ran = ran.unwrap();
        ran.status.success().then(|| String::from_utf8(ran.stdout).unwrap())
    }
}

impl Place for Act {
    fn command_files(&mut self) -> Vec<(String, String)> {
        let make = |variable: &str| {
            let path = format!("/var/run/act/workflow/{}.txt", variable.to_lowercase());
            self.shell(&format!(": > {path}")).unwrap();
            (variable.to_owned(), path)
        };
        COMMAND_FILES.iter().map(|variable| make(variable)).collect()
    }

    fn event(&self, text: &str) -> String {
        let path = "/var/run/act/workflow/event.json".to_owned();
        assert!(!text.contains('\''));
        self.shell(&format!("printf '%s' '{text}' > {path}")).unwrap();
        path
    }

    fn options(&self) -> Vec<String> {
        let mut options = ["--workdir", WORKSPACE, "--network"].map(str::to_owned).to_vec();
        options.push(format!("container:{}", self.container));
        let socket = "/var/run/docker.sock:/var/run/docker.sock".to_owned();
        let mounts = [socket].into_iter().chain(self.volumes());
        options.extend(mounts.flat_map(|mount| ["-v".to_owned(), mount]));
        options
    }

    fn variables(&self) -> Vec<(String, String)> {
        [("ACT", "true"), ("GITHUB_WORKSPACE", WORKSPACE), ("GITHUB_RUN_ID", "1"), ("GITHUB_RUN_NUMBER", "1")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .to_vec()
    }

    fn read(&self, path: &str) -> Option<String> {
        self.shell(&format!("cd {WORKSPACE} && busybox cat {path}"))
    }

    fn owners(&self, folder: &str) -> Vec<u32> {
        let list = format!("cd {WORKSPACE} && busybox find {folder} -exec busybox stat -c %u {{}} \\;");
        let listed = self.shell(&list).unwrap();
        let mut owners: Vec<u32> = listed.lines().map(|line| line.parse().unwrap()).collect();
        owners.sort_unstable();
        owners.dedup();
        owners
    }

    fn owner(&self) -> u32 {
        OWNER
    }

    fn machine(&self) -> String {
        // Its network is the machine's own.
        "127.0.0.1".into()
    }

    fn is_whole(&self) -> bool {
        false
    }
}

impl Drop for Act {
    fn drop(&mut self) {
        let _ = Command::new("docker").args(["rm", "-f", &self.container]).output();
        for volume in [&self.container, &format!("{}-env", self.container)] {
            let _ = Command::new("docker").args(["volume", "rm", "-f", volume]).output();
        }
    }
}
