//! The attributes of one element.

use quick_xml::events::BytesStart;
use quick_xml::events::attributes::Attribute;

/// Attributes of one element; those of JUnit have about ten.
const MOST: usize = 100;

/// The attributes of an element, each of another name.
#[derive(Debug)]
pub(super) struct XmlAttributes<'t>(Vec<Attribute<'t>>);

impl<'t> XmlAttributes<'t> {
    /// Reads them.
    ///
    /// # Errors
    /// When they are not well-formed: then nobody knows what the element says.
    pub(super) fn of(tag: &'t BytesStart<'_>) -> Result<Self, String> {
        let mut known: Vec<Attribute<'t>> = Vec::new();
        // The reader's own look for doubles compares each with all before, however many there are.
        for attribute in tag.attributes().with_checks(false) {
            let attribute = attribute.map_err(|error| format!("an attribute cannot be read: {error}"))?;
            if known.len() == MOST {
                return Err(format!("an element has more than {MOST} attributes"));
            }
            if known.iter().any(|other| other.key == attribute.key) {
                let name = String::from_utf8_lossy(attribute.key.as_ref()).into_owned();
                return Err(format!("an element has the attribute {name:?} twice"));
            }
            known.push(attribute);
        }
        Ok(Self(known))
    }

    /// The value of one.
    pub(super) fn get(&self, name: &str) -> Option<String> {
        let found = self.0.iter().find(|attribute| attribute.key.as_ref() == name.as_bytes())?;
        let value = found.normalized_value(quick_xml::XmlVersion::Implicit1_0);
        // An undefined entity spoils a value, not the file.
        Some(value.map_or_else(
            |_| String::from_utf8_lossy(&found.value).into_owned(),
            std::borrow::Cow::into_owned,
        ))
    }
}
