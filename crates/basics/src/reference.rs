//! Names of images, read by the grammar that engines and registries share: `[registry/]repository[:tag][@digest]`.
//!
//! Sources: distribution/reference (grammar, limits, and what counts as a registry), opencontainers/go-digest (algorithms).

pub mod moving;
#[cfg(test)]
mod tests;

/// An image's name in its parts; each of them is right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reference<'a> {
    /// Host and port of the registry; none stands for Docker Hub.
    pub registry: Option<&'a str>,
    /// The repository there.
    pub repository: &'a str,
    /// Its tag.
    pub tag: Option<&'a str>,
    /// Its digest, with the algorithm in front.
    pub digest: Option<&'a str>,
}

/// Why a text names no image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WrongReference {
    /// Which part is wrong, as a clause: "has an empty tag". Nothing of the text is repeated.
    pub wrong: &'static str,
    /// What to write instead, as a sentence.
    pub remedy: &'static str,
    /// Whether the text may hold a password, so that nobody may repeat it.
    pub secret: bool,
}

/// The digests that registries know, and how many hexadecimal digits they have.
const DIGESTS: [(&str, usize); 3] = [("sha256", 64), ("sha384", 96), ("sha512", 128)];
/// The longest tag.
const TAG: usize = 128;
/// The longest repository.
const REPOSITORY: usize = 255;
/// What is written where nothing more special can be said.
const FORM: &str = "Write [registry/]repository[:tag][@digest], such as \"ghcr.io/me/mm:12.1.0\".";

fn wrong<T>(wrong: &'static str, remedy: &'static str) -> Result<T, WrongReference> {
    Err(WrongReference { wrong, remedy, secret: false })
}

/// Reads the name of an image.
///
/// # Errors
/// The first part that is wrong.
pub fn parse(text: &str) -> Result<Reference<'_>, WrongReference> {
    if text.contains("://") {
        let remedy = "Leave http:// or https:// and any login away, as in \"ghcr.io/me/mm:12.1.0\"; a login goes into registry-username and registry-password.";
        return Err(WrongReference { wrong: "is an address and no name of an image", remedy, secret: true });
    }
    let (name, digest) = match text.split_once('@') {
        Some((name, digest)) => (name, Some(digest)),
        None => (text, None),
    };
    if let Some(digest) = digest {
        self::digest(digest)?;
    }
    if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return wrong("has a blank or a control character in it", FORM);
    }
    let slash = name.rfind('/').map_or(0, |at| at + 1);
    // A colon before the last slash is a registry's port.
    let (name, tag) = match name[slash..].split_once(':') {
        Some((last, tag)) => (&name[..slash + last.len()], Some(tag)),
        None => (name, None),
    };
    if let Some(tag) = tag {
        self::tag(tag)?;
    }
    let (registry, repository) = match name.split_once('/') {
        Some((first, rest)) if is_host_like(first) => (Some(first), rest),
        _ => (None, name),
    };
    if let Some(registry) = registry {
        self::registry(registry)?;
    }
    self::repository(repository)?;
    let id = |text: &str| text.len() == 64 && text.bytes().all(is_hex);
    if registry.is_none() && id(repository) {
        return wrong("is the id of an image and no name", FORM);
    }
    Ok(Reference { registry, repository, tag, digest })
}

/// Judges host and port of a registry.
///
/// # Errors
/// What is wrong with it.
pub fn registry(text: &str) -> Result<(), WrongReference> {
    const REMEDY: &str =
        "Write host or host:port in front of the first slash, such as \"ghcr.io/me/mm:12.1.0\".";
    let (host, port) = match (text.strip_prefix('['), text.rsplit_once(':')) {
        (Some(rest), _) => match rest.split_once(']') {
            Some((address, "")) => (address, None),
            Some((address, port)) => (address, port.strip_prefix(':').or(Some(""))),
            None => return wrong("has a registry that is no host", REMEDY),
        },
        (None, Some((host, port))) => (host, Some(port)),
        (None, None) => (text, None),
    };
    if port.is_some_and(|port| port.parse::<u16>().is_err() || !port.bytes().all(|b| b.is_ascii_digit())) {
        return wrong("has a registry whose port is no number from 0 to 65535", REMEDY);
    }
    let label = |part: &str| {
        let inner = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
        !part.is_empty() && part.bytes().all(inner) && !part.starts_with('-') && !part.ends_with('-')
    };
    let right = if text.starts_with('[') {
        host.parse::<std::net::Ipv6Addr>().is_ok()
    } else {
        host.split('.').all(label)
    };
    if right { Ok(()) } else { wrong("has a registry that is no host", REMEDY) }
}

