//! A `tar.gz` in memory, the form of every plugin bundle.

use std::io::{self, Write as _};

use flate2::Compression;
use flate2::write::GzEncoder;

/// Packs files, each with its path in the archive, readable for everybody.
///
/// # Errors
/// When a path is longer than an archive can hold.
pub fn pack(files: &[(&str, &[u8])]) -> io::Result<Vec<u8>> {
    let mut tar = tar::Builder::new(Vec::new());
    for (path, content) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        tar.append_data(&mut header, path, *content)?;
    }
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(&tar.into_inner()?)?;
    gzip.finish()
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    #[test]
    fn what_was_packed_is_unpacked() {
        let bytes = super::pack(&[("a/plugin.json", b"{}"), ("a/main.js", b"1;")]).unwrap();
        let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(bytes.as_slice()));
        let files = archive.entries().unwrap().map(|entry| {
            let mut entry = entry.unwrap();
            let mut text = String::new();
            entry.read_to_string(&mut text).unwrap();
            (entry.path().unwrap().display().to_string(), text)
        });
        let expected = [("a/plugin.json", "{}"), ("a/main.js", "1;")];
        assert_eq!(
            files.collect::<Vec<_>>(),
            expected.map(|(path, text)| (path.to_owned(), text.to_owned()))
        );
    }
}
