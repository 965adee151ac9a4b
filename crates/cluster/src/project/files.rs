//! Where the nodes keep files, read from their environment as the product reads it.
//!
//! Source: server/public/model/config.go (`FileSettings.SetDefaults`: local, s3.amazonaws.com, TLS on), server/channels/
//! filestore (without keys those of the machine's role), server/config/environment.go (booleans by Go's `ParseBool`, what is
//! none is passed over).

use secrecy::SecretString;

use super::configuration::{self, Configuration};
use compose_file::Service;

/// The store of a node that is told none.
const AMAZON: &str = "s3.amazonaws.com";

/// Where the nodes keep files.
#[derive(Debug, Clone, PartialEq)]
pub enum NodeFiles {
    /// In a bucket that the gate can look into.
    Bucket(StoreRole),
    /// Somewhere else, or in a bucket that the gate has no key to: why, as a clause.
    OutOfReach(String),
    /// The project does not say: why, as a clause.
    Unknown(String),
}

/// The S3 store, as the nodes know it.
#[derive(Debug, Clone)]
pub struct StoreRole {
    /// Host and port of the endpoint; the host is a service of the project or a name outside.
    pub endpoint: String,
    /// Whether it speaks TLS.
    pub tls: bool,
    /// Bucket.
    pub bucket: String,
    /// What keys begin with.
    pub prefix: String,
    /// Region.
    pub region: String,
    /// Access key.
    pub access_key: String,
    /// Its secret.
    pub secret_key: SecretString,
}

impl PartialEq for StoreRole {
    fn eq(&self, other: &Self) -> bool {
        (&self.endpoint, &self.bucket, &self.prefix) == (&other.endpoint, &other.bucket, &other.prefix)
    }
}

/// Where this node keeps files.
pub(super) fn of(node: &Service) -> NodeFiles {
    // Empty is as good as absent.
    let setting = |key: &str| {
        let value = node.environment.get(&format!("MM_FILESETTINGS_{key}"));
        value.map(String::as_str).filter(|value| !value.is_empty())
    };
    let elsewhere = matches!(configuration::of(node), Configuration::File(_) | Configuration::Command);
    match setting("DRIVERNAME") {
        Some("amazons3") => {}
        None if elsewhere => {
            return NodeFiles::Unknown(
                "their configuration is a file, and MM_FILESETTINGS_DRIVERNAME is not set".into(),
            );
        }
        None => {
            return NodeFiles::OutOfReach(
                "files are kept on the nodes' own disk, not in S3 (MM_FILESETTINGS_DRIVERNAME is not set)"
                    .into(),
            );
        }
        Some("local") => {
            return NodeFiles::OutOfReach(
                "files are kept on the nodes' own disk, not in S3 (MM_FILESETTINGS_DRIVERNAME is local)"
                    .into(),
            );
        }
        Some(_) => {
            return NodeFiles::OutOfReach(
                "files are not kept in S3 (MM_FILESETTINGS_DRIVERNAME is not amazons3)".into(),
            );
        }
    }
    let Some(bucket) = setting("AMAZONS3BUCKET") else {
        return NodeFiles::Unknown(
            "files are kept in S3, and MM_FILESETTINGS_AMAZONS3BUCKET is not set".into(),
        );
    };
    let (access_key, secret_key) = match (setting("AMAZONS3ACCESSKEYID"), setting("AMAZONS3SECRETACCESSKEY"))
    {
        (Some(access_key), Some(secret_key)) => (access_key.to_owned(), secret_key.to_owned().into()),
        (None, None) if elsewhere => {
            return NodeFiles::Unknown(
                "files are kept in S3, and the keys to it are not in the environment".into(),
            );
        }
        (None, None) => {
            return NodeFiles::OutOfReach(
                "files are kept in S3 with the keys of a role, which the gate does not have".into(),
            );
        }
        (Some(_), None) | (None, Some(_)) => {
            return NodeFiles::Unknown("files are kept in S3, and only one of MM_FILESETTINGS_AMAZONS3ACCESSKEYID and MM_FILESETTINGS_AMAZONS3SECRETACCESSKEY is set".into());
        }
    };
    let region = setting("AMAZONS3REGION").unwrap_or("us-east-1");
    let endpoint = match setting("AMAZONS3ENDPOINT").unwrap_or(AMAZON) {
        // Amazon answers for a bucket of another region there alone.
        AMAZON if region != "us-east-1" => format!("s3.{region}.amazonaws.com"),
        endpoint => endpoint.to_owned(),
    };
    NodeFiles::Bucket(StoreRole {
        endpoint,
        tls: setting("AMAZONS3SSL").and_then(boolean).unwrap_or(true),
        bucket: bucket.to_owned(),
        prefix: setting("AMAZONS3PATHPREFIX").unwrap_or_default().to_owned(),
        region: region.to_owned(),
        access_key,
        secret_key,
    })
}

