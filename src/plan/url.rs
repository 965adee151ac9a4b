//! Addresses that users write.

/// Whether a text is the address of a server; else what is wrong with it, as a clause.
pub(super) fn judge(text: &str) -> Result<(), String> {
    // The parser mends what browsers mend: `http:/h` and `http:///h` are `http://h` to it.
    if !text.split_once("://").is_some_and(|(_, rest)| rest.starts_with(|c: char| c != '/' && c != '\\')) {
        return Err("is no URL that begins with http:// or https:// and a host".into());
    }
    let url = reqwest::Url::parse(text).map_err(|error| format!("is no URL ({error})"))?;
    if !["http", "https"].contains(&url.scheme()) || !url.has_host() {
        return Err("is no URL that begins with http:// or https://".into());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("has a user or a password in it, which would be shown".into());
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("has more than an address in it".into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_nothing_else() {
        for good in ["http://10.0.0.1:8065", "https://mm.example", "https://mm.example/chat/"] {
            assert_eq!(judge(good), Ok(()), "{good}");
        }
        for bad in [
            "",
            "mm.example",
            "mm:8065",
            "ftp://mm",
            "https://a:b@mm.example",
            "http://mm?x=1",
            "http:/mm",
            "http:///mm",
        ] {
            assert!(judge(bad).is_err(), "{bad}");
        }
    }
}
