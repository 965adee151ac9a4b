//! `ulimits`, and numbers of resources.

use indexmap::IndexMap;

use super::node::{Findings, YamlNode};
use super::project::Ulimit;

/// Reads `ulimits`: one number for both, or `soft` and `hard`. -1 is no limit.
pub(super) fn ulimits(node: &YamlNode<'_>, findings: &mut Findings) -> IndexMap<String, Ulimit> {
    let mut all = IndexMap::new();
    for (name, node) in node.entries(findings) {
        if !node.value.is_mapping() {
            all.extend(number(&node, findings).map(|limit| (name, Ulimit { soft: limit, hard: limit })));
            continue;
        }
        let (mut soft, mut hard) = (None, None);
        for (key, node) in node.keys(findings) {
            match key.as_str() {
                "soft" => soft = number(&node, findings),
                "hard" => hard = number(&node, findings),
                _ => findings.problem(&node.place, format!("a ulimit has no key `{key}`"), "Leave it out"),
            }
        }
        match (soft, hard) {
            (Some(soft), Some(hard)) => {
                all.insert(name, Ulimit { soft, hard });
            }
            _ => {
                findings.problem(&node.place, "a ulimit has a soft and a hard limit", "Give both, as numbers")
            }
        }
    }
    all
}

fn number(node: &YamlNode<'_>, findings: &mut Findings) -> Option<i64> {
    node.read("a whole number, or -1 for no limit", findings, |text| {
        text.parse().ok().filter(|limit| *limit >= -1)
    })
}

/// A number of CPUs such as 0.5; 0 is no limit.
pub(super) fn cpus(node: &YamlNode<'_>, findings: &mut Findings) -> Option<f64> {
    let cpus: f64 = node.read("a number of CPUs such as 0.5", findings, |text| {
        text.parse().ok().filter(|cpus: &f64| cpus.is_finite() && *cpus >= 0.0)
    })?;
    (cpus > 0.0).then_some(cpus)
}

/// A number of processes; -1 is no limit.
pub(super) fn pids(node: &YamlNode<'_>, findings: &mut Findings) -> Option<i64> {
    number(node, findings)
}

#[cfg(test)]
mod tests {
    use super::super::node::reading;
    use super::*;

    #[test]
    fn both_forms() {
        let (read, told) = reading("{nofile: 49152, core: '-1', memlock: {soft: 1, hard: 2}}", ulimits);
        assert!(told.is_empty());
        assert_eq!(read["nofile"], Ulimit { soft: 49152, hard: 49152 });
        assert_eq!(read["core"], Ulimit { soft: -1, hard: -1 });
        assert_eq!(read["memlock"], Ulimit { soft: 1, hard: 2 });
        let (_, told) = reading("{a: x, b: {soft: 1}, c: -2}", ulimits);
        assert_eq!(told.len(), 3, "{told:?}");
    }

    #[test]
    fn cpus_are_decimal() {
        assert_eq!(reading("'0.50'", cpus).0, Some(0.5));
        assert_eq!(reading("2", cpus).0, Some(2.0));
        assert_eq!(reading("0", cpus).0, None);
        for wrong in ["-1", "many", "NaN", "inf"] {
            assert_eq!(reading(wrong, cpus).1.len(), 1, "{wrong}");
        }
    }
}
