//! A plan whose versions are known by now: what their names did not tell, their images did.

use super::make::{has_apps, stages};
use super::rollback_policy::{self, Upgrade};
use super::rolling_policy;
use super::types::{Plan, Release, Rollback};
use crate::checks::Check;
use crate::checks::catalogue::CHECKS;
use crate::versions::Version;

impl Plan {
    /// The releases whose version must be asked of their images, by `stable` and `release`; none in a cluster that is there already,
    /// whose images are not ours to run.
    #[must_use]
    pub fn to_ask(&self) -> Vec<(&'static str, &Release)> {
        let both = [("stable", &self.stable), ("release", &self.release)].into_iter();
        both.filter(|(_, release)| self.attached.is_none() && release.version == Version::Unknown).collect()
    }

    /// The plan for these versions. It is another one only in what hangs on them: the mode, the stages, the steps, and what is announced.
    ///
    /// # Errors
    /// What is refused of the pair, as a clause, and what to do as a sentence.
    pub fn settled(&self, stable: Version, release: Version) -> Result<Self, (String, String)> {
        if release.is_older_than(&stable) {
            let wrong = format!("the release is {release}, older than stable, which is {stable}");
            return Err((wrong, "Swap the two, or choose a newer release.".into()));
        }
        if self.apps && !has_apps(&release) {
            let wrong = format!(
                "apps switches on the retired Apps framework, with which the release, {release}, does not start"
            );
            return Err((wrong, "Leave the input apps out.".into()));
        }
        let (mode, mode_reason) = rolling_policy::decide(&self.wanted_mode, &stable, &release)
            .map_err(|(wrong, remedy)| (format!("the mode {} {wrong}", self.wanted_mode), remedy))?;
        let left_out = |check: &&Check| self.left_out.iter().any(|left| left.check == check.id);
        let is_there = |check: &&Check| self.site_copy.is_some() || !check.of_a_copy;
        let chosen: Vec<&'static Check> =
            CHECKS.iter().filter(|check| !left_out(check) && is_there(check)).collect();
        let known = |known: &Release, version| Release { version, ..known.clone() };
        let settled = Self {
            stable: known(&self.stable, stable),
            release: known(&self.release, release),
            mode,
            mode_reason,
            ..self.clone()
        };
        let (rollback, rollback_reason) = settled.rollback_decided()?;
        let stages = stages(mode, (self.migrate, rollback), (self.history.len(), self.order.len()), &chosen);
        Ok(Self { stages, rollback, rollback_reason, ..settled }.with_its_steps())
    }

    /// Whether and when nodes go back, and whether the schema can be migrated as was asked for, now that nothing more will be learned of the versions.
    ///
    /// # Errors
    /// Why they cannot as was asked for, as a clause, and what to do as a sentence.
    pub fn rollback_decided(&self) -> Result<(Rollback, String), (String, String)> {
        rollback_policy::judge_migration(self.migrate, Upgrade::of(self))
            .map_err(|(wrong, remedy)| (format!("the migration by a job {wrong}"), remedy))?;
        rollback_policy::decide(self.wanted_rollback, Upgrade::of(self)).map_err(|(wrong, remedy)| {
            (format!("the rollback {} {wrong}", self.wanted_rollback.word()), remedy)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inputs::Inputs;
    use crate::plan::types::Mode;
    use crate::plan::{make, text};

    fn plan(change: impl Fn(&mut Inputs)) -> Plan {
        let mut inputs = Inputs::given(&[("stable", "11.6.0"), ("release", "mm:master")]);
        change(&mut inputs);
        make(&inputs, None).unwrap()
    }

    fn settled(plan: &Plan, release: &str) -> Result<Plan, String> {
        plan.settled(plan.stable.version.clone(), Version::read(release)).map_err(|(wrong, _)| wrong)
    }

    #[test]
    fn a_branch_one_minor_ahead_rolls_with_all_its_stages() {
        let asked = plan(|_| ());
        assert_eq!((asked.mode, asked.to_ask().len()), (Mode::StopStart, 1));
        let known = plan(|inputs| inputs.releases.release = "mm:11.7.0".into());
        let found = settled(&asked, "11.7.0").unwrap();
        assert_eq!((found.mode, &found.stages), (Mode::Rolling, &known.stages));
        assert_eq!(found.steps, known.steps);
        assert_ne!(found.steps, asked.steps);
        assert_eq!(found.release.version, known.release.version);
        assert!(found.mode_reason.contains("11.6.0 → 11.7.0 is one minor apart"), "{}", found.mode_reason);
        assert_eq!(settled(&asked, "11.9.0").unwrap().mode, Mode::StopStart);
        assert_eq!((asked.rollback, found.rollback), (Rollback::None, Rollback::Mid));
    }

    #[test]
    fn what_was_left_out_stays_out_and_a_mode_that_was_said_stays() {
        let asked = plan(|inputs| inputs.checks.skip = "posts".into());
        let found = settled(&asked, "11.7.0").unwrap();
        assert!(found.stages.iter().all(|stage| !stage.checks.iter().any(|id| id.starts_with("posts"))));
        let said = plan(|inputs| inputs.cluster.mode = "stop-start".into());
        assert_eq!(
            settled(&said, "11.7.0").unwrap(),
            Plan { release: Release { version: Version::read("11.7.0"), ..said.release.clone() }, ..said }
        );
    }

    #[test]
    fn what_would_have_been_refused_by_name_is_refused() {
        let told = |release: &str, change: fn(&mut Inputs)| settled(&plan(change), release).unwrap_err();
        assert!(told("11.5.2", |_| ()).contains("the release is 11.5.2, older than stable, which is 11.6.0"));
        assert!(
            told("11.8.0", |inputs| inputs.cluster.mode = "rolling".into()).contains("is 2 minors apart")
        );
        assert!(
            told("11.9.0", |inputs| inputs.cluster.rollback = "mid".into())
                .contains("the rollback mid cannot be done")
        );
        assert!(told("12.0.0", |inputs| inputs.run.apps = "true".into()).contains("does not start"));
    }

    #[test]
    fn who_reads_the_plan_learns_that_the_image_will_be_asked() {
        let shown = text(&plan(|_| ()));
        assert!(
            shown.contains(
                "version  of release: asked of the image when the run starts, and the mode decided then\n"
            ),
            "{shown}"
        );
        assert!(
            !text(&plan(|inputs| inputs.releases.release = "mm:11.7.0".into()))
                .contains("asked of the image")
        );
    }
}
