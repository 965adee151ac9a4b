//! Many upgrades instead of one: the pairs of versions that `strategy.matrix` gives to one job each.

use serde::Serialize;
use serde_json::json;

use super::make::make;
use super::supported_versions::stables_for;
use crate::day::Day;
use crate::inputs::{Inputs, Problem, Problems};
use crate::shown::Shown;

/// More rows of a matrix GitHub refuses.
const MOST_ROWS: usize = 256;

/// One upgrade of a matrix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Pair {
    /// What people call it: "11.5.1 to 11.6.0".
    pub name: String,
    /// The input `stable` of its run.
    pub stable: String,
    /// The input `release` of its run.
    pub release: String,
}

/// The pairs that the input `pairs` names; without it one for each line below `release` that is supported on this day.
///
/// # Errors
/// All wrong inputs of all pairs at once: each pair is judged as its run will be.
pub fn pairs(inputs: &Inputs, today: Day) -> Result<Vec<Pair>, Problems> {
    let mut problems = Problems::default();
    let given = &inputs.action_mode.pairs;
    let pairs =
        if given.is_empty() { by_support(inputs, today, &mut problems) } else { named(given, &mut problems) };
    if pairs.len() > MOST_ROWS {
        let wrong = format!("are {} pairs, and a matrix has {MOST_ROWS} rows at most", pairs.len());
        problems.add("pairs", Shown::plain(given), wrong, "Divide them over several matrices.");
        return Err(problems);
    }
    for pair in &pairs {
        let mut of_pair = inputs.clone();
        of_pair.releases.stable.clone_from(&pair.stable);
        of_pair.releases.release.clone_from(&pair.release);
        let wrong = make(&of_pair, None).err().unwrap_or_default();
        for problem in wrong.iter().cloned() {
            let problem = if given.is_empty() { problem } else { of_pair_named(pair, problem) };
            if !problems.iter().any(|known| *known == problem) {
                problems.push(problem);
            }
        }
    }
    problems.into_result(pairs)
}

/// What is wrong with a version of a pair is wrong with the input that names the pair.
fn of_pair_named(pair: &Pair, problem: Problem) -> Problem {
    if !["stable", "release", "mode"].contains(&problem.input.as_str()) {
        return problem;
    }
    let wrong = format!("has a pair whose {} \"{}\" {}", problem.input, problem.value, problem.wrong);
    let value = Shown::plain(&format!("{}..{}", pair.stable, pair.release));
    Problem { input: "pairs".to_owned(), value, wrong, ..problem }
}

/// The pairs as GitHub wants a matrix: one line of JSON with the key `include`.
#[must_use]
pub(crate) fn matrix(pairs: &[Pair]) -> String {
    json!({ "include": pairs }).to_string()
}

fn pair(stable: &str, release: &str) -> Pair {
    Pair { name: format!("{stable} to {release}"), stable: stable.to_owned(), release: release.to_owned() }
}

fn by_support(inputs: &Inputs, today: Day, problems: &mut Problems) -> Vec<Pair> {
    let release = inputs.releases.release.as_str();
    // What no run takes is told when the pairs are judged.
    let known = inputs.releases.judge(None, &mut Problems::default()).release;
    let stables = stables_for(&known.version, today);
    if stables.is_empty() {
        let wrong = format!("has no release line below it that is supported today ({today})");
        let remedy =
            "Name the pairs, such as \"12.0..12.1.0\", in the input pairs, or choose a newer release.";
        problems.add("release", Shown::plain(release), wrong, remedy);
    }
    stables.iter().map(|stable| pair(&stable.to_string(), release)).collect()
}

fn named(given: &str, problems: &mut Problems) -> Vec<Pair> {
    let mut pairs = Vec::new();
    for word in given.split(|c: char| c == ',' || c.is_whitespace()).filter(|word| !word.is_empty()) {
        match word.split_once("..") {
            Some((stable, release)) if !stable.is_empty() && !release.is_empty() => {
                let pair = pair(stable, release);
                if !pairs.contains(&pair) {
                    pairs.push(pair);
                }
            }
            _ => {
                let remedy = "Write stable and release with two dots between them, such as \"12.0..12.1.0\".";
                problems.add("pairs", Shown::plain(word), "is no pair of versions", remedy);
            }
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inputs(release: &str, given: &str) -> Inputs {
        Inputs::given(&[("release", release), ("pairs", given)])
    }

    fn pairs(inputs: &Inputs) -> Result<Vec<Pair>, Problems> {
        super::pairs(inputs, Day::try_from("2026-11-26".to_owned()).unwrap())
    }

    #[test]
    fn a_release_alone_is_enough_for_a_matrix() {
        let pairs = pairs(&inputs("12.0.1", "")).unwrap();
        insta::assert_snapshot!(matrix(&pairs), @r#"{"include":[{"name":"11.11 to 12.0.1","stable":"11.11","release":"12.0.1"},{"name":"11.7 to 12.0.1","stable":"11.7","release":"12.0.1"}]}"#);
    }

    #[test]
    fn a_branch_or_a_digest_is_upgraded_to_from_all_that_is_supported() {
        let digest = format!("mm@sha256:{}", "0".repeat(64));
        for release in ["my/mm:master", "registry:5000/mm:0a1b2c3", &digest] {
            let stables: Vec<String> =
                pairs(&inputs(release, "")).unwrap().into_iter().map(|pair| pair.stable).collect();
            assert_eq!(stables, ["12.1", "12.0", "11.11", "11.7"], "{release}");
        }
        let tagged = pairs(&inputs("registry:5000/mm:12.0.1", "")).unwrap();
        assert_eq!(tagged.len(), 2, "{tagged:?}");
    }

    #[test]
    fn a_release_that_nobody_upgrades_to_any_more_wants_its_pairs_named() {
        let told = pairs(&inputs("11.7.2", "")).unwrap_err().to_string();
        assert!(
            told.contains("supported today (2026-11-26)") && told.contains("in the input pairs"),
            "{told}"
        );
        assert!(pairs(&inputs("11.7.2", "11.6.0..11.7.2")).is_ok());
    }

    #[test]
    fn a_pair_whose_database_is_too_old_is_refused_as_its_run_would_be() {
        let old = Inputs::given(&[("release", "12.0.1"), ("database-image", "postgres:14")]);
        let told = pairs(&old).unwrap_err();
        assert!(told.to_string().contains("database-image: \"postgres:14\""), "{told}");
    }

    #[test]
    fn named_pairs_come_in_their_order_and_once() {
        let pairs = pairs(&inputs("", "11.5.1..11.6.0, 10.11..my/mm:11.6\n11.5.1..11.6.0")).unwrap();
        let names: Vec<&str> = pairs.iter().map(|pair| pair.name.as_str()).collect();
        assert_eq!(names, ["11.5.1 to 11.6.0", "10.11 to my/mm:11.6"]);
    }

    #[test]
    fn each_pair_is_judged_as_its_run() {
        let mut wrong = inputs("", "11.6.0..11.5.0 11.5 11.4..11.5");
        wrong.cluster.nodes = "0".into();
        let problems = pairs(&wrong).unwrap_err();
        assert_eq!(problems.named(), ["pairs", "nodes", "pairs"], "{problems}");
        let told = pairs(&inputs("master", "")).unwrap_err().to_string();
        assert!(told.contains("release: \"master\""), "{told}");
    }
}
