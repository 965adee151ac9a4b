//! `record.json`: the record itself, to render the reports again or to merge runs.

mod bounds;
pub(super) mod stored;

use super::kind::{Render, Report};
use run_record::record::{FORMAT, Record};

/// The report.
pub(super) const REPORT: Report = Report {
    name: "record.json",
    content_type: "application/json",
    render: Render::Run(|run| render(&run.record).map_err(|error| error.to_string())),
};

/// The record as indented JSON, ending with a line end.
///
/// # Errors
/// When serde refuses it, which a record made of events does not provoke.
pub fn render(record: &Record) -> Result<String, serde_json::Error> {
    serde_json::to_string_pretty(record).map(|text| text + "\n")
}

/// Reads a record back.
///
/// # Errors
/// A sentence that says where the text is no record, or that another gate wrote it.
pub fn read(text: &str) -> Result<Record, String> {
    let mut json = serde_json::Deserializer::from_str(text);
    let record: Record = serde_path_to_error::deserialize(&mut json)
        .map_err(|error| format!("this is no record of a run: at \"{}\": {}", error.path(), error.inner()))?;
    if record.format == 0 {
        return Err("this record has format 0, which no gate wrote".into());
    }
    if record.format > FORMAT {
        return Err(format!(
            "this record has format {}, and this gate reads up to format {FORMAT}: use the gate that wrote it, or a newer one",
            record.format
        ));
    }
    Ok(record)
}

#[cfg(test)]
mod tests {
    use super::*;
    use run_record::event::EventKind;
    use run_record::samples::record;

    #[test]
    fn reads_back_what_it_wrote() {
        let record = record([EventKind::Warning { text: "ünder \u{0} \"quotes\"".into() }]);
        assert_eq!(read(&render(&record).unwrap()).unwrap(), record);
    }

    #[test]
    fn says_where_a_text_is_no_record() {
        insta::assert_snapshot!(read(r#"{"format": "x"}"#).unwrap_err(), @r#"this is no record of a run: at "format": invalid type: string "x", expected u32 at line 1 column 14"#);
    }

    #[test]
    fn refuses_a_format_that_it_does_not_know() {
        let none = render(&Record { format: 0, ..Record::default() }).unwrap();
        assert!(read(&none).unwrap_err().contains("format 0, which no gate wrote"));
        let newer = render(&Record { format: FORMAT + 1, ..Record::default() }).unwrap();
        assert!(read(&newer).unwrap_err().contains("format 2"));
    }
}
