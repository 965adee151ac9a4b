//! Reading the data files.

use serde::de::DeserializeOwned;

/// By way of a JSON value, so that errors name the place.
pub(super) fn parse<T: DeserializeOwned>(yaml: &str) -> Result<T, String> {
    let value: serde_json::Value = yaml_serde::from_str(yaml).map_err(|error| error.to_string())?;
    serde_path_to_error::deserialize(value).map_err(|error| format!("{}: {}", error.path(), error.inner()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_key_is_named_with_its_place() {
        let error = parse::<Vec<super::super::Minimum>>("- { since: '11.0', postgress: 14 }").unwrap_err();
        assert!(error.contains("[0]") && error.contains("postgress"), "{error}");
    }
}