/// Whether a first part names a registry and not a folder of Docker Hub's.
fn is_host_like(first: &str) -> bool {
    first.contains(['.', ':']) || first == "localhost" || first.bytes().any(|b| b.is_ascii_uppercase())
}

fn repository(path: &str) -> Result<(), WrongReference> {
    if path.is_empty() {
        return wrong("has no repository", FORM);
    }
    if path.len() > REPOSITORY {
        return wrong("has a repository of more than 255 characters", FORM);
    }
    for part in path.split('/') {
        if part.is_empty() {
            return wrong("has an empty part between its slashes", FORM);
        }
        if part.bytes().any(|b| b.is_ascii_uppercase()) {
            return wrong("has upper-case letters in its repository", "Write the repository in lower case.");
        }
        let remedy = "Write lower-case letters and digits, with `.`, `_`, `__` or dashes between them.";
        if !part.bytes().all(|b| is_plain(b) || b"._-".contains(&b)) {
            return wrong("has a character in its repository that no repository has", remedy);
        }
        let separators: Vec<&str> = part.split(|c: char| c.is_ascii() && is_plain(c as u8)).collect();
        let ends = [separators.first(), separators.last()];
        if ends.into_iter().flatten().any(|end| !end.is_empty()) {
            return wrong("has a part of its repository that begins or ends with `.`, `_` or `-`", remedy);
        }
        let allowed = |s: &&str| matches!(*s, "" | "." | "_" | "__") || s.bytes().all(|b| b == b'-');
        if !separators.iter().all(allowed) {
            return wrong("has two separators beside each other in its repository", remedy);
        }
    }
    Ok(())
}

fn tag(tag: &str) -> Result<(), WrongReference> {
    let remedy = "Write a tag of letters, digits, `_`, `.` and `-`, at most 128 of them, such as \"12.1.0\".";
    if tag.is_empty() {
        return wrong("has an empty tag", remedy);
    }
    if tag.len() > TAG {
        return wrong("has a tag of more than 128 characters", remedy);
    }
    if tag.starts_with(['.', '-']) {
        return wrong("has a tag that begins with `.` or `-`", remedy);
    }
    if !tag.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.-".contains(&b)) {
        return wrong("has a character in its tag that no tag has", remedy);
    }
    Ok(())
}

fn digest(digest: &str) -> Result<(), WrongReference> {
    let known = DIGESTS.iter().find_map(|(name, length)| {
        let hex = digest.strip_prefix(name)?.strip_prefix(':')?;
        Some((hex, *length))
    });
    let Some((hex, length)) = known else {
        // Whatever stands in front of such an `@` may be a user and a password.
        let remedy = "Write repository@sha256: and 64 hexadecimal digits, or repository:tag; a login goes into registry-username and registry-password.";
        return Err(WrongReference { wrong: "has an @ that no digest follows", remedy, secret: true });
    };
    if hex.len() == length && hex.bytes().all(is_hex) {
        return Ok(());
    }
    let remedy = "Copy it whole: sha256: and 64 lower-case hexadecimal digits (sha384: 96, sha512: 128).";
    wrong("has a digest that is too short, too long or not hexadecimal", remedy)
}

fn is_plain(b: u8) -> bool {
    b.is_ascii_lowercase() || b.is_ascii_digit()
}

fn is_hex(b: u8) -> bool {
    matches!(b, b'0'..=b'9' | b'a'..=b'f')
}
