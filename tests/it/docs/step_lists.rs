//! What a run does: README.md and ARCHITECTURE.md have the lists that plans are made of.

use upgrade_gate::Inputs;
use upgrade_gate::{Plan, make_plan};

use super::region::hold;

fn listed(stable: &str, change: impl Fn(&mut Inputs)) -> String {
    let mut inputs = Inputs::given(&[("stable", stable), ("release", "12.1.0")]);
    change(&mut inputs);
    let Plan { steps, .. } = make_plan(&inputs, None).unwrap();
    let lines = (1..).zip(&steps).map(|(number, step): (usize, _)| format!("{number}. {}\n", step.words()));
    format!("```text\n{}```", lines.collect::<String>())
}

#[test]
fn the_readme_shows_what_a_run_does() {
    hold("README.md", "steps", &listed("12.0.0", |_| ()));
}

#[test]
fn each_kind_of_run_is_shown_as_its_list() {
    hold("ARCHITECTURE.md", "steps-rolling", &listed("12.0.0", |inputs| inputs.cluster.nodes = "2".into()));
    hold("ARCHITECTURE.md", "steps-stop-start", &listed("11.7.0", |_| ()));
    let attached = |inputs: &mut Inputs| {
        inputs.attached.cluster = "attached".into();
        inputs.attached.node_urls = "http://10.0.0.1:8065\nhttp://10.0.0.2:8065".into();
        inputs.attached.balancer_url = "https://staging.example".into();
        inputs.attached.replace_command = "./replace.sh".into();
        inputs.attached.drain_command = "./drain.sh".into();
        inputs.attached.admin_token = Some("token".to_owned().into());
    };
    hold("ARCHITECTURE.md", "steps-attached", &listed("12.0.0", attached));
}
