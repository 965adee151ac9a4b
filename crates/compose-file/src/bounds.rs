//! How much one project may have. No real set-up comes near; without these limits a file could hang us or take all memory.

/// Bytes of one file: a compose file, an env or label file, the content of a config or a secret.
pub(super) const FILE_MIB: usize = 4;
/// The same in bytes.
pub(super) const FILE: usize = FILE_MIB << 20;
/// Bytes of compose files together, each counted as often as it is read.
pub(super) const TOGETHER_MIB: usize = 32;
/// How often `include` and `extends` may lead to another file.
pub(super) const FOLLOWED: usize = 1000;
/// How many `include`, or how many `extends`, may follow each other.
pub(super) const CHAIN: usize = 20;
/// Brackets and braces within each other; what nests deeper in other ways the parser refuses by itself.
pub(super) const NESTING: usize = 100;
/// Services of one file, and of the project.
pub(super) const SERVICES: usize = 200;
/// Containers of one service.
pub(super) const REPLICAS: u32 = 100;
/// Published ports of the project; a range counts with each of its ports. TURN servers publish 16384.
pub(super) const PORTS: usize = 20_000;
