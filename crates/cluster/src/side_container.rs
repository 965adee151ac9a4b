//! A side container: one of the user's that runs beside the cluster, on its network: to its end, or for as long as it is spoken to.

/// What is run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SideContainer {
    /// The image; it was named to [`Cluster::prepare`](super::Cluster::prepare) too.
    pub image: String,
    /// What is run by `sh -c`; without it the image's own command.
    pub command: Option<String>,
    /// Environment variables.
    pub environment: Vec<(String, String)>,
    /// The folder that is read when it has ended.
    pub results: String,
}

/// How it ended, and what it left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SideContainerEnd {
    /// Its exit code; `None` when the time was up and it was stopped.
    pub exit_code: Option<i64>,
    /// Whether it was killed for want of memory.
    pub out_of_memory: bool,
    /// The files of its results folder by name; `None` when there is no such folder.
    pub files: Option<Vec<(String, Vec<u8>)>>,
}

/// One that is spoken to by its standard input and output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PipedContainer {
    /// What it is to the reader of an error, and in the name of its container.
    pub name: String,
    /// The image; it was named to [`Cluster::prepare`](super::Cluster::prepare) too.
    pub image: String,
    /// What is run instead of the image's own command.
    pub words: Vec<String>,
}