/// As Go's `strconv.ParseBool`.
fn boolean(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "TRUE" | "true" | "True" => Some(true),
        "0" | "f" | "F" | "FALSE" | "false" | "False" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store(more: &[(&str, &str)]) -> NodeFiles {
        let mut node = Service::default();
        let all = [("CONFIG", "postgres://db/mm"), ("FILESETTINGS_DRIVERNAME", "amazons3")];
        let keys = [("FILESETTINGS_AMAZONS3ACCESSKEYID", "k"), ("FILESETTINGS_AMAZONS3SECRETACCESSKEY", "s")];
        for (key, value) in
            all.iter().chain(&keys).chain(&[("FILESETTINGS_AMAZONS3BUCKET", "mm")]).chain(more)
        {
            node.environment.insert(format!("MM_{key}"), (*value).to_owned());
        }
        of(&node)
    }

    fn bucket(more: &[(&str, &str)]) -> StoreRole {
        match store(more) {
            NodeFiles::Bucket(store) => store,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_is_not_set_is_the_products_default() {
        let amazon = bucket(&[]);
        assert_eq!(
            (amazon.endpoint.as_str(), amazon.tls, amazon.region.as_str()),
            (AMAZON, true, "us-east-1")
        );
        let there = bucket(&[("FILESETTINGS_AMAZONS3REGION", "eu-central-1")]);
        assert_eq!(there.endpoint, "s3.eu-central-1.amazonaws.com");
        let own =
            bucket(&[("FILESETTINGS_AMAZONS3REGION", "x"), ("FILESETTINGS_AMAZONS3ENDPOINT", "store:9000")]);
        assert_eq!(own.endpoint, "store:9000");
    }

    #[test]
    fn booleans_are_read_as_go_reads_them() {
        for (text, tls) in [
            ("false", false),
            ("False", false),
            ("FALSE", false),
            ("f", false),
            ("F", false),
            ("0", false),
            ("true", true),
            ("T", true),
            ("1", true),
            // What is none is passed over, and the default is on.
            ("fAlSe", true),
            ("no", true),
            ("off", true),
            ("", true),
        ] {
            assert_eq!(bucket(&[("FILESETTINGS_AMAZONS3SSL", text)]).tls, tls, "{text}");
        }
    }

    #[test]
    fn what_the_gate_cannot_look_into_is_told_apart_from_what_nobody_says() {
        let out = |more: &[(&str, &str)]| match store(more) {
            NodeFiles::OutOfReach(why) => why,
            other => panic!("{other:?}"),
        };
        let unknown = |more: &[(&str, &str)]| match store(more) {
            NodeFiles::Unknown(why) => why,
            other => panic!("{other:?}"),
        };
        const FILE: (&str, &str) = ("CONFIG", "");
        const NO_KEYS: [(&str, &str); 2] =
            [("FILESETTINGS_AMAZONS3ACCESSKEYID", ""), ("FILESETTINGS_AMAZONS3SECRETACCESSKEY", "")];
        assert!(out(&[("FILESETTINGS_DRIVERNAME", "")]).contains("own disk"));
        assert!(out(&[("FILESETTINGS_DRIVERNAME", "local")]).contains("is local"));
        assert!(out(&[FILE, ("FILESETTINGS_DRIVERNAME", "local")]).contains("is local"));
        assert!(out(&NO_KEYS).contains("of a role"));
        assert!(unknown(&[FILE, ("FILESETTINGS_DRIVERNAME", "")]).contains("configuration is a file"));
        assert!(unknown(&[FILE, NO_KEYS[0], NO_KEYS[1]]).contains("not in the environment"));
        assert!(unknown(&[NO_KEYS[0]]).contains("only one"));
        assert!(unknown(&[("FILESETTINGS_AMAZONS3BUCKET", "")]).contains("BUCKET is not set"));
    }
}
