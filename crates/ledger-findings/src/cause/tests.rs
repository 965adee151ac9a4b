//! What failures share, by tables: made-up cells, and the sentence that they must give.

use crate::{
    CellCount, CellPlace, ReadThrough, ReleasePair, Suspect, UnreadRows, Way, WriteFinding, WriteMatrix,
    Wrong, causes,
};

const OLD: &str = "11.6.0";
const NEW: &str = "11.7.0";

/// Three nodes in the middle of an upgrade: node1 was replaced; node3 was asked before and after.
const NODES: [(&str, &str); 4] = [("node1", NEW), ("node2", OLD), ("node3", OLD), ("node3", NEW)];

const KINDS: [&str; 3] = ["post", "draft", "pin"];

fn through((node, version): (&str, &str)) -> ReadThrough {
    ReadThrough { node: node.into(), version: version.into() }
}

/// All cells, of which those are wrong that `fails` says; one look in `one_in` of them.
fn told(wrong: Wrong, one_in: u64, fails: impl Fn(&CellPlace) -> bool) -> Vec<crate::SharedCause> {
    let (mut matrix, mut findings) = (WriteMatrix::default(), Vec::new());
    let mut seq = 100;
    for kind in KINDS {
        for way in [Way::Api, Way::Websocket] {
            for writer in NODES {
                for reader in NODES {
                    let (writer, reader) = (through(writer), through(reader));
                    let place = CellPlace { kind: kind.into(), way, writer, reader };
                    let failed = if fails(&place) { 30 / one_in } else { 0 };
                    let mut count = CellCount { verified: 30 - failed, ..CellCount::default() };
                    if failed > 0 {
                        count.failed.insert(wrong, failed);
                    }
                    for _ in 0..failed {
                        seq += 1;
                        findings.push(finding(&place, wrong, seq));
                    }
                    matrix.count(place, &count);
                }
            }
        }
    }
    findings.reverse();
    causes(&findings, &[], &matrix, &ReleasePair { stable: OLD.into(), release: NEW.into() })
}

fn finding(place: &CellPlace, wrong: Wrong, seq: u32) -> WriteFinding {
    let CellPlace { kind, way, writer, reader } = place.clone();
    WriteFinding {
        wrong,
        kind,
        id: format!("row{seq}"),
        seq,
        written_in: "mixed-1".into(),
        writer,
        reader,
        way,
        expected: "a".into(),
        got: "b".into(),
    }
}

#[test]
fn what_all_failures_share_is_the_sentence() {
    type Fails = fn(&CellPlace) -> bool;
    let table: [(&str, Suspect, Wrong, u64, Fails); 9] = [
        (
            "every write made through a release node (11.7.0) is unseen on stable nodes (11.6.0)",
            Suspect::Product,
            Wrong::Unseen,
            1,
            |cell| cell.writer.version == NEW && cell.reader.version == OLD,
        ),
        (
            "every write made through a release node (11.7.0) is lost on all nodes",
            Suspect::Product,
            Wrong::Lost,
            1,
            |cell| cell.writer.version == NEW,
        ),
        (
            "every write made through node3, whatever it ran, is lost on all nodes",
            Suspect::Environment,
            Wrong::Lost,
            1,
            |cell| cell.writer.node == "node3",
        ),
        (
            "every write is altered on node3, whatever it ran",
            Suspect::Environment,
            Wrong::Altered,
            1,
            |cell| cell.reader.node == "node3",
        ),
        ("every draft is lost on all nodes", Suspect::Product, Wrong::Lost, 1, |cell| cell.kind == "draft"),
        (
            "every draft made through a release node (11.7.0) is lost on all nodes",
            Suspect::Product,
            Wrong::Lost,
            1,
            |cell| cell.kind == "draft" && cell.writer.version == NEW,
        ),
        (
            "every pin is unseen on release nodes (11.7.0) by websocket",
            Suspect::Product,
            Wrong::Unseen,
            1,
            |cell| cell.kind == "pin" && cell.reader.version == NEW && cell.way == Way::Websocket,
        ),
        (
            "every write made through a stable node (11.6.0) is lost on stable nodes (11.6.0)",
            Suspect::Environment,
            Wrong::Lost,
            1,
            |cell| cell.writer.version == OLD && cell.reader.version == OLD,
        ),
        (
            "160 of 480 looks at a post made through node1 as 11.7.0 find it lost on all nodes",
            Suspect::Product,
            Wrong::Lost,
            3,
            |cell| cell.kind == "post" && cell.writer.node == "node1",
        ),
    ];
    for (sentence, suspect, wrong, one_in, fails) in table {
        let causes = told(wrong, one_in, fails);
        let said: Vec<&str> = causes.iter().map(|cause| cause.sentence.as_str()).collect();
        if one_in == 1 {
            assert_eq!(said, [sentence]);
        } else {
            assert!(said[0].contains("node1") && said[0].contains("post"), "{said:?}");
        }
        assert_eq!(causes[0].suspect, suspect, "{sentence}: {}", causes[0].evidence);
        assert_eq!(causes[0].first.as_ref().map(|first| first.seq), Some(101), "{sentence}");
    }
}

#[test]
fn what_another_side_has_is_another_cause_that_follows() {
    let causes = told(Wrong::Lost, 1, |cell| {
        (cell.kind == "post" && cell.writer.version == NEW)
            || (cell.kind == "pin" && cell.reader.node == "node2")
    });
    assert_eq!(causes.len(), 2, "{causes:#?}");
    assert!(!causes[0].follows && causes[1].follows);
    assert!(
        causes[0].sentence.starts_with("every post made through a release node"),
        "{}",
        causes[0].sentence
    );
    assert!(causes[1].sentence.starts_with("every pin is lost on node2"), "{}", causes[1].sentence);
}

#[test]
fn what_could_not_be_read_is_nobodys_fault_before_it_is_known_whose() {
    let unread = |version: &str, status| UnreadRows {
        kind: "draft".into(),
        reader: through(("node1", version)),
        status,
        got: "an answer".into(),
    };
    let releases = ReleasePair { stable: OLD.into(), release: NEW.into() };
    let suspect = |rows: &[UnreadRows]| {
        let causes = causes(&[], rows, &WriteMatrix::default(), &releases);
        causes.iter().map(|cause| cause.suspect).collect::<Vec<_>>()
    };
    assert_eq!(suspect(&[unread(NEW, Some(500))]), [Suspect::Product]);
    assert_eq!(suspect(&[unread(NEW, Some(404)), unread(OLD, Some(404))]), [Suspect::Gate]);
    assert_eq!(suspect(&[unread(NEW, None)]), [Suspect::Environment]);
    assert_eq!(suspect(&[]), []);
}
