//! The file of a form, as programs send one: a part with a file name, whole in the body.

use axum::http::{HeaderMap, header};

/// The name and the bytes of the file that is sent as `field`; nothing where there is none.
pub(super) fn file(headers: &HeaderMap, body: &[u8], field: &str) -> Option<(String, Vec<u8>)> {
    let kind = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    let boundary = kind.strip_prefix("multipart/form-data")?.split_once("boundary=")?.1.trim_matches('"');
    let edge = format!("--{boundary}");
    let mut rest = body;
    while let Some(at) = find(rest, edge.as_bytes()) {
        let part = &rest[at + edge.len()..];
        let head = find(part, b"\r\n\r\n")?;
        let content = &part[head + 4..];
        let end = find(content, format!("\r\n{edge}").as_bytes())?;
        let said = String::from_utf8_lossy(&part[..head]);
        let name = of(&said, "; filename=");
        if of(&said, "; name=").as_deref() == Some(field) && name.is_some() {
            return name.zip(Some(content[..end].to_vec()));
        }
        rest = &content[end + 2..];
    }
    None
}

/// What a header says in quotes after a word.
fn of(head: &str, word: &str) -> Option<String> {
    let told = head.split_once(word)?.1;
    told.strip_prefix('"')?.split_once('"').map(|(inner, _)| inner.to_owned())
}

fn find(body: &[u8], wanted: &[u8]) -> Option<usize> {
    body.windows(wanted.len()).position(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_found_among_the_parts_whatever_is_in_it() {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, "multipart/form-data; boundary=xyz".parse().unwrap());
        let body = "--xyz\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nfile\r\n--xyz\r\n\
                    Content-Disposition: form-data; name=\"file\"; filename=\"b.txt\"\r\nContent-Type: x\r\n\r\n\
                    one\r\n\r\ntwo\r\n--xyz--\r\n";
        let found = file(&headers, body.as_bytes(), "file");
        assert_eq!(found, Some(("b.txt".into(), b"one\r\n\r\ntwo".to_vec())));
        assert_eq!(file(&headers, body.as_bytes(), "other"), None);
        assert_eq!(file(&HeaderMap::new(), body.as_bytes(), "file"), None);
    }
}
